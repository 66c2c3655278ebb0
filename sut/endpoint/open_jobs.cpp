#include "endpoint/open_jobs.h"

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

bool OpenJobs::open(const std::string& job) {
  const std::lock_guard lock(mutex_);
  if (jobs_.size() >= kOpenJobsMax && !jobs_.contains(job)) return false;
  jobs_.insert(job);
  return true;
}

void OpenJobs::closed(const std::string& job) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(job);
}

}  // namespace closecheck::sut
