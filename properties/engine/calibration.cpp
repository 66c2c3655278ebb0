#include "engine/calibration.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "checks/steps.h"
#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/trouble.h"

namespace closecheck::properties {
namespace {

/// No verdict rests on less than this, whatever a quiet moment promised.
constexpr Duration kMarginMin = 250 * kMillisecond;
constexpr int kRoundTripsPerMargin = 4;
/// Whoever has no room for a job is asked once more after so long.
constexpr Duration kRoomPatience = 5 * kSecond;

Duration whole_seconds(Duration span) {
  return (span + kSecond - 1) / kSecond * kSecond;
}

/// What the openings were answered, where each was refused for want of room; empty: one was not.
std::string answer_without_room(const History& history) {
  std::string answer;
  for (const Event& event : history.events) {
    const bool is_answer = event.type == EventType::ok || event.type == EventType::info;
    if (!is_answer || !std::holds_alternative<OpenJob>(event.request->operation)) continue;
    const Response* const response = event.response.get();
    if (event.type != EventType::ok || response->outcome != Outcome::refused ||
        (response->refusal != Refusal::unavailable && response->refusal != Refusal::busy))
      return {};
    answer = describe(*response);
  }
  return answer;
}

/// The longest that any such request took to be answered; 0: none was.
template <class Request>
Duration longest(const History& history) {
  Duration most = 0;
  std::map<int, Time> asked;
  for (const Event& event : history.events) {
    if (event.type == EventType::invoke) asked[event.process] = event.time;
    if (event.type == EventType::ok && std::holds_alternative<Request>(event.request->operation))
      most = std::max(most, event.time - asked[event.process]);
  }
  return most;
}

/// Whether it is in the product's words that nodes are missing or full, and not that something there still starts.
bool is_for_want_of_nodes(const std::string& answer) {
  const bool wants =
      contains_ignoring_case(answer, "no ml nodes") || contains_ignoring_case(answer, "no suitable nodes");
  return wants && !contains_ignoring_case(answer, "shards");
}

Calibration without_room(Environment environment, std::string trouble, const std::string& answer) {
  return {std::move(environment), std::move(trouble),
          "has no room for a job: an open was answered " + answer +
              "; a node for machine learning with room for a job is needed"};
}

}  // namespace

void set_bounds(Environment& environment, Duration close_max, Duration round_trip_max) {
  environment.round_trip_max = round_trip_max;
  environment.normal_close = close_max;
  environment.margin = std::max(kMarginMin, kRoundTripsPerMargin * round_trip_max);
  // A third of it is used as a timeout, which has to stand clear of the margin and of the close's own end.
  environment.slow = std::max(2 * kSecond, whole_seconds(6 * environment.margin + close_max));
  environment.patience = std::max(20 * kSecond, 10 * close_max + 4 * environment.slow);
}

Calibration calibrated(Environment environment, const std::string& name_prefix, sut::SystemFactory& factory) {
  set_bounds(environment, kSecond, environment.round_trip_max);
  TrialRunner trials(environment, name_prefix + "c", factory, factory);
  const std::unique_ptr<Runner> runner = trials.make_runner();
  const auto run = [&](const Steps& steps) {
    trials.run(*runner, std::make_shared<const Program>(Program(steps)), 0, true);
    return first_trouble(runner->history());
  };
  // Whoever has just started is slow once, which says nothing of later.
  std::string trouble = run({create(), stats(), open(), post(data(0, 4)), close(), stats()});
  const Duration first_close = longest<CloseJob>(runner->history());
  // Busy nodes were asked again and again meanwhile.
  const std::string full = answer_without_room(runner->history());
  if (is_for_want_of_nodes(full)) return without_room(std::move(environment), std::move(trouble), full);
  // Shards that are still to start, and whatever else is in the way, may be done in a moment.
  if (!full.empty()) run({pause(kRoomPatience)});
  // A long close is long by itself and not by chance: one more of them tells enough.
  Steps steps{create(), stats(), open(), stats(), post(data(0, 4)), stats(), close()};
  if (first_close < kSecond)
    steps.add(stats()).add(open()).add(stats()).add(post(data(4, 6))).add(stats()).add(close());
  const std::string measured = run(steps);
  if (const std::string answer = answer_without_room(runner->history()); !full.empty() && !answer.empty())
    return without_room(std::move(environment), std::move(trouble), answer);
  if (trouble.empty()) trouble = measured;
  const Duration close_max = longest<CloseJob>(runner->history());
  const Duration round_trip_max = std::max(environment.round_trip_max, longest<JobStats>(runner->history()));
  set_bounds(environment, close_max == 0 ? kSecond : close_max, round_trip_max);
  return {std::move(environment), std::move(trouble), {}};
}

}  // namespace closecheck::properties
