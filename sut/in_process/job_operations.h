// Jobs: creating, opening, data, flush, statistics, deleting.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in_process/calendar_list.h"
#include "in_process/cluster_settings.h"
#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/job_lifecycle.h"

namespace closecheck::sut {

class JobOperations {
 public:
  JobOperations(const Turn& turn, JobList& jobs, DatafeedList& feeds, IndexList& indices,
                const ClusterSettings& settings, CalendarList& calendars, JobLifecycle& lifecycle)
      : turn_(turn),
        jobs_(jobs),
        feeds_(feeds),
        indices_(indices),
        settings_(settings),
        calendars_(calendars),
        lifecycle_(lifecycle) {}

  Answer on(const CreateJob& ask);
  Answer on(const GetJob& ask);
  Answer on(const UpdateJob& ask);
  Answer on(const DeleteJob& ask);
  Answer on(const OpenJob& ask);
  Answer on(const PostData& ask);
  Answer on(const FlushJob& ask);
  Answer on(const JobStats& ask);

 private:
  /// Why a job of that id may not have these groups; empty: it may.
  Answer refuse_groups(std::string_view job, const std::vector<std::string>& groups);
  Answer refuse_update(const Job& job, const JobUpdate& change) const;
  /// Why a job may not have this memory limit; one that names none gets the cluster's where that is low.
  Answer refuse_limit(JobConfig& config) const;
  /// Why its snapshots may not be kept so long.
  Answer refuse_retention(const Members& members) const;
  /// Makes room for the documents of a job that is to be; empty: there is.
  Answer prepare_results(const Job& job);
  /// The datafeed that a job's configuration holds, which is made along with it; a refusal where it cannot be.
  Answer take_feed(Members& members, const std::string& job, std::optional<Datafeed>& feed);
  /// With its datafeed, where the product shows that.
  JobDescription describe_with_feed(const Job& job, bool is_short = false);
  /// The answer to a caller who waits no longer; the job goes on opening.
  Answer give_up_opening(Job& job, Duration timeout);
  // What a job does in which state although it must not.
  bool takes_data_while_closed(const Job& job) const;
  bool loses_data(const Job& job) const;
  bool loses_data_beside_a_close(const Job& job) const;
  bool flushes_while_closed(const Job& job) const;
  bool stays_shut(const Job& job) const;
  /// Of one job, by itself or among others.
  JobStatistics statistics_of(const Job& job, bool is_in_list) const;

  const Turn& turn_;
  JobList& jobs_;
  DatafeedList& feeds_;
  IndexList& indices_;
  const ClusterSettings& settings_;
  CalendarList& calendars_;
  JobLifecycle& lifecycle_;
};

}  // namespace closecheck::sut
