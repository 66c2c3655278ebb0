// Datafeeds: creating, starting, stopping, deleting.
#pragma once

#include "in_process/cluster_settings.h"
#include "in_process/datafeed_runner.h"

namespace closecheck::sut {

class DatafeedOperations {
 public:
  DatafeedOperations(const Turn& turn, DatafeedList& feeds, JobList& jobs, IndexList& indices,
                     const ClusterSettings& settings, DatafeedRunner& runner)
      : turn_(turn), feeds_(feeds), jobs_(jobs), indices_(indices), settings_(settings), runner_(runner) {}

  Answer on(const CreateDatafeed& ask);
  Answer on(const UpdateDatafeed& ask);
  Answer on(const GetDatafeed& ask);
  Answer on(const DatafeedStats& ask);
  Answer on(const StartDatafeed& ask);
  Answer on(const StopDatafeed& ask);
  Answer on(const DeleteDatafeed& ask);

 private:
  /// A refusal where an index was told what fields it has, and lacks one that the job reads.
  Answer refuse_missing_fields(const Datafeed& feed, const Job& job);

  const Turn& turn_;
  DatafeedList& feeds_;
  JobList& jobs_;
  IndexList& indices_;
  const ClusterSettings& settings_;
  DatafeedRunner& runner_;
};

}  // namespace closecheck::sut
