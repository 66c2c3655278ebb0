#include "closecheck/properties/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "closecheck/sut/endpoint.h"
#include "closecheck/vocabulary/text.h"
#include "closecheck/vocabulary/workers.h"
#include "engine/calibration.h"
#include "engine/campaign.h"
#include "engine/deciding.h"
#include "engine/environment.h"
#include "engine/estimate.h"
#include "engine/proof.h"
#include "engine/verdicts.h"

namespace closecheck::properties {
namespace {

/// In process: exchanges of generated programs that a second of `--budget` stands for. Counted, never timed.
constexpr std::int64_t kExchangesPerBudgetSecond = 30'000;
/// More than jobs may be open at once: some read what closed ones have kept, or wait. Each may hold a long answer, so
/// that many more would take more memory than is allowed.
constexpr int kLiveWorkers = 7;
constexpr auto kOpenJobs = static_cast<int>(sut::kOpenJobsMax);
/// Of the budget, for how much of it one answer may be awaited; never less than some seconds.
constexpr int kPatiencesPerBudget = 4;
constexpr Duration kPatienceMin = 3 * kSecond;

struct EffortFigures {
  std::int64_t generated_exchanges;
  int overlap_seeds;
  Duration live_time;  // live, of a run with random programs; 0: the whole budget
  Duration long_wait;  // live, of the one close that takes long
};

EffortFigures figures_of(Effort effort) {
  switch (effort) {
    case Effort::quick:
      return {30'000, 8, 1, 0};
    case Effort::standard:
      return {130'000, 24, 58 * kSecond, 33 * kSecond};
    case Effort::thorough:
      break;
  }
  return {1'500'000, 200, 0, 45 * kSecond};
}

/// When a live run does what. The core round has all the time up to the last call; what is left is for shrinking.
struct Timetable {
  Timetable(const GateOptions& options, Clock::time_point the_start) : start(the_start), budget(options.budget) {
    const Duration wanted = figures_of(options.effort).live_time;
    random_time = wanted == 0 ? budget : wanted;
  }

  Clock::time_point at(Duration span) const { return start + std::chrono::nanoseconds(span); }
  Clock::time_point last_call() const { return at(budget * 31 / 40); }
  Clock::time_point random_until() const { return std::min(at(random_time), last_call()); }
  /// Of shrinking that begins now: a share of its own, however long all else took.
  Clock::time_point end_of_shrinking() const { return no_later_than_nearly_all(budget / 5); }
  /// And of what is tried behind it, however long it took itself.
  Clock::time_point end_of_comparing() const { return no_later_than_nearly_all(budget * 3 / 10); }

  bool is_over() const { return Clock::now() >= at(budget); }

  Clock::time_point no_later_than_nearly_all(Duration span) const {
    return std::min(Clock::now() + std::chrono::nanoseconds(span), at(budget * 19 / 20));
  }

  Clock::time_point start;
  Duration budget;
  Duration random_time;
};

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
  campaign.random_until = times.random_until();
  campaign.last_call = times.last_call();
  campaign.keeps_told = options.evidence != nullptr;
  return campaign;
}

/// What a run of these checks leaves out so as not to touch the jobs of others; empty: nothing.
std::string describe_kept_back(const std::vector<const Check*>& checks, const Environment& environment) {
  std::size_t kept_back = 0;
  for (const Check* check : checks)
    if (!unmet_need(*check, environment)) kept_back += programs_kept_back(*check, environment);
  if (kept_back == 0) return "";
  return fmt::format(
      "{} programs that could touch the jobs of others were left out (--allow-cluster-wide has them run)", kept_back);
}

/// The programs of one check for `--dry-run`; adds about how long they take, all and those of the core round.
std::string describe_programs(const Check& check, const Environment& environment, Duration& whole, Duration& core) {
  std::string text;
  std::size_t requests = 0;
  Duration time = 0;
  const std::vector<Program> programs = check.programs(environment);
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const bool is_core = environment.live && i < check.core_programs;
    requests += request_count(programs[i]);
    time += estimated_time(programs[i], environment);
    core += is_core ? estimated_time(programs[i], environment) : 0;
    text += is_core ? "  program of the core round:\n" : "  program:\n";
    for (const Step& step : programs[i].steps)
      if (step.type == StepType::call) text += fmt::format("    {}\n", describe(step.request));
  }
  whole += time;
  return text + fmt::format("  {} programs, {} requests{}\n", programs.size(), requests,
                            environment.live ? ", about " + describe_duration(time) : std::string());
}

}  // namespace

RunRecord run_gate(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& codec_factory,
                   const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled) {
  const Timetable times(options, Clock::now());
  Environment environment = environment_of(options);
  std::string first_trouble;
  std::string no_room;
  if (options.live) {
    environment.answer_patience_max = std::max(kPatienceMin, times.budget / kPatiencesPerBudget);
    if (progress) progress({"calibration", 0, 0, 0, {}});
    Calibration calibration = calibrated(environment, options.name_prefix, factory);
    environment = std::move(calibration.environment);
    first_trouble = std::move(calibration.trouble);
    no_room = std::move(calibration.no_room);
    const Duration long_wait = figures_of(options.effort).long_wait;
    if (long_wait <= times.budget / 2) environment.long_wait = long_wait;
  }
  TrialRunner trials(environment, options.name_prefix, factory, codec_factory);
  CampaignOptions plan = campaign_options(options, times);
  if (options.live)
    if (const std::string silence = trials.why_silent(); !silence.empty())
      plan.gone = describe_gone(silence, first_trouble);
  if (plan.gone.empty() && !no_room.empty()) plan.gone = "the target " + no_room;
  const std::vector<const Check*> checks = selected_checks(options.selected);
  CampaignResult campaign = run_campaign(checks, plan, trials, progress, cancelled);
  ProofOptions proving;
  proving.seed = options.seed;
  proving.selected = options.selected;
  proving.deadline = times.end_of_shrinking();
  proving.end = times.end_of_comparing();
  proving.gone = campaign.gone;
  proving.cancelled = &cancelled;
  if (progress) progress({"making small what was found", 0, 0, 0, {}});
  const Proofs proofs = prove(campaign, proving, trials);
  // What the last programs did to the target shows now.
  if (options.live && campaign.gone.empty() && !cancelled) {
    if (const std::string silence = trials.why_silent(); !silence.empty())
      campaign.gone = describe_gone(silence, campaign.trouble);
    else if (times.is_over())
      campaign.gone = describe_untold_end(first_trouble.empty() ? campaign.trouble : first_trouble);
  }
  environment = trials.environment();
  RunRecord record = make_record(options, environment, campaign, proofs, cancelled.load());
  if (options.evidence != nullptr) *options.evidence = kept_evidence(record, campaign, proofs, trials);
  if (const std::string kept_back = describe_kept_back(checks, environment); !kept_back.empty())
    record.notes.push_back(kept_back);
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
  Duration core = 0;
  for (const Check* check : selected_checks(options.selected)) {
    text += fmt::format("{}\n  serves: {}\n", check->name, joined(check->serves, ", ", id_of));
    if (const Unmet unmet = unmet_need(*check, environment)) {
      text += fmt::format("  does not run here: {}\n", unmet.why);
    } else if (check->is_generated()) {
      text += "  random programs\n";
    } else {
      text += describe_programs(*check, environment, whole, core);
    }
  }
  if (options.live) {
    const int open_jobs = std::min(options.jobs > 0 ? options.jobs : kLiveWorkers, kOpenJobs);
    text += fmt::format("about {} with {} open jobs for the core round, {} for all programs, before random ones\n",
                        describe_duration(core / open_jobs), open_jobs, describe_duration(whole / open_jobs));
  }
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
