#include "closecheck/properties/timing.h"

#include <algorithm>

#include "engine/calibration.h"
#include "engine/check.h"

namespace closecheck::properties {
namespace {

/// Live: a script may wait for as long as this for one answer.
constexpr Duration kScriptPatience = 2 * kMinute;
/// Virtual time costs nothing, so a close is awaited beyond the longest timeout in use.
constexpr Duration kVirtualPatience = 72 * kHour;
/// How often a job that has to come to rest is read.
constexpr Duration kPollMin = 25 * kMillisecond;
constexpr Duration kPollMax = 100 * kMillisecond;

}  // namespace

Timing timing_of(const Environment& environment) {
  Timing timing;
  timing.judge.profile = environment.profile;
  timing.judge.secured = environment.secured;
  timing.judge.margin = environment.margin;
  timing.judge.in_process = !environment.live;
  timing.judge.callers_are_known = environment.live;
  if (environment.live) {
    timing.judge.forced_rest = 5 * kSecond + environment.slow + 2 * environment.normal_close;
    timing.executor.answer_patience = answer_patience(environment, Program{});
    timing.executor.reread_after = environment.slow + kSecond;
    timing.executor.poll_every = std::clamp(environment.normal_close / 4, kPollMin, kPollMax);
    timing.executor.quiet = std::max(kPollMax, 2 * environment.round_trip_max);
  } else {
    timing.executor.answer_patience = kVirtualPatience;
    timing.executor.poll_every = timing.executor.quiet;
  }
  return timing;
}

Duration answer_patience(const Environment& environment, const Program& program) {
  Duration slowest = environment.slow;
  for (const Step& step : program.steps)
    if (step.type == StepType::fault && step.fault == Fault::slow_close) slowest = std::max(slowest, step.duration);
  const Duration patience = 8 * kSecond + slowest + 10 * environment.normal_close + 4 * environment.margin;
  return std::min(patience, environment.answer_patience_max);
}

Timing timing_of(const TargetPace& pace) {
  Environment environment;
  environment.profile = pace.profile;
  environment.live = pace.live;
  environment.secured = pace.secured;
  if (pace.live) set_bounds(environment, kSecond, pace.round_trip_max);
  Timing timing = timing_of(environment);
  if (pace.live) timing.executor.answer_patience = kScriptPatience;
  return timing;
}

}  // namespace closecheck::properties
