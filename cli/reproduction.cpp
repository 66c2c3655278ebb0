#include "reproduction.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "closecheck/properties/timing.h"
#include "closecheck/scenarios/scenario.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

constexpr int kReplays = 3;
/// ... where one of them was not as the others.
constexpr int kReplaysMax = 10;

using Clock = std::chrono::steady_clock;

/// How often one was replayed.
struct Tally {
  int failing = 0;
  int told = 0;
};

/// Once in any case, and then for as long as a replay that takes as long as the longest before it ends by `end`.
/// `by_clock`: one that does not fail decides.
Tally replay_alone(const scenarios::Scenario& scenario, bool by_clock, const Target& target, const std::string& prefix,
                   Clock::time_point end, LiveSession& session) {
  const LiveSession::Reached& reached = session.reach(target);
  const properties::Timing timing = properties::timing_of(
      properties::TargetPace{target.profile, target.live, reached.knowledge.secured, reached.knowledge.round_trip_max});
  scenarios::Circumstances circumstances;
  circumstances.principals = reached.knowledge.principals;
  circumstances.cancelled = &session.cancelled();
  Systems systems = make_systems(target, reached.journal);
  Tally tally;
  int wanted = kReplays;
  Clock::duration longest{};
  for (int i = 0; i < wanted && !session.cancelled() && !session.is_over(); ++i) {
    const Clock::time_point begin = Clock::now();
    if (i > 0 && end - begin < longest) break;
    const scenarios::Replay replay =
        scenarios::replay(scenario, systems.through_codec(), timing.executor, timing.judge,
                          target.live ? fmt::format("{}{}-", prefix, i) : prefix, {}, {}, circumstances);
    longest = std::max(longest, Clock::now() - begin);
    const bool is_failing = replay.verdict == scenarios::ReplayVerdict::still_failing;
    if (!is_failing) wanted = kReplaysMax;
    if (replay.verdict == scenarios::ReplayVerdict::cannot_tell) continue;
    ++tally.told;
    tally.failing += is_failing ? 1 : 0;
    if (by_clock && !is_failing) break;
  }
  return tally;
}

bool lacks_an_answer(const History& history) {
  return std::ranges::any_of(history.events, [](const Event& event) { return event.type == EventType::info; });
}

/// Of a violation that did not come again; empty: it stands all the same.
std::string why_taken_back(const ViolationRecord& violation, const Tally& tally) {
  // A clock can be wrong, and for as long as the machine has much else to do.
  if (violation.finding.timing && tally.failing < tally.told)
    return fmt::format("expected {}; observed {}; replayed alone, in {} of {}, which may be noise",
                       violation.finding.expected, violation.finding.observed, tally.failing, tally.told);
  if (tally.told == kReplaysMax && tally.failing == 0 && lacks_an_answer(violation.history))
    return fmt::format("an answer departed once, in a history with a request that had none, and in {} replays never",
                       kReplaysMax);
  return "";
}

void take_back(RunRecord& record, std::size_t at, const std::string& why) {
  const Clause clause = record.violations[at].finding.clause;
  for (ClauseRecord& told : record.clauses) {
    if (told.clause != clause) continue;
    told.verdict = ClauseVerdict::inconclusive;
    told.kind = Untold::did_not;
    told.why = why;
  }
  record.violations.erase(record.violations.begin() + static_cast<std::ptrdiff_t>(at));
  record.verdict = verdict_of(record);
}

}  // namespace

void reproduce_violations(RunRecord& record, const Target& target, LiveSession& session, ProgressLine& progress) {
  for (std::size_t i = 0; i < record.violations.size();) {
    ViolationRecord& violation = record.violations[i];
    const std::size_t found = record.violations.size();
    progress.show({"replaying what was found", i, found, found, violation.finding.clause});
    violation.reproduced = "not tried";
    Tally tally;
    try {
      const std::string prefix =
          target.live ? fmt::format("{}p{}-", session.name_prefix(), i) : std::string(kNamePrefix);
      // Each has an equal share of the time that is left.
      const Clock::time_point now = Clock::now();
      const auto others = static_cast<Clock::rep>(record.violations.size() - i);
      if (!violation.scenario.empty())
        tally = replay_alone(scenarios::Scenario::load(violation.scenario), violation.finding.timing, target, prefix,
                             now + (session.end_of_work() - now) / others, session);
    } catch (const scenarios::ScenarioError& error) {
      progress.clear();
      print_diagnostic(error.what);
    }
    if (tally.told > 0) violation.reproduced = fmt::format("{} of {}", tally.failing, tally.told);
    const std::string why = why_taken_back(violation, tally);
    if (why.empty())
      ++i;
    else
      take_back(record, i, why);
  }
  progress.clear();
}

}  // namespace closecheck::cli
