#include "closecheck/properties/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/workers.h"
#include "engine/calibration.h"
#include "engine/campaign.h"
#include "engine/proof.h"
#include "engine/verdicts.h"

namespace closecheck::properties {
namespace {

/// In process: exchanges of generated programs that a second of `--budget` stands for. Counted, never timed.
constexpr std::int64_t kExchangesPerBudgetSecond = 30'000;
constexpr int kLiveWorkers = 4;
/// Of the budget, for how much of it one answer may be awaited; never less than some seconds.
constexpr int kPatiencesPerBudget = 4;
constexpr Duration kPatienceMin = 3 * kSecond;

struct EffortFigures {
  std::int64_t generated_exchanges;
  int overlap_seeds;
  Duration live_time;  // live, for all that is not aimed at an untold clause; 0: the whole budget
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
  return {1'500'000, 200, 0, 45 * kSecond};
}

/// When a live run does what. Programs that are aimed at a clause that nothing has told yet may begin up to the last
/// call, all others up to the deadline; what is left is for shrinking and cleaning up.
struct Timetable {
  Timetable(const GateOptions& options, Clock::time_point the_start) : start(the_start) {
    budget = options.budget;
    const Duration wanted = figures_of(options.effort).live_time;
    time = wanted == 0 ? budget : std::min(wanted, budget);
  }

  Clock::time_point at(Duration span) const { return start + std::chrono::nanoseconds(span); }
  Clock::time_point random_from() const { return at(time / 2); }
  Clock::time_point deadline() const { return at(time * 31 / 40); }
  Clock::time_point last_call() const { return at(budget * 31 / 40); }
  /// Of shrinking that begins now.
  Clock::time_point end_of_shrinking() const {
    const Clock::time_point usual = std::max(at(time * 19 / 20), Clock::now() + std::chrono::nanoseconds(time / 5));
    return std::min(usual, at(budget * 19 / 20));
  }

  bool is_over() const { return Clock::now() >= at(budget); }

  Clock::time_point start;
  Duration budget = 0;
  Duration time = 0;
};

Environment environment_of(const GateOptions& options) {
  Environment environment;
  environment.profile = options.profile;
  environment.live = options.live;
  const bool are_configured = !options.principals.empty() || !options.unsuitable.empty();
  environment.secured = options.secured && are_configured;
  environment.lets_everybody_in = !options.secured && are_configured;
  environment.principals = options.principals;
  environment.unsuitable = options.unsuitable;
  environment.datafeeds_absent = options.datafeeds_absent;
  environment.documents_absent = options.documents_absent;
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

CampaignOptions campaign_options(const GateOptions& options, const Timetable& times) {
  const EffortFigures figures = figures_of(options.effort);
  CampaignOptions campaign;
  campaign.seed = options.seed;
  campaign.workers = options.jobs > 0 ? options.jobs : options.live ? kLiveWorkers : processor_count();
  campaign.generated_exchanges = options.budget > 0
                                     ? std::max<std::int64_t>(1, options.budget / kSecond) * kExchangesPerBudgetSecond
                                     : figures.generated_exchanges;
  campaign.overlap_seeds = figures.overlap_seeds;
  campaign.random_from = times.random_from();
  campaign.deadline = times.deadline();
  campaign.last_call = times.last_call();
  return campaign;
}

}  // namespace

RunRecord run_gate(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& codec_factory,
                   const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled) {
  const Timetable times(options, Clock::now());
  Environment environment = environment_of(options);
  std::string first_trouble;
  if (options.live) {
    environment.answer_patience_max = std::max(kPatienceMin, times.budget / kPatiencesPerBudget);
    if (progress) progress({"calibration", 0, 0});
    Calibration calibration = calibrated(environment, options.name_prefix, factory);
    environment = std::move(calibration.environment);
    first_trouble = std::move(calibration.trouble);
    const Duration long_wait = figures_of(options.effort).long_wait;
    if (long_wait <= times.time * 2 / 3) environment.long_wait = long_wait;
  }
  TrialRunner trials(environment, options.name_prefix, factory, codec_factory);
  CampaignOptions plan = campaign_options(options, times);
  if (options.live)
    if (const std::string silence = trials.why_silent(); !silence.empty())
      plan.gone = describe_gone(silence, first_trouble);
  CampaignResult campaign = run_campaign(selected_checks(options.selected), plan, trials, progress, cancelled);
  ProofOptions proving;
  proving.seed = options.seed;
  proving.selected = options.selected;
  proving.deadline = times.end_of_shrinking();
  proving.gone = campaign.gone;
  proving.cancelled = &cancelled;
  const Proofs proofs = prove(campaign, proving, trials);
  // What the last programs did to the target shows now.
  if (options.live && campaign.gone.empty() && !cancelled) {
    if (const std::string silence = trials.why_silent(); !silence.empty())
      campaign.gone = describe_gone(silence, campaign.trouble);
    else if (times.is_over())
      campaign.gone = describe_untold_end(first_trouble.empty() ? campaign.trouble : first_trouble);
  }
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
    text += fmt::format("{}\n  serves: {}\n", check->name, joined(check->serves, ", ", id_of));
    if (const Unmet unmet = unmet_need(*check, environment)) {
      text += fmt::format("  does not run here: {}\n", unmet.why);
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

std::string describe_out_of_reach(const GateOptions& options) {
  const Environment environment = environment_of(options);
  std::string text;
  for (const Clause clause : options.selected) {
    std::vector<Unmet> unmet;
    bool any_runs = false;
    for (const Check& check : all_checks()) {
      if (check.is_generated() || !check.serves_clause(clause)) continue;
      Unmet lacking = unmet_need(check, environment);
      any_runs = any_runs || !lacking;
      if (check.aims_at(clause)) unmet.push_back(std::move(lacking));
    }
    if (any_runs || unmet.empty()) continue;
    const Unmet& first = *std::ranges::min_element(unmet, {}, &Unmet::by);
    text += fmt::format("  not told    {:<30}  {}\n", id_of(clause), first.why);
  }
  return text;
}

std::vector<std::string> checks_of(Clause clause) {
  std::vector<std::string> names;
  for (const Check& check : all_checks())
    if (check.serves_clause(clause)) names.emplace_back(check.name);
  return names;
}

}  // namespace closecheck::properties
