#include "in_process/index_list.h"

#include <algorithm>
#include <string>

namespace closecheck::sut {
namespace {

bool names_all(std::string_view expression) {
  return expression.empty() || expression == "_all" || expression == "*";
}

}  // namespace

std::vector<Index*> IndexList::named(std::string_view expression) {
  std::vector<Index*> found;
  for (Index& index : indices_)
    if (names_all(expression) || names_index(expression, index.name())) found.push_back(&index);
  std::ranges::sort(found, {}, [](const Index* index) -> const std::string& { return index->name(); });
  return found;
}

void IndexList::remove(std::string_view expression) {
  std::erase_if(indices_,
                [&](const Index& index) { return names_all(expression) || names_index(expression, index.name()); });
}

Index* IndexList::find(std::string_view name) {
  for (Index& index : indices_)
    if (index.name() == name) return &index;
  return nullptr;
}

}  // namespace closecheck::sut
