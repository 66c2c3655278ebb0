#include "model/clock_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace closecheck::model {
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
  const std::string& text = *close->timeout;
  double number = 0;
  for (const char c : text) {
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
    if (meant == static_cast<double>(exchange.timeout.span)) return false;
    return std::abs(static_cast<double>(waited) - meant) <= static_cast<double>(margin) + 0.05 * meant;
  });
}

Finding timing(Clause clause, const Exchange& exchange, std::string expected, std::string observed) {
  Finding finding;
  finding.clause = clause;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  finding.event = exchange.answer_event;
  finding.timing = true;
  return finding;
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

std::optional<Duration> limit_of(const Exchange& exchange) {
  if (exchange.timeout.reading == TimeReading::valid) return exchange.timeout.span;
  if (exchange.timeout.reading == TimeReading::absent) return kDefaultTimeout;
  return std::nullopt;
}

}  // namespace

ClockRuling check_close_clock(const Exchange& exchange, Duration margin) {
  ClockRuling ruling;
  if (!is_normal_close(exchange)) return ruling;
  const std::optional<Duration> limit = limit_of(exchange);
  if (!limit || exchange.outcome == RequestOutcome::busy) return ruling;
  const Duration waited = exchange.answered - exchange.invoked;
  if (waited > *limit + margin) {
    const Clause clause = exchange.stage == Exchange::Stage::lost || exchange.outcome != RequestOutcome::accepted
                              ? bound_clause(exchange, waited, margin)
                          : exchange.timeout.reading == TimeReading::absent ? Clause::timeout_defaults_to_30m
                                                                            : Clause::timeout_bounds_wait;
    ruling.finding =
        timing(clause, exchange,
               fmt::format("an answer to close #{} within {} (tolerance {})", exchange.number, bound_text(exchange),
                           describe_duration(margin)),
               fmt::format("{} after {}", exchange.stage == Exchange::Stage::lost ? "no answer" : "an answer",
                           describe_duration(waited)));
    return ruling;
  }
  const bool waited_for_something =
      !(exchange.quiet && (exchange.before == JobState::closed || exchange.before == JobState::failed ||
                           exchange.before == JobState::absent));
  if (!waited_for_something) return ruling;
  if (exchange.refusal != Refusal::timed_out) {
    // Another refusal that comes just when the time is up gives up too, where the time is long enough to tell.
    ruling.gave_up_in_time = exchange.outcome == RequestOutcome::timed_out && *limit >= 4 * margin + 10 * kMillisecond;
    return ruling;
  }
  if (waited < *limit - margin) {
    ruling.finding = timing(bound_clause(exchange, waited, margin), exchange,
                            fmt::format("close #{} waits up to {} before it gives up (tolerance {})", exchange.number,
                                        bound_text(exchange), describe_duration(margin)),
                            fmt::format("it gave up after {}", describe_duration(waited)));
    return ruling;
  }
  ruling.gave_up_in_time = true;
  return ruling;
}

std::optional<Finding> check_open_close(const Exchange& exchange, Time now, Duration margin) {
  Exchange unanswered = exchange;
  unanswered.stage = Exchange::Stage::lost;
  unanswered.answered = now;
  return check_close_clock(unanswered, margin).finding;
}

ClockRuling check_force_clock(const Exchange& exchange, std::optional<Time> housekeeping_ends, Duration margin) {
  ClockRuling ruling;
  // With little left to wait for, early and late cannot be told apart.
  const Duration least_left = std::max<Duration>(4 * margin, 20 * kMillisecond);
  if (housekeeping_ends && *housekeeping_ends - exchange.invoked < least_left) return ruling;
  const Duration waited = exchange.answered - exchange.invoked;
  if (exchange.stage == Exchange::Stage::lost) {
    // A lost answer may have been a broken connection; one that was awaited that long was not.
    if (waited < kMinute + margin || (housekeeping_ends && exchange.answered < *housekeeping_ends)) return ruling;
  } else if (!housekeeping_ends || exchange.answered < *housekeeping_ends - margin) {
    ruling.gave_up_in_time = exchange.outcome == RequestOutcome::accepted;
    return ruling;
  }
  ruling.finding =
      timing(Clause::force_returns_early, exchange,
             fmt::format("forced close #{} returns before the job's housekeeping is done{}", exchange.number,
                         housekeeping_ends ? fmt::format(", which took until {} after the request",
                                                         describe_duration(*housekeeping_ends - exchange.invoked))
                                           : std::string(", which never ends by itself")),
             exchange.stage == Exchange::Stage::lost ? fmt::format("no answer for {}", describe_duration(waited))
                                                     : fmt::format("it returned after {}", describe_duration(waited)));
  return ruling;
}

}  // namespace closecheck::model
