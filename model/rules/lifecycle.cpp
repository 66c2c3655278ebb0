// The lifecycle: what a fitting answer put to the test. What departs is found by the oracle.
#include <bit>

#include "rules/rules.h"

namespace closecheck::model {

Finding finding_at(const Exchange& exchange, Clause clause, std::string expected, std::string observed) {
  Finding finding;
  finding.clause = clause;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  finding.event = exchange.answer_event;
  return finding;
}

namespace lifecycle {
namespace {

constexpr std::uint64_t bit(Clause clause) {
  return std::uint64_t{1} << static_cast<unsigned>(clause);
}

/// Clauses that a reading of `closed` confirms, and nothing else.
constexpr std::uint64_t kNeedsClosed =
    bit(Clause::close_ends_open_job) | bit(Clause::manage_ml_may_close) | bit(Clause::manage_may_close) |
    bit(Clause::example_event_rate) | bit(Clause::force_closes_failed_job) |
    bit(Clause::force_closes_unresponsive_job) | bit(Clause::timed_out_close_goes_on) | bit(Clause::close_many);

void learn_of_accepted_close(const Exchange& exchange, JobFile& job, RuleContext& context) {
  const bool normal = exchange.question.kind == RequestKind::close;
  if (normal && exchange.timeout.reading == TimeReading::valid) context.rulings.prove(Clause::timeout_takes_time_units);
  if (exchange.expression) {
    if (exchange.jobs_there > 1 && context.options.profile->has_expressions) job.expect(Clause::close_many);
  } else if (normal && exchange.before == JobState::opened) {
    job.expect(Clause::close_ends_open_job);
    if (context.options.secured)
      if (const auto right = authorization::right_of(exchange.request->who)) job.expect(*right);
    const auto* close = std::get_if<CloseJob>(&exchange.request->operation);
    if (close != nullptr && job.name.ends_with("event_rate") && !close->force && !close->timeout)
      job.expect(Clause::example_event_rate);
  }
  if (job.period.forced == exchange.number && !exchange.may_force_or_not()) {
    if (job.period.forced_from_failed) job.expect(Clause::force_closes_failed_job);
    if (job.period.forced_unresponsive) job.expect(Clause::force_closes_unresponsive_job);
  }
}

void learn_of_refused_close(const Exchange& exchange, JobFile& job, RuleContext& context) {
  if (exchange.question.kind == RequestKind::invalid || exchange.before == JobState::failed)
    job.expect(Clause::refused_request_changes_nothing);
  if (exchange.barred) {
    if (exchange.before == JobState::opened)
      job.expect(exchange.unauthenticated ? Clause::anonymous_refused : Clause::close_requires_privilege);
  } else if (exchange.bad_timeout) {
    if (exchange.before == JobState::opened) job.expect(Clause::bad_parameters_refused);
  } else if (exchange.before == JobState::failed && exchange.question.kind == RequestKind::close) {
    if (exchange.was_refused_as_it_is()) context.rulings.prove(Clause::failed_job_needs_force);
  } else if (exchange.before == JobState::absent && !exchange.expression) {
    context.rulings.prove(Clause::unknown_job_refused);
  }
}

void learn_of_open(const Exchange& exchange, JobFile& job) {
  if (exchange.outcome != RequestOutcome::accepted) return;
  // Who was open again before anybody looked confirms nothing of the close.
  job.to_confirm &= ~kNeedsClosed;
  if (job.times_opened > 1) job.expect(Clause::job_reopens);
}

void learn_of_post(const Exchange& exchange, JobFile& job, bool was_closed, RuleContext& context) {
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  const bool has_records = post != nullptr && !post->records.empty() && !post->malformed;
  if (was_closed && has_records && exchange.was_refused_as_it_is())
    context.rulings.prove(Clause::closed_job_refuses_data);
  if (exchange.outcome != RequestOutcome::accepted || (job.to_confirm & bit(Clause::job_reopens)) == 0) return;
  job.to_confirm &= ~bit(Clause::job_reopens);
  context.rulings.prove(Clause::job_reopens);
}

void confirm(JobFile& job, RuleContext& context) {
  std::uint64_t confirmed = job.to_confirm;
  if (job.now != JobState::closed) confirmed &= ~kNeedsClosed;
  // A job that is still on its way does not yet show what it will have kept.
  if (job.now != JobState::opened) confirmed &= ~bit(Clause::job_reopens);
  job.to_confirm &= ~confirmed;
  for (std::uint64_t left = confirmed; left != 0; left &= left - 1)
    context.rulings.prove(static_cast<Clause>(std::countr_zero(left)));
  const ExchangeLog::Close& other = context.log.last_close_of_other(job.index);
  if (other.number <= job.isolation_confirmed) return;
  const bool was_open =
      job.now == JobState::opened && job.period.opened_by != 0 && job.period.opened_event < other.invoke_event;
  // Where there is room for one open job alone, a closed one shows that nothing of it moved.
  const bool was_read_closed =
      job.now == JobState::closed && job.readings.idle && job.readings.idle->number < other.number;
  if (!was_open && !was_read_closed) return;
  job.isolation_confirmed = other.number;
  context.rulings.prove(Clause::close_touches_one_job);
}

}  // namespace

void learn(const Exchange& exchange, JobFile& job, RuleContext& context) {
  if (exchange.overlapped && job.open_changes == 0) context.rulings.prove(Clause::concurrent_requests_linearize);
  if (exchange.is_close) {
    if (exchange.outcome == RequestOutcome::accepted)
      learn_of_accepted_close(exchange, job, context);
    else if (exchange.outcome == RequestOutcome::timed_out)
      job.expect(Clause::timed_out_close_goes_on);
    else if (exchange.outcome == RequestOutcome::refused)
      learn_of_refused_close(exchange, job, context);
    return;
  }
  if (exchange.outcome == RequestOutcome::refused) job.expect(Clause::refused_request_changes_nothing);
  if (!exchange.quiet) return;
  const bool was_closed = exchange.before == JobState::closed && job.times_closed > 0 && !exchange.barred;
  if (exchange.meant == RequestKind::open) return learn_of_open(exchange, job);
  if (exchange.meant == RequestKind::post) return learn_of_post(exchange, job, was_closed, context);
  if (exchange.meant == RequestKind::flush && was_closed && exchange.was_refused_as_it_is())
    context.rulings.prove(Clause::closed_job_refuses_analysis);
}

void learn_of_statistics(JobFile& job, const JobStatistics* statistics, RuleContext& context) {
  if (job.now == JobState::unknown) return;
  confirm(job, context);
  Rulings& rulings = context.rulings;
  const bool exact = statistics != nullptr && statistics->counts_told && job.records_now && *job.records_now > 0;
  if (job.now == JobState::opened && exact && job.times_opened > 1) rulings.prove(Clause::reopen_continues_analysis);
  if (!job.is_closed_again()) return;
  if (job.readings.idle && job.readings.closed_stats) {
    rulings.prove(Clause::closed_means_closed);
    rulings.prove(Clause::closed_job_is_idle);
    if (exact) rulings.prove(Clause::closed_job_refuses_analysis);
  }
  job.readings.closed_stats = true;
  if (job.period.closed_by_feed()) rulings.prove(Clause::datafeed_end_closes_job);
  if (!exact || job.period.count_learned || !job.closed_cleanly()) return;
  if (job.times_closed > 1) rulings.prove(Clause::accepted_data_is_kept);
  if (!job.results.took_data_since_open()) return;
  if (job.period.normal_close != 0) rulings.prove(Clause::close_waits_for_housekeeping);
  if (!job.readings.counts_fitted && job.readings.buckets_fitted) rulings.prove(Clause::close_flushes_buffers);
  job.readings.counts_fitted = true;
}

}  // namespace lifecycle
}  // namespace closecheck::model
