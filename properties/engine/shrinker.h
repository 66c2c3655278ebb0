// Makes a violating program small: fewer requests first, then fewer steps, less data, less overlap, shorter waits.
// Deterministic as long as the trials are; bounded by their number and by `enough`.
#pragma once

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
  single_steps,  ///< drop single steps: for live targets, where each trial costs time
  reads_only,    ///< drop reads: for findings that rest on a clock
};

/// The programs one simplification away, the boldest first. Lazy: each pass is built when it is reached.
class SmallerPrograms {
 public:
  SmallerPrograms(Program program, Simplify simplify);
  std::optional<Program> next();

 private:
  using Pass = void (SmallerPrograms::*)();
  void drop_blocks();
  void drop_jobs();
  void drop_single_steps();
  void drop_reads();
  void drop_pairs();
  void simplify_calls();
  void thin_data();
  void shorten_waits();
  void drop_one_and_move_one();
  void replace_pair();
  void offer(std::vector<Step> steps);

  Program program_;
  std::vector<Pass> passes_;
  std::size_t pass_ = 0;
  std::vector<Program> offered_;
  std::size_t at_ = 0;
};

/// Runs a candidate. Empty: it does not violate any more in the way that is being shrunk.
using Trial = std::function<std::optional<Reproduction>(const Program&)>;

struct ShrinkOptions {
  Simplify simplify = Simplify::everything;
  std::size_t trials_max = 1200;
  std::function<bool()> enough;  // true: stop here; may be empty
};

/// The smallest that was found. `start` comes back when nothing smaller violates.
Reproduction shrink(Reproduction start, const Trial& trial, const ShrinkOptions& options);

/// Whether the first program is smaller: by requests, then steps, records, overlaps, waits and parameters.
bool is_smaller(const Program& one, const Program& other);

}  // namespace closecheck::properties
