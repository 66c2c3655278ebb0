#include "engine/deciding.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "closecheck/properties/rejudging.h"
#include "closecheck/properties/timing.h"
#include "closecheck/sut/history_lines.h"

namespace closecheck::properties {
namespace {

JudgingRules rules_of(const Environment& environment) {
  const model::JudgeOptions options = timing_of(environment).judge;
  return {options.secured, options.in_process, options.callers_are_known, options.margin, options.forced_rest};
}

/// What the checks have told of the clause, the aimed ones first.
std::vector<std::pair<const Check*, const Reproduction*>> candidates(const CampaignResult& campaign, Clause clause) {
  std::vector<std::pair<const Check*, const Reproduction*>> found;
  for (const bool aimed : {true, false})
    for (const CheckResult& result : campaign.checks)
      if (const auto told = result.told.find(clause);
          told != result.told.end() && result.check->aims_at(clause) == aimed)
        found.emplace_back(result.check, &told->second);
  return found;
}

std::optional<DecidingHistory> deciding(Clause clause, const Check& check, const Reproduction& told,
                                        const JudgingRules& rules, TrialRunner& trials, Runner& runner) {
  DecidingHistory kept;
  kept.clause = clause;
  kept.check = check.name;
  kept.history = told.history;
  if (!trials.environment().live) {
    const Ran ran = trials.run(runner, std::make_shared<const Program>(told.program), told.seed, true);
    kept.history = trials.keep(runner, ran).history;
  }
  kept.lines = sut::write_history_lines(kept.history);
  const model::Judged judged = judge_again(kept.lines, kept.history.profile, rules);
  kept.times = judged.evidence.of(clause);
  if (kept.times == 0 || !judged.findings.empty()) return std::nullopt;
  return kept;
}

}  // namespace

KeptEvidence kept_evidence(const RunRecord& record, const CampaignResult& campaign, const Proofs& proofs,
                           TrialRunner& trials) {
  KeptEvidence evidence;
  evidence.rules = rules_of(trials.environment());
  evidence.broken_off = record.broken_off;
  const std::unique_ptr<Runner> runner = trials.make_runner();
  for (const ClauseRecord& entry : record.clauses) {
    if (entry.verdict != ClauseVerdict::holds) continue;
    for (const auto& [check, told] : candidates(campaign, entry.clause)) {
      auto kept = deciding(entry.clause, *check, *told, evidence.rules, trials, *runner);
      if (!kept) continue;
      evidence.histories.push_back(*std::move(kept));
      break;
    }
  }
  for (const CheckResult& result : campaign.checks)
    if (result.sequences > 0)
      evidence.tallies.push_back({std::string(result.check->name), result.sequences, result.exchanges});
  evidence.proving = {"", proofs.sequences, proofs.exchanges};
  return evidence;
}

}  // namespace closecheck::properties
