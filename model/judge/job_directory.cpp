#include "judge/job_directory.h"

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/program.h"

namespace closecheck::model {

void JobDirectory::clear() {
  by_name_.clear();
  for (std::size_t i = 0; i < count_; ++i) at(i).clear(options_.profile);
  count_ = 0;
}

const JobFile* JobDirectory::find(std::string_view name) const {
  if (count_ > kScannedMax) {
    const auto found = by_name_.find(name);
    return found != by_name_.end() ? jobs_[found->second].get() : nullptr;
  }
  for (std::size_t i = 0; i < count_; ++i)
    if (jobs_[i]->name == name) return jobs_[i].get();
  return nullptr;
}

JobFile* JobDirectory::find(std::string_view name) {
  return const_cast<JobFile*>(std::as_const(*this).find(name));
}

JobFile& JobDirectory::named(std::string_view name) {
  if (JobFile* known = find(name)) return *known;
  if (count_ == jobs_.size()) {
    jobs_.push_back(std::make_unique<JobFile>(options_));
    jobs_.back()->index = static_cast<std::uint32_t>(count_);
  }
  JobFile& job = at(count_++);
  job.name = name;
  if (count_ > kScannedMax)
    for (std::size_t i = by_name_.size(); i < count_; ++i) by_name_.emplace(at(i).name, at(i).index);
  // Our programs name only what they create; a foreign name may have been there before the history began.
  job.adopted = !options_.knows_every_job || (!name.starts_with(kNamePrefix) && !name.ends_with("event_rate"));
  if (job.adopted) job.oracle.start_anywhere();
  job.now = job.adopted ? JobState::unknown : JobState::absent;
  return job;
}

void JobDirectory::learn_names(const Exchange& exchange, JobFile* only, const Response& response) {
  const auto learn_name = [&](const std::string& name) {
    JobFile* job = find(name);
    if (job != nullptr) job->is_job = true;
    return job;
  };
  if (const auto* list = std::get_if<JobDescriptionList>(&response.content)) {
    for (const JobDescription& description : list->jobs)
      if (JobFile* job = learn_name(description.job); job != nullptr && !description.groups.empty())
        job->learn_groups(&description.groups);
  } else if (const auto* statistics = std::get_if<JobStatisticsList>(&response.content)) {
    for (const JobStatistics& one : statistics->jobs) learn_name(one.job);
  }
  // What takes the id of one job names no group.
  const bool takes_groups =
      exchange.is_close || exchange.meant == RequestKind::stats || exchange.meant == RequestKind::get;
  if (only != nullptr && !takes_groups) only->is_job = true;
}

bool JobDirectory::is_expression(std::string_view text) const {
  const JobFile* job = find(text);
  if (job != nullptr && (options_.knows_every_job ? job->may_exist() : job->is_job)) return false;
  if (names_several(text)) return true;
  for (std::size_t i = 0; i < count_; ++i)
    if (std::ranges::find(at(i).groups, text) != at(i).groups.end() || at(i).may_join(text)) return true;
  return may_have_other_groups();
}

bool JobDirectory::may_have_other_groups() const {
  // Before 6.1 there were none.
  if (options_.knows_every_job || options_.profile == Profile::xpack_5_4) return false;
  for (std::size_t i = 0; i < count_; ++i)
    if (at(i).may_be_in_any_group()) return true;
  return false;
}

JobDirectory::Matches JobDirectory::matching(std::string_view expression) const {
  Matches matches;
  std::vector<bool> found(count_, false);
  const bool may_mean_others = may_have_other_groups();
  each_part(expression, [&](std::string_view part) {
    bool any = false;
    for (std::size_t i = 0; i < count_; ++i) {
      const JobFile& job = at(i);
      if (!job.may_exist()) continue;
      if (!job.is_meant_by(part)) {
        const bool joins = job.may_join(part);
        if (!joins && !(may_mean_others && job.may_be_in_any_group())) continue;
        matches.joins_perhaps = matches.joins_perhaps || joins;
      }
      any = true;
      if (!found[i]) matches.jobs.push_back(static_cast<std::uint32_t>(i));
      found[i] = true;
    }
    if (!any && part != "_all" && part.find('*') == std::string_view::npos) matches.names_unknown = true;
  });
  return matches;
}

}  // namespace closecheck::model
