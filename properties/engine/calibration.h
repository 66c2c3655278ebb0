// What a live target's clock is like, measured before anything rests on it. Live only.
#pragma once

#include <string>

#include "engine/trial_runner.h"

namespace closecheck::properties {

struct Calibration {
  Environment environment;
  std::string trouble;  // the first request of it that was lost, late or refused in preparing; empty: none
  std::string no_room;  // what shows that no job can be opened, though nothing else is open; empty: one can
};

/// The environment with margin, normal close time, slow close and patience as measured: round trips and a few ordinary
/// closes of a job with a little data, behind a first cycle that only warms the target up. A target that refuses all
/// this is left with careful defaults.
Calibration calibrated(Environment environment, const std::string& name_prefix, sut::SystemFactory& factory);

/// The same from figures. `close_max` and `round_trip_max` are the largest seen.
void set_bounds(Environment& environment, Duration close_max, Duration round_trip_max);

}  // namespace closecheck::properties
