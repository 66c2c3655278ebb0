#include "engine/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string_view>
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

bool contains(const std::vector<Clause>& clauses, Clause clause) {
  return std::find(clauses.begin(), clauses.end(), clause) != clauses.end();
}

bool asks_with_wrong_password(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
    return step.type == StepType::call && step.request.who == Principal::wrong_password;
  });
}

/// Clauses about a circumstance of a close: a timeout, a datafeed's end, an overlap, a re-open.
constexpr std::array kCircumstances{Clause::timed_out_close_goes_on, Clause::timed_out_close_is_no_success,
                                    Clause::datafeed_end_closes_job, Clause::concurrent_requests_linearize,
                                    Clause::reopen_continues_analysis};
/// What every close owes, in whatever circumstance.
constexpr std::array kOwedByEveryClose{Clause::close_flushes_buffers, Clause::close_finalizes_results,
                                       Clause::close_persists_snapshot, Clause::close_waits_for_housekeeping,
                                       Clause::closed_means_closed};

bool is_normal_close(const Step& step) {
  if (step.type != StepType::call || step.detached) return false;
  const auto* close = std::get_if<CloseJob>(&step.request.operation);
  return close != nullptr && !close->force;
}

bool reads_statistics_of(const Step& step, const std::string& job) {
  const auto* stats = step.type == StepType::call ? std::get_if<JobStats>(&step.request.operation) : nullptr;
  return stats != nullptr && stats->job == job;
}

/// The program with a look at the job right after each normal close, and where these looks are.
struct Probed {
  Program program;
  std::vector<std::size_t> looks;
};
Probed probed(const Program& program) {
  Probed out;
  std::set<std::string_view> created;  // an expression of several jobs is none of them
  for (const Step& step : program.steps)
    if (const auto* create = std::get_if<CreateJob>(&step.request.operation)) created.insert(create->job);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    out.program.steps.push_back(program.steps[i]);
    if (!is_normal_close(program.steps[i]) || i + 1 == program.steps.size()) continue;
    const std::string& job = std::get<CloseJob>(program.steps[i].request.operation).job;
    if (created.count(job) == 0 || reads_statistics_of(program.steps[i + 1], job)) continue;
    out.looks.push_back(out.program.steps.size());
    out.program.steps.push_back(call(JobStats{job}));
  }
  return out;
}

/// What kind of operation the finding is about; none where it is about no answer.
std::optional<std::size_t> offending_kind(const Finding& finding, const Reproduction& reproduction) {
  if (finding.event >= reproduction.history.events.size()) return std::nullopt;
  const auto& request = reproduction.history.events[finding.event].request;
  if (request == nullptr) return std::nullopt;
  return request->operation.index();
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
    leave_to_plain_closes();
    leave_to_later_openings();
    for (const auto& [follower, nearest] : followers_) {
      Clause root = nearest;
      // No longer than there are followers, whatever they follow.
      for (std::size_t i = 0; i < followers_.size() && proofs_by_clause_.count(root) == 0; ++i)
        if (const auto next = followers_.find(root); next != followers_.end()) root = next->second;
      const auto at = proofs_by_clause_.find(root);
      if (at == proofs_by_clause_.end() || proofs_by_clause_.count(follower) != 0) continue;
      proofs_.follows.emplace(follower, root);
      std::vector<Clause>& also = at->second.finding.also;
      if (!contains(also, follower)) also.push_back(follower);
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
  /// Live: whether no more is tried.
  bool out_of_time() const {
    return live() && (!options_.gone.empty() || is_cancelled() || Clock::now() >= options_.deadline);
  }
  bool is_cancelled() const { return options_.cancelled != nullptr && *options_.cancelled; }
  bool selected(Clause clause) const { return contains(options_.selected, clause); }

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
    std::size_t unconfirmed = 0;
    for (const Candidate& candidate : candidates) {
      // Clocks that were wrong once must not use up the turns of what needs no clock.
      if (candidate.timing && (unconfirmed == kCandidatesMax || !confirmed(clause, *candidate.violation))) {
        unconfirmed = std::min(unconfirmed + 1, kCandidatesMax);
        continue;
      }
      if (tried++ == kCandidatesMax) return;
      const Reproduction minimal = smallest(clause, candidate);
      const Finding* named = finding_for(minimal.findings, clause, false);
      const Finding& finding = named != nullptr ? *named : *finding_for(minimal.findings, clause, true);
      if (finding.clause != clause) followers_.emplace(clause, finding.clause);
      if (follows_from_another(finding.clause, candidate, minimal)) continue;
      keep(finding, *candidate.result->check, minimal);
      proofs_.doubts.erase(finding.clause);
      if (finding.clause == clause || prove_beside(finding, minimal, clause, candidate)) return;
    }
  }

  /// A smaller program may show another thing that is broken, at a request of another kind. Then both are.
  bool prove_beside(const Finding& shown, const Reproduction& minimal, Clause clause, const Candidate& candidate) {
    if (offending_kind(shown, minimal) ==
        offending_kind(*finding_for(candidate.violation->findings, clause, false), *candidate.violation))
      return false;
    const Reproduction exact = minimize(clause, false, *candidate.violation, candidate.timing);
    const Finding* named = finding_for(exact.findings, clause, false);
    if (named == nullptr || offending_kind(shown, minimal) == offending_kind(*named, exact)) return false;
    if (follows_from_another(clause, candidate, exact)) return false;
    keep(*named, *candidate.result->check, exact);
    return true;
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

  /// Where a close was answered and the job is not closed, whatever is asked next may go wrong: a look between the two
  /// tells whether it is only that. The clause is then told under the one that the look shows.
  bool follows_from_another(Clause clause, const Candidate& candidate, const Reproduction& minimal) {
    if (is_dialect(clause) || candidate.timing || out_of_time()) return false;
    const Probed probe = probed(minimal.program);
    if (probe.looks.empty()) return false;
    const Reproduction looked = attempt(probe.program, live() ? minimal.seed : options_.seed, true);
    const Finding* root = finding_for(looked.findings, clause, true);
    // What was run ends with the step that settles it, and perhaps with a pause and a second look.
    const std::size_t ran = looked.program.steps.size();
    const bool at_a_look = std::any_of(probe.looks.begin(), probe.looks.end(),
                                       [&](std::size_t look) { return ran > look && ran <= look + 3; });
    // Seen closed in between, the job did come to be closed.
    const bool only_later =
        root != nullptr && clause == Clause::close_ends_open_job && root->clause == Clause::closed_means_closed;
    if (root == nullptr || root->clause == clause || root->timing || !(at_a_look || only_later) ||
        !selected(root->clause))
      return false;
    const Clause found = root->clause;
    const Reproduction smaller = minimize(found, false, looked, false);
    const Finding* named = finding_for(smaller.findings, found, false);
    if (named == nullptr) return false;
    followers_[clause] = named->clause;
    keep(*named, *candidate.result->check, smaller);
    return true;
  }

  /// Nobody is accused of a circumstance for what a plain close does wrong as well.
  void leave_to_plain_closes() {
    for (const Clause circumstance : kCircumstances) {
      const auto at = proofs_by_clause_.find(circumstance);
      if (at == proofs_by_clause_.end()) continue;
      for (const Clause owed : kOwedByEveryClose) {
        auto plain = proofs_by_clause_.find(owed);
        if (owed == Clause::closed_means_closed && plain == proofs_by_clause_.end())
          plain = proofs_by_clause_.find(Clause::close_ends_open_job);
        if (!contains(at->second.finding.also, owed) || plain == proofs_by_clause_.end()) continue;
        if (!plain->second.check->aims_at(plain->first)) continue;
        followers_[circumstance] = plain->first;
        proofs_by_clause_.erase(at);
        break;
      }
    }
  }

  /// Where jobs are known to open by themselves after they were closed, a job that was only seen open may have done so.
  void leave_to_later_openings() {
    const auto never = proofs_by_clause_.find(Clause::close_ends_open_job);
    if (never == proofs_by_clause_.end() || proofs_by_clause_.count(Clause::closed_means_closed) == 0) return;
    const auto kind = offending_kind(never->second.finding, never->second.reproduction);
    if (kind != Operation(JobStats{}).index()) return;
    followers_[Clause::close_ends_open_job] = Clause::closed_means_closed;
    proofs_by_clause_.erase(never);
  }

  /// A clock can be wrong once: the same finding must come again, and again.
  bool confirmed(Clause clause, const Reproduction& violation) {
    if (!options_.gone.empty()) {
      proofs_.doubts.emplace(clause,
                             "an answer was out of its bounds and could not be asked for again, for " + options_.gone);
      return false;
    }
    for (int i = 1; i < kRepetitions; ++i) {
      if (live() && is_cancelled()) {
        proofs_.doubts.emplace(
            clause, "an answer was out of its bounds once; the run was interrupted before it was tried again");
        return false;
      }
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
    return laboratory_.keep(*runner_, ran);
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
      shrinking.enough = [this] { return out_of_time(); };
    }
    const auto smallest_of = [&](const Reproduction& start, bool wide) {
      return shrink(
          start, [&](const Program& program) { return violating(program, clause, any_of_group, violation.seed, wide); },
          shrinking);
    };
    if (live()) return smallest_of(violation, true);
    // Without bytes, which is cheaper, and once with them in the end, so that the report can quote them.
    if (const auto narrow = violating(violation.program, clause, any_of_group, violation.seed, false)) {
      Reproduction minimal = smallest_of(*narrow, false);
      std::optional<Reproduction> quoted = violating(minimal.program, clause, any_of_group, minimal.seed, true);
      return quoted ? *std::move(quoted) : std::move(minimal);
    }
    const auto wide = violating(violation.program, clause, any_of_group, violation.seed, true);
    return smallest_of(wide ? *wide : violation, true);
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
  std::map<Clause, Clause> followers_;  // clauses that are broken only because the other is
};

}  // namespace

Proofs prove(const CampaignResult& campaign, const ProofOptions& options, Laboratory& laboratory) {
  return Prover(options, laboratory).prove(campaign);
}

}  // namespace closecheck::properties
