// What was truly put to the test: a clause holds elsewhere only on what is counted here.
#include <algorithm>
#include <bit>

#include "model/authorization_check.h"
#include "model/judge_core.h"

namespace closecheck::model {
namespace {

constexpr std::uint64_t bit(Clause clause) {
  return std::uint64_t{1} << static_cast<unsigned>(clause);
}

/// Clauses that a reading of `closed` confirms, and nothing else.
constexpr std::uint64_t kNeedsClosed =
    bit(Clause::close_ends_open_job) | bit(Clause::manage_ml_may_close) | bit(Clause::manage_may_close) |
    bit(Clause::example_event_rate) | bit(Clause::force_closes_failed_job) |
    bit(Clause::force_closes_unresponsive_job) | bit(Clause::timed_out_close_goes_on) | bit(Clause::close_many);

}  // namespace

void JudgeCore::learn(const Exchange& exchange, JobFile& job, const Response& response) {
  if (!job.judged || job.blurred || exchange.outcome == RequestOutcome::busy ||
      exchange.outcome == RequestOutcome::unknown)
    return;
  if (exchange.meant == RequestKind::stats) {
    if (exchange.outcome == RequestOutcome::accepted && exchange.quiet) learn_of_statistics(job, response);
    return;
  }
  if (is_read(exchange.meant)) return;
  if (exchange.overlapped && job.open_changes == 0) evidence_.add(Clause::concurrent_requests_linearize);
  if (exchange.is_close) return learn_of_close(exchange, job, response);
  if (exchange.outcome == RequestOutcome::refused) job.expect(Clause::refused_request_changes_nothing);
  if (!exchange.quiet) return;
  const bool barred = options_.secured && exchange.unprivileged;
  const bool was_closed = exchange.before == JobState::closed && job.times_closed > 0 && !barred;
  if (exchange.meant == RequestKind::post) {
    const auto* post = std::get_if<PostData>(&exchange.request->operation);
    const bool has_records = post != nullptr && !post->records.empty() && !post->malformed;
    if (was_closed && has_records && exchange.outcome == RequestOutcome::refused)
      evidence_.add(Clause::closed_job_refuses_data);
    if (exchange.outcome == RequestOutcome::accepted && (job.to_confirm & bit(Clause::job_reopens)) != 0) {
      job.to_confirm &= ~bit(Clause::job_reopens);
      evidence_.add(Clause::job_reopens);
    }
  } else if (exchange.meant == RequestKind::flush) {
    if (was_closed && exchange.outcome == RequestOutcome::refused) evidence_.add(Clause::closed_job_refuses_analysis);
  } else if (exchange.meant == RequestKind::open) {
    if (exchange.outcome != RequestOutcome::accepted) return;
    // Who was open again before anybody looked confirms nothing of the close.
    job.to_confirm &= ~kNeedsClosed;
    if (job.times_opened > 1) job.expect(Clause::job_reopens);
  }
}

void JudgeCore::learn_of_close(const Exchange& exchange, JobFile& job, const Response&) {
  const bool barred = options_.secured && exchange.unprivileged;
  if (exchange.outcome == RequestOutcome::accepted) {
    const bool forces = exchange.question.kind == RequestKind::force_close;
    const bool normal = exchange.question.kind == RequestKind::close;
    if (normal && exchange.timeout.reading == TimeReading::valid) evidence_.add(Clause::timeout_takes_time_units);
    if (exchange.expression) {
      // One of several that were surely there.
      const auto targets = targets_of(exchange);
      const auto is_there = [&](std::uint32_t target) {
        return job_at(target).now != JobState::unknown && job_at(target).now != JobState::absent;
      };
      if (std::ranges::count_if(targets, is_there) > 1 && options_.profile != Profile::xpack_5_4)
        job.expect(Clause::close_many);
    } else if (normal && exchange.before == JobState::opened) {
      job.expect(Clause::close_ends_open_job);
      if (options_.secured)
        if (const auto right = right_of(exchange.request->who)) job.expect(*right);
      const auto* close = std::get_if<CloseJob>(&exchange.request->operation);
      if (close != nullptr && job.name.ends_with("event_rate") && !close->force && !close->timeout)
        job.expect(Clause::example_event_rate);
    }
    if (forces && job.course.forced == exchange.number && !exchange.odd_force) {
      if (job.course.forced_from_failed) job.expect(Clause::force_closes_failed_job);
      if (job.course.forced_unresponsive) job.expect(Clause::force_closes_unresponsive_job);
    }
    for (std::size_t i = 0; i < job_count_; ++i) {
      JobFile& other = job_at(i);
      if (&other != &job && exchange.target_count == 1 && other.now == JobState::opened)
        other.expect(Clause::close_touches_one_job);
    }
    return;
  }
  if (exchange.outcome == RequestOutcome::timed_out) return job.expect(Clause::timed_out_close_goes_on);
  if (exchange.outcome != RequestOutcome::refused) return;
  if (exchange.question.kind == RequestKind::invalid || exchange.before == JobState::failed)
    job.expect(Clause::refused_request_changes_nothing);
  if (barred) {
    if (exchange.before == JobState::opened)
      job.expect(exchange.unauthenticated ? Clause::anonymous_refused : Clause::close_requires_privilege);
    return;
  }
  if (exchange.bad_timeout) {
    if (exchange.before == JobState::opened) job.expect(Clause::bad_parameters_refused);
    return;
  }
  if (exchange.before == JobState::failed && exchange.question.kind == RequestKind::close)
    evidence_.add(Clause::failed_job_needs_force);
  if (exchange.before == JobState::absent && !exchange.expression) evidence_.add(Clause::unknown_job_refused);
}

void JudgeCore::learn_of_statistics(JobFile& job, const Response& response) {
  if (job.now == JobState::unknown) return;
  const bool closed = job.now == JobState::closed;
  std::uint64_t confirmed = job.to_confirm;
  if (!closed) confirmed &= ~kNeedsClosed;
  // A job that is still on its way does not yet show what it will have kept.
  if (job.now != JobState::opened) confirmed &= ~bit(Clause::job_reopens);
  job.to_confirm &= ~confirmed;
  for (std::uint64_t left = confirmed; left != 0; left &= left - 1)
    evidence_.add(static_cast<Clause>(std::countr_zero(left)));

  const auto* list = std::get_if<JobStatisticsList>(&response.content);
  const auto mine = list == nullptr ? std::vector<JobStatistics>::const_iterator{}
                                    : std::ranges::find(list->jobs, job.name, &JobStatistics::job);
  const bool exact = list != nullptr && mine != list->jobs.end() && mine->counts_told && job.records_now &&
                     job.ledger.has_exact_counts() && *job.records_now > 0;
  if (job.now == JobState::opened && exact && job.times_opened > 1) evidence_.add(Clause::reopen_continues_analysis);
  if (!closed || job.times_closed == 0) return;
  if (job.idle && job.closed_stats_read) {
    evidence_.add(Clause::closed_means_closed);
    evidence_.add(Clause::closed_job_is_idle);
    if (exact) evidence_.add(Clause::closed_job_refuses_analysis);
  }
  job.closed_stats_read = true;
  const Course& course = job.course;
  if (course.feed_with_end != 0 && course.normal_close == 0 && course.timed_out_close == 0 && course.forced == 0 &&
      course.lost_close == 0)
    evidence_.add(Clause::datafeed_end_closes_job);
  if (!exact || !job.closed_cleanly()) return;
  if (job.times_closed > 1) evidence_.add(Clause::accepted_data_is_kept);
  if (!job.ledger.took_data_since_open()) return;
  if (course.normal_close != 0) evidence_.add(Clause::close_waits_for_housekeeping);
  if (!job.counts_fitted && job.buckets_fitted) evidence_.add(Clause::close_flushes_buffers);
  job.counts_fitted = true;
}

void JudgeCore::learn_of_results(JobFile& job) {
  bool any_passed = false;
  bool any_new = false;
  bool any_earlier = false;
  for (Expectation& expected : job.ledger.buckets()) {
    if (expected.lo == 0 || !job.ledger.has_passed(expected.start_ms)) continue;
    any_passed = true;
    any_new = any_new || expected.lo > expected.early;
    any_earlier = any_earlier || expected.early > 0;
    expected.seen = true;
  }
  if (!any_passed) return;
  evidence_.add(Clause::close_finalizes_results);
  if (any_earlier && job.times_opened > 1) evidence_.add(Clause::reopen_continues_analysis);
  if (!any_new) return;
  if (job.course.normal_close != 0) evidence_.add(Clause::close_waits_for_housekeeping);
  if (job.counts_fitted && !job.buckets_fitted) evidence_.add(Clause::close_flushes_buffers);
  job.buckets_fitted = true;
}

}  // namespace closecheck::model
