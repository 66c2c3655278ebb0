// Who was let in, and what a refusal says of a caller who was: whose credentials are lost is refused everything.
#include <algorithm>

#include "model/authorization_check.h"
#include "model/judge_core.h"

namespace closecheck::model {
namespace {

bool refuses_caller(const Exchange& exchange) {
  return exchange.refusal == Refusal::unauthenticated || exchange.refusal == Refusal::forbidden;
}

/// Whether the page lets this caller at least look.
bool may_read(Principal who) {
  return may_manage_jobs(who) || who == Principal::monitor_ml;
}

}  // namespace

bool JudgeCore::is_caller_in_doubt(const Exchange& exchange) const {
  if (options_.in_process || !refuses_caller(exchange)) return false;
  // Of other requests nobody is accused for want of privileges.
  const bool decides = exchange.is_close || (exchange.unprivileged && !is_read(exchange.meant));
  if (!decides) return false;
  const Principal who = exchange.request->who;
  const auto is_in = [who](const std::vector<Principal>& list) { return std::ranges::find(list, who) != list.end(); };
  // Who may do everything and was refused something else has lost the credentials already.
  return is_in(let_in_) || (may_manage_jobs(who) && is_in(turned_away_)) ||
         (options_.callers_are_known && may_read(who));
}

void JudgeCore::learn_of_caller(const Exchange& exchange, const Response& response) {
  if (options_.in_process || exchange.outcome == RequestOutcome::unknown) return;
  const Principal who = exchange.request->who;
  const bool refused = refuses_caller(exchange);
  if (exchange.refusal != Refusal::busy) {
    std::vector<Doubt> decided;
    for (const Doubt& doubt : doubts_) {
      const Exchange& before = exchange_of(doubt.number);
      if (before.request->who == who && before.answer_event < exchange.invoke_event) decided.push_back(doubt);
    }
    std::erase_if(doubts_, [&](const Doubt& doubt) {
      return std::ranges::find(decided, doubt.number, &Doubt::number) != decided.end();
    });
    if (!refused)
      for (const Doubt& doubt : decided) judge_refusal(doubt);
  }
  // Parameters are read before anybody asks for privileges, so that a bad request says nothing of the caller.
  const bool lets_in = response.outcome == Outcome::accepted || exchange.refusal == Refusal::not_found ||
                       exchange.refusal == Refusal::conflict;
  const auto note = [who](std::vector<Principal>& list) {
    if (std::ranges::find(list, who) == list.end()) list.push_back(who);
  };
  if (lets_in) note(let_in_);
  if (refused && !exchange.is_close) note(turned_away_);
}

void JudgeCore::judge_refusal(const Doubt& doubt) {
  Exchange& exchange = exchange_of(doubt.number);
  const Response& response = *doubt.response;
  JobFile* const only = exchange.target_count == 1 ? &job_at(targets_[exchange.first_target]) : nullptr;
  exchange.caller_in_doubt = false;
  exchange.outcome = told_of(exchange, only, response);
  for (std::uint32_t i = 0; i < exchange.target_count; ++i) {
    const std::uint32_t target = exchange.first_target + i;
    answers_[target].outcome = exchange.outcome;
    for (Telling& telling : job_at(targets_[target]).log)
      if (telling.number == exchange.number && telling.kind == Telling::Kind::respond)
        telling.answer.outcome = exchange.outcome;
  }
  if (exchange.is_close) rule_on_close(exchange, only);
  rule_on_form(exchange, response);
  // Whatever has changed since then may have confirmed something else.
  const bool nothing_since = only != nullptr && only->last_change == exchange.number && only->open_changes == 0;
  if (nothing_since && accusations_.empty()) learn(exchange, *only, response);
}

}  // namespace closecheck::model
