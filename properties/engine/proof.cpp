#include "engine/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "engine/seeds.h"

namespace closecheck::properties {
namespace {

constexpr int kRepetitions = 3;
/// How many counterexamples of one clause are shrunk before the clause counts as named wrongly.
constexpr std::size_t kCandidatesMax = 3;
/// Other interleavings that a smaller program with overlapping requests may need.
constexpr int kOverlapSeeds = 4;
constexpr std::size_t kTrialsMaxLive = 14;

bool is_dialect(Clause clause) {
  return level_of(clause) == Level::dialect;
}

/// The finding that names `clause`; with `any_of_group` the first of its level group: a dialect clause is kept, for
/// its name is exact, any other may turn out to be another clause once the program is minimal.
const Finding* finding_for(const std::vector<Finding>& findings, Clause clause, bool any_of_group) {
  const auto exact =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& it) { return it.clause == clause; });
  if (is_dialect(clause) || !any_of_group) return exact == findings.end() ? nullptr : &*exact;
  const auto first =
      std::find_if(findings.begin(), findings.end(), [](const Finding& it) { return !is_dialect(it.clause); });
  return first == findings.end() ? nullptr : &*first;
}

bool asks_with_wrong_password(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
    return step.type == StepType::call && step.request.who == Principal::wrong_password;
  });
}

struct Candidate {
  const CheckResult* result;
  const Reproduction* violation;
  bool timing;
  std::tuple<bool, std::size_t, std::size_t, std::size_t> rank;  // aimed first, then small, then first found
};

class Prover {
 public:
  Prover(const ProofOptions& options, Laboratory& laboratory)
      : options_(options), laboratory_(laboratory), runner_(laboratory.make_runner()) {}

  Proofs prove(const CampaignResult& campaign) {
    std::map<Clause, std::vector<Candidate>> by_clause;
    for (std::size_t i = 0; i < campaign.checks.size(); ++i) collect(campaign.checks[i], i, by_clause);
    for (auto& [clause, candidates] : by_clause) {
      std::stable_sort(candidates.begin(), candidates.end(),
                       [](const Candidate& one, const Candidate& other) { return one.rank < other.rank; });
      prove_clause(clause, candidates);
    }
    for (auto& [clause, proof] : proofs_by_clause_) proofs_.violations.push_back(std::move(proof));
    std::stable_sort(proofs_.violations.begin(), proofs_.violations.end(), [](const Proof& one, const Proof& other) {
      const auto rank = [](const Proof& it) {
        return std::tuple(!it.check->aims_at(it.finding.clause), level_of(it.finding.clause), it.finding.clause);
      };
      return rank(one) < rank(other);
    });
    return std::move(proofs_);
  }

 private:
  bool live() const { return laboratory_.environment().live; }
  bool selected(Clause clause) const {
    return std::find(options_.selected.begin(), options_.selected.end(), clause) != options_.selected.end();
  }

  void collect(const CheckResult& result, std::size_t index,
               std::map<Clause, std::vector<Candidate>>& by_clause) const {
    for (std::size_t i = 0; i < result.violations.size(); ++i) {
      const Reproduction& violation = result.violations[i];
      for (const Finding& finding : violation.findings) {
        if (!selected(finding.clause) || level_of(finding.clause) == Level::measured) continue;
        const bool aimed = result.check->aims_at(finding.clause);
        by_clause[finding.clause].push_back(
            {&result, &violation, finding.timing, {!aimed, request_count(violation.program), index, i}});
      }
    }
  }

  void prove_clause(Clause clause, const std::vector<Candidate>& candidates) {
    std::size_t tried = 0;
    for (const Candidate& candidate : candidates) {
      if (tried++ == kCandidatesMax) return;
      if (candidate.timing && !confirmed(clause, *candidate.violation)) continue;
      const Reproduction minimal = smallest(clause, candidate);
      const Finding* named = finding_for(minimal.findings, clause, false);
      const Finding& finding = named != nullptr ? *named : *finding_for(minimal.findings, clause, true);
      keep(finding, *candidate.result->check, minimal);
      proofs_.doubts.erase(finding.clause);
      if (finding.clause == clause) return;
    }
  }

  /// On the way down the violation may become one of another clause. It keeps its name where a smaller
  /// program shows it, or where the other clause was not asked for.
  Reproduction smallest(Clause clause, const Candidate& candidate) {
    Reproduction minimal = minimize(clause, true, *candidate.violation, candidate.timing);
    const Clause other = finding_for(minimal.findings, clause, true)->clause;
    if (other == clause || live()) return selected(other) ? minimal : *candidate.violation;
    Reproduction exact = minimize(clause, false, *candidate.violation, candidate.timing);
    return is_smaller(exact.program, minimal.program) || !selected(other) ? exact : minimal;
  }

  /// A clock can be wrong once: the same finding must come again, and again.
  bool confirmed(Clause clause, const Reproduction& violation) {
    for (int i = 1; i < kRepetitions; ++i) {
      const auto again =
          attempt(violation.program, seed_of(violation.seed, "repetition", static_cast<std::uint64_t>(i)), true);
      if (finding_for(again.findings, clause, false) != nullptr) continue;
      proofs_.doubts.emplace(clause,
                             fmt::format("an answer was out of its bounds in {} of {} repetitions, which may be "
                                         "noise (margin {})",
                                         i, i + 1, describe_duration(laboratory_.environment().margin)));
      return false;
    }
    return true;
  }

  Reproduction attempt(const Program& program, std::uint64_t seed, bool wide) {
    const Ran ran = laboratory_.run(*runner_, std::make_shared<const Program>(program), seed, wide);
    ++proofs_.sequences;
    proofs_.exchanges += static_cast<std::int64_t>(ran.result.exchanges);
    return Laboratory::keep(*runner_, ran);
  }

  std::optional<Reproduction> violating(const Program& program, Clause clause, bool any_of_group, std::uint64_t seed,
                                        bool wide) {
    const int seeds = !live() && has_overlap(program) ? kOverlapSeeds : 1;
    for (int i = 0; i < seeds; ++i) {
      // The run's own seed first: a counterexample that replays with it needs no other.
      const std::uint64_t with = i == 0   ? options_.seed
                                 : i == 1 ? seed
                                          : seed_of(seed, "interleaving", static_cast<std::uint64_t>(i));
      Reproduction reproduction = attempt(program, with, wide);
      if (finding_for(reproduction.findings, clause, any_of_group) != nullptr) return reproduction;
    }
    return std::nullopt;
  }

  Reproduction minimize(Clause clause, bool any_of_group, const Reproduction& violation, bool timing) {
    ShrinkOptions shrinking;
    if (live()) {
      if (asks_with_wrong_password(violation.program)) return violation;
      shrinking.simplify = timing ? Simplify::reads_only : Simplify::single_steps;
      shrinking.trials_max = kTrialsMaxLive;
      shrinking.enough = [this] { return Clock::now() >= options_.deadline; };
    }
    // With bytes where that shows the same, so that the report can quote them.
    bool wide = true;
    Reproduction start = violation;
    if (!live()) {
      std::optional<Reproduction> again = violating(violation.program, clause, any_of_group, violation.seed, true);
      if (!again) {
        wide = false;
        again = violating(violation.program, clause, any_of_group, violation.seed, false);
      }
      if (again) start = std::move(*again);
    }
    return shrink(
        std::move(start),
        [&](const Program& program) { return violating(program, clause, any_of_group, violation.seed, wide); },
        shrinking);
  }

  void keep(const Finding& finding, const Check& check, const Reproduction& minimal) {
    Proof proof{finding, &check, minimal};
    const auto [at, added] = proofs_by_clause_.try_emplace(finding.clause, proof);
    if (added) return;
    const auto rank = [&](const Proof& it) { return !it.check->aims_at(finding.clause); };
    if (std::pair(rank(proof), is_smaller(at->second.reproduction.program, minimal.program)) <
        std::pair(rank(at->second), is_smaller(minimal.program, at->second.reproduction.program)))
      at->second = std::move(proof);
  }

  const ProofOptions& options_;
  Laboratory& laboratory_;
  std::unique_ptr<Runner> runner_;
  Proofs proofs_;
  std::map<Clause, Proof> proofs_by_clause_;
};

}  // namespace

Proofs prove(const CampaignResult& campaign, const ProofOptions& options, Laboratory& laboratory) {
  return Prover(options, laboratory).prove(campaign);
}

}  // namespace closecheck::properties
