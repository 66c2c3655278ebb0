#include "engine/campaign.h"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "closecheck/vocabulary/trouble.h"
#include "closecheck/vocabulary/workers.h"
#include "engine/estimate.h"
#include "engine/isolation.h"
#include "engine/seeds.h"

namespace closecheck::properties {
namespace {

/// Generated exchanges in one unit of work, and of how many programs one goes through the wire codec.
constexpr std::int64_t kUnitExchanges = 1500;
constexpr std::uint64_t kThroughCodecEvery = 250;
constexpr int kProgramThroughCodecEvery = 4;
/// A unit that has found so many violations tells nothing new.
constexpr std::size_t kUnitViolationsMax = 3;
/// A clause that so many programs break by a clock is as well told by repeating one of them.
constexpr int kLateMax = 2;
constexpr int kSizeMin = 4;
constexpr int kSizeMax = 34;

/// Live: how much a unit is needed for a clause that is asked for. But for the core, none is where that clause is
/// violated already.
enum class Rank : std::uint8_t { core, extra, in_passing };

/// A piece of work: one program with all its seeds, or a row of generated ones.
struct Unit {
  std::size_t check = 0;
  std::uint64_t index = 0;                 // of the program, or of the row
  std::shared_ptr<const Program> program;  // null: generated
  int seeds = 1;
  bool through_codec = false;
  Duration estimate = 0;
  Rank rank = Rank::core;
};

/// Live: what the workers do before they all stop once.
struct Round {
  std::vector<Unit> units;
  bool is_needed = true;     // every unit has all the time there is; else only up to when random programs end
  bool until_told = false;   // a unit whose clause has been told meanwhile is left out
  bool is_repeated = false;  // its units have been tried before
  bool with_random = false;  // random programs take turns with the units, and go on behind them
};

struct UnitResult {
  bool skipped = true;
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
  Evidence evidence;
  std::vector<Reproduction> violations;
  std::set<std::string> whys;
  std::string trouble;
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

/// Whether a live run may come to say that the clause holds.
bool may_hold_live(Clause clause) {
  return level_of(clause) != Level::measured && clause != Clause::close_prunes_model &&
         clause != Clause::timeout_defaults_to_30m;
}

bool is_dialect_check(const Check& check) {
  return level_of(check.aim()) == Level::dialect;
}

class Campaign {
 public:
  Campaign(const std::vector<const Check*>& checks, const CampaignOptions& options, TrialRunner& trials,
           const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled)
      : checks_(checks), options_(options), trials_(trials), progress_(progress), cancelled_(cancelled) {}

  CampaignResult run() {
    plan();
    merged_.gone = options_.gone;
    gone_ = !merged_.gone.empty();
    if (!environment().live) {
      do_round({everything()});
      return merged();
    }
    do_round(core_round());
    do_round(round_of_untold(true));
    if (!untold().empty()) {
      trials_.widen_clocks();
      do_round(round_of_untold(false));
    }
    if (Clock::now() < options_.random_until) do_round(random_round());
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
      generated_.push_back(i);
    }
  }

  bool may_run(const Program& program) const {
    return environment().allow_cluster_wide || !touches_others(program, environment().profile);
  }

  void do_round(Round round) {
    if (round.units.empty() && !round.with_random) return;
    round_ = std::move(round);
    late_.clear();
    next_ = 0;
    run_workers(options_.workers, failed_, [this] { work(); });
  }

  /// The programs of one check.
  std::vector<Unit> units_of(std::size_t check) const {
    std::vector<Unit> units;
    if (merged_.checks[check].unmet || checks_[check]->is_generated()) return units;
    std::uint64_t index = 0;
    for (Program& program : checks_[check]->programs(environment())) {
      Unit unit;
      unit.check = check;
      unit.index = index++;
      if (!may_run(program)) continue;
      const bool varies = has_overlap(program) && !checks_[check]->measure;
      unit.seeds = varies && !environment().live ? options_.overlap_seeds : 1;
      unit.estimate = estimated_time(program, environment());
      unit.through_codec = environment().live || is_dialect_check(*checks_[check]);
      // A program whose seed does not matter runs once through the codec and once without.
      if (unit.seeds == 1 && !unit.through_codec && !checks_[check]->measure) unit.seeds = 2;
      unit.program = std::make_shared<const Program>(std::move(program));
      units.push_back(std::move(unit));
    }
    return units;
  }

  /// In process: all programs of all checks, then rows of generated ones.
  std::vector<Unit> everything() const {
    std::vector<Unit> units;
    for (std::size_t i = 0; i < checks_.size(); ++i) std::ranges::move(units_of(i), std::back_inserter(units));
    if (generated_.empty()) return units;
    const auto rows = static_cast<std::uint64_t>(options_.generated_exchanges /
                                                 static_cast<std::int64_t>(generated_.size()) / kUnitExchanges);
    for (const std::size_t check : generated_)
      for (std::uint64_t row = 0; row < std::max<std::uint64_t>(1, rows); ++row)
        units.push_back({check, row, nullptr, 1, false, 0});
    return units;
  }

  /// Live: for each clause what tells it.
  Round core_round() const {
    Round round;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      for (Unit& unit : units_of(i))
        if (unit.index < core_count(*checks_[i])) round.units.push_back(std::move(unit));
    }
    for (Unit& unit : round.units) unit.rank = rank_of(unit);
    Duration whole = 0;
    for (const Unit& unit : round.units) whole += unit.estimate;
    // The longest first, so that workers end together; the most telling first where there is no time for all.
    const Duration left = std::chrono::nanoseconds(options_.last_call - Clock::now()).count();
    const bool has_time = whole / std::max(1, options_.workers) < left * 3 / 4;
    std::ranges::stable_sort(round.units, {}, [&](const Unit& unit) {
      const bool is_aimed = unit.rank != Rank::in_passing;
      return has_time ? std::tuple<bool, std::uint64_t, Duration>(!is_aimed, static_cast<std::uint64_t>(unit.rank),
                                                                  -unit.estimate)
                      : std::tuple(!is_aimed, unit.index, unit.estimate);
    });
    return round;
  }

  bool is_selected(Clause clause) const {
    return environment().selected.empty() || environment().selected.count(clause) != 0;
  }

  /// How many programs of the check are in the core round: who asks for a few clauses alone has time for all of theirs,
  /// and behind them for what the core round has for others and may tell these.
  std::size_t core_count(const Check& check) const {
    const bool asks_for_few = !environment().selected.empty() && environment().selected.size() < clauses().size();
    if (asks_for_few && is_selected(check.aim())) return SIZE_MAX;
    return std::ranges::any_of(check.serves, [&](Clause clause) { return is_selected(clause); }) ? check.core_programs
                                                                                                 : 0;
  }

  Rank rank_of(const Unit& unit) const {
    const Check& check = *checks_[unit.check];
    if (!is_selected(check.aim())) return Rank::in_passing;
    return unit.index < check.core_programs ? Rank::core : Rank::extra;
  }

  /// Clauses that the checks of this run could tell, and nothing has: neither evidence nor a violation.
  std::set<Clause> untold() const {
    std::set<Clause> clauses;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      const Clause clause = checks_[i]->aim();
      if (!merged_.checks[i].unmet && !checks_[i]->is_generated() && is_selected(clause) && may_hold_live(clause) &&
          !is_told(clause))
        clauses.insert(clause);
    }
    return clauses;
  }

  /// What is aimed at clauses that the core round left untold, until they are told: what it did not try, or what it
  /// tried, once more.
  Round round_of_untold(bool is_new) const {
    Round round;
    round.until_told = true;
    round.is_repeated = !is_new;
    const std::set<Clause> clauses = untold();
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      if (clauses.count(checks_[i]->aim()) == 0) continue;
      for (Unit& unit : units_of(i))
        if ((unit.index >= core_count(*checks_[i])) == is_new) round.units.push_back(std::move(unit));
    }
    std::ranges::stable_sort(round.units, {}, &Unit::index);
    return round;
  }

  /// Random programs, in turn with what else the checks have: first one of each, and what costs little.
  Round random_round() const {
    Round round;
    round.is_needed = false;
    round.with_random = !generated_.empty();
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      const std::size_t done = core_count(*checks_[i]);
      for (Unit& unit : units_of(i))
        if (unit.index >= done) round.units.push_back(std::move(unit));
    }
    std::ranges::stable_sort(round.units, {}, [](const Unit& unit) {
      return static_cast<Duration>(unit.index) * std::max(unit.estimate, kSecond / 2);
    });
    return round;
  }

  /// Whether something that takes so long is not begun any more.
  bool out_of_time(Duration estimate = 0) const {
    if (cancelled_.load(std::memory_order_relaxed) || gone_.load(std::memory_order_relaxed)) return true;
    const Clock::time_point end = round_.is_needed ? options_.last_call : options_.random_until;
    return environment().live && Clock::now() + std::chrono::nanoseconds(estimate) >= end;
  }

  bool is_told(Clause clause) const { return evidence_.of(clause) > 0 || violated_.count(clause) != 0; }

  /// Whether what the unit could tell has been told meanwhile.
  bool is_left_out(const Unit& unit) const {
    const Check& check = *checks_[unit.check];
    const Clause clause = check.aim();
    if (round_.until_told && is_told(clause)) return true;
    if (unit.rank == Rank::in_passing)
      return std::ranges::all_of(check.serves,
                                 [&](Clause served) { return !is_selected(served) || violated_.count(served) != 0; });
    const auto late = late_.find(clause);
    const bool is_late = late != late_.end() && late->second >= kLateMax && evidence_.of(clause) == 0;
    return (round_.is_repeated && is_late) || (unit.rank == Rank::extra && (is_late || violated_.count(clause) != 0));
  }

  /// The next piece of work.
  bool take(Unit& unit, std::size_t& number) {
    const std::lock_guard lock(mutex_);
    if (failed_) return false;
    while (next_ < round_.units.size() && is_left_out(round_.units[next_])) ++next_;
    const bool are_done = next_ == round_.units.size();
    if (round_.with_random && (are_done || drawn_ <= next_) && !out_of_time()) {
      unit = Unit{generated_[drawn_ % generated_.size()], drawn_ / generated_.size(), nullptr, 1, true, 0};
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
      count_told(*checks_[unit.check], result);
      if (result.skipped && is_missed(checks_[unit.check]->aim())) merged_.out_of_budget = true;
      results_[number].second = std::move(result);
      ++done_;
      const Check& check = *checks_[unit.check];
      if (progress_)
        progress_(
            {std::string(check.name), done_, std::max(round_.units.size(), done_), violated_.size(), check.aim()});
    }
    const std::lock_guard lock(mutex_);
    add(runner->state_visits(), merged_.state_visits);
    add(runner->transition_visits(), merged_.transition_visits);
  }

  /// Whether there should have been time for what is aimed at the clause.
  bool is_missed(Clause clause) const {
    return environment().live && round_.is_needed && is_selected(clause) && may_hold_live(clause) && !is_told(clause) &&
           !cancelled_ && !gone_;
  }

  /// A clause is told only by checks that are registered for it.
  void count_told(const Check& check, const UnitResult& result) {
    for (const Clause clause : check.serves)
      evidence_.count[static_cast<std::size_t>(clause)] += result.evidence.of(clause);
    for (const Reproduction& violation : result.violations)
      for (const Finding& finding : violation.findings) {
        if (finding.timing)
          ++late_[finding.clause];
        else
          violated_.insert(finding.clause);
      }
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
      if (environment().live && (!may_run(*program) || out_of_time(estimated_time(*program, environment())))) break;
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
  std::vector<std::optional<rc::Gen<Program>>> generators_;  // by check; none where it has programs of its own
  std::vector<std::size_t> generated_;                       // checks that have generators, and can run

  std::atomic<bool> failed_ = false;  // an exception came out of a worker
  std::mutex mutex_;
  Round round_;
  std::size_t next_ = 0;   // unit of the round
  std::size_t drawn_ = 0;  // random programs so far, live
  std::size_t done_ = 0;
  std::vector<std::pair<std::size_t, UnitResult>> results_;
  Evidence evidence_;           // so far
  std::set<Clause> violated_;   // by something that needs no clock
  std::map<Clause, int> late_;  // programs of this round that broke it by a clock
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
