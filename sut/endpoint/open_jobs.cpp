#include "endpoint/open_jobs.h"

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

OpenPlace OpenJobs::open(const std::string& job) {
  const std::lock_guard lock(mutex_);
  if (jobs_.contains(job)) return OpenPlace::had;
  if (jobs_.size() >= kOpenJobsMax) return OpenPlace::none;
  jobs_.insert(job);
  return OpenPlace::taken;
}

void OpenJobs::closed(const std::string& job) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(job);
}

}  // namespace closecheck::sut
