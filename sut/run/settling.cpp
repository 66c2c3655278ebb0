#include "run/settling.h"

#include <algorithm>
#include <string_view>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::sut {
namespace {

/// Whether a job expression takes in `job`; what cannot be ruled out counts, for it only makes us wait longer.
bool names(std::string_view expression, const std::string& job, const std::vector<std::string>& groups) {
  while (!expression.empty()) {
    const std::size_t comma = expression.find(',');
    const std::string_view part = expression.substr(0, comma);
    if (part == "_all" || glob_matches(part, job)) return true;
    if (std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return glob_matches(part, group); }))
      return true;
    expression = comma == std::string_view::npos ? std::string_view() : expression.substr(comma + 1);
  }
  return false;
}

/// Whether the request may have taken effect.
bool may_have_worked(const Event& event) {
  if (event.type == EventType::info) return !event.never_sent;
  const Refusal refusal = event.response->refusal;
  return event.response->outcome != Outcome::refused || refusal == Refusal::timed_out ||
         refusal == Refusal::server_error || refusal == Refusal::unavailable;
}

}  // namespace

std::optional<Reading> read_statistics(const Response* response, const std::string& job) {
  if (response == nullptr) return std::nullopt;
  if (response->outcome == Outcome::refused && response->refusal == Refusal::not_found) return Reading{};
  if (response->outcome != Outcome::accepted) return std::nullopt;
  const auto* list = std::get_if<JobStatisticsList>(&response->content);
  if (list == nullptr) return std::nullopt;
  for (const JobStatistics& statistics : list->jobs)
    if (statistics.job == job) return Reading{statistics.state, statistics.counts};
  return list->jobs.empty() ? std::optional<Reading>(Reading{}) : std::nullopt;
}

bool is_asked_to_close(const History& history, const std::string& job) {
  bool asked = false;
  std::vector<std::string> groups;
  std::vector<std::string> feeds;
  for (const Event& event : history.events) {
    if (event.type != EventType::ok && event.type != EventType::info) continue;
    if (!may_have_worked(event)) continue;
    const Operation& operation = event.request->operation;
    if (const auto* create = std::get_if<CreateJob>(&operation)) {
      if (create->job == job) groups = create->config.groups;
    } else if (const auto* open = std::get_if<OpenJob>(&operation)) {
      if (open->job == job && event.type == EventType::ok && event.response->outcome == Outcome::accepted)
        asked = false;
    } else if (const auto* close = std::get_if<CloseJob>(&operation)) {
      if (names(close->job, job, groups)) asked = true;
    } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
      if (feed->job == job) feeds.push_back(feed->feed);
    } else if (const auto* start = std::get_if<StartDatafeed>(&operation)) {
      if (start->end_ms && std::find(feeds.begin(), feeds.end(), start->feed) != feeds.end()) asked = true;
    }
  }
  return asked;
}

bool is_at_rest(JobState state, bool asked_to_close) {
  switch (state) {
    case JobState::absent:
    case JobState::closed:
    case JobState::failed:
      return true;
    case JobState::opened:
      return !asked_to_close;
    case JobState::opening:
    case JobState::closing:
    case JobState::unknown:
      return false;
  }
  return false;
}

}  // namespace closecheck::sut
