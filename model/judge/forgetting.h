// What the judge lets go of a long history: jobs that are gone since long, and exchanges that no job needs any more.
// Deterministic; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "judge/job_directory.h"
#include "rules/exchange_log.h"

namespace closecheck::model {

class Forgetting {
 public:
  Forgetting(ExchangeLog& log, JobDirectory& jobs) : log_(log), jobs_(jobs) {}

  void clear() { gone_.clear(); }
  /// The job's oracle was told something.
  void follow(JobFile& job) {
    if (job.oracle.has_forgotten()) let_go(job.oracle.take_forgotten());
  }
  /// The job is surely not there, and no request about it is open.
  void note_absent(const JobFile& job) { gone_.push_back({job.last_request, job.index}); }
  /// Releases the jobs that nobody has asked for since they were gone, once that is long ago.
  void release_gone_jobs() {
    if (!gone_.empty()) release_those_before(log_.newest());
  }

 private:
  void release_those_before(std::size_t newest);
  void let_go(const std::vector<int>& requests);

  struct Gone {
    std::size_t since;  // the job's last request
    std::uint32_t job;
  };
  ExchangeLog& log_;
  JobDirectory& jobs_;
  std::deque<Gone> gone_;
};

}  // namespace closecheck::model
