// What runs on the nodes: tasks, tables of jobs and datafeeds for people, and the mode in which nothing does.
#pragma once

#include "in_process/cluster_settings.h"
#include "in_process/datafeed_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class TaskOperations {
 public:
  TaskOperations(const Turn& turn, JobList& jobs, DatafeedList& feeds, ClusterSettings& settings)
      : turn_(turn), jobs_(jobs), feeds_(feeds), settings_(settings) {}

  Answer on(const SetUpgradeMode& ask);
  Answer on(const ListTasks& ask);
  Answer on(const ShowTable& ask);

 private:
  const Turn& turn_;
  JobList& jobs_;
  DatafeedList& feeds_;
  ClusterSettings& settings_;
};

}  // namespace closecheck::sut
