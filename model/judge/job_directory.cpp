#include "judge/job_directory.h"

#include <algorithm>

#include "closecheck/vocabulary/program.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::model {

void JobDirectory::clear() {
  by_name_.clear();
  by_index_.clear();
  for (JobFile* const job : all_) {
    job->clear(options_.profile);
    spare_.push_back(job);
  }
  all_.clear();
}

JobFile* JobDirectory::find(std::string_view name) const {
  if (!by_name_.empty()) {
    const auto found = by_name_.find(name);
    return found != by_name_.end() ? found->second : nullptr;
  }
  const auto found = std::ranges::find(all_, name, &JobFile::name);
  return found != all_.end() ? *found : nullptr;
}

JobFile& JobDirectory::named(std::string_view name) {
  if (JobFile* known = find(name)) return *known;
  if (spare_.empty()) spare_.push_back(files_.emplace_back(std::make_unique<JobFile>(options_)).get());
  JobFile& job = *spare_.back();
  spare_.pop_back();
  job.index = static_cast<std::uint32_t>(by_index_.size());
  job.name = name;
  all_.push_back(&job);
  by_index_.push_back(&job);
  if (!by_name_.empty())
    by_name_.emplace(job.name, &job);
  else if (all_.size() > kScannedMax)
    for (JobFile* const each : all_) by_name_.emplace(each->name, each);
  // Our programs name only what they create; a foreign name may have been there before the history began.
  job.adopted = !options_.knows_every_job || (!name.starts_with(kNamePrefix) && !name.ends_with("event_rate"));
  if (job.adopted) job.oracle.start_anywhere();
  job.now = job.adopted ? JobState::unknown : JobState::absent;
  return job;
}

void JobDirectory::release(JobFile& job) {
  by_name_.erase(job.name);
  by_index_[job.index] = nullptr;
  std::erase(all_, &job);
  job.clear(options_.profile);
  spare_.push_back(&job);
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

bool JobDirectory::is_expression(std::string_view text, const JobFile* known) const {
  if (known != nullptr && (options_.knows_every_job ? known->may_exist() : known->is_job)) return false;
  if (names_several(text)) return true;
  for (const JobFile* const each : all_)
    if (std::ranges::find(each->groups, text) != each->groups.end() || each->may_join(text)) return true;
  return may_have_other_groups();
}

bool JobDirectory::may_have_other_groups() const {
  if (options_.knows_every_job || !options_.profile->has_groups) return false;
  return std::ranges::any_of(all_, [](const JobFile* job) { return job->may_be_in_any_group(); });
}

JobDirectory::Matches JobDirectory::matching(std::string_view expression) const {
  Matches matches;
  std::vector<bool> found(all_.size(), false);
  const bool may_mean_others = may_have_other_groups();
  std::size_t parts = 0;
  each_part(expression, [&](std::string_view part) { parts += trimmed(part).empty() ? 0U : 1U; });
  each_part(expression, [&](std::string_view part) {
    // Between two commas nothing is named, as long as something is elsewhere.
    if (parts > 0 && trimmed(part).empty()) return;
    bool any = false;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const JobFile& job = *all_[i];
      if (!job.may_exist()) continue;
      if (!job.is_meant_by(part)) {
        const bool joins = job.may_join(part);
        if (!joins && !(may_mean_others && job.may_be_in_any_group())) continue;
        matches.joins_perhaps = matches.joins_perhaps || joins;
      }
      any = true;
      if (!found[i]) matches.jobs.push_back(job.index);
      found[i] = true;
    }
    const bool is_wild = part.find('*') != std::string_view::npos;
    if (!any && part != "_all" && !is_wild) matches.names_unknown = true;
    matches.lists_all = matches.lists_all || (parts > 1 && part == "_all");
    matches.lists_nothing = matches.lists_nothing || (parts > 1 && is_wild && !any);
  });
  return matches;
}

}  // namespace closecheck::model
