// Timeouts: one bounds the wait for a close from above, nobody gives up before, and giving up is no success.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "rules/rules.h"

namespace closecheck::model::timeouts {
namespace {

constexpr Duration kDefaultTimeout = 30 * kMinute;

bool is_normal_close(const Exchange& exchange) {
  return exchange.is_close && !exchange.wrong_method && !exchange.without_id &&
         exchange.question.kind == RequestKind::close;
}

/// The number that a time value begins with; 0: none.
double number_of(const Exchange& exchange) {
  const auto* close = std::get_if<CloseJob>(&exchange.request->operation);
  if (close == nullptr || !close->timeout) return 0;
  double number = 0;
  for (const char c : *close->timeout) {
    if (c == ' ') continue;
    if (c < '0' || c > '9') break;
    number = number * 10 + (c - '0');
  }
  return number;
}

/// Whether the wait is what the same number would mean with another unit.
bool is_another_unit(const Exchange& exchange, Duration waited, Duration margin) {
  const double number = number_of(exchange);
  if (number <= 0) return false;
  constexpr std::array kUnits{Duration{1}, kMicrosecond, kMillisecond, kSecond, kMinute, kHour, 24 * kHour};
  return std::ranges::any_of(kUnits, [&](Duration unit) {
    const double meant = number * static_cast<double>(unit);
    const auto said = static_cast<double>(exchange.timeout.span);
    const double tolerance = static_cast<double>(margin) + 0.05 * meant;
    // Hardly longer than the tolerance, it is met by any wait that is too long.
    if (meant == said || (meant > said && meant < 2 * tolerance)) return false;
    return std::abs(static_cast<double>(waited) - meant) <= tolerance;
  });
}

std::string bound_text(const Exchange& exchange) {
  if (exchange.timeout.reading == TimeReading::absent) return "30 minutes, the default without a timeout";
  return fmt::format("its timeout of {}", describe_duration(exchange.timeout.span));
}

Clause bound_clause(const Exchange& exchange, Duration waited, Duration margin) {
  if (exchange.timeout.reading == TimeReading::absent) return Clause::timeout_defaults_to_30m;
  // Who waits for the default did not misread the unit: the timeout was ignored.
  if (std::abs(waited - kDefaultTimeout) <= margin + kSecond) return Clause::timeout_bounds_wait;
  return is_another_unit(exchange, waited, margin) ? Clause::timeout_takes_time_units : Clause::timeout_bounds_wait;
}

Finding timing(Clause clause, const Exchange& exchange, std::string expected, std::string observed) {
  Finding finding = finding_at(exchange, clause, std::move(expected), std::move(observed));
  finding.timing = true;
  return finding;
}

/// Whether the wait was longer than the limit allows; `has_ended`: it is over.
std::optional<Finding> too_long(const Exchange& exchange, Duration waited, Duration limit, bool is_answered,
                                Duration margin) {
  if (waited <= limit + margin) return std::nullopt;
  const bool succeeded = is_answered && exchange.outcome == RequestOutcome::accepted;
  const bool by_default = exchange.timeout.reading == TimeReading::absent;
  const Clause clause = !succeeded   ? bound_clause(exchange, waited, margin)
                        : by_default ? Clause::timeout_defaults_to_30m
                                     : Clause::timeout_bounds_wait;
  return timing(clause, exchange,
                fmt::format("an answer to close #{} within {} (tolerance {})", exchange.number, bound_text(exchange),
                            describe_duration(margin)),
                fmt::format("{} after {}", is_answered ? "an answer" : "no answer", describe_duration(waited)));
}

/// Whether a close that could not end in time was answered within its bounds; who gives up too soon is accused.
bool gave_up_in_time(const Exchange& exchange, Duration waited, Duration limit, RuleContext& context) {
  if (exchange.found_job_at_rest()) return false;
  const Duration margin = context.options.margin;
  // Another refusal that comes just when the time is up gives up too, where the time is long enough to tell.
  if (exchange.refusal != Refusal::timed_out)
    return exchange.outcome == RequestOutcome::timed_out && limit >= 4 * margin + 10 * kMillisecond;
  if (waited >= limit - margin) return exchange.outcome == RequestOutcome::timed_out;
  context.rulings.accuse(timing(bound_clause(exchange, waited, margin), exchange,
                                fmt::format("close #{} waits up to {} before it gives up (tolerance {})",
                                            exchange.number, bound_text(exchange), describe_duration(margin)),
                                fmt::format("it gave up after {}", describe_duration(waited))));
  return false;
}

}  // namespace

std::optional<Duration> limit_of(const Exchange& exchange) {
  if (exchange.timeout.reading == TimeReading::valid) return exchange.timeout.span;
  if (exchange.timeout.reading == TimeReading::absent) return kDefaultTimeout;
  return std::nullopt;
}

void judge_close(const Exchange& exchange, JobFile* job, RuleContext& context) {
  const std::optional<Duration> limit = limit_of(exchange);
  if (!is_normal_close(exchange) || !limit || exchange.outcome == RequestOutcome::busy) return;
  if (exchange.unclaimed && exchange.outcome == RequestOutcome::unknown) return;
  // What was lost on the way was not late for the service's sake.
  if (exchange.unanswered && !context.options.in_process) return;
  const Duration waited = exchange.answered - exchange.invoked;
  const bool is_answered = exchange.stage == Exchange::Stage::answered;
  // Whenever it came: what a close that gave up has to leave behind does not hang on the clock.
  const bool gave_up = exchange.outcome == RequestOutcome::timed_out && exchange.refusal == Refusal::timed_out;
  if (gave_up && job != nullptr && !exchange.found_job_at_rest()) job->expect(Clause::timed_out_close_is_no_success);
  if (auto finding = too_long(exchange, waited, *limit, is_answered, context.options.margin))
    return context.rulings.accuse(*std::move(finding));
  if (!gave_up_in_time(exchange, waited, *limit, context)) return;
  if (exchange.timeout.reading == TimeReading::absent) {
    context.rulings.prove(Clause::timeout_defaults_to_30m);
  } else {
    context.rulings.prove(Clause::timeout_bounds_wait);
    context.rulings.prove(Clause::timeout_takes_time_units);
  }
  if (job != nullptr) job->expect(Clause::timed_out_close_is_no_success);
}

void judge_open_close(const Exchange& exchange, Time now, RuleContext& context) {
  const std::optional<Duration> limit = limit_of(exchange);
  if (!is_normal_close(exchange) || !limit) return;
  if (auto finding = too_long(exchange, now - exchange.invoked, *limit, false, context.options.margin))
    context.rulings.accuse(*std::move(finding));
}

bool claimed_at_timeout(const JobFile& job, const RuleContext& context) {
  if (job.period.normal_close == 0 || job.period.forced != 0) return false;
  const Exchange* const known = context.log.find(job.period.normal_close);
  if (known == nullptr) return false;
  const Exchange& close = *known;
  const bool at_once = close.timeout.reading == TimeReading::unsettled && close.timeout.span == 0;
  if (close.timeout.reading != TimeReading::valid && !at_once) return false;
  const Duration waited = close.answered - close.invoked;
  return at_once ? waited <= kSecond : waited >= close.timeout.span - context.options.margin;
}

}  // namespace closecheck::model::timeouts
