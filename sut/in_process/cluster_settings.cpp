#include "in_process/cluster_settings.h"

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "wire/json.h"

namespace closecheck::sut {
namespace {

void put(Members& settings, const Members& changes) {
  for (const auto& change : changes) {
    std::erase_if(settings, [&](const auto& kept) { return matches_wildcard(change.first, kept.first); });
    if (change.second != "null") settings.push_back(change);
  }
  std::ranges::sort(settings);
}

}  // namespace

void ClusterSettings::change(const ChangeSettings& change) {
  put(persistent_, change.persistent);
  put(transient_, change.transient);
}

std::string ClusterSettings::text(std::string_view name) const {
  for (const Members* settings : {&transient_, &persistent_}) {
    const auto found = std::ranges::find(*settings, name, &Members::value_type::first);
    if (found == settings->end()) continue;
    const auto value = wire::parse_json(found->second);
    return value && value->is_string() ? value->get<std::string>() : found->second;
  }
  return "";
}

bool ClusterSettings::assigns_tasks() const {
  return text("cluster.persistent_tasks.allocation.enable") != "none";
}

std::string ClusterSettings::memory_limit_max() const {
  return text("xpack.ml.max_model_memory_limit");
}

}  // namespace closecheck::sut
