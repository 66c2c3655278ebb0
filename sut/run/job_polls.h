// What a run does besides the calls of its program: it polls jobs until they have come to rest, and lets faults happen.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "run/program_run.h"

namespace closecheck::sut {

class JobPolls {
 public:
  explicit JobPolls(ProgramRun& run) : run_(run) {}

  /// Waits until the job of the step has come to rest, or its time is up.
  void settle(std::size_t step_index);
  /// Lets the fault of the step happen, and reads that it has.
  void deliver_fault(std::size_t step_index);

 private:
  /// A poll and its answer, which the history may never show.
  struct Poll {
    Time asked = 0;
    Completion completion;
  };

  /// Asks on the main line while nothing else is open. Polls that only repeat what was read before stay out of the
  /// history: they would bury a counterexample under hundreds of equal lines.
  Poll ask(const std::shared_ptr<const Request>& request);
  /// Writes a poll into the history after all, with the times that it had.
  void record(std::size_t step, const std::shared_ptr<const Request>& request, Poll poll);
  void fail(std::string why);

  ProgramRun& run_;
};

}  // namespace closecheck::sut
