// Closing as it is asked for: what is refused, forced closes, closes of several jobs.
#pragma once

#include <span>
#include <vector>

#include "in_process/close_order.h"
#include "in_process/datafeed_list.h"
#include "in_process/job_lifecycle.h"

namespace closecheck::sut {

class CloseOperations {
 public:
  CloseOperations(const Turn& turn, JobList& jobs, DatafeedList& feeds, JobLifecycle& lifecycle)
      : turn_(turn), jobs_(jobs), feeds_(feeds), lifecycle_(lifecycle) {}

  Answer on(const CloseJob& ask);

 private:
  /// Whether whoever asks may close a job in that way.
  bool is_allowed(const CloseOrder& order) const;
  Answer close_one(const CloseJob& ask, const CloseOrder& order);
  Answer close_many(const CloseJob& ask, const CloseOrder& order);
  /// The jobs that the request names, in the order of their ids, or its answer.
  Answer select(const CloseJob& ask, const CloseOrder& order, std::vector<Job*>& jobs);
  /// What is wrong with the jobs that an expression named: some more, some fewer, or a refusal.
  Answer misname(const CloseJob& ask, const CloseOrder& order, std::vector<Job*>& jobs);
  /// A refusal when not all of the jobs can be closed now.
  Answer refuse_any(const std::vector<Job*>& jobs, const CloseOrder& order);
  /// A refusal when the job cannot be closed normally now.
  Answer refuse_close(Job& job, const CloseOrder& order);
  Answer refuse_close_of_closed(const Job& job) const;
  /// A refusal when a datafeed bars the close; where one has to be stopped first, nothing.
  Answer refuse_for_feed(const Job& job);
  /// Where a close stops datafeeds first, those of the jobs that are about to close.
  void stop_feeds(std::span<Job* const> jobs);
  Answer force(Job& job);
  void force_now(Job& job);
  bool force_waits_for(const Job& job) const;
  bool overlooks_beside_another(std::span<Job* const> jobs) const;
  Answer wait_for_close(std::span<Job* const> jobs, Duration timeout);

  const Turn& turn_;
  JobList& jobs_;
  DatafeedList& feeds_;
  JobLifecycle& lifecycle_;
};

}  // namespace closecheck::sut
