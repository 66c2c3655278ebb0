// The jobs that a history names, by name, and what lists, wildcards and groups mean among them. Deterministic; not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
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
  /// In the order in which the history named them.
  std::span<JobFile* const> all() const { return all_; }
  JobFile& at(std::uint32_t index) const { return *by_index_[index]; }
  /// Null: it was released.
  JobFile* known(std::uint32_t index) const { return by_index_[index]; }
  /// Null: the history has not named it, or it was released.
  JobFile* find(std::string_view name) const;
  /// The file of that job, a new one where there is none.
  JobFile& named(std::string_view name);
  /// Nothing of the job matters any more; who names it again names another one.
  void release(JobFile& job);

  /// What an accepted request tells of jobs and their groups; `only`: the one job that it names, null: none or several.
  void learn_names(const Exchange& exchange, JobFile* only, const Response& response);

  /// Whether the text may mean several jobs, or a group: all but the name of one job. `known`: what `find` says of it.
  bool is_expression(std::string_view text, const JobFile* known) const;
  struct Matches {
    std::vector<std::uint32_t> jobs;  // indices
    bool joins_perhaps = false;       // some of them only if a creation under way has come first
    bool names_unknown = false;       // a plain id among them is no job
    bool lists_all = false;           // `_all` is one of several parts, and may be an id like another there
    bool lists_nothing = false;       // a wildcard is one of several parts and means no job
  };
  Matches matching(std::string_view expression) const;

  /// Every file that was ever in use, also in earlier histories: for coverage.
  const std::vector<std::unique_ptr<JobFile>>& files() const { return files_; }

 private:
  /// Whether some job may be in groups that nobody named yet: a name that is no job's may be such a group's.
  bool may_have_other_groups() const;

  /// So many jobs are found faster without an index.
  static constexpr std::size_t kScannedMax = 8;

  JudgeOptions options_;
  std::vector<std::unique_ptr<JobFile>> files_;
  std::vector<JobFile*> spare_;                             // of them: those that are not in use
  std::vector<JobFile*> all_;                               // those that are
  std::vector<JobFile*> by_index_;                          // null: released
  std::unordered_map<std::string_view, JobFile*> by_name_;  // once there are many; the names are in the files
};

}  // namespace closecheck::model
