// Makes a violating program small, by walking its `rc::Shrinkable`: fewer requests first, then fewer steps, less data,
// less overlap, shorter waits. Deterministic as long as the trials are; bounded by their number and by `enough`.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// A program that was seen violating, with what it did then.
struct Reproduction {
  Program program;     // names begin with `kNamePrefix`
  std::string prefix;  // what the names began with when it ran, and begin with in the history
  History history;
  std::vector<Finding> findings;
  std::uint64_t seed = 0;  // of the system that it ran on
};

/// How far a program may be simplified.
enum class Simplify : std::uint8_t {
  everything,
  in_few_trials,  ///< for live targets, where each trial costs time: what is asked stays as it is
};

/// The program with its shrinks, the boldest first and each lazy: RapidCheck removes blocks and single steps, passes of
/// ours do what removal alone cannot.
rc::Shrinkable<Program> shrinkable_of(Program program, Simplify simplify);

/// Runs a candidate. Empty: it does not violate any more in the way that is being shrunk. Thread-safe where several are
/// tried at once.
using Trial = std::function<std::optional<Reproduction>(const Program&)>;

struct ShrinkOptions {
  Simplify simplify = Simplify::everything;
  std::size_t trials_max = 4000;
  std::size_t at_once = 1;       // candidates that are tried side by side, of which the smallest that violates is taken
  std::function<bool()> enough;  // true: stop here; may be empty
};

/// The smallest that was found. `start` comes back when nothing smaller violates.
Reproduction shrink(Reproduction start, const Trial& trial, const ShrinkOptions& options);

/// What came of each program, all tried side by side.
std::vector<std::optional<Reproduction>> tried(const std::vector<Program>& programs, const Trial& trial);

/// Whether the first program is smaller: by requests, then steps, records, overlaps, waits and parameters.
bool is_smaller(const Program& one, const Program& other);

}  // namespace closecheck::properties
