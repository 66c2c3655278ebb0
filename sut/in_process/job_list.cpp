#include "in_process/job_list.h"

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "wire/values.h"

namespace closecheck::sut {

bool JobList::select_item(std::string_view spaced, std::vector<Job*>& selected) {
  const std::string_view item = trimmed(spaced);
  const bool all = item == "_all" || item == "*";
  const bool wild = item.find('*') != std::string_view::npos;
  bool found = all || wild;
  for (Job& job : jobs_) {
    const auto& groups = job.definition().config.groups;
    const bool named = all || job.id() == item || (wild && matches_wildcard(item, job.id())) ||
                       std::ranges::any_of(groups, [&](const std::string& group) {
                         return group == item || (wild && matches_wildcard(item, group));
                       });
    if (!named) continue;
    selected.push_back(&job);
    found = true;
  }
  return found;
}

std::optional<Response> JobList::select(const Turn& turn, const std::string& expression, std::vector<Job*>& selected) {
  if (Job* job = find(expression)) {
    selected.push_back(job);
    return std::nullopt;
  }
  const auto by_id = [](const Job* job) -> const std::string& { return job->id(); };
  if (expression.empty() || expression == "_all") {
    for (Job& job : jobs_) selected.push_back(&job);
    std::ranges::sort(selected, {}, by_id);
    return std::nullopt;
  }
  if (!turn.manner.profile->has_expressions) return unknown_job(turn.manner, expression);
  const bool allow_none = turn.detail_or_usual<ListOptions>().allow_none;
  const auto is_blank = [](std::string_view item) { return trimmed(item).empty(); };
  std::vector<std::string_view> items = divided(expression, ',');
  std::erase_if(items, is_blank);
  // Of blanks alone every job is meant, or none.
  if (items.empty() && turn.manner.profile->blank_id_may_name_all) items.emplace_back("_all");
  for (const std::string_view item : items) {
    const std::size_t before = selected.size();
    if (!select_item(item, selected) || (selected.size() == before && !allow_none))
      return unknown_job(turn.manner, trimmed(item));
  }
  if (selected.empty() && !allow_none) return unknown_job(turn.manner, expression);
  std::ranges::sort(selected, {}, by_id);
  selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
  return std::nullopt;
}

Job* JobList::find(std::string_view id) {
  for (Job& job : jobs_)
    if (job.id() == id) return &job;
  return nullptr;
}

}  // namespace closecheck::sut
