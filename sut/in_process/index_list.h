// The indices of a service, in the order in which they were created. A copyable value.
#pragma once

#include <string_view>
#include <vector>

#include "in_process/datafeed.h"

namespace closecheck::sut {

class IndexList {
 public:
  const std::vector<Index>& all() const { return indices_; }
  auto begin() { return indices_.begin(); }
  auto end() { return indices_.end(); }

  /// Null: there is none of that name.
  Index* find(std::string_view name);
  Index& add(Index index) { return indices_.emplace_back(std::move(index)); }
  void remove(std::string_view expression);

  /// Those that a list of names and patterns names, in the order of their names. An empty list: all.
  std::vector<Index*> named(std::string_view expression);

 private:
  std::vector<Index> indices_;
};

}  // namespace closecheck::sut
