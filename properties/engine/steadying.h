// Makes a counterexample on a live target come again each time: where requests race, a wait may decide who comes first.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "engine/shrinker.h"

namespace closecheck::properties {

struct SteadyingOptions {
  std::vector<Duration> moments;  // to be tried as waits between requests that race, the safest first
  std::size_t at_once = 1;        // trials that go on side by side
  std::size_t trials_max = 60;    // in all
  std::function<bool()> enough;   // true: stop here; may be empty
};

/// The program with the first wait with which it violates each time, else with that with which it did so the most times
/// in a row, which may be none. Trials find connections that are open, and a replay does not: so a wait comes before
/// none. Only what has been seen comes back. Deterministic as long as the trials are.
Reproduction steadied(Reproduction racing, const Trial& trial, const SteadyingOptions& options);

}  // namespace closecheck::properties
