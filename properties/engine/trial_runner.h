// Where programs are run: each on a fresh service in process, or on the live target under names of its own, with what
// it created removed afterwards. Thread-safe; each thread brings its own Runner.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>

#include "engine/check.h"
#include "engine/runner.h"
#include "engine/shrinker.h"

namespace closecheck::properties {

struct Ran {
  RunResult result;
  std::string prefix;
  std::uint64_t seed = 0;
};

class TrialRunner {
 public:
  TrialRunner(const Environment& environment, std::string name_prefix, sut::SystemFactory& factory,
              sut::SystemFactory& codec_factory);

  std::unique_ptr<Runner> make_runner() const;
  /// Live: one that waits a short while alone for what is missing; with `hurried` programs, for what must happen in the
  /// end as well. What it sees is to be seen once more by one that waits as long as is fair.
  std::unique_ptr<Runner> make_hurried_runner() const;
  Program hurried(Program program) const;
  /// Takes back what `hurried` did.
  Program unhurried(Program program) const;

  /// `through_codec`: through the wire codec, where that is a choice.
  Ran run(Runner& runner, std::shared_ptr<const Program> program, std::uint64_t seed, bool through_codec);

  /// Live: asks a harmless read of the target, on a connection of its own. Empty: it answers as itself; else how that
  /// showed that it is gone, busy or somebody else. Takes some seconds at most; empty also when the run is over.
  std::string why_silent();

  /// Copies what the runner still holds of the run.
  Reproduction keep(const Runner& runner, const Ran& ran) const;

  const Environment& environment() const { return environment_; }

  /// Live, while nothing runs: from now on clock checks allow for twice as much, and what is to be slow takes longer.
  void widen_clocks();

 private:
  Duration slowest_close(const Program& program) const;
  Duration patience_of_readings(const Runner& runner, const Program& program) const;
  std::string next_prefix();
  Ran run_live(Runner& runner, const Program& program, std::uint64_t seed);

  Environment environment_;
  std::string name_prefix_;
  sut::SystemFactory& factory_;
  sut::SystemFactory& codec_factory_;
  std::atomic<std::uint64_t> names_{0};
  std::shared_mutex together_;              // shared by live programs, and held by one that has to run alone
  std::atomic<bool> one_at_a_time_{false};  // the target has no room for the jobs of several programs
};

}  // namespace closecheck::properties
