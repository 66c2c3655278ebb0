// Runs a program against a system and writes its history. Knows nothing of what is right: an observer may look on,
// stop the run, or ask to read something again after a while.
#pragma once

#include <string>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::sut {

/// What the observer wants after an event.
enum class Advice : std::uint8_t {
  go_on,
  stop,        ///< the history is decided; open requests are still awaited for a short while
  read_again,  ///< wait `reread_after`, send the request of this event again, then go on as advised
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual Advice on_event(const Event& event) = 0;
};

struct ExecutorOptions {
  Duration answer_patience = 40 * kMinute;  // an answer that has not come by then is lost
  Duration reread_after = kMinute;          // see Advice::read_again
  Duration poll_every = 50 * kMillisecond;  // while settling
  Duration quiet = kSecond;                 // settled: how long a job must have been at rest
};

struct Execution {
  History history;
  Program program;             // what was really run: with the steps that the observer asked for
  std::string fault_error;     // not empty: a fault was not delivered and the run ended there
  bool fault_missing = false;  // the system has no such fault
};

/// Runs `program` from a system that has none of its names. Bounded by the program's own durations and the options.
Execution execute(const Program& program, System& system, Profile profile, const ExecutorOptions& options,
                  Observer* observer);

}  // namespace closecheck::sut
