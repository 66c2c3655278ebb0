// What a poll of a job's statistics tells the executor: whether the job has come to rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck::sut {

/// As much of a job's statistics as changes while something still happens to it.
struct JobReading {
  JobState state = JobState::absent;
  DataCounts counts;
  friend bool operator==(const JobReading&, const JobReading&) = default;
};

/// Empty when the answer (null: none came) does not tell. An unknown job reads `absent`.
std::optional<JobReading> read_statistics(const Response* response, const std::string& job);

/// How a job was asked to close.
enum class Asked : std::uint8_t { no, normally, by_force };

/// Which jobs are on their way to closed as far as a history tells: a close was accepted, ran out of time or got no
/// answer, or the job's datafeed was started with an end, and no open was accepted since. Reads every event once.
class ClosingJobs {
 public:
  /// Begins with another history.
  void clear();
  /// Takes in what was added to the history since.
  void read_on(const History& history);
  Asked asked_to_close(const std::string& job) const;

 private:
  struct Job {
    Asked asked = Asked::no;
    std::vector<std::string> groups{};
  };
  void take(const Event& event);
  void ask_to_close(const std::string& expression, Asked how);
  Job& job_named(const std::string& name);
  Asked was_named(const std::string& job) const;

  std::size_t read_ = 0;
  std::map<std::string, Job> jobs_;
  std::set<std::string> grouped_;                      // jobs that have groups
  std::map<std::string, Asked> expressions_;           // of closes of several jobs: they may mean jobs not heard of yet
  std::multimap<std::string, std::string> feed_jobs_;  // what each feed feeds
};

/// Whether a job that reads `state` stays so by itself. A forced close returns early, of a failed job too.
bool is_at_rest(JobState state, Asked asked);

}  // namespace closecheck::sut
