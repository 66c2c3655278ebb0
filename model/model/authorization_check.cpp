#include "model/authorization_check.h"

#include <fmt/format.h>

namespace closecheck::model {

std::optional<Clause> right_of(Principal who) {
  if (who == Principal::manage_ml) return Clause::manage_ml_may_close;
  if (who == Principal::manage) return Clause::manage_may_close;
  return std::nullopt;
}

Clause barred_clause(const Exchange& exchange) {
  return exchange.unauthenticated ? Clause::anonymous_refused : Clause::close_requires_privilege;
}

std::optional<Finding> check_close_form(const Exchange& exchange, bool secured) {
  if (!exchange.is_close || exchange.wrong_method || exchange.without_id) return std::nullopt;
  const auto finding = [&](Clause clause, std::string expected) {
    Finding found;
    found.clause = clause;
    found.expected = std::move(expected);
    found.event = exchange.answer_event;
    return found;
  };
  const bool lacks_privilege = exchange.refusal == Refusal::forbidden || exchange.refusal == Refusal::unauthenticated;
  if (const auto right = right_of(exchange.request->who); right && secured && lacks_privilege) {
    // Privileges come before existence and state: whatever the job is, this refusal is about the caller.
    Finding found = finding(*right, fmt::format("a close by a caller with `{}` is not refused for want of privileges",
                                                name(exchange.request->who)));
    found.observed = fmt::format("close #{} was refused so (status {})", exchange.number, exchange.status);
    return found;
  }
  const bool barred = secured && exchange.unprivileged;
  if (exchange.outcome == RequestOutcome::accepted && barred) {
    const Principal who = exchange.request->who;
    Finding found =
        finding(barred_clause(exchange), who == Principal::anonymous ? "a close without credentials is refused (401)"
                                         : who == Principal::wrong_password
                                             ? "a close with a wrong password is refused (401)"
                                             : fmt::format("a close by a caller with neither `manage_ml` nor `manage` "
                                                           "(here `{}`) is refused (403)",
                                                           name(who)));
    found.observed = fmt::format("close #{} was accepted", exchange.number);
    if (exchange.bad_timeout) found.also.push_back(Clause::bad_parameters_refused);
    return found;
  }
  if (exchange.outcome == RequestOutcome::accepted && exchange.bad_timeout) {
    Finding found =
        finding(Clause::bad_parameters_refused,
                fmt::format("close #{} is refused (400), for its timeout is no time value", exchange.number));
    found.observed = "it was accepted";
    return found;
  }
  const bool only_the_timeout = exchange.timeout.reading == TimeReading::valid && !exchange.is_odd() && !barred &&
                                exchange.question.kind == RequestKind::close && exchange.quiet &&
                                exchange.before == JobState::opened && exchange.feed_before != true;
  if (exchange.refusal == Refusal::bad_request && only_the_timeout) {
    Finding found =
        finding(Clause::timeout_takes_time_units,
                fmt::format("close #{} is taken: its timeout is a number with a time unit", exchange.number));
    found.observed = fmt::format("it was refused as a bad request (status {})", exchange.status);
    found.also.push_back(Clause::close_ends_open_job);
    return found;
  }
  return std::nullopt;
}

}  // namespace closecheck::model
