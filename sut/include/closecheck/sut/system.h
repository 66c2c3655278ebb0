// A system under test as the drivers see it: submit a request, get the next response with its time, read the clock.
// Drivers do not know whether the clock is virtual or real. One thread uses a system at a time.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::sut {

/// An answer, or the news that none will come.
struct Completion {
  int client = 0;
  Time time = 0;
  std::shared_ptr<const Response> response;  // null: lost
  std::string error;                         // why it was lost
  bool never_sent = false;                   // lost before anything of the request left us
};

/// Thrown when a fault could not be delivered; `what()` is for the user and holds no secret.
struct FaultFailed {
  std::string why;
};

class System {
 public:
  virtual ~System() = default;

  /// Sends a request on the client's connection. The client must have no request open.
  /// `fresh_connection`: on a connection that was never used, where the system has connections.
  virtual void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection = false) = 0;

  /// The next answer of any client that comes up to `until`; empty when `until` is reached first. The clock then
  /// reads at least the completion's time, or `until`.
  virtual std::optional<Completion> next(Time until) = 0;

  /// Submits and awaits the answer, where nobody waits for another. Empty: none came up to `until`, and none will be
  /// told any more. The same as `submit` and `next`, but a system may save itself what it needs for overlaps; answers
  /// to requests that were given up before may be forgotten.
  virtual std::optional<Completion> exchange(int client, std::shared_ptr<const Request> request, bool fresh_connection,
                                             Time until) {
    submit(client, std::move(request), fresh_connection);
    while (auto completion = next(until))
      if (completion->client == client) return completion;
    return std::nullopt;
  }

  virtual Time now() = 0;

  /// When the run is over: what is open then is lost, nothing is sent any more, and nobody should wait beyond it.
  virtual Time end() const { return std::numeric_limits<Time>::max(); }

  /// Puts a job into a state that no client can reach. Throws FaultFailed. False: this system has no such fault.
  virtual bool inject(Fault fault, const std::string& job, Duration duration) = 0;
  virtual bool can_inject(Fault fault) const = 0;

  /// Removes what the program created, as far as it is still there (stop and delete feeds, force-close and delete
  /// jobs, delete indices). Not part of any history. A system made anew for every program does nothing.
  virtual void clean_up(const Program& program) = 0;
};

/// Makes systems of one target. Thread-safe. In process each call gives a fresh service; live, a fresh set of
/// connections to the one target.
class SystemFactory {
 public:
  virtual ~SystemFactory() = default;
  virtual std::unique_ptr<System> make(std::uint64_t seed) = 0;

  /// Waits until so many more jobs may be open on the target at once, and holds their places until the result is gone.
  /// A program takes the places of all its jobs before it runs and gives them back after its clean-up; whoever holds
  /// places must not ask for more. Where there is no limit it returns at once, with null.
  virtual std::shared_ptr<void> reserve_jobs(std::size_t /*count*/) { return nullptr; }
};

}  // namespace closecheck::sut
