// How jobs go from state to state in a turn, and who waits for that and is answered then.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

/// A close that waits for its jobs.
struct WaitingClose {
  Token token = 0;
  Time deadline = kNever;
  Duration timeout = 0;  // as it was asked for
  std::size_t jobs = 0;  // that it still waits for
  bool joined = false;   // a close that was under way
  std::string user{};    // in whose name it was asked for, where that was not the caller's own
};

class JobLifecycle {
 public:
  JobLifecycle(const Turn& turn, JobList& jobs, std::vector<WaitingClose>& waiting)
      : turn_(turn), jobs_(jobs), waiting_(waiting) {}

  /// Opens a closed job; the request waits.
  void open(Job& job);
  /// Opens it as far as it goes while no node has room for it.
  void open_without_node(Job& job);
  /// Begins a normal close, or joins one that is under way.
  void begin_close(Job& job);
  /// Closes a job that is not closed, at once or nearly so.
  void force_close(Job& job);
  /// Begins to close the jobs; the request waits until all are closed, but no longer than `deadline`. The answer where
  /// there is nothing to wait for.
  Answer await_close(std::span<Job* const> jobs, Duration timeout, Time deadline);
  /// The job is in no state any more that somebody could wait for.
  void give_up_waiting(Job& job, const Response& for_opens, const Response& for_closes);

  /// Closes that wait in the user's name are answered so. `stops`: and the jobs are open again; else they go on
  /// closing.
  void refuse_closes_of(std::string_view user, const Response& response, bool stops);

  /// Does what is due of all jobs.
  void advance();
  /// Answers the closes whose time is up.
  void expire_waiting();

 private:
  void close_siblings(const Job& job);
  void spoil_closed_ones(const Job& job);
  void wake_opens(Job& job, const Response& response);
  void wake_closes(Job& job, const Response& response);

  const Turn& turn_;
  JobList& jobs_;
  std::vector<WaitingClose>& waiting_;
};

}  // namespace closecheck::sut
