// Results and model snapshots.
#pragma once

#include "in_process/index_list.h"
#include "in_process/job_list.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class ResultOperations {
 public:
  ResultOperations(const Turn& turn, JobList& jobs, IndexList& indices) : turn_(turn), jobs_(jobs), indices_(indices) {}

  Answer on(const GetBuckets& ask);
  Answer on(const GetRecords& ask);
  Answer on(const GetSnapshots& ask);
  Answer on(const RevertSnapshot& ask);
  Answer on(const UpdateSnapshot& ask);
  Answer on(const DeleteSnapshot& ask);
  Answer on(const UpgradeSnapshot& ask);
  Answer on(const GetSnapshotUpgrades& ask);
  Answer on(const ResetJob& ask);

 private:
  const Turn& turn_;
  JobList& jobs_;
  IndexList& indices_;
};

}  // namespace closecheck::sut
