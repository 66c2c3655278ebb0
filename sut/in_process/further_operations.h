// What the API offers beside the life of a job: forecasts, results of kinds that are not computed here, defaults, and
// looks at what would be.
#pragma once

#include "in_process/cluster_settings.h"
#include "in_process/datafeed_list.h"
#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class FurtherOperations {
 public:
  FurtherOperations(const Turn& turn, JobList& jobs, DatafeedList& feeds, IndexList& indices,
                    const ClusterSettings& settings)
      : turn_(turn), jobs_(jobs), feeds_(feeds), indices_(indices), settings_(settings) {}

  Answer on(const GetFurtherResults& ask);
  Answer on(const GetOverallBuckets& ask);
  Answer on(const Forecast& ask);
  Answer on(const DeleteForecast& ask);
  Answer on(const DeleteExpired& ask);
  Answer on(const ValidateJob& ask);
  Answer on(const GetDefaults& ask);
  Answer on(const PreviewDatafeed& ask);

 private:
  const Turn& turn_;
  JobList& jobs_;
  DatafeedList& feeds_;
  IndexList& indices_;
  const ClusterSettings& settings_;
};

}  // namespace closecheck::sut
