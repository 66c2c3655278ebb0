// Runs a program against a system and writes its history. Knows nothing of what is right: an observer may look on,
// stop the run, or ask to read something again after a while.
#pragma once

#include <memory>
#include <string>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::sut {

/// What the observer wants after an event.
enum class Advice : std::uint8_t {
  go_on,
  stop,           ///< the history is decided; open requests are still awaited for a short while
  read_again,     ///< wait `reread_after`, send the request of this event again, then go on as advised
  ask_as_caller,  ///< send something harmless as the caller of this event's request, then go on as advised
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
  Program program;          // what was really run: up to where it stopped, with the steps that the observer asked for
  std::string fault_error;  // not empty: a fault was not delivered and the run ended there
  bool fault_missing = false;  // the system has no such fault
};

/// Runs `program` from a system that has none of its names. Bounded by the program's own durations and the options.
/// The end of a program is a join. Times in the history never go back. Advice to ask again is taken once the answer is
/// recorded, on the client that got it, whose queue stands still meanwhile; reads are repeated at most three times for
/// one step. A busy target is asked again in the same way, after a polite wait, where that can do no harm (see
/// run/politeness.h) and until one step of the program has stayed busy: every attempt stands in the history and in the
/// program that was run. While settling, a job that was asked to close (or whose feed has an end) and was not opened
/// since is not at rest while it reads `opened`, since a server need not show `closing`; after three polls in a row
/// that tell nothing it is left alone, and not said to have settled.
Execution execute(const Program& program, System& system, Profile profile, const ExecutorOptions& options,
                  Observer* observer);

/// The same for many programs in a row: keeps its buffers, and copies no program. The requests in the history share the
/// program's ownership. Not thread-safe.
class Executor {
 public:
  Executor(Profile profile, const ExecutorOptions& options);
  ~Executor();
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;

  /// The history is valid until the next run.
  const History& run(std::shared_ptr<const Program> program, System& system, Observer* observer);

  /// Of the last run, as in `Execution`. `program` is the very one that was given when nothing was added or cut.
  std::shared_ptr<const Program> program() const;
  const std::string& fault_error() const;
  bool fault_missing() const;

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

}  // namespace closecheck::sut
