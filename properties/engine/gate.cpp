#include "closecheck/properties/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "engine/calibration.h"
#include "engine/campaign.h"
#include "engine/proof.h"
#include "engine/verdicts.h"

namespace closecheck::properties {
namespace {

/// In process: exchanges of generated programs that a second of `--budget` stands for. Counted, never timed.
constexpr std::int64_t kExchangesPerBudgetSecond = 30'000;
constexpr int kLiveWorkers = 4;

struct EffortFigures {
  std::int64_t generated_exchanges;
  int overlap_seeds;
  Duration live_budget;
  Duration long_wait;  // live, of the one close that takes long
};

EffortFigures figures_of(Effort effort) {
  switch (effort) {
    case Effort::quick:
      return {30'000, 8, 20 * kSecond, 0};
    case Effort::standard:
      return {130'000, 24, 60 * kSecond, 33 * kSecond};
    case Effort::thorough:
      break;
  }
  return {1'500'000, 200, 10 * kMinute, 45 * kSecond};
}

Environment environment_of(const GateOptions& options) {
  Environment environment;
  environment.profile = options.profile;
  environment.live = options.live;
  environment.secured = options.secured && !options.principals.empty();
  environment.principals = options.principals;
  environment.faults = options.faults;
  environment.selected.insert(options.selected.begin(), options.selected.end());
  if (options.live) set_bounds(environment, kSecond, std::max(options.round_trip_max, options.round_trip));
  return environment;
}

std::vector<const Check*> selected_checks(const std::vector<Clause>& selected) {
  std::vector<const Check*> checks;
  for (const Check& check : all_checks())
    if (std::any_of(selected.begin(), selected.end(), [&](Clause clause) { return check.serves_clause(clause); }))
      checks.push_back(&check);
  return checks;
}

CampaignOptions campaign_options(const GateOptions& options, Clock::time_point started, Duration live_budget) {
  const EffortFigures figures = figures_of(options.effort);
  CampaignOptions campaign;
  campaign.seed = options.seed;
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  campaign.workers = options.jobs > 0 ? options.jobs : options.live ? kLiveWorkers : cores;
  campaign.generated_exchanges = options.budget > 0
                                     ? std::max<std::int64_t>(1, options.budget / kSecond) * kExchangesPerBudgetSecond
                                     : figures.generated_exchanges;
  campaign.overlap_seeds = figures.overlap_seeds;
  campaign.random_from = started + std::chrono::nanoseconds(live_budget / 2);
  campaign.deadline = started + std::chrono::nanoseconds(live_budget * 31 / 40);
  return campaign;
}

}  // namespace

RunRecord run_gate(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& wide_factory,
                   const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled) {
  const Clock::time_point started = Clock::now();
  const Duration live_budget = options.budget > 0 ? options.budget : figures_of(options.effort).live_budget;
  Environment environment = environment_of(options);
  if (options.live) {
    if (progress) progress({"calibration", 0, 0});
    environment = calibrated(environment, options.name_prefix, factory);
    const Duration long_wait = figures_of(options.effort).long_wait;
    if (long_wait <= live_budget * 2 / 3) environment.long_wait = long_wait;
  }
  Laboratory laboratory(environment, options.name_prefix, factory, wide_factory);
  const CampaignOptions plan = campaign_options(options, started, live_budget);
  const CampaignResult campaign =
      run_campaign(selected_checks(options.selected), plan, laboratory, progress, cancelled);
  ProofOptions proving;
  proving.seed = options.seed;
  proving.selected = options.selected;
  proving.deadline = started + std::chrono::nanoseconds(live_budget * 19 / 20);
  const Proofs proofs = prove(campaign, proving, laboratory);
  RunRecord record = make_record(options, environment, campaign, proofs, cancelled.load());
  if (options.live)
    record.notes.push_back(fmt::format(
        "measured: largest round trip {}, close of a small job {}; margin of every clock check {}; slow closes take {}",
        describe_duration(environment.round_trip_max), describe_duration(environment.normal_close),
        describe_duration(environment.margin), describe_duration(environment.slow)));
  return record;
}

std::string describe_plan(const GateOptions& options) {
  const Environment environment = environment_of(options);
  std::string text;
  Duration whole = 0;
  for (const Check* check : selected_checks(options.selected)) {
    std::string serves;
    for (const Clause clause : check->serves) serves += (serves.empty() ? "" : ", ") + std::string(id_of(clause));
    text += fmt::format("{}\n  serves: {}\n", check->name, serves);
    if (const std::string unmet = unmet_need(*check, environment); !unmet.empty()) {
      text += fmt::format("  does not run here: {}\n", unmet);
    } else if (check->is_generated()) {
      text += "  random programs\n";
    } else {
      std::size_t requests = 0;
      Duration time = 0;
      const std::vector<Program> programs = check->programs(environment);
      for (const Program& program : programs) {
        requests += request_count(program);
        time += estimated_time(program, environment);
        text += "  program:\n";
        for (const Step& step : program.steps)
          if (step.type == StepType::call) text += fmt::format("    {}\n", describe(step.request));
      }
      text += fmt::format("  {} programs, {} requests{}\n", programs.size(), requests,
                          options.live ? ", about " + describe_duration(time) : std::string());
      whole += time;
    }
  }
  if (options.live)
    text += fmt::format("about {} by {} workers, before random programs\n",
                        describe_duration(whole / (options.jobs > 0 ? options.jobs : kLiveWorkers)),
                        options.jobs > 0 ? options.jobs : kLiveWorkers);
  return text;
}

std::vector<std::string> checks_of(Clause clause) {
  std::vector<std::string> names;
  for (const Check& check : all_checks())
    if (check.serves_clause(clause)) names.emplace_back(check.name);
  return names;
}

}  // namespace closecheck::properties
