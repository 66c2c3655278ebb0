#include "judge/callers.h"

#include <algorithm>

namespace closecheck::model {
namespace {

/// Whether the page lets this caller at least look.
bool may_read(Principal who) {
  return may_manage_jobs(who) || who == Principal::monitor_ml;
}

}  // namespace

void Callers::clear() {
  doubts_.clear();
  let_in_.clear();
  turned_away_.clear();
  remembered_.clear();
}

bool Callers::is_in_doubt(const Exchange& exchange) const {
  if (options_.in_process || !exchange.is_refused_to_caller() || exchange.is_in_other_name) return false;
  // Of other requests nobody is accused for want of privileges.
  const bool decides = exchange.is_close || (exchange.unprivileged && !is_read(exchange.meant));
  if (!decides) return false;
  const Principal who = exchange.request->who;
  const bool has_credentials = !is_nobody(who);
  const bool is_forgotten = has_credentials && exchange.refusal == Refusal::unauthenticated;
  // Who may do everything and was refused something else has lost the credentials already.
  return let_in_.has(who) || (may_manage_jobs(who) && turned_away_.has(who)) ||
         (options_.callers_are_known && (may_read(who) || is_forgotten));
}

void Callers::doubt(const Exchange& exchange, std::shared_ptr<const Response> response) {
  doubts_.push_back({exchange.number, std::move(response)});
}

std::vector<DoubtfulRefusal> Callers::learn(const Exchange& exchange, const Response& response, ExchangeLog& log) {
  std::vector<DoubtfulRefusal> judged;
  if (options_.in_process || exchange.outcome == RequestOutcome::unknown || exchange.is_in_other_name) return judged;
  const Principal who = exchange.request->who;
  const bool refused = exchange.is_refused_to_caller();
  if (!doubts_.empty() && exchange.refusal != Refusal::busy) {
    const auto decided = std::ranges::stable_partition(doubts_, [&](const DoubtfulRefusal& doubt) {
      const Exchange& before = log.of(doubt.number);
      return before.request->who != who || before.answer_event >= exchange.invoke_event;
    });
    // Who may do nothing is known all the same by being told so.
    const bool is_back =
        !refused || (!may_read(who) && is_read(exchange.meant) && exchange.refusal == Refusal::forbidden);
    bool was_forgotten = false;
    for (const DoubtfulRefusal& doubt : decided) {
      log.let_go(doubt.number);
      // Once, that may have been the end of a time in which the login forgot everybody; twice, it is the request.
      const bool is_forgotten = doubt.response->refusal == Refusal::unauthenticated;
      if (is_back && (!is_forgotten || remembered_.has(who))) judged.push_back(doubt);
      was_forgotten = was_forgotten || is_forgotten;
    }
    if (is_back && was_forgotten) remembered_.add(who);
    doubts_.erase(decided.begin(), decided.end());
  }
  // Parameters are read before anybody asks for privileges, so that a bad request says nothing of the caller.
  const bool lets_in = response.outcome == Outcome::accepted || exchange.refusal == Refusal::not_found ||
                       exchange.refusal == Refusal::conflict;
  if (lets_in) let_in_.add(who);
  if (refused && !exchange.is_close) turned_away_.add(who);
  return judged;
}

}  // namespace closecheck::model
