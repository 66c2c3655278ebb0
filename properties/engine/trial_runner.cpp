#include "engine/trial_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <variant>

#include "closecheck/properties/timing.h"
#include "closecheck/vocabulary/trouble.h"
#include "engine/calibration.h"
#include "engine/held_places.h"
#include "engine/isolation.h"

namespace closecheck::properties {
namespace {

/// Each of them waits long: whoever answers neither of two has nothing to say.
constexpr int kLostInARowMax = 2;
constexpr Duration kLifePatience = 5 * kSecond;
constexpr int kLifeAttemptsMax = 3;
/// What hurried trials wait for, beyond what a close takes.
constexpr Duration kHurriedRead = kSecond / 5;
constexpr Duration kHurriedSettling = 2 * kSecond;

RunnerOptions options_for(const Environment& environment) {
  const Timing timing = timing_of(environment);
  RunnerOptions options;
  options.judge = timing.judge;
  options.executor = timing.executor;
  if (environment.live) options.lost_in_a_row_max = kLostInARowMax;
  return options;
}

/// Why a harmless read was no sign of the service; empty: it was one.
std::string why_no_sign(const sut::Completion& completion, bool has_credentials) {
  if (!completion.error.empty() || !completion.response) return completion.error;
  const Response& response = *completion.response;
  if (response.refusal == Refusal::unauthenticated && has_credentials)
    return "credentials are not taken any more: " + describe(response);
  return why_not_itself(response);
}

/// Whether the target had no time for an open, which is how it says that too many jobs are open.
bool was_refused_room(const History& history) {
  return std::ranges::any_of(history.events, [](const Event& event) {
    if (event.type != EventType::ok || event.response->outcome != Outcome::refused) return false;
    return std::holds_alternative<OpenJob>(event.request->operation) && event.response->refusal == Refusal::busy;
  });
}

void settle_within(Program& program, Duration patience) {
  for (Step& step : program.steps)
    if (step.type == StepType::settle) step.duration = patience;
}

/// A job that never came to be closed does not stay closed either. Whoever asks for the second alone is told of it.
void name_as_asked(Finding& finding, const Environment& environment) {
  const auto asked = [&](Clause clause) { return environment.selected.count(clause) != 0; };
  if (finding.clause != Clause::close_ends_open_job || asked(finding.clause) || !asked(Clause::closed_means_closed))
    return;
  const auto at = std::find(finding.also.begin(), finding.also.end(), Clause::closed_means_closed);
  if (at != finding.also.end()) std::swap(finding.clause, *at);
}

}  // namespace

TrialRunner::TrialRunner(const Environment& environment, std::string name_prefix, sut::SystemFactory& factory,
                         sut::SystemFactory& codec_factory)
    : environment_(environment),
      name_prefix_(std::move(name_prefix)),
      factory_(factory),
      codec_factory_(codec_factory) {}

std::unique_ptr<Runner> TrialRunner::make_runner() const {
  return std::make_unique<Runner>(environment_.profile, options_for(environment_));
}

std::unique_ptr<Runner> TrialRunner::make_hurried_runner() const {
  RunnerOptions options = options_for(environment_);
  options.in_a_hurry = true;
  return std::make_unique<Runner>(environment_.profile, options);
}

Duration TrialRunner::slowest_close(const Program& program) const {
  Duration slowest = environment_.normal_close;
  for (const Step& step : program.steps)
    if (step.type == StepType::fault && step.fault == Fault::slow_close) slowest = std::max(slowest, step.duration);
  return slowest;
}

Duration TrialRunner::patience_of_readings(const Runner& runner, const Program& program) const {
  const Duration fair = timing_of(environment_).executor.reread_after;
  return runner.is_in_a_hurry() ? std::min(fair, slowest_close(program) + kHurriedRead) : fair;
}

Program TrialRunner::hurried(Program program) const {
  settle_within(program, std::min(environment_.patience, slowest_close(program) + kHurriedSettling));
  return program;
}

Program TrialRunner::unhurried(Program program) const {
  const bool has_feed = std::ranges::any_of(program.steps, [](const Step& step) {
    return step.type == StepType::call && std::holds_alternative<StartDatafeed>(step.request.operation);
  });
  settle_within(program, environment_.patience + (has_feed ? kFeedPatience : 0));
  return program;
}

std::string TrialRunner::next_prefix() {
  return fmt::format("{}{}-", name_prefix_, names_.fetch_add(1));
}

Ran TrialRunner::run(Runner& runner, std::shared_ptr<const Program> program, std::uint64_t seed, bool through_codec) {
  Ran ran;
  ran.seed = seed;
  if (!environment_.live) {
    ran.prefix = kNamePrefix;
    const std::unique_ptr<sut::System> system = (through_codec ? codec_factory_ : factory_).make(seed);
    ran.result = runner.run(std::move(program), *system);
    return ran;
  }
  runner.set_patience(answer_patience(environment_, *program), patience_of_readings(runner, *program));
  if (!one_at_a_time_ && !touches_others(*program, environment_.profile)) {
    {
      const std::shared_lock together(together_);
      ran = run_live(runner, *program, seed);
    }
    if (ran.result.violates() || !was_refused_room(runner.history())) return ran;
    one_at_a_time_ = true;
  }
  const std::unique_lock alone(together_);
  return run_live(runner, *program, seed);
}

Ran TrialRunner::run_live(Runner& runner, const Program& program, std::uint64_t seed) {
  Ran ran;
  ran.seed = seed;
  std::shared_ptr<void> places = factory_.reserve_jobs(places_of(program));
  ran.prefix = next_prefix();
  const auto renamed = std::make_shared<const Program>(with_prefix(program, kNamePrefix, ran.prefix));
  HeldPlaces system(factory_.make(seed), program, std::move(places));
  try {
    ran.result = runner.run(renamed, system);
  } catch (...) {
    system.clean_up(*renamed);
    throw;
  }
  system.clean_up(*renamed);
  return ran;
}

void TrialRunner::widen_clocks() {
  // The margin is four round trips.
  set_bounds(environment_, 2 * environment_.normal_close,
             std::max(2 * environment_.round_trip_max, environment_.margin / 2));
}

std::string TrialRunner::why_silent() {
  const auto request =
      std::make_shared<const Request>(Request{Principal::manage_ml, JobStats{next_prefix() + "none"}, nullptr});
  const std::unique_ptr<sut::System> system = factory_.make(0);
  const Duration patience = std::max(kLifePatience, 4 * environment_.round_trip_max);
  std::string why;
  for (int attempt = 0; attempt < kLifeAttemptsMax; ++attempt) {
    if (attempt > 0) system->next(std::min(system->end(), system->now() + kSecond));
    const auto completion = system->exchange(attempt, request, true, system->now() + patience);
    if (!completion)
      why = "no answer to a harmless read within " + describe_duration(patience);
    else
      why = why_no_sign(*completion, !environment_.principals.empty());
    if (why.empty()) break;
    // An answer that there was no time for says nothing of the target.
    if (system->now() >= system->end()) return "";
  }
  return why;
}

Reproduction TrialRunner::keep(const Runner& runner, const Ran& ran) const {
  Reproduction kept;
  kept.prefix = ran.prefix;
  kept.program =
      ran.prefix == kNamePrefix ? *runner.program() : with_prefix(*runner.program(), ran.prefix, kNamePrefix);
  kept.history = runner.history();
  kept.findings = ran.result.findings;
  for (Finding& finding : kept.findings) name_as_asked(finding, environment_);
  kept.seed = ran.seed;
  return kept;
}

}  // namespace closecheck::properties
