// Force: it returns before the housekeeping is done, which may go on for a while behind it.
#include <fmt/format.h>

#include <algorithm>

#include "rules/rules.h"

namespace closecheck::model::force {
namespace {

Finding late(const Exchange& exchange, std::optional<Time> housekeeping_ends) {
  const Duration waited = exchange.answered - exchange.invoked;
  Finding finding = finding_at(
      exchange, Clause::force_returns_early,
      fmt::format("forced close #{} returns before the job's housekeeping is done{}", exchange.number,
                  housekeeping_ends ? fmt::format(", which took until {} after the request",
                                                  describe_duration(*housekeeping_ends - exchange.invoked))
                                    : std::string(", which never ends by itself")),
      exchange.stage == Exchange::Stage::lost ? fmt::format("no answer for {}", describe_duration(waited))
                                              : fmt::format("it returned after {}", describe_duration(waited)));
  finding.timing = true;
  return finding;
}

}  // namespace

void judge_close(const Exchange& exchange, const JobFile& job, RuleContext& context) {
  const bool forces = exchange.question.kind == RequestKind::force_close && !exchange.may_force_or_not();
  if (!forces || !job.housekeeping.is_known()) return;
  // What was lost on the way was not late for the service's sake, and what was lost before may have ended the wait.
  if ((exchange.unanswered || job.disturbed) && !context.options.in_process) return;
  // A normal close that was answered meanwhile may be what the forced one waited for.
  const Exchange* const normal = context.log.find(job.period.normal_close);
  const bool nothing_to_wait_for = exchange.before == JobState::closed || exchange.before == JobState::absent ||
                                   exchange.before == JobState::failed || job.period.failed_fault ||
                                   (normal != nullptr && normal->answered <= exchange.invoked);
  const bool is_lost = exchange.stage == Exchange::Stage::lost;
  if (nothing_to_wait_for || (exchange.outcome != RequestOutcome::accepted && !is_lost)) return;
  std::optional<Time> ends;
  if (!job.housekeeping.hangs) ends = job.housekeeping.since.value_or(exchange.invoked) + job.housekeeping.slow_for;
  // With little left to wait for, early and late cannot be told apart.
  const Duration margin = context.options.margin;
  if (ends && *ends - exchange.invoked < std::max<Duration>(4 * margin, 20 * kMillisecond)) return;
  if (is_lost) {
    // A lost answer may have been a broken connection; one that was awaited that long was not.
    const Duration waited = exchange.answered - exchange.invoked;
    if (waited < kMinute + margin || (ends && exchange.answered < *ends)) return;
  } else if (!ends || exchange.answered < *ends - margin) {
    return context.rulings.prove(Clause::force_returns_early);
  }
  context.rulings.accuse(late(exchange, ends));
}

bool may_still_work(const JobFile& job, const Exchange& reading, const RuleContext& context) {
  if (job.period.forced == 0) return false;
  const Exchange* const close = context.log.find(job.period.forced);
  return !job.settled || close == nullptr || reading.answered < close->answered + context.options.forced_rest;
}

}  // namespace closecheck::model::force
