#include "engine/candidate.h"

#include <algorithm>

namespace closecheck::properties {
namespace {

bool is_dialect(Clause clause) {
  return level_of(clause) == Level::dialect;
}

}  // namespace

const Finding* finding_for(const std::vector<Finding>& findings, Clause clause, bool any_of_group) {
  const auto exact =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& it) { return it.clause == clause; });
  if (is_dialect(clause) || clause == Clause::close_touches_one_job || !any_of_group)
    return exact == findings.end() ? nullptr : &*exact;
  const auto first =
      std::find_if(findings.begin(), findings.end(), [](const Finding& it) { return !is_dialect(it.clause); });
  return first == findings.end() ? nullptr : &*first;
}

std::map<Clause, std::vector<Candidate>> candidates_of(const CampaignResult& campaign,
                                                       const std::vector<Clause>& selected) {
  std::map<Clause, std::vector<Candidate>> by_clause;
  for (std::size_t index = 0; index < campaign.checks.size(); ++index) {
    const CheckResult& result = campaign.checks[index];
    for (std::size_t i = 0; i < result.violations.size(); ++i) {
      const Reproduction& violation = result.violations[i];
      for (const Finding& finding : violation.findings) {
        if (std::ranges::find(selected, finding.clause) == selected.end()) continue;
        if (level_of(finding.clause) == Level::measured) continue;
        const bool aimed = result.check->aims_at(finding.clause);
        by_clause[finding.clause].push_back(
            {&result, &violation, finding.timing, {!aimed, request_count(violation.program), index, i}});
      }
    }
  }
  for (auto& [clause, candidates] : by_clause) std::ranges::stable_sort(candidates, {}, &Candidate::rank);
  return by_clause;
}

}  // namespace closecheck::properties
