// One job: its configuration, its analysis, the state that it is in and the steps that lead to the next. A plain
// copyable value; the core tells it the time and answers the requests.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/analysis.h"
#include "in_process/job_analysis.h"
#include "in_process/job_definition.h"
#include "in_process/manner.h"
#include "wire/service_request.h"

namespace closecheck::sut {

/// Names a request that waits for its answer.
using Token = std::uint64_t;

inline constexpr Time kNever = std::numeric_limits<Time>::max();

/// What a job does next by itself. The steps of a close are in the order in which they happen.
enum class JobStep : std::uint8_t {
  none,
  finish_opening,
  finish_resuming,
  flush_buffer,
  finalize_results,
  prune_model,
  persist_snapshot
};

/// How the last normal close came about, or went on.
enum class CloseManner : std::uint8_t { alone, among_others, by_datafeed, beyond_timeout };

/// What became of a job so far.
struct JobPast {
  std::optional<std::int64_t> finished_ms;  // of the last normal close
  int opens = 0;
  Time opened_at = 0;
  Time closed_at = 0;
  bool forced = false;  // the last close
  CloseManner close_manner = CloseManner::alone;

  bool was_opened() const { return opens > 0; }
};

/// What a fault does to the next normal close; a job that was closed or opened since is free of it.
struct CloseFault {
  Duration length = 0;  // of the housekeeping; 0: as ever
  bool hangs = false;   // the closing comes to no end
};

class Job {
 public:
  Job(JobDefinition definition, Plan plan) : definition_(std::move(definition)), analysis_(std::move(plan)) {}

  const std::string& id() const { return definition_.id; }
  const JobDefinition& definition() const { return definition_; }
  JobDefinition& change_definition() {
    note_change();
    return definition_;
  }
  const JobAnalysis& analysis() const { return analysis_; }
  JobAnalysis& change_analysis() {
    note_change();
    return analysis_;
  }
  JobState state() const { return state_; }
  const JobPast& past() const { return past_; }
  /// What it does next by itself, and when.
  JobStep step() const { return step_; }
  /// When `advance` has something to do; `kNever`: nothing.
  Time due() const { return step_due_ < afterwards_due_ ? step_due_ : afterwards_due_; }

  void open(const Manner& manner, Time now, std::int64_t wall_ms);
  /// Goes on opening when a node has room for it, which none ever has.
  void wait_for_node() { step_due_ = kNever; }
  /// Begins a normal close of an opened or opening job.
  void close(const Manner& manner, Time now);
  void remember(CloseManner close_manner) {
    note_change();
    past_.close_manner = close_manner;
  }
  /// Begins a forced close that finishes its work in the background.
  void close_in_background(const Manner& manner, Time now);
  /// Ends the process without flushing, finalizing or persisting anything. The job is closed at once, or where forced
  /// closes can be seen a little later.
  void kill(const Manner& manner, Time now);
  /// Ends the process as it is: the job reads `state` at once.
  void end_process(JobState state);
  /// Reads closed although its housekeeping has only begun.
  void read_closed_early(Time now);
  /// Gives the closing up: the job is open again.
  void stay_open();
  /// The closing goes on no further.
  void hang();

  /// Goes on after a restart: a job that was open opens again with all that it had taken; a close goes on.
  void resume(const Manner& manner, Time now);

  /// How the job differs from what was stored of it last.
  enum class Difference : std::uint8_t { all, some, none };
  /// Says that something of the job may have changed.
  void note_change() {
    if (difference_ == Difference::none) difference_ = Difference::some;
  }

  /// Does what is due. True when the job came to rest: opened, or closed.
  bool advance(const Manner& manner, Time now, std::int64_t wall_ms);

  /// Requests that wait until the job is opened, and until it is closed.
  std::vector<Token> waiting_opens;
  std::vector<Token> waiting_closes;

  CloseFault close_fault;

 private:
  friend struct StateAccess;
  void begin_closing(Time now, Duration whole);
  void do_afterwards(const Manner& manner, Time now, std::int64_t wall_ms);
  /// What is due now. True when the job came to rest with it.
  bool take_step(const Manner& manner, Time now, std::int64_t wall_ms);
  void come_to_rest(const Manner& manner, Time now, std::int64_t wall_ms);
  bool leaves_no_snapshot(const Manner& manner) const;

  JobDefinition definition_;
  JobAnalysis analysis_;
  JobState state_ = JobState::closed;
  JobPast past_;

  JobStep step_ = JobStep::none;
  Time step_due_ = kNever;
  Duration step_length_ = 0;
  Time afterwards_due_ = kNever;
  bool killed_slowly_ = false;

  Difference difference_ = Difference::all;
};

/// Whether its closing has done nothing yet.
inline bool has_just_begun_to_close(const Job& job) {
  return job.state() == JobState::closing && job.step() == JobStep::flush_buffer;
}
/// Whether it goes on opening when a node has room for it.
inline bool waits_for_node(const Job& job) {
  return job.state() == JobState::opening && job.step() == JobStep::finish_opening && job.due() == kNever;
}

}  // namespace closecheck::sut
