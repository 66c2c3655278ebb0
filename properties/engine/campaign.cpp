#include "engine/campaign.h"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "closecheck/vocabulary/trouble.h"
#include "closecheck/vocabulary/workers.h"
#include "engine/estimate.h"
#include "engine/rounds.h"
#include "engine/seeds.h"

namespace closecheck::properties {
namespace {

/// Of how many generated programs one goes through the wire codec.
constexpr std::uint64_t kThroughCodecEvery = 250;
constexpr int kProgramThroughCodecEvery = 4;
/// A unit that has found so many violations tells nothing new.
constexpr std::size_t kUnitViolationsMax = 3;
/// A clause that so many programs break by a clock is as well told by repeating one of them.
constexpr int kLateMax = 2;
constexpr int kSizeMin = 4;
constexpr int kSizeMax = 34;
/// Live: how often a program runs in which a request has no answer. Chance does not take the same answer each time.
constexpr int kAnswerTries = 5;

/// Requests that had no answer, by what tells them apart in every run of their program: the operation, and which of its
/// kind it is.
using Unanswered = std::map<std::pair<std::size_t, std::size_t>, std::string>;

struct UnitResult {
  bool skipped = true;
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
  Evidence evidence;
  std::vector<Reproduction> violations;
  std::set<std::string> whys;
  std::string trouble;
  Unanswered unanswered;
  std::string refusal;
  bool setup_refused = false;
  Samples samples;
  std::map<Clause, Reproduction> told;
};

/// The first answer that was not in time, as a clock check found it.
std::string first_late(const History& history, const std::vector<Finding>& findings) {
  const auto late = std::ranges::find_if(findings, &Finding::timing);
  if (late == findings.end()) return {};
  const Event& event = history.events[late->event];
  return fmt::format("`{}` was not answered in time: expected {}; observed {}",
                     event.request ? describe(*event.request) : "close", late->expected, late->observed);
}

Unanswered unanswered_in(const History& history) {
  Unanswered unanswered;
  std::map<std::size_t, std::size_t> sent;
  std::map<int, std::pair<std::size_t, std::size_t>> open;
  for (const Event& event : history.events) {
    if (event.type == EventType::invoke) {
      const std::size_t kind = event.request->operation.index();
      open[event.process] = {kind, sent[kind]++};
    } else if (event.type == EventType::info) {
      unanswered.emplace(open[event.process], describe(*event.request));
    }
  }
  return unanswered;
}

/// Whether something that datafeeds read was refused to a caller for want of privileges.
bool was_refused_setup(const History& history) {
  return std::any_of(history.events.begin(), history.events.end(), [](const Event& event) {
    if (event.type != EventType::ok || event.response->outcome != Outcome::refused) return false;
    const Operation& operation = event.request->operation;
    const bool prepares = std::holds_alternative<CreateIndex>(operation) ||
                          std::holds_alternative<IndexDocuments>(operation) ||
                          std::holds_alternative<CreateDatafeed>(operation);
    return prepares &&
           (event.response->refusal == Refusal::unauthenticated || event.response->refusal == Refusal::forbidden);
  });
}

class Campaign {
 public:
  Campaign(const std::vector<const Check*>& checks, const CampaignOptions& options, TrialRunner& trials,
           const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled)
      : checks_(checks),
        options_(options),
        trials_(trials),
        progress_(progress),
        cancelled_(cancelled),
        rounds_(checks, options, trials.environment()) {}

  CampaignResult run() {
    plan();
    merged_.gone = options_.gone;
    gone_ = !merged_.gone.empty();
    if (!environment().live) {
      do_round({rounds_.everything()});
      return merged();
    }
    do_round(rounds_.core());
    // Each of them looks where no other does.
    for (int tries = 1; tries < kAnswerTries; ++tries) do_round({std::exchange(spoiled_, {})});
    for (const Unit& unit : spoiled_) {
      std::string& unanswered = merged_.checks[unit.check].unanswered;
      if (unanswered.empty())
        unanswered = fmt::format("`{}` had no answer, however often its program ran",
                                 unanswered_.at(unit.program.get()).begin()->second);
    }
    do_round(rounds_.of_untold(told_, true));
    if (!rounds_.untold(told_).empty()) {
      trials_.widen_clocks();
      do_round(rounds_.of_untold(told_, false));
    }
    if (Clock::now() < options_.random_until) do_round(rounds_.random());
    return merged();
  }

 private:
  const Environment& environment() const { return trials_.environment(); }

  void plan() {
    merged_.checks.resize(checks_.size());
    generators_.resize(checks_.size());
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      CheckResult& result = merged_.checks[i];
      result.check = checks_[i];
      result.unmet = unmet_need(*checks_[i], environment());
      if (result.unmet || !checks_[i]->is_generated()) continue;
      generators_[i] = checks_[i]->generate(environment());
    }
  }

  void do_round(Round round) {
    if (round.units.empty() && !round.with_random) return;
    round_ = std::move(round);
    told_.late.clear();
    next_ = 0;
    run_workers(options_.workers, failed_, [this] { work(); });
  }

  /// Whether something that takes so long is not begun any more.
  bool out_of_time(Duration estimate = 0) const {
    if (cancelled_.load(std::memory_order_relaxed) || gone_.load(std::memory_order_relaxed)) return true;
    const Clock::time_point end = round_.is_needed ? options_.last_call : options_.random_until;
    return environment().live && Clock::now() + std::chrono::nanoseconds(estimate) >= end;
  }

  /// Whether what the unit could tell has been told meanwhile.
  bool is_left_out(const Unit& unit) const {
    const Check& check = *checks_[unit.check];
    const Clause clause = check.aim();
    if (round_.until_told && told_.is_told(clause)) return true;
    if (unit.rank == Rank::in_passing)
      return std::ranges::all_of(
          check.serves, [&](Clause served) { return !rounds_.is_selected(served) || told_.violated.contains(served); });
    const auto late = told_.late.find(clause);
    const bool is_late = late != told_.late.end() && late->second >= kLateMax && told_.evidence.of(clause) == 0;
    return (round_.is_repeated && is_late) ||
           (unit.rank == Rank::extra && (is_late || told_.violated.contains(clause)));
  }

  /// The next piece of work.
  bool take(Unit& unit, std::size_t& number) {
    const std::lock_guard lock(mutex_);
    if (failed_) return false;
    while (next_ < round_.units.size() && is_left_out(round_.units[next_])) ++next_;
    const bool are_done = next_ == round_.units.size();
    if (round_.with_random && (are_done || drawn_ <= next_) && !out_of_time()) {
      const std::vector<std::size_t>& generated = rounds_.generated();
      unit = Unit{generated[drawn_ % generated.size()], drawn_ / generated.size(), nullptr, 1, true, 0};
      ++drawn_;
    } else if (!are_done) {
      unit = round_.units[next_++];  // where there is no time left, to be counted as skipped
    } else {
      return false;
    }
    number = results_.size();
    results_.emplace_back(unit.check, UnitResult{});
    return true;
  }

  void work() {
    const std::unique_ptr<Runner> runner = trials_.make_runner();
    Unit unit;
    std::size_t number = 0;
    while (take(unit, number)) {
      UnitResult result;
      if (!out_of_time(unit.estimate))
        result = unit.program ? run_program(*runner, unit) : run_generated(*runner, unit);
      if (!result.trouble.empty()) look_for_life(result.trouble);
      const std::lock_guard lock(mutex_);
      told_.count(*checks_[unit.check], result.evidence, result.violations);
      if (result.violations.empty() && unit.program != nullptr && lacks_answers_again(unit, result))
        spoiled_.push_back(unit);
      if (result.skipped && is_missed(checks_[unit.check]->aim())) merged_.out_of_budget = true;
      results_[number].second = std::move(result);
      ++done_;
      const Check& check = *checks_[unit.check];
      if (progress_)
        progress_(
            {std::string(check.name), done_, std::max(round_.units.size(), done_), told_.violated.size(), check.aim()});
    }
    const std::lock_guard lock(mutex_);
    add(runner->state_visits(), merged_.state_visits);
    add(runner->transition_visits(), merged_.transition_visits);
  }

  /// Whether the program lacks an answer, and one that it lacked each time that there was time for it.
  bool lacks_answers_again(const Unit& unit, const UnitResult& result) {
    const Unanswered& now = result.unanswered;
    const auto [before, is_first] = unanswered_.try_emplace(unit.program.get(), now);
    if (!is_first && !result.skipped)
      std::erase_if(before->second, [&](const auto& request) { return !now.contains(request.first); });
    return !before->second.empty();
  }

  /// Whether there should have been time for what is aimed at the clause.
  bool is_missed(Clause clause) const {
    return environment().live && round_.is_needed && rounds_.is_wanted(clause) && !told_.is_told(clause) &&
           !cancelled_ && !gone_;
  }

  /// After an answer that was lost or odd: a target that does not answer a harmless read either is left alone.
  void look_for_life(const std::string& trouble) {
    const std::lock_guard lock(life_mutex_);
    if (merged_.trouble.empty()) merged_.trouble = trouble;
    if (gone_) return;
    const std::string silence = trials_.why_silent();
    if (silence.empty()) return;
    merged_.gone = describe_gone(silence, merged_.trouble);
    gone_ = true;
  }

  static void add(const std::vector<std::uint64_t>& part, std::vector<std::uint64_t>& sum) {
    if (sum.size() < part.size()) sum.resize(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) sum[i] += part[i];
  }

  void keep_told(const Check& check, const Runner& runner, const Ran& ran, UnitResult& result) const {
    for (const Clause clause : check.serves)
      if (ran.result.evidence.of(clause) > 0 && !result.told.contains(clause))
        result.told.emplace(clause, trials_.keep(runner, ran));
  }

  void take_in(const Check& check, const Runner& runner, const Ran& ran, UnitResult& result) const {
    ++result.sequences;
    result.exchanges += static_cast<std::int64_t>(ran.result.exchanges);
    result.evidence += ran.result.evidence;
    if (ran.result.violates()) result.violations.push_back(trials_.keep(runner, ran));
    if (ran.result.inconclusive) result.whys.insert(ran.result.why);
    if (options_.keeps_told && !ran.result.violates()) keep_told(check, runner, ran, result);
    if (environment().live) {
      result.unanswered = unanswered_in(runner.history());
      if (result.trouble.empty()) result.trouble = first_trouble(runner.history());
      if (result.trouble.empty()) result.trouble = first_late(runner.history(), ran.result.findings);
      if (result.refusal.empty()) result.refusal = first_refusal(runner.history());
      result.setup_refused = result.setup_refused || was_refused_setup(runner.history());
    }
    if (check.measure) check.measure(runner.history(), environment(), result.samples);
  }

  UnitResult run_program(Runner& runner, const Unit& unit) {
    const Check& check = *checks_[unit.check];
    UnitResult result;
    result.skipped = false;
    for (int i = 0; i < unit.seeds && result.violations.size() < kUnitViolationsMax; ++i) {
      const std::uint64_t seed =
          i == 0 ? options_.seed
                 : seed_of(options_.seed, check.name, unit.index * 1000 + static_cast<std::uint64_t>(i));
      const bool through_codec = unit.through_codec || i % kProgramThroughCodecEvery == 0;
      take_in(check, runner, trials_.run(runner, unit.program, seed, through_codec), result);
    }
    return result;
  }

  UnitResult run_generated(Runner& runner, const Unit& unit) {
    const Check& check = *checks_[unit.check];
    const rc::Gen<Program>& programs = *generators_[unit.check];
    UnitResult result;
    result.skipped = false;
    for (std::uint64_t i = 0; result.violations.size() < kUnitViolationsMax; ++i) {
      const std::uint64_t seed = seed_of(options_.seed, check.name, unit.index * 100'000 + i);
      const int size = kSizeMin + static_cast<int>(seed % static_cast<std::uint64_t>(kSizeMax - kSizeMin));
      auto program = std::make_shared<const Program>(programs(rc::Random(seed), size).value());
      if (environment().live &&
          (!may_run(*program, environment()) || out_of_time(estimated_time(*program, environment()))))
        break;
      const bool through_codec = unit.through_codec || seed / kSizeMax % kThroughCodecEvery == 0;
      take_in(check, runner, trials_.run(runner, std::move(program), seed, through_codec), result);
      if (environment().live || result.exchanges >= kUnitExchanges || out_of_time()) break;
    }
    return result;
  }

  CampaignResult merged() {
    // Live the units were sorted by what is most telling; violations are listed in that order, which is as good.
    for (auto& [check, unit] : results_) {
      CheckResult& into = merged_.checks[check];
      into.skipped += unit.skipped ? 1 : 0;
      into.sequences += unit.sequences;
      into.exchanges += unit.exchanges;
      into.evidence += unit.evidence;
      into.whys.merge(unit.whys);
      if (into.trouble.empty()) into.trouble = std::move(unit.trouble);
      if (into.refusal.empty()) into.refusal = std::move(unit.refusal);
      into.setup_refused = into.setup_refused || unit.setup_refused;
      for (Reproduction& violation : unit.violations) into.violations.push_back(std::move(violation));
      into.told.merge(unit.told);
      for (auto& [key, values] : unit.samples) {
        std::vector<double>& all = into.samples[key];
        all.insert(all.end(), values.begin(), values.end());
      }
    }
    return std::move(merged_);
  }

  const std::vector<const Check*>& checks_;
  const CampaignOptions& options_;
  TrialRunner& trials_;
  const std::function<void(const Progress&)>& progress_;
  const std::atomic<bool>& cancelled_;
  const Rounds rounds_;
  std::vector<std::optional<rc::Gen<Program>>> generators_;  // by check; none where it has programs of its own

  std::atomic<bool> failed_ = false;  // an exception came out of a worker
  std::mutex mutex_;
  Round round_;
  std::vector<Unit> spoiled_;
  std::map<const Program*, Unanswered> unanswered_;
  std::size_t next_ = 0;   // unit of the round
  std::size_t drawn_ = 0;  // random programs so far, live
  std::size_t done_ = 0;
  std::vector<std::pair<std::size_t, UnitResult>> results_;
  Told told_;
  CampaignResult merged_;

  std::mutex life_mutex_;  // one at a time asks whether the target is still there
  std::atomic<bool> gone_ = false;
};

}  // namespace

CampaignResult run_campaign(const std::vector<const Check*>& checks, const CampaignOptions& options,
                            TrialRunner& trials, const std::function<void(const Progress&)>& progress,
                            const std::atomic<bool>& cancelled) {
  return Campaign(checks, options, trials, progress, cancelled).run();
}

std::string describe_gone(const std::string& silence, const std::string& first_trouble) {
  std::string text = "the target does not answer as itself any more: " + silence;
  if (!first_trouble.empty()) text += "; the first that went wrong: " + first_trouble;
  return text;
}

std::string describe_untold_end(const std::string& first_trouble) {
  std::string text = "the budget was used up before the target could be asked a last time";
  if (!first_trouble.empty()) text += "; the first that went wrong: " + first_trouble;
  return text;
}

}  // namespace closecheck::properties
