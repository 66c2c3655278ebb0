// What the judge has come to say of a history: accusations, departures from the dialect, evidence, and what cannot be
// told. Deterministic; not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "closecheck/model/judge.h"

namespace closecheck::model {

class Rulings {
 public:
  void clear();
  /// Another event is judged; what is said from now on belongs to it.
  void begin_event() { awaited_ = caller_in_doubt_ = false; }
  Judgement decide() { return accusations_.empty() ? undecided() : convict(); }

  /// Ends the history; but for what a clock says, which stands beside it: the first of each clause counts.
  void accuse(Finding finding);
  /// A departure from the dialect stands beside a history that otherwise fits; the first of each clause counts.
  void depart(Clause clause, std::string expected, std::string observed, std::size_t event);
  void prove(Clause clause) { evidence_.add(clause); }
  /// The last answer lacks something that may only be late.
  void await() { awaited_ = true; }
  /// The last answer refuses a caller who was let in before.
  void doubt_caller() { caller_in_doubt_ = true; }
  /// Something cannot be told any more; the first reason stands.
  void give_up(std::string why);
  /// A reason to be told if it is asked for, though it decides nothing by itself.
  void remark(std::string why);

  bool has_accused() const { return !accusations_.empty(); }
  bool is_awaiting() const { return awaited_; }
  bool is_violated() const { return violated_; }

  const std::vector<Finding>& findings() const { return findings_; }
  const Evidence& evidence() const { return evidence_; }
  const std::string& why() const { return why_; }

 private:
  Judgement convict();
  Judgement undecided() const {
    if (awaited_) return Judgement::missing;
    if (caller_in_doubt_) return Judgement::caller_in_doubt;
    return inconclusive_ ? Judgement::inconclusive : Judgement::fits;
  }

  std::vector<Finding> accusations_;  // of the event at hand
  std::vector<Finding> findings_;
  Evidence evidence_;
  std::string why_;
  bool awaited_ = false;
  bool caller_in_doubt_ = false;
  bool violated_ = false;
  bool inconclusive_ = false;
};

}  // namespace closecheck::model
