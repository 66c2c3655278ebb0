#include "engine/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/candidate.h"
#include "engine/departure.h"
#include "engine/estimate.h"
#include "engine/isolation.h"
#include "engine/neighbours.h"
#include "engine/root_cause.h"
#include "engine/seeds.h"
#include "engine/steadying.h"

namespace closecheck::properties {
namespace {

constexpr int kRepetitions = 3;
/// How many counterexamples of one clause are shrunk before the clause counts as named wrongly.
constexpr std::size_t kCandidatesMax = 3;
/// Live, trials wait more than they ask, so that several may go on side by side.
constexpr std::size_t kTrialsAtOnceLive = 4;
/// Live: for each violation that is made small so many trials at most, and what is begun in so long a time: where each
/// takes half a minute, a few.
constexpr std::size_t kTrialsMaxLive = 100;
constexpr std::chrono::seconds kShrinkingTimeLive{90};
/// Other interleavings that a smaller program with overlapping requests may need.
constexpr int kOverlapSeeds = 4;

bool contains(const std::vector<Clause>& clauses, Clause clause) {
  return std::find(clauses.begin(), clauses.end(), clause) != clauses.end();
}

/// Clauses about a circumstance of a close: a timeout, a datafeed's end, an overlap, a re-open.
constexpr std::array kCircumstances{Clause::timed_out_close_goes_on, Clause::timed_out_close_is_no_success,
                                    Clause::datafeed_end_closes_job, Clause::concurrent_requests_linearize,
                                    Clause::reopen_continues_analysis};
/// What every close owes, in whatever circumstance.
constexpr std::array kOwedByEveryClose{Clause::close_flushes_buffers, Clause::close_finalizes_results,
                                       Clause::close_persists_snapshot, Clause::close_waits_for_housekeeping,
                                       Clause::closed_means_closed};

/// Which of these a clock tells hangs on how long an answer was on its way.
constexpr std::array kToldByOneClock{Clause::timeout_bounds_wait, Clause::timeout_takes_time_units,
                                     Clause::timeout_defaults_to_30m};

/// Whether what a clock told of the clause is told again.
bool is_told_again(const std::vector<Finding>& findings, Clause clause) {
  if (finding_for(findings, clause, false) != nullptr) return true;
  const auto is_of_clock = [](Clause it) { return std::ranges::find(kToldByOneClock, it) != kToldByOneClock.end(); };
  return is_of_clock(clause) &&
         std::ranges::any_of(findings, [&](const Finding& it) { return it.timing && is_of_clock(it.clause); });
}

/// Whether a refused request that stood in a program by chance is blamed: another clause that is broken alike goes
/// first.
bool is_blamed_on_a_refusal_in_passing(const Proof& proof) {
  return proof.finding.clause == Clause::refused_request_changes_nothing && !proof.check->aims_at(proof.finding.clause);
}

/// Violations are told in this order.
auto rank_of(const Proof& proof) {
  const Clause clause = proof.finding.clause;
  return std::tuple(!proof.check->aims_at(clause), level_of(clause), clause);
}

/// How long a live trial waits for what is missing.
enum class Patience : std::uint8_t { fair, hurried };

class CounterexampleProver {
 public:
  CounterexampleProver(const ProofOptions& options, TrialRunner& trials)
      : options_(options), trials_(trials), deadline_(options.deadline) {}

  Proofs prove(const CampaignResult& campaign) {
    std::map<Clause, std::vector<Candidate>> by_clause = candidates_of(campaign, options_.selected);
    Neighbours neighbours(
        campaign, trials_.environment(),
        [this](const Program& program) { return attempt(program, options_.seed, true, Patience::hurried); },
        [this, until = Clock::now() + (deadline_ - Clock::now()) * 3 / 4] {
          return out_of_time() || Clock::now() >= until;
        });
    std::map<Clause, Candidate> aside;
    if (live()) aside = neighbours.set_aside(by_clause);
    for (const auto& [clause, candidates] : by_clause) prove_clause(clause, candidates);
    keep_what_does_not_show_alone(aside);
    deadline_ = options_.end;
    leave_to_plain_closes();
    leave_to_what_shows_alone();
    group_by_root_cause();
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
    std::ranges::stable_sort(proofs_.violations, {}, rank_of);
    return std::move(proofs_);
  }

 private:
  bool live() const { return trials_.environment().live; }
  /// Live: whether no more is tried.
  bool out_of_time() const { return live() && (!options_.gone.empty() || is_cancelled() || Clock::now() >= deadline_); }
  /// For one violation, from now on.
  std::function<bool()> until_enough() const {
    return [this, until = Clock::now() + kShrinkingTimeLive] { return out_of_time() || Clock::now() >= until; };
  }
  bool is_cancelled() const { return options_.cancelled != nullptr && *options_.cancelled; }
  bool selected(Clause clause) const { return contains(options_.selected, clause); }

  void keep_what_does_not_show_alone(const std::map<Clause, Candidate>& aside) {
    for (const auto& [clause, candidate] : aside) {
      if (proofs_by_clause_.count(clause) != 0 || followers_.count(clause) != 0) continue;
      const Reproduction& found = *candidate.violation;
      keep(*finding_for(found.findings, clause, false), *candidate.result->check, found);
      shown_beside_others_.insert(clause);
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
      Reproduction minimal = steady(smallest(clause, candidate), clause);
      // What was dropped on the word of one clock has to hold by more of them.
      if (candidate.timing && live() && times_seen_again(minimal, clause) + 1 < kRepetitions)
        minimal = *candidate.violation;
      const Finding* named = finding_for(minimal.findings, clause, false);
      const Finding& finding = named != nullptr ? *named : *finding_for(minimal.findings, clause, true);
      if (finding.clause != clause) followers_.emplace(clause, finding.clause);
      if (follows_from_another(finding.clause, candidate, minimal)) continue;
      keep(finding, *candidate.result->check, minimal);
      proofs_.doubts.erase(finding.clause);
      if (finding.clause == clause || prove_beside(finding, minimal, clause, candidate)) return;
    }
  }

  /// A smaller program may show another thing that is broken. Then both are, but where both are wrong contents of what
  /// is read in the same way.
  bool prove_beside(const Finding& shown, const Reproduction& minimal, Clause clause, const Candidate& candidate) {
    const Reproduction exact = minimize(clause, false, *candidate.violation);
    const Finding* named = finding_for(exact.findings, clause, false);
    if (named == nullptr) return false;
    const bool secured = trials_.environment().secured;
    const Departure first = departure_of(shown, minimal.history, secured);
    const Departure second = departure_of(*named, exact.history, secured);
    if (are_of_the_same_contents(first, second)) return false;
    if (follows_from_another(clause, candidate, exact)) return false;
    keep(*named, *candidate.result->check, exact);
    return true;
  }

  /// On the way down the violation may become one of another clause. It keeps its name where a smaller
  /// program shows it, or where the other clause was not asked for.
  Reproduction smallest(Clause clause, const Candidate& candidate) {
    Reproduction minimal = minimize(clause, true, *candidate.violation);
    const Clause other = finding_for(minimal.findings, clause, true)->clause;
    if (other == clause || live()) return selected(other) ? minimal : *candidate.violation;
    Reproduction exact = minimize(clause, false, *candidate.violation);
    return is_smaller(exact.program, minimal.program) || !selected(other) ? exact : minimal;
  }

  /// Live: which of two requests comes first may hang on their connections.
  Reproduction steady(Reproduction minimal, Clause clause) {
    if (!live() || out_of_time()) return minimal;
    const Duration close = trials_.environment().normal_close;
    const Clause shown = finding_for(minimal.findings, clause, true)->clause;
    const std::uint64_t seed = minimal.seed;
    SteadyingOptions steadying;
    // Of what happens during a close most happens in its middle.
    steadying.moments = {close / 6, 10 * kMillisecond, close / 2, 2 * kMillisecond};
    steadying.at_once = kTrialsAtOnceLive;
    steadying.trials_max = kTrialsMaxLive;
    steadying.enough = until_enough();
    return steadied(
        std::move(minimal), [&](const Program& program) { return violating(program, shown, false, seed, true); },
        steadying);
  }

  /// Where a job is not in the state in which it should be, whatever is asked next may go wrong: reading its statistics
  /// in between tells whether it is only that. The clause is then told under the one that they show.
  bool follows_from_another(Clause clause, const Candidate& candidate, const Reproduction& minimal) {
    if (level_of(clause) == Level::dialect || candidate.timing || out_of_time()) return false;
    const std::uint64_t seed = live() ? minimal.seed : options_.seed;
    Reproduction looked = attempt(watched(minimal.program), seed, true, Patience::hurried);
    const Finding* root = finding_for(looked.findings, clause, true);
    if (root == nullptr || root->clause == clause || root->timing || !selected(root->clause)) return false;
    const bool secured = trials_.environment().secured;
    const Finding& own = *finding_for(minimal.findings, clause, true);
    if (!bears_on(departure_of(*root, looked.history, secured), departure_of(own, minimal.history, secured)))
      return false;
    const Clause found = root->clause;
    if (live()) {
      looked = attempt(looked.program, looked.seed, true);
      if (finding_for(looked.findings, found, false) == nullptr) return false;
    }
    const Reproduction smaller = minimize(found, false, looked);
    const Finding* named = finding_for(smaller.findings, found, false);
    if (named == nullptr) return false;
    followers_[clause] = named->clause;
    if (candidate.result->check->aims_at(clause)) followed_by_aim_.insert(named->clause);
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
        // What was found in passing has to show in a plain program where the other needs more than that.
        const bool is_plainer =
            !is_plain(at->second.reproduction.program) && is_plain(plain->second.reproduction.program);
        if (!plain->second.check->aims_at(plain->first) && !is_plainer) continue;
        followers_[circumstance] = plain->first;
        proofs_by_clause_.erase(at);
        break;
      }
    }
  }

  /// Programs run side by side, and a request of one may reach into the jobs of another. What showed beside others and
  /// does not show alone is told under what shows alone with several jobs, if there is such a thing.
  void leave_to_what_shows_alone() {
    const Proof* root = nullptr;
    for (const auto& [clause, proof] : proofs_by_clause_) {
      if (shown_beside_others_.count(clause) != 0 || !has_several_jobs(proof.reproduction.program)) continue;
      const bool is_first = root == nullptr || rank_of(proof) < rank_of(*root);
      if (clause == Clause::close_touches_one_job || (is_first && !touches_others(root))) root = &proof;
    }
    if (root == nullptr) return;
    const Clause first = root->finding.clause;
    std::erase_if(proofs_by_clause_, [&](const auto& entry) {
      if (shown_beside_others_.count(entry.first) == 0) return false;
      followers_[entry.first] = first;
      return true;
    });
  }

  static bool touches_others(const Proof* proof) {
    return proof != nullptr && proof->finding.clause == Clause::close_touches_one_job;
  }

  /// Of the violations of one cause only the first is told; the others stand under its `also`.
  void group_by_root_cause() {
    std::vector<const Proof*> ranked;
    ranked.reserve(proofs_by_clause_.size());
    for (const auto& [clause, proof] : proofs_by_clause_) ranked.push_back(&proof);
    // What shows alone comes before what showed beside others, what plain requests show before what needs a
    // circumstance, which to the form of an answer is none, what a written program shows before what a random one does,
    // and nothing before what shrinking it led to.
    const auto rank = [&](const Proof& it) {
      const auto [is_not_aimed, level, clause] = rank_of(it);
      const bool is_in_passing = is_not_aimed && followed_by_aim_.count(clause) == 0;
      const bool is_special = level != Level::dialect && has_circumstances(it.reproduction.program);
      return std::tuple(shown_beside_others_.count(clause) != 0, is_in_passing, level, is_special,
                        it.check->is_generated(), clause);
    };
    const auto followed_by = [&](Clause clause) {
      const auto follower = followers_.find(clause);
      return follower == followers_.end() ? proofs_by_clause_.end() : proofs_by_clause_.find(follower->second);
    };
    std::ranges::stable_sort(ranked, {}, [&](const Proof* it) {
      const auto first = followed_by(it->finding.clause);
      const bool is_follower = first != proofs_by_clause_.end();
      // Two may lead to each other.
      const bool is_followed = is_follower && followed_by(first->first) == proofs_by_clause_.find(it->finding.clause);
      const bool comes_later = is_follower && !is_followed && rank(*it) < rank(first->second);
      return std::tuple(comes_later ? rank(first->second) : rank(*it), comes_later, rank(*it));
    });
    // In virtual time patience costs nothing.
    const Duration housekeeping_max = live() ? 4 * trials_.environment().normal_close + kSecond : kMinute;
    RootCauses causes(
        trials_.environment().secured, housekeeping_max, [this](const Program& program, std::uint64_t seed) {
          return out_of_time() ? std::nullopt : std::optional(attempt(program, seed, live(), Patience::hurried));
        });
    std::vector<const Proof*> roots;
    for (const Proof* proof : ranked) {
      const auto root = std::ranges::find_if(roots, [&](const Proof* it) { return causes.explains(*it, *proof); });
      if (root == roots.end()) {
        roots.push_back(proof);
      } else if (is_blamed_on_a_refusal_in_passing(**root)) {
        followers_[(*root)->finding.clause] = proof->finding.clause;
        *root = proof;
      } else {
        followers_[proof->finding.clause] = (*root)->finding.clause;
      }
    }
    std::erase_if(proofs_by_clause_, [&](const auto& entry) {
      return std::ranges::none_of(roots, [&](const Proof* it) { return it == &entry.second; });
    });
  }

  /// A clock can be wrong once: the same finding must come again, and again.
  bool confirmed(Clause clause, const Reproduction& violation) {
    if (!options_.gone.empty()) {
      keep_doubt(clause, {"an answer was out of its bounds and could not be asked for again, for " + options_.gone});
      return false;
    }
    const int again = times_seen_again(violation, clause);
    if (again + 1 == kRepetitions) return true;
    const Finding* found = finding_for(violation.findings, clause, false);
    const std::string what = found == nullptr ? "an answer was out of its bounds"
                                              : "expected " + found->expected + "; observed " + found->observed;
    Doubt doubt{what + ", once; the run was interrupted before it was tried again"};
    if (!live() || !is_cancelled()) {
      doubt.story = fmt::format("{}, in {} of {} repetitions, which may be noise (margin {})", what, again + 1,
                                again + 2, describe_duration(trials_.environment().margin));
      doubt.came_again = again > 0;
    }
    keep_doubt(clause, std::move(doubt));
    return false;
  }

  void keep_doubt(Clause clause, Doubt doubt) {
    const auto [at, added] = proofs_.doubts.try_emplace(clause, doubt);
    if (!added && !at->second.came_again) at->second = std::move(doubt);
  }

  /// How often the same finding comes again, up to the first time that it does not.
  int times_seen_again(const Reproduction& violation, Clause clause) {
    for (int i = 1; i < kRepetitions; ++i) {
      if (live() && is_cancelled()) return i - 1;
      const auto again =
          attempt(violation.program, seed_of(violation.seed, "repetition", static_cast<std::uint64_t>(i)), true);
      if (!is_told_again(again.findings, clause)) return i - 1;
    }
    return kRepetitions - 1;
  }

  /// Thread-safe.
  Reproduction attempt(const Program& program, std::uint64_t seed, bool through_codec,
                       Patience patience = Patience::fair) {
    const bool in_a_hurry = live() && patience == Patience::hurried;
    Program wanted = !live() ? program : in_a_hurry ? trials_.hurried(program) : trials_.unhurried(program);
    std::unique_ptr<Runner> runner = take_runner(in_a_hurry);
    const Ran ran = trials_.run(*runner, std::make_shared<const Program>(std::move(wanted)), seed, through_codec);
    Reproduction reproduction = trials_.keep(*runner, ran);
    const std::lock_guard lock(mutex_);
    ++proofs_.sequences;
    proofs_.exchanges += static_cast<std::int64_t>(ran.result.exchanges);
    idle_runners_[in_a_hurry ? 1 : 0].push_back(std::move(runner));
    return reproduction;
  }

  std::unique_ptr<Runner> take_runner(bool in_a_hurry) {
    {
      const std::lock_guard lock(mutex_);
      auto& idle = idle_runners_[in_a_hurry ? 1 : 0];
      if (!idle.empty()) {
        std::unique_ptr<Runner> runner = std::move(idle.back());
        idle.pop_back();
        return runner;
      }
    }
    return in_a_hurry ? trials_.make_hurried_runner() : trials_.make_runner();
  }

  std::optional<Reproduction> violating(const Program& program, Clause clause, bool any_of_group, std::uint64_t seed,
                                        bool through_codec, Patience patience = Patience::fair) {
    const int seeds = !live() && has_overlap(program) ? kOverlapSeeds : 1;
    for (int i = 0; i < seeds; ++i) {
      // The run's own seed first: a counterexample that replays with it needs no other.
      const std::uint64_t with = i == 0   ? options_.seed
                                 : i == 1 ? seed
                                          : seed_of(seed, "interleaving", static_cast<std::uint64_t>(i));
      Reproduction reproduction = attempt(program, with, through_codec, patience);
      if (finding_for(reproduction.findings, clause, any_of_group) != nullptr) return reproduction;
    }
    return std::nullopt;
  }

  Reproduction minimize(Clause clause, bool any_of_group, const Reproduction& violation) {
    if (live()) return minimize_live(clause, any_of_group, violation);
    const auto smallest_of = [&](const Reproduction& start, bool through_codec) {
      return shrink(start,
                    [&](const Program& program) {
                      return violating(program, clause, any_of_group, violation.seed, through_codec);
                    },
                    {});
    };
    // Without bytes, which is cheaper, and once with them in the end, so that the report can quote them.
    if (const auto narrow = violating(violation.program, clause, any_of_group, violation.seed, false)) {
      Reproduction minimal = smallest_of(*narrow, false);
      std::optional<Reproduction> quoted = violating(minimal.program, clause, any_of_group, minimal.seed, true);
      return quoted ? *std::move(quoted) : std::move(minimal);
    }
    const auto through_codec = violating(violation.program, clause, any_of_group, violation.seed, true);
    return smallest_of(through_codec ? *through_codec : violation, true);
  }

  /// What a trial in a hurry took for missing may only be late: whoever waits has to see the same in the end.
  Reproduction minimize_live(Clause clause, bool any_of_group, const Reproduction& violation) {
    // Who is asked for wrongly too often may be locked out.
    if (std::ranges::any_of(violation.program.steps, may_lock_somebody_out)) {
      Program without = violation.program;
      std::erase_if(without.steps, may_lock_somebody_out);
      const auto seen = violating(without, clause, any_of_group, violation.seed, true);
      return seen ? minimize_live(clause, any_of_group, *seen) : violation;
    }
    const std::function<bool()> enough = until_enough();
    const auto smallest_by = [&](Patience patience, std::size_t at_once) {
      ShrinkOptions shrinking;
      shrinking.simplify = Simplify::in_few_trials;
      shrinking.at_once = at_once;
      shrinking.trials_max = kTrialsMaxLive * at_once / kTrialsAtOnceLive;
      shrinking.enough = enough;
      return shrink(
          violation,
          [&](const Program& program) {
            return violating(program, clause, any_of_group, violation.seed, true, patience);
          },
          shrinking);
    };
    const Reproduction minimal = smallest_by(Patience::hurried, kTrialsAtOnceLive);
    if (!is_smaller(minimal.program, violation.program) || is_cancelled()) return violation;
    if (auto seen = violating(minimal.program, clause, any_of_group, minimal.seed, true)) return *std::move(seen);
    // Nor may those that ran side by side have disturbed each other.
    return smallest_by(Patience::fair, 1);
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
  TrialRunner& trials_;
  Clock::time_point deadline_;
  std::mutex mutex_;
  std::array<std::vector<std::unique_ptr<Runner>>, 2> idle_runners_;  // fair ones, and such in a hurry
  Proofs proofs_;
  std::map<Clause, Proof> proofs_by_clause_;
  std::set<Clause> shown_beside_others_;  // ... and not alone
  std::map<Clause, Clause> followers_;    // clauses that are broken only because the other is
  std::set<Clause> followed_by_aim_;      // such others, to which a check that aims at the follower led
};

}  // namespace

Proofs prove(const CampaignResult& campaign, const ProofOptions& options, TrialRunner& trials) {
  return CounterexampleProver(options, trials).prove(campaign);
}

}  // namespace closecheck::properties
