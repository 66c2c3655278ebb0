// Datafeeds at work: they read documents of indices and post them to their jobs.
#pragma once

#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/job_lifecycle.h"

namespace closecheck::sut {

class DatafeedRunner {
 public:
  DatafeedRunner(const Turn& turn, DatafeedList& feeds, JobList& jobs, IndexList& indices, JobLifecycle& lifecycle)
      : turn_(turn), feeds_(feeds), jobs_(jobs), indices_(indices), lifecycle_(lifecycle) {}

  /// Does what is due of all datafeeds.
  void run();
  void end(Datafeed& feed, bool at_its_end, bool close_job = false);

 private:
  void run(Datafeed& feed);
  /// Posts the next documents. False: there are none.
  bool read_chunk(Datafeed& feed, Job& job);

  const Turn& turn_;
  DatafeedList& feeds_;
  JobList& jobs_;
  IndexList& indices_;
  JobLifecycle& lifecycle_;
};

}  // namespace closecheck::sut
