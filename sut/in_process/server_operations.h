// What a service tells of itself, and of whoever asks.
#pragma once

#include "in_process/cluster_settings.h"
#include "in_process/datafeed_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class ServerOperations {
 public:
  ServerOperations(const Turn& turn, const JobList& jobs, const DatafeedList& feeds, ClusterSettings& settings)
      : turn_(turn), jobs_(jobs), feeds_(feeds), settings_(settings) {}

  Answer on(const GetRoot& ask);
  Answer on(const Authenticate& ask);
  Answer on(const HasPrivileges& ask);
  Answer on(const ClusterState& ask);
  Answer on(const ClusterHealth& ask);
  Answer on(const ClusterFeatures& ask);
  Answer on(const GetSettings& ask);
  Answer on(const ChangeSettings& ask);

 private:
  const Turn& turn_;
  const JobList& jobs_;
  const DatafeedList& feeds_;
  ClusterSettings& settings_;
};

}  // namespace closecheck::sut
