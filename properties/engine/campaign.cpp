#include "engine/campaign.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/seeds.h"

namespace closecheck::properties {
namespace {

/// Generated exchanges in one unit of work; every fifth unit goes through the wire codec.
constexpr std::int64_t kUnitExchanges = 1500;
constexpr std::uint64_t kWideEvery = 5;
constexpr int kProgramWideEvery = 4;
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
  bool wide = false;
  Duration estimate = 0;
};

struct UnitResult {
  bool skipped = true;
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
  Evidence evidence;
  std::vector<Reproduction> violations;
  std::set<std::string> whys;
  Samples samples;
};

bool is_dialect_check(const Check& check) {
  return level_of(check.aim()) == Level::dialect;
}

class Campaign {
 public:
  Campaign(const std::vector<const Check*>& checks, const CampaignOptions& options, Laboratory& laboratory,
           const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled)
      : checks_(checks), options_(options), laboratory_(laboratory), progress_(progress), cancelled_(cancelled) {}

  CampaignResult run() {
    plan();
    std::vector<std::thread> workers;
    for (int i = 1; i < options_.workers; ++i) workers.emplace_back([this] { work(); });
    work();
    for (std::thread& worker : workers) worker.join();
    return merged();
  }

 private:
  const Environment& environment() const { return laboratory_.environment(); }

  void plan() {
    merged_.checks.resize(checks_.size());
    std::size_t generated = 0;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      CheckResult& result = merged_.checks[i];
      result.check = checks_[i];
      result.unmet = unmet_need(*checks_[i], environment());
      if (!result.unmet.empty()) continue;
      if (checks_[i]->is_generated())
        ++generated;
      else
        plan_programs(i);
    }
    if (environment().live) {
      // The most telling program of every check comes first, and of these the slowest, so that workers end together.
      std::stable_sort(units_.begin(), units_.end(), [](const Unit& one, const Unit& other) {
        return std::pair(one.index, -one.estimate) < std::pair(other.index, -other.estimate);
      });
    }
    if (generated == 0) return;
    const auto rows = static_cast<std::uint64_t>(
        environment().live ? 0 : options_.generated_exchanges / static_cast<std::int64_t>(generated) / kUnitExchanges);
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      if (!checks_[i]->is_generated() || !merged_.checks[i].unmet.empty()) continue;
      if (environment().live) endless_.push_back(i);
      for (std::uint64_t row = 0; row < std::max<std::uint64_t>(1, rows) && !environment().live; ++row)
        units_.push_back({i, row, nullptr, 1, row % kWideEvery == 0, 0});
    }
  }

  void plan_programs(std::size_t check) {
    std::uint64_t index = 0;
    for (Program& program : checks_[check]->programs(environment())) {
      Unit unit;
      unit.check = check;
      unit.index = index++;
      const bool varies = has_overlap(program) && !checks_[check]->measure;
      unit.seeds = varies && !environment().live ? options_.overlap_seeds : 1;
      unit.estimate = estimated_time(program, environment());
      unit.program = std::make_shared<const Program>(std::move(program));
      unit.wide = environment().live || is_dialect_check(*checks_[check]);
      // A program whose seed does not matter runs once through the codec and once without.
      if (unit.seeds == 1 && !unit.wide && !checks_[check]->measure) unit.seeds = 2;
      units_.push_back(std::move(unit));
    }
  }

  bool out_of_time() const {
    return cancelled_.load(std::memory_order_relaxed) || (environment().live && Clock::now() >= options_.deadline);
  }

  /// The next piece of work; live, generated programs follow without end until the time is up.
  bool take(Unit& unit, std::size_t& number) {
    const std::lock_guard lock(mutex_);
    number = next_++;
    if (number < units_.size()) {
      unit = units_[number];
      return true;
    }
    if (endless_.empty() || out_of_time()) return false;
    const std::size_t beyond = number - units_.size();
    unit = Unit{endless_[beyond % endless_.size()], beyond / endless_.size(), nullptr, 1, true, 0};
    return true;
  }

  void work() {
    const std::unique_ptr<Runner> runner = laboratory_.make_runner();
    Unit unit;
    std::size_t number = 0;
    while (take(unit, number)) {
      UnitResult result;
      if (!out_of_time()) result = unit.program ? run_program(*runner, unit) : run_generated(*runner, unit);
      const std::lock_guard lock(mutex_);
      if (results_.size() <= number) results_.resize(std::max(number + 1, units_.size()));
      results_[number] = std::pair(unit.check, std::move(result));
      ++done_;
      if (progress_) progress_({std::string(checks_[unit.check]->name), done_, std::max(units_.size(), done_)});
    }
    const std::lock_guard lock(mutex_);
    add(runner->state_visits(), merged_.state_visits);
    add(runner->transition_visits(), merged_.transition_visits);
  }

  static void add(const std::vector<std::uint64_t>& part, std::vector<std::uint64_t>& sum) {
    if (sum.size() < part.size()) sum.resize(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) sum[i] += part[i];
  }

  void take_in(const Check& check, const Runner& runner, const Ran& ran, UnitResult& result) const {
    ++result.sequences;
    result.exchanges += static_cast<std::int64_t>(ran.result.exchanges);
    result.evidence += ran.result.evidence;
    if (ran.result.violates()) result.violations.push_back(Laboratory::keep(runner, ran));
    if (ran.result.inconclusive) result.whys.insert(ran.result.why);
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
      const bool wide = unit.wide || i % kProgramWideEvery == 0;
      take_in(check, runner, laboratory_.run(runner, unit.program, seed, wide), result);
    }
    return result;
  }

  UnitResult run_generated(Runner& runner, const Unit& unit) {
    const Check& check = *checks_[unit.check];
    UnitResult result;
    result.skipped = false;
    for (std::uint64_t i = 0; result.violations.size() < kUnitViolationsMax; ++i) {
      const std::uint64_t seed = seed_of(options_.seed, check.name, unit.index * 100'000 + i);
      const int size = kSizeMin + static_cast<int>(seed % static_cast<std::uint64_t>(kSizeMax - kSizeMin));
      auto program = std::make_shared<const Program>(check.generate(environment(), seed, size));
      take_in(check, runner, laboratory_.run(runner, std::move(program), seed, unit.wide), result);
      if (environment().live || result.exchanges >= kUnitExchanges || out_of_time()) break;
    }
    return result;
  }

  CampaignResult merged() {
    results_.resize(std::max(results_.size(), units_.size()));
    // Live the units were sorted by what is most telling; violations are listed in that order, which is as good.
    for (auto& [check, unit] : results_) {
      CheckResult& into = merged_.checks[check];
      into.skipped += unit.skipped ? 1 : 0;
      into.sequences += unit.sequences;
      into.exchanges += unit.exchanges;
      into.evidence += unit.evidence;
      into.whys.merge(unit.whys);
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
  Laboratory& laboratory_;
  const std::function<void(const Progress&)>& progress_;
  const std::atomic<bool>& cancelled_;
  std::vector<Unit> units_;
  std::vector<std::size_t> endless_;

  std::mutex mutex_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  std::vector<std::pair<std::size_t, UnitResult>> results_;
  CampaignResult merged_;
};

}  // namespace

CampaignResult run_campaign(const std::vector<const Check*>& checks, const CampaignOptions& options,
                            Laboratory& laboratory, const std::function<void(const Progress&)>& progress,
                            const std::atomic<bool>& cancelled) {
  return Campaign(checks, options, laboratory, progress, cancelled).run();
}

Duration estimated_time(const Program& program, const Environment& environment) {
  Duration time = 0;
  Duration slow = 0;
  for (const Step& step : program.steps) {
    switch (step.type) {
      case StepType::call:
        time += environment.round_trip_max / 2;
        if (const auto* close = std::get_if<CloseJob>(&step.request.operation); close != nullptr && !close->force) {
          time += std::max(environment.normal_close, slow);
          slow = 0;
        }
        break;
      case StepType::wait:
        time += step.duration;
        break;
      case StepType::settle:
        time += kSecond + slow;
        break;
      case StepType::fault:
        if (step.fault == Fault::slow_close) slow = step.duration;
        break;
      case StepType::join:
        break;
    }
  }
  return time;
}

bool has_overlap(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) { return step.detached; });
}

}  // namespace closecheck::properties
