// Who was let in, and what a refusal says of a caller who was: whose credentials are lost is refused everything.
// Deterministic; not thread-safe.
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include "closecheck/model/judge.h"
#include "rules/exchange_log.h"

namespace closecheck::model {

/// A refusal that is judged only if the same caller is let in afterwards.
struct DoubtfulRefusal {
  std::size_t number = 0;
  std::shared_ptr<const Response> response;
};

/// Whether somebody is among them.
class Principals {
 public:
  bool has(Principal who) const { return set_.test(static_cast<std::size_t>(who)); }
  void add(Principal who) { set_.set(static_cast<std::size_t>(who)); }
  void clear() { set_.reset(); }

 private:
  std::bitset<kPrincipals.size() + 1> set_;  // and `unknown`
};

class Callers {
 public:
  explicit Callers(const JudgeOptions& options) : options_(options) {}

  void clear();
  /// Whether the answer refuses a caller who was let in before, and the request is one over which somebody would be
  /// accused.
  bool is_in_doubt(const Exchange& exchange) const;
  void doubt(const Exchange& exchange, std::shared_ptr<const Response> response);
  /// What an answer tells of its caller. Gives the refusals that it shows to be words about their requests.
  std::vector<DoubtfulRefusal> learn(const Exchange& exchange, const Response& response, ExchangeLog& log);

 private:
  JudgeOptions options_;
  std::vector<DoubtfulRefusal> doubts_;
  Principals let_in_;       // callers who were told something that only who is let in is told
  Principals remembered_;   // callers who were refused as unknown, and known again after it
  Principals turned_away_;  // callers to whom something else than a close was refused as to callers
};

}  // namespace closecheck::model
