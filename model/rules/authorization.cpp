// Authorization: who may close, and what is no request at all. Callers without the privilege and parameters that mean
// nothing are refused.
#include <fmt/format.h>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::authorization {
namespace {

std::string barred_text(const Exchange& exchange) {
  const Principal who = exchange.request->who;
  if (exchange.is_revoked)
    return "a close by a user who has lost `manage_ml` for half a minute is refused (401 or 403)";
  if (who == Principal::anonymous) return "a close without credentials is refused (401)";
  if (who == Principal::wrong_password) return "a close with a wrong password is refused (401)";
  if (who == Principal::empty_password) return "a close with an empty password is refused (401)";
  if (who == Principal::unknown_user) return "a close by a user whom nobody has made is refused (401)";
  if (who == Principal::unknown_token) return "a close with a token that nobody has issued is refused (401)";
  return fmt::format("a close by a caller with neither `manage_ml` nor `manage` (here `{}`) is refused (403)",
                     name(who));
}

/// Whether nothing but its timeout can have been refused of the close.
bool is_only_the_timeout(const Exchange& exchange) {
  return exchange.timeout.reading == TimeReading::valid && !exchange.is_odd() && !exchange.barred &&
         exchange.question.kind == RequestKind::close && exchange.quiet && exchange.before == JobState::opened &&
         exchange.feed_before != true;
}

}  // namespace

std::optional<Clause> right_of(Principal who) {
  if (who == Principal::manage_ml) return Clause::manage_ml_may_close;
  if (who == Principal::manage) return Clause::manage_may_close;
  return std::nullopt;
}

Clause barred_clause(const Exchange& exchange) {
  return exchange.unauthenticated ? Clause::anonymous_refused : Clause::close_requires_privilege;
}

void judge_close(const Exchange& exchange, RuleContext& context) {
  if (exchange.wrong_method || exchange.without_id || exchange.stage != Exchange::Stage::answered) return;
  const Principal who = exchange.request->who;
  const bool accepted = exchange.outcome == RequestOutcome::accepted;
  if (const auto right = right_of(who); right && context.options.secured && exchange.is_refused_to_caller()) {
    // Privileges come before existence and state: whatever the job is, this refusal is about the caller.
    context.rulings.accuse(finding_at(
        exchange, *right, fmt::format("a close by a caller with `{}` is not refused for want of privileges", name(who)),
        fmt::format("close #{} was refused so (status {})", exchange.number, exchange.status)));
  } else if (accepted && exchange.barred) {
    Finding finding = finding_at(exchange, barred_clause(exchange), barred_text(exchange),
                                 fmt::format("close #{} was accepted", exchange.number));
    if (exchange.bad_timeout) stand_beside(finding, Clause::bad_parameters_refused);
    context.rulings.accuse(std::move(finding));
  } else if (accepted && exchange.bad_timeout) {
    context.rulings.accuse(
        finding_at(exchange, Clause::bad_parameters_refused,
                   fmt::format("close #{} is refused (400), for its timeout is no time value", exchange.number),
                   "it was accepted"));
  } else if (exchange.refusal == Refusal::bad_request && is_only_the_timeout(exchange)) {
    Finding finding =
        finding_at(exchange, Clause::timeout_takes_time_units,
                   fmt::format("close #{} is taken: its timeout is a number with a time unit", exchange.number),
                   fmt::format("it was refused as a bad request (status {})", exchange.status));
    stand_beside(finding, Clause::close_ends_open_job);
    context.rulings.accuse(std::move(finding));
  }
}

}  // namespace closecheck::model::authorization
