#include "run/settling.h"

#include <algorithm>
#include <string_view>

#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

/// Whether a job expression takes in `job`; what cannot be ruled out counts, for it only makes us wait longer.
bool names(std::string_view expression, const std::string& job, const std::vector<std::string>& groups) {
  bool is_named = false;
  each_part(expression, [&](std::string_view part) {
    is_named = is_named || part == "_all" || matches_wildcard(part, job) ||
               std::ranges::any_of(groups, [&](const auto& group) { return matches_wildcard(part, group); });
  });
  return is_named;
}

/// Whether the request may have taken effect.
bool may_have_worked(const Event& event) {
  if (event.type == EventType::info) return !event.never_sent;
  const Refusal refusal = event.response->refusal;
  return event.response->outcome != Outcome::refused || refusal == Refusal::timed_out ||
         refusal == Refusal::server_error || refusal == Refusal::unavailable;
}

}  // namespace

std::optional<JobReading> read_statistics(const Response* response, const std::string& job) {
  if (response == nullptr) return std::nullopt;
  if (response->outcome == Outcome::refused && response->refusal == Refusal::not_found) return JobReading{};
  if (response->outcome != Outcome::accepted) return std::nullopt;
  const auto* list = std::get_if<JobStatisticsList>(&response->content);
  if (list == nullptr) return std::nullopt;
  for (const JobStatistics& statistics : list->jobs)
    if (statistics.job == job) return JobReading{statistics.state, statistics.counts};
  return list->jobs.empty() ? std::optional<JobReading>(JobReading{}) : std::nullopt;
}

void ClosingJobs::clear() {
  read_ = 0;
  jobs_.clear();
  grouped_.clear();
  expressions_.clear();
  feed_jobs_.clear();
}

void ClosingJobs::read_on(const History& history) {
  for (; read_ < history.events.size(); ++read_) {
    const Event& event = history.events[read_];
    const bool is_end = event.type == EventType::ok || event.type == EventType::info;
    if (is_end && may_have_worked(event)) take(event);
  }
}

void ClosingJobs::take(const Event& event) {
  const Operation& operation = event.request->operation;
  if (const auto* create = std::get_if<CreateJob>(&operation)) {
    job_named(create->job).groups = create->config.groups;
    if (create->config.groups.empty())
      grouped_.erase(create->job);
    else
      grouped_.insert(create->job);
  } else if (const auto* open = std::get_if<OpenJob>(&operation)) {
    const bool accepted = event.type == EventType::ok && event.response->outcome == Outcome::accepted;
    if (accepted) job_named(open->job).asked = Asked::no;
  } else if (const auto* close = std::get_if<CloseJob>(&operation)) {
    // What is no refusal and says anything of force may have been taken for it.
    ask_to_close(close->job, close->force && *close->force != "false" ? Asked::by_force : Asked::normally);
  } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    feed_jobs_.emplace(feed->feed, feed->job);
  } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
    const auto [first, last] = feed_jobs_.equal_range(start->feed);
    if (start->end_ms)
      for (auto it = first; it != last; ++it) {
        Job& job = job_named(it->second);
        job.asked = std::max(job.asked, Asked::normally);
      }
  }
}

void ClosingJobs::ask_to_close(const std::string& expression, Asked how) {
  const auto ask = [&](const std::string& name, Job& job) {
    if (names(expression, name, job.groups)) job.asked = std::max(job.asked, how);
  };
  if (names_several(expression)) {
    Asked& known = expressions_[expression];
    known = std::max(known, how);
    for (auto& [name, job] : jobs_) ask(name, job);
    return;
  }
  Job& job = job_named(expression);
  job.asked = std::max(job.asked, how);
  for (const std::string& name : grouped_) ask(name, jobs_.at(name));
}

ClosingJobs::Job& ClosingJobs::job_named(const std::string& name) {
  const auto found = jobs_.find(name);
  return found != jobs_.end() ? found->second : jobs_.emplace(name, Job{.asked = was_named(name)}).first->second;
}

/// Whether a close of several jobs took in one that was not heard of yet.
Asked ClosingJobs::was_named(const std::string& job) const {
  Asked asked = Asked::no;
  for (const auto& [expression, how] : expressions_)
    if (names(expression, job, {})) asked = std::max(asked, how);
  return asked;
}

Asked ClosingJobs::asked_to_close(const std::string& job) const {
  const auto found = jobs_.find(job);
  return found != jobs_.end() ? found->second.asked : was_named(job);
}

bool is_at_rest(JobState state, Asked asked) {
  switch (state) {
    case JobState::absent:
    case JobState::closed:
      return true;
    case JobState::failed:
      return asked != Asked::by_force;
    case JobState::opened:
      return asked == Asked::no;
    case JobState::opening:
    case JobState::closing:
    case JobState::unknown:
      return false;
  }
  return false;
}

}  // namespace closecheck::sut
