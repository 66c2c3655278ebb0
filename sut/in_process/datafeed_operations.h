// Datafeeds: creating, starting, stopping, deleting.
#pragma once

#include "in_process/datafeed_runner.h"

namespace closecheck::sut {

class DatafeedOperations {
 public:
  DatafeedOperations(const Turn& turn, DatafeedList& feeds, JobList& jobs, IndexList& indices, DatafeedRunner& runner)
      : turn_(turn), feeds_(feeds), jobs_(jobs), indices_(indices), runner_(runner) {}

  Answer on(const CreateDatafeed& ask);
  Answer on(const UpdateDatafeed& ask);
  Answer on(const GetDatafeed& ask);
  Answer on(const DatafeedStats& ask);
  Answer on(const StartDatafeed& ask);
  Answer on(const StopDatafeed& ask);
  Answer on(const DeleteDatafeed& ask);

 private:
  const Turn& turn_;
  DatafeedList& feeds_;
  JobList& jobs_;
  IndexList& indices_;
  DatafeedRunner& runner_;
};

}  // namespace closecheck::sut
