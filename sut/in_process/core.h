// The service itself, free of I/O, threads and clocks: it takes a request or a due timer and returns replies. A
// copyable value. Whoever drives it supplies the time; one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/request.h"
#include "in_process/calendar_list.h"
#include "in_process/cluster_settings.h"
#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/job_lifecycle.h"
#include "in_process/job_list.h"
#include "in_process/manner.h"
#include "in_process/turn.h"
#include "in_process/user_list.h"

namespace closecheck::sut {

/// What `Time` 0 is on the clock of records, unless the driver says otherwise: later than all data of our programs.
inline constexpr std::int64_t kWallStartMs = 1'550'000'000'000;

class Core {
 public:
  explicit Core(const Manner& manner, std::int64_t wall_start_ms = kWallStartMs)
      : manner_(manner), wall_start_ms_(wall_start_ms) {}

  /// Takes a request at `now`, which never goes back. Its answer is among the replies of this or of a later call.
  /// Raw requests are the wire codec's to route: without details they are only refused.
  void handle(const ServiceRequest& request, Time now, Token token, Replies& replies) {
    handle(request.request, &request.details, request.run_as, now, token, replies);
  }
  /// The same for a request that says nothing beyond the vocabulary. The answer has no details.
  void handle(const Request& request, Time now, Token token, Replies& replies) {
    handle(request, nullptr, "", now, token, replies);
  }
  /// Does everything that is due at `now`.
  void fire(Time now, Replies& replies);
  /// When `fire` has something to do next; `kNever`: nothing.
  Time due() const { return due_; }

  /// Puts a job into a state that no client can reach. Throws FaultFailed when it is in no state for it.
  void inject(Fault fault, const std::string& job, Duration duration, Time now, Replies& replies);

  /// Goes on after a restart, from what was stored: whoever waited is gone, processes begin anew, closes go on.
  void resume(Time now);

  const Manner& manner() const { return manner_; }
  Time now() const { return now_; }
  std::int64_t wall_start_ms() const { return wall_start_ms_; }
  /// Grows with everything that may have changed what is to be stored.
  std::uint64_t changes() const { return changes_; }
  /// Whether the request changes nothing, whatever its answer. False: it may.
  static bool only_reads(const ServiceRequest& request) { return only_reads(request.request, &request.details); }

 private:
  friend struct StateAccess;
  Turn turn(Replies& replies) const { return {manner_, wall_start_ms_, now_, replies, settings_.upgrade_mode()}; }
  void handle(const Request& request, const RequestDetails* details, const std::string& run_as, Time now, Token token,
              Replies& replies);
  static bool only_reads(const Request& request, const RequestDetails* details);
  /// A refusal where the turn's caller may not ask in the user's name, or there is no such user; else it is his turn.
  Answer change_caller(Turn& turn, const std::string& user) const;
  Answer answer(const Turn& turn, const Operation& operation);
  void refresh_due();
  void note_change(const Request& request);

  Manner manner_;
  std::int64_t wall_start_ms_;
  Time now_ = 0;
  Time due_ = kNever;
  JobList jobs_;
  std::vector<WaitingClose> waiting_;
  IndexList indices_;
  DatafeedList feeds_;
  ClusterSettings settings_;
  CalendarList calendars_;
  UserList users_;  // not stored
  std::uint64_t changes_ = 0;
};

}  // namespace closecheck::sut
