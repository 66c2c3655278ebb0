// Runs programs on a system with the judge looking on: a program in, what happened and what the judge makes of it out.
#pragma once

#include <climits>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/sut/executor.h"

namespace closecheck::properties {

struct RunnerOptions {
  model::JudgeOptions judge;
  sut::ExecutorOptions executor;
  int lost_in_a_row_max = INT_MAX;  // a program ends behind so many requests in a row that had no answer
  bool in_a_hurry = false;          // live: waits a short while alone for what is missing
};

/// What came of one program. The history and the program that was really run are kept only on request.
struct RunResult {
  std::vector<Finding> findings;  // empty: nothing is wrong as far as could be told
  Evidence evidence;
  std::size_t exchanges = 0;
  bool inconclusive = false;
  std::string why;  // of `inconclusive`

  bool violates() const { return !findings.empty(); }
};

/// Keeps judge and executor for the next program, so that a small one costs microseconds. Not thread-safe.
class Runner {
 public:
  Runner(Profile profile, const RunnerOptions& options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Runs and judges. Reads again what the judge misses; ends as soon as the history is decided.
  RunResult run(std::shared_ptr<const Program> program, sut::System& system);

  bool is_in_a_hurry() const { return options_.in_a_hurry; }

  /// How long an answer is awaited from now on before it counts as lost, and what is missing before it is read again.
  void set_patience(Duration of_answers, Duration of_readings);

  /// Of the last run; valid until the next.
  const History& history() const;
  std::shared_ptr<const Program> program() const;

  /// Visits of all runs without findings so far, in the order of `model::state_names` and `model::transition_names`.
  const std::vector<std::uint64_t>& state_visits() const { return state_visits_; }
  const std::vector<std::uint64_t>& transition_visits() const { return transition_visits_; }

 private:
  void count_visits(bool clean);

  Profile profile_;
  RunnerOptions options_;
  model::Judge judge_;
  sut::Executor executor_;
  const History* history_ = nullptr;
  std::vector<std::uint64_t> states_so_far_;  // of the judge since it was made
  std::vector<std::uint64_t> transitions_so_far_;
  std::vector<std::uint64_t> state_visits_;
  std::vector<std::uint64_t> transition_visits_;
};

}  // namespace closecheck::properties
