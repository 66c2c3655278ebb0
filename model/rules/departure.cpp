// Which clause a departure breaks: the oracle sees one job and abstract requests; here stands who asked, in what form,
// what happened to other jobs, and whether one changed answer would explain everything.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model {
namespace {

// Explaining must not cost more than judging: only so many refused requests are tried, the newest first.
constexpr std::size_t kCandidatesMax = 32;

template <std::size_t kCount>
bool is_one_of(Clause clause, const std::array<Clause, kCount>& clauses) {
  return std::ranges::find(clauses, clause) != clauses.end();
}

/// Clauses about the state that a reading shows.
constexpr std::array kAboutState{Clause::job_reopens,
                                 Clause::closed_means_closed,
                                 Clause::close_waits_for_housekeeping,
                                 Clause::close_ends_open_job,
                                 Clause::timed_out_close_goes_on,
                                 Clause::concurrent_requests_linearize,
                                 Clause::force_closes_unresponsive_job,
                                 Clause::force_closes_failed_job};
/// ... and about its counts.
constexpr std::array kAboutCounts{Clause::close_flushes_buffers, Clause::accepted_data_is_kept};

/// Whether the departure is explained by a refused request that was honoured all the same, at once or, for a close,
/// after a while.
bool refused_one_explains(const JobFile& job, Finding& finding, const RuleContext& context) {
  std::size_t tried = 0;
  bool was_read = false;
  for (const Exchange* const found : newest_first(job, context.log)) {
    // What was read after a close had shown what everything before that came to.
    was_read = was_read || (is_read(found->meant) && found->stage == Exchange::Stage::answered &&
                            found->answer_event < finding.event);
    const bool was_closed = found->meant == RequestKind::close && found->outcome == RequestOutcome::accepted;
    if (tried == kCandidatesMax || (was_read && was_closed)) break;
    const Exchange& refused = *found;
    // What is refused to its caller asks nothing of the job, and for want of capacity nothing is done.
    const bool was_refused = refused.outcome == RequestOutcome::refused || refused.outcome == RequestOutcome::failed ||
                             refused.is_refused_to_caller() || refused.refusal == Refusal::busy;
    if (!was_refused || is_read(refused.meant) || refused.stage != Exchange::Stage::answered) continue;
    ++tried;
    for (const RequestOutcome outcome : {RequestOutcome::accepted, RequestOutcome::timed_out}) {
      if (outcome == RequestOutcome::timed_out && refused.meant != RequestKind::close) continue;
      Supposition supposition;
      supposition.id = static_cast<int>(refused.number);
      supposition.question = refused.question;
      supposition.question->kind = refused.meant;
      supposition.question->may_be_refused = false;
      supposition.question->has_timeout = true;
      supposition.answer = Answer{.outcome = outcome};
      if (!job.oracle.suppose(supposition)) continue;
      name_also(finding, Clause::refused_request_changes_nothing);
      // Whose parameters were refused was not looked at any further.
      if (refused.barred && refused.is_close && refused.refusal != Refusal::bad_request)
        name_also(finding, authorization::barred_clause(refused));
      finding.expected += fmt::format("; {} was refused and changes nothing", context.log.cite(refused.number));
      finding.observed += ", as if it had been honoured";
      return true;
    }
  }
  return false;
}

/// Whether another close, or an open, was under way at the same time.
bool met_other_mover(const JobFile& job, const Exchange& close, const RuleContext& context) {
  return std::ranges::any_of(newest_first(job, context.log), [&](const Exchange* found) {
    const Exchange& other = *found;
    const bool moves = other.is_close || other.meant == RequestKind::open;
    if (!moves || other.number == close.number) return false;
    const bool before = other.stage != Exchange::Stage::open && other.answer_event < close.invoke_event;
    const bool after = close.stage != Exchange::Stage::open && close.answer_event < other.invoke_event;
    return !before && !after;
  });
}

/// Whether something else that could change the job was under way beside the close.
bool was_overlapped(std::size_t close, const RuleContext& context) {
  const Exchange* const known = close != 0 ? context.log.find(close) : nullptr;
  return known != nullptr && known->overlapped;
}

void name_by_force(Finding& finding, const OpenPeriod& period) {
  if (period.forced_from_failed)
    name_also(finding, Clause::force_closes_failed_job);
  else if (period.forced_unresponsive)
    name_also(finding, Clause::force_closes_unresponsive_job);
}

/// A close or open that was answered otherwise than it had to be.
void refine_answer(const JobFile& job, const Exchange& blamed, Finding& finding, const RuleContext& context) {
  if (blamed.outcome == RequestOutcome::accepted) return;
  if (!blamed.is_close && blamed.overlapped && blamed.met_close)
    return name_also(finding, Clause::concurrent_requests_linearize);
  if (blamed.meant == RequestKind::open && blamed.outcome == RequestOutcome::refused && job.period.opened_by != 0) {
    // The job cannot be opened because it is not closed yet, whatever its close was told.
    if (timeouts::claimed_at_timeout(job, context))
      name_also(finding, Clause::timed_out_close_is_no_success);
    else if (!job.readings.closed_stats && job.period.forced != 0)
      name_by_force(finding, job.period);
    else if (!job.readings.closed_stats && was_overlapped(job.period.normal_close, context))
      name_also(finding, Clause::concurrent_requests_linearize);
    return;
  }
  if (!blamed.is_close || blamed.meant != RequestKind::close) return;
  if (job.name.ends_with("event_rate")) name_also(finding, Clause::example_event_rate);
  if (blamed.is_refused_to_caller() && context.options.secured) {
    if (const auto right = authorization::right_of(blamed.request->who)) name_also(finding, *right);
    finding.observed += fmt::format(" (status {})", blamed.status);
  }
  if (blamed.timeout.reading == TimeReading::valid && blamed.refusal == Refusal::bad_request)
    name_also(finding, Clause::timeout_takes_time_units);
  else if (blamed.overlapped && blamed.met_close)
    name_also(finding, Clause::concurrent_requests_linearize);
  else if (job.period.timed_out_close != 0 && job.period.timed_out_close != blamed.number &&
           blamed.refusal == Refusal::conflict)
    name_also(finding, Clause::timed_out_close_goes_on);
}

/// Statistics that show what they must not.
void refine_reading(const JobFile& job, Finding& finding, const RuleContext& context) {
  const OpenPeriod& period = job.period;
  if (is_one_of(finding.clause, kAboutState)) {
    if (period.forced != 0) return name_by_force(finding, period);
    if (period.normal_close == 0) return;
    const Exchange* const known = context.log.find(period.normal_close);
    if (known == nullptr) return;
    const Exchange& close = *known;
    if (timeouts::claimed_at_timeout(job, context) && !job.readings.closed_stats) {
      name_also(finding, Clause::timed_out_close_is_no_success);
      finding.expected +=
          fmt::format("; {} was answered after {}, when its timeout was up", context.log.cite(close.number),
                      describe_duration(close.answered - close.invoked));
    } else if (met_other_mover(job, close, context)) {
      name_also(finding, Clause::concurrent_requests_linearize);
    }
  } else if (is_one_of(finding.clause, kAboutCounts) && period.forced == 0 && period.normal_close == 0) {
    if (period.timed_out_close != 0 && finding.clause == Clause::close_flushes_buffers)
      name_also(finding, Clause::timed_out_close_goes_on);
    if (period.timed_out_close == 0 && period.feed_with_end != 0) name_also(finding, Clause::datafeed_end_closes_job);
  }
}

Finding refined(const JobFile& job, const OracleFinding& found, const RuleContext& context) {
  Finding finding;
  finding.clause = found.clause;
  finding.also = found.also;
  finding.expected = found.expected;
  finding.observed = found.observed;
  finding.event = found.event;
  if (found.id <= 0) return finding;
  const Exchange& blamed = context.log.of(static_cast<std::size_t>(found.id));
  finding.event = blamed.answer_event;
  finding.observed = fmt::format("{}: {}", context.log.cite(blamed.number), finding.observed);
  refine_answer(job, blamed, finding, context);
  if (blamed.meant != RequestKind::stats) return finding;
  const bool claimed = timeouts::claimed_at_timeout(job, context) && !job.readings.closed_stats;
  const bool explained =
      !found.count_too_low && !claimed &&
      (isolation::other_close_explains(job, finding, context) || refused_one_explains(job, finding, context));
  if (explained) return finding;
  // It was read closed with other counts before.
  const bool is_further = finding.clause == Clause::closed_job_refuses_analysis && job.readings.idle;
  if (is_further && isolation::touched_by_other_close(job, job.readings.idle->number, context))
    name_also(finding, Clause::close_touches_one_job);
  else
    refine_reading(job, finding, context);
  return finding;
}

}  // namespace

void explain_departure(JobFile& job, const Exchange* exchange, RuleContext& context) {
  const OracleFinding found = job.oracle.finding();
  if (dialect::account_for(job, found, context)) return;
  if (level_of(found.clause) == Level::dialect) {
    // No more than a matter of form; what the job did there cannot be told.
    context.rulings.depart(found.clause, found.expected, found.observed, found.event);
    job.lose_track(found.expected + "; observed " + found.observed);
    return;
  }
  Finding finding = refined(job, found, context);
  if (found.count_too_low && exchange != nullptr && static_cast<int>(exchange->number) == found.id) {
    await_promise(*exchange, job, std::move(finding), fmt::format("records in the counts ({})", found.observed),
                  context);
    if (job.oracle.forgive() == OracleVerdict::violated && !context.rulings.has_accused())
      explain_departure(job, exchange, context);
    return;
  }
  context.rulings.accuse(std::move(finding));
}

}  // namespace closecheck::model
