// Makes a counterexample on a live target come again each time: where requests race, a wait may decide who comes first.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "engine/shrinker.h"

namespace closecheck::properties {

struct SteadyingOptions {
  std::vector<Duration> moments;  // to be tried as waits between requests that race, the first that serves
  std::size_t at_once = 1;        // trials that go on side by side
  std::size_t trials_max = 60;    // in all
  std::function<bool()> enough;   // true: stop here; may be empty
};

/// The program with the wait with which it violated the most times in a row, or as it is where none is better. Only
/// what has been seen comes back. Deterministic as long as the trials are.
Reproduction steadied(Reproduction racing, const Trial& trial, const SteadyingOptions& options);

}  // namespace closecheck::properties
