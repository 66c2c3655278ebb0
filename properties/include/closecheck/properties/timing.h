// How long what may take on a target, and by how much its clock may be off: the one policy of all commands that drive
// one.
#pragma once

#include "closecheck/model/judge.h"
#include "closecheck/sut/executor.h"

namespace closecheck::properties {

struct Environment;

struct Timing {
  model::JudgeOptions judge;
  sut::ExecutorOptions executor;
};

/// Of a target as it was measured. Live, an answer is awaited for what a program without faults may take.
Timing timing_of(const Environment& environment);

/// Live: how long an answer to a request of the program is awaited, beyond what its slowest close takes by itself.
Duration answer_patience(const Environment& environment, const Program& program);

/// What is known of a target that was not measured.
struct TargetPace {
  Profile profile{};
  bool live = false;
  bool secured = true;          // whether it refuses anybody
  Duration round_trip_max = 0;  // live
};

/// Of such a target, for scripts, of which nobody knows beforehand how long their closes are meant to take.
Timing timing_of(const TargetPace& pace);

}  // namespace closecheck::properties
