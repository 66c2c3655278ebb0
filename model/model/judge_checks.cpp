// Rules on a close that need no model: clocks, callers, parameters.
#include <fmt/format.h>

#include "model/authorization_check.h"
#include "model/clock_check.h"
#include "model/dialect_check.h"
#include "model/judge_core.h"

namespace closecheck::model {

void JudgeCore::rule_on_close(const Exchange& exchange, JobFile* job) {
  // What was lost on the way was not late for the service's sake.
  const bool has_a_time = !exchange.unanswered || options_.in_process;
  ClockRuling ruling = has_a_time ? check_close_clock(exchange, options_.margin) : ClockRuling{};
  if (ruling.finding) accuse(*std::move(ruling.finding));
  if (ruling.gave_up_in_time && exchange.outcome == RequestOutcome::timed_out) {
    if (exchange.timeout.reading == TimeReading::absent) {
      evidence_.add(Clause::timeout_defaults_to_30m);
    } else {
      evidence_.add(Clause::timeout_bounds_wait);
      evidence_.add(Clause::timeout_takes_time_units);
    }
    if (job != nullptr) job->expect(Clause::timed_out_close_is_no_success);
  }
  if (exchange.stage == Exchange::Stage::answered)
    if (auto finding = check_close_form(exchange, options_.secured)) accuse(*std::move(finding));

  if (job == nullptr || exchange.question.kind != RequestKind::force_close || exchange.odd_force) return;
  if ((!job->slow && !job->hangs) || !has_a_time || (job->blurred && !options_.in_process)) return;
  const bool nothing_to_wait_for = exchange.before == JobState::closed || exchange.before == JobState::absent ||
                                   exchange.before == JobState::failed || job->course.failed_fault ||
                                   job->course.normal_close != 0;
  if (nothing_to_wait_for) return;
  if (exchange.outcome != RequestOutcome::accepted && exchange.stage != Exchange::Stage::lost) return;
  std::optional<Time> ends;
  if (!job->hangs) ends = job->housekeeping_since.value_or(exchange.invoked) + job->slow_for;
  ClockRuling force = check_force_clock(exchange, ends, options_.margin);
  if (force.finding) accuse(*std::move(force.finding));
  if (force.gave_up_in_time) evidence_.add(Clause::force_returns_early);
}

void JudgeCore::rule_on_form(const Exchange& exchange, const Response& response) {
  bool form_departs = false;
  for (const DialectNote& note : response.notes) {
    if (level_of(note.clause) != Level::dialect) continue;
    form_departs = form_departs || note.clause == Clause::wire_error_envelope;
    accuse_dialect(note.clause, note.expected, fmt::format("{}: {}", cite(exchange.number), note.observed),
                   exchange.answer_event);
  }
  const bool in_envelope =
      response.outcome == Outcome::refused && !response.error_type.empty() && is_body_known(response);
  if (in_envelope && response.wire != nullptr && !form_departs) evidence_.add(Clause::wire_error_envelope);

  // Without an id no job hears of it.
  if (exchange.is_close && exchange.without_id && exchange.outcome == RequestOutcome::refused)
    evidence_.add(Clause::unknown_job_refused);

  ManyJobs many;
  if (exchange.is_close && exchange.expression) {
    many.certain = exchange.quiet && exchange.question.concerns != Concerns::perhaps && options_.knows_every_job;
    for (std::uint32_t i = 0; i < exchange.target_count; ++i) {
      const JobFile& job = job_at(targets_[exchange.first_target + i]);
      many.count += job.now == JobState::absent ? 0 : 1;
      many.certain = many.certain && job.now != JobState::unknown && job.open_changes == 1;
      many.any_failed = many.any_failed || job.now == JobState::failed;
      many.any_feed = many.any_feed || (job.has_feed && job.feed_now != false);
    }
  }
  auto ruling = model::check_dialect(exchange, response, options_.profile, options_.secured, &many);
  if (!ruling) return;
  if (ruling->departs)
    accuse_dialect(ruling->clause, std::move(ruling->expected), std::move(ruling->observed), exchange.answer_event);
  else
    evidence_.add(ruling->clause);
}

}  // namespace closecheck::model
