#include "engine/estimate.h"

#include <algorithm>

#include "closecheck/model/grammar.h"

namespace closecheck::properties {

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
