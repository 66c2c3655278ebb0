// The jobs that a history names, by name, and what lists, wildcards and groups mean among them. Deterministic; not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/job_file.h"

namespace closecheck::model {

class JobDirectory {
 public:
  explicit JobDirectory(const JudgeOptions& options) : options_(options) {}

  void clear();
  std::size_t size() const { return count_; }
  JobFile& at(std::size_t index) { return *jobs_[index]; }
  const JobFile& at(std::size_t index) const { return *jobs_[index]; }
  /// Null: the history has not named it.
  JobFile* find(std::string_view name);
  const JobFile* find(std::string_view name) const;
  /// The file of that job, a new one where there is none.
  JobFile& named(std::string_view name);

  /// What an accepted request tells of jobs and their groups; `only`: the one job that it names, null: none or several.
  void learn_names(const Exchange& exchange, JobFile* only, const Response& response);

  /// Whether the text may mean several jobs, or a group: all but the name of one job.
  bool is_expression(std::string_view text) const;
  struct Matches {
    std::vector<std::uint32_t> jobs;  // indices
    bool joins_perhaps = false;       // some of them only if a creation under way has come first
    bool names_unknown = false;       // a plain id among them is no job
  };
  Matches matching(std::string_view expression) const;

  /// Every file that was ever in use, also in earlier histories: for coverage.
  const std::vector<std::unique_ptr<JobFile>>& files() const { return jobs_; }

 private:
  /// Whether some job may be in groups that nobody named yet: a name that is no job's may be such a group's.
  bool may_have_other_groups() const;

  /// So many jobs are found faster without an index.
  static constexpr std::size_t kScannedMax = 8;

  JudgeOptions options_;
  std::vector<std::unique_ptr<JobFile>> jobs_;  // the first `count_` are in use
  std::size_t count_ = 0;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;  // once there are many; the names are in the files
};

}  // namespace closecheck::model
