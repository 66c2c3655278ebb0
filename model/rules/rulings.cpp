#include "rules/rulings.h"

#include <algorithm>
#include <utility>

#include "rules/naming.h"

namespace closecheck::model {

void Rulings::clear() {
  accusations_.clear();
  findings_.clear();
  evidence_ = {};
  why_.clear();
  awaited_ = caller_in_doubt_ = violated_ = inconclusive_ = false;
}

Judgement Rulings::convict() {
  violated_ = true;
  // Of several accusations in one event the most binding leads.
  std::ranges::stable_sort(accusations_, [](const Finding& a, const Finding& b) {
    const Level mine = level_of(a.clause);
    const Level theirs = level_of(b.clause);
    return mine != theirs ? mine < theirs : is_named_before(a.clause, b.clause);
  });
  Finding first = std::move(accusations_.front());
  for (std::size_t i = 1; i < accusations_.size(); ++i) stand_beside(first, accusations_[i].clause);
  accusations_.clear();
  findings_.insert(findings_.begin(), std::move(first));
  return Judgement::violated;
}

void Rulings::accuse(Finding finding) {
  if (!finding.timing) return accusations_.push_back(std::move(finding));
  const auto is_known = [&](const Finding& it) { return it.timing && it.clause == finding.clause; };
  if (std::ranges::any_of(findings_, is_known)) return;
  // Before departures from the dialect, which bind less.
  const auto at = std::ranges::find_if(findings_, [](const Finding& it) { return !it.timing; });
  findings_.insert(at, std::move(finding));
}

void Rulings::depart(Clause clause, std::string expected, std::string observed, std::size_t event) {
  if (std::ranges::find(findings_, clause, &Finding::clause) != findings_.end()) return;
  Finding finding;
  finding.clause = clause;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  finding.event = event;
  findings_.push_back(std::move(finding));
}

void Rulings::give_up(std::string why) {
  if (!inconclusive_) why_ = std::move(why);
  inconclusive_ = true;
}

void Rulings::remark(std::string why) {
  if (!inconclusive_) why_ = std::move(why);
}

}  // namespace closecheck::model
