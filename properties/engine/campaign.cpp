#include "engine/campaign.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "closecheck/model/grammar.h"
#include "closecheck/vocabulary/trouble.h"
#include "closecheck/vocabulary/workers.h"
#include "engine/seeds.h"

namespace closecheck::properties {
namespace {

/// Generated exchanges in one unit of work, and of how many programs one goes through the wire codec.
constexpr std::int64_t kUnitExchanges = 1500;
constexpr std::uint64_t kThroughCodecEvery = 250;
constexpr int kProgramThroughCodecEvery = 4;
/// A unit that has found so many violations tells nothing new.
constexpr std::size_t kUnitViolationsMax = 3;
constexpr int kSizeMin = 4;
constexpr int kSizeMax = 34;

/// A piece of work: one program with all its seeds, or a row of generated ones.
struct Unit {
  std::size_t check = 0;
  std::uint64_t index = 0;                 // of the program, or of the row
  std::shared_ptr<const Program> program;  // null: generated
  int seeds = 1;
  bool through_codec = false;
  Duration estimate = 0;
  std::uint64_t rank = 0;  // live: how many programs for the same clause come before it
};

struct UnitResult {
  bool skipped = true;
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
  Evidence evidence;
  std::vector<Reproduction> violations;
  std::set<std::string> whys;
  std::string trouble;
  bool setup_refused = false;
  Samples samples;
};

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
    run_workers(options_.workers, failed_, [this] { work(); });
    return merged();
  }

 private:
  const Environment& environment() const { return trials_.environment(); }

  void plan() {
    merged_.checks.resize(checks_.size());
    generators_.resize(checks_.size());
    std::size_t generated = 0;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      CheckResult& result = merged_.checks[i];
      result.check = checks_[i];
      result.unmet = unmet_need(*checks_[i], environment());
      if (result.unmet) continue;
      if (checks_[i]->is_generated()) {
        generators_[i] = checks_[i]->generate(environment());
        ++generated;
      } else {
        plan_programs(i);
      }
    }
    if (environment().live) order_by_worth();
    if (generated == 0) return;
    const auto rows = static_cast<std::uint64_t>(
        environment().live ? 0 : options_.generated_exchanges / static_cast<std::int64_t>(generated) / kUnitExchanges);
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      if (!checks_[i]->is_generated() || merged_.checks[i].unmet) continue;
      if (environment().live) endless_.push_back(i);
      for (std::uint64_t row = 0; row < std::max<std::uint64_t>(1, rows) && !environment().live; ++row)
        units_.push_back({i, row, nullptr, 1, false, 0, 0});
    }
  }

  /// One program for every clause comes first, after these what costs little for its rank. The slowest of the first
  /// round are at its head, so that workers end together; at its tail where there is no time for all.
  void order_by_worth() {
    const auto cost = [](const Unit& unit) {
      return static_cast<Duration>(unit.rank) * std::max(unit.estimate, kSecond / 2);
    };
    Duration first_round = 0;
    for (const Unit& unit : units_) first_round += unit.rank == 0 ? unit.estimate : 0;
    const std::chrono::nanoseconds left = options_.deadline - Clock::now();
    const Duration sign = first_round / std::max(1, options_.workers) < left.count() * 3 / 4 ? -1 : 1;
    std::stable_sort(units_.begin(), units_.end(), [&](const Unit& one, const Unit& other) {
      return std::pair(cost(one), sign * one.estimate) < std::pair(cost(other), sign * other.estimate);
    });
  }

  void plan_programs(std::size_t check) {
    std::uint64_t index = 0;
    std::vector<Program> programs = checks_[check]->programs(environment());
    if (programs.empty()) return;
    const std::uint64_t same_aim_before = aimed_at_[checks_[check]->aim()]++;
    for (Program& program : programs) {
      Unit unit;
      unit.check = check;
      unit.index = index++;
      unit.rank = unit.index + same_aim_before;
      const bool varies = has_overlap(program) && !checks_[check]->measure;
      unit.seeds = varies && !environment().live ? options_.overlap_seeds : 1;
      unit.estimate = estimated_time(program, environment());
      unit.program = std::make_shared<const Program>(std::move(program));
      unit.through_codec = environment().live || is_dialect_check(*checks_[check]);
      // A program whose seed does not matter runs once through the codec and once without.
      if (unit.seeds == 1 && !unit.through_codec && !checks_[check]->measure) unit.seeds = 2;
      units_.push_back(std::move(unit));
    }
  }

  /// Whether something that takes so long is not begun any more. What is aimed at a clause that nothing has told yet
  /// has all the time there is.
  bool out_of_time(Duration estimate = 0, bool is_needed = false) const {
    if (cancelled_.load(std::memory_order_relaxed) || gone_.load(std::memory_order_relaxed)) return true;
    const Clock::time_point end = is_needed ? options_.last_call : options_.deadline;
    return environment().live && Clock::now() + std::chrono::nanoseconds(estimate) >= end;
  }

  bool is_needed(const Unit& unit) {
    if (!environment().live || !unit.program) return false;
    const Clause clause = checks_[unit.check]->aim();
    const bool never_holds = level_of(clause) == Level::measured || clause == Clause::close_prunes_model ||
                             clause == Clause::timeout_defaults_to_30m;
    if (never_holds) return false;
    const std::lock_guard lock(mutex_);
    return evidence_.of(clause) == 0;
  }

  /// The next piece of work. Live, random programs follow without end until the time is up, and have every second turn
  /// once most of it has passed.
  bool take(Unit& unit, std::size_t& number) {
    const std::lock_guard lock(mutex_);
    if (failed_) return false;
    number = results_.size();
    const bool late = !endless_.empty() && Clock::now() >= options_.random_from;
    if (next_ < units_.size() && !(late && drawn_ <= late_taken_)) {
      late_taken_ += late ? 1 : 0;
      unit = units_[next_++];
    } else if (!endless_.empty() && !out_of_time()) {
      unit = Unit{endless_[drawn_ % endless_.size()], drawn_ / endless_.size(), nullptr, 1, true, 0, 0};
      ++drawn_;
    } else if (next_ < units_.size()) {
      unit = units_[next_++];  // to be counted as skipped
    } else {
      return false;
    }
    results_.emplace_back(unit.check, UnitResult{});
    return true;
  }

  void work() {
    const std::unique_ptr<Runner> runner = trials_.make_runner();
    Unit unit;
    std::size_t number = 0;
    while (take(unit, number)) {
      UnitResult result;
      const bool needed = is_needed(unit);
      if (!out_of_time(unit.estimate, needed))
        result = unit.program ? run_program(*runner, unit) : run_generated(*runner, unit);
      if (!result.trouble.empty()) look_for_life(result.trouble);
      const std::lock_guard lock(mutex_);
      count_evidence(*checks_[unit.check], result.evidence);
      if (result.skipped && needed && !cancelled_ && !gone_) merged_.out_of_budget = true;
      results_[number].second = std::move(result);
      ++done_;
      if (progress_) progress_({std::string(checks_[unit.check]->name), done_, std::max(units_.size(), done_)});
    }
    const std::lock_guard lock(mutex_);
    add(runner->state_visits(), merged_.state_visits);
    add(runner->transition_visits(), merged_.transition_visits);
  }

  /// A clause is told only by checks that are registered for it.
  void count_evidence(const Check& check, const Evidence& evidence) {
    for (const Clause clause : check.serves) evidence_.count[static_cast<std::size_t>(clause)] += evidence.of(clause);
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

  void take_in(const Check& check, const Runner& runner, const Ran& ran, UnitResult& result) const {
    ++result.sequences;
    result.exchanges += static_cast<std::int64_t>(ran.result.exchanges);
    result.evidence += ran.result.evidence;
    if (ran.result.violates()) result.violations.push_back(trials_.keep(runner, ran));
    if (ran.result.inconclusive) result.whys.insert(ran.result.why);
    if (environment().live) {
      if (result.trouble.empty()) result.trouble = first_trouble(runner.history());
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
      if (environment().live && out_of_time(estimated_time(*program, environment()))) break;
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
      into.setup_refused = into.setup_refused || unit.setup_refused;
      for (Reproduction& violation : unit.violations) into.violations.push_back(std::move(violation));
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
  std::vector<Unit> units_;
  std::vector<std::optional<rc::Gen<Program>>> generators_;  // by check; none where it has programs of its own
  std::vector<std::size_t> endless_;
  std::map<Clause, std::uint64_t> aimed_at_;

  std::atomic<bool> failed_ = false;  // an exception came out of a worker
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::size_t drawn_ = 0;       // random programs so far, live
  std::size_t late_taken_ = 0;  // aimed programs since random ones have their turn
  std::size_t done_ = 0;
  std::vector<std::pair<std::size_t, UnitResult>> results_;
  Evidence evidence_;  // so far
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

Duration estimated_time(const Program& program, const Environment& environment) {
  constexpr Duration kSettling = 400 * kMillisecond;
  Duration time = 0;
  Duration slow = 0;    // how long the next close takes for a fault
  Duration behind = 0;  // how long what goes on in the background still takes
  const auto close = [&](const CloseJob& it, bool awaited) {
    if (it.force && *it.force != "false") {
      slow = behind = 0;
      return;
    }
    const Duration whole = std::max({environment.normal_close, slow, behind});
    const model::TimeValue timeout = model::read_time(it.timeout);
    const bool bounded = timeout.reading == model::TimeReading::valid;
    const Duration wait = !awaited ? 0 : bounded ? std::min(whole, timeout.span) : whole;
    time += wait;
    behind = whole - wait;
    slow = 0;
  };
  for (const Step& step : program.steps) {
    switch (step.type) {
      case StepType::call:
        time += environment.round_trip_max / 2;
        if (const auto* it = std::get_if<CloseJob>(&step.request.operation)) close(*it, !step.detached);
        break;
      case StepType::wait:
        time += step.duration;
        behind = std::max<Duration>(0, behind - step.duration);
        break;
      case StepType::settle:
        time += kSettling;
        [[fallthrough]];
      case StepType::join:
        time += behind;
        behind = 0;
        break;
      case StepType::fault:
        if (step.fault == Fault::slow_close) slow = step.duration;
        if (step.fault == Fault::hang_close) slow = kHour;
        break;
    }
  }
  return time;
}

bool has_overlap(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) { return step.detached; });
}

}  // namespace closecheck::properties
