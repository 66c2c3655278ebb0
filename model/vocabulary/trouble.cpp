#include "closecheck/vocabulary/trouble.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "closecheck/vocabulary/run_as.h"

namespace closecheck {
namespace {

/// What an operation creates, by kind and name; an empty name: nothing.
std::pair<std::size_t, std::string> created_by(const Operation& operation) {
  std::string name;
  if (const auto* job = std::get_if<CreateJob>(&operation)) name = job->job;
  if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) name = feed->feed;
  if (const auto* index = std::get_if<CreateIndex>(&operation)) name = index->index;
  return {operation.index(), name};
}

/// Notices what was asked for, answer by answer.
class Watcher {
 public:
  bool is_trouble(const Request& request, const Response& response) {
    switch (response.outcome) {
      case Outcome::unreadable:
      case Outcome::not_from_service:
        return true;
      case Outcome::accepted:
        created_.insert(created_by(request.operation));
        return false;
      case Outcome::refused:
        break;
    }
    if (response.refusal == Refusal::busy || response.refusal == Refusal::unavailable) return true;
    // A refusal is what many programs ask for; not by those who may, and not of what only prepares.
    if (!may_manage_jobs(request.who) || !run_as_of(request).empty()) return false;
    if (response.refusal == Refusal::unauthenticated || response.refusal == Refusal::forbidden) return true;
    if (std::holds_alternative<IndexDocuments>(request.operation) ||
        std::holds_alternative<RefreshIndex>(request.operation))
      return true;
    const auto created = created_by(request.operation);
    return !created.second.empty() && !created_.contains(created);
  }

 private:
  std::set<std::pair<std::size_t, std::string>> created_;
};

/// The first request with whose end something is the matter, as `is_it` says of those that were answered.
template <class Matter>
std::string first_with(const History& history, bool counts_lost, Matter is_it) {
  std::map<int, std::size_t> numbers;  // of the open request of each process
  std::size_t number = 0;
  for (const Event& event : history.events) {
    if (event.type == EventType::invoke) numbers[event.process] = ++number;
    if (event.type != EventType::ok && event.type != EventType::info) continue;
    const bool answered = event.response != nullptr;
    if (event.type == EventType::ok && !(answered && is_it(*event.request, *event.response))) continue;
    if (event.type == EventType::info && !counts_lost) continue;
    const std::string request = fmt::format("`{}` (#{})", describe(*event.request), numbers[event.process]);
    if (answered) return fmt::format("{} was answered {}", request, describe(*event.response));
    return fmt::format("{} {}: {}", request, event.never_sent ? "was not sent" : "got no answer", event.error);
  }
  return {};
}

}  // namespace

std::string first_trouble(const History& history) {
  Watcher watcher;
  return first_with(history, true, [&](const Request& request, const Response& response) {
    return watcher.is_trouble(request, response);
  });
}

std::string first_refusal(const History& history) {
  return first_with(history, false, [](const Request& request, const Response& response) {
    return response.outcome == Outcome::refused && may_manage_jobs(request.who) && run_as_of(request).empty();
  });
}

std::string why_not_itself(const Response& response) {
  switch (response.outcome) {
    case Outcome::accepted:
      return "";
    case Outcome::unreadable:
      return "its answer cannot be read: " + describe(response);
    case Outcome::not_from_service:
      return "something between answers: " + describe(response);
    case Outcome::refused:
      break;
  }
  const bool is_busy = response.refusal == Refusal::busy || response.refusal == Refusal::unavailable;
  return is_busy ? "it is busy: " + describe(response) : "";
}

}  // namespace closecheck
