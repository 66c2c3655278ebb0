// The jobs of a service, in the order in which they were created. A copyable value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in_process/job.h"
#include "in_process/turn.h"

namespace closecheck::sut {

class JobList {
 public:
  const std::vector<Job>& all() const { return jobs_; }
  auto begin() { return jobs_.begin(); }
  auto end() { return jobs_.end(); }

  /// Null: there is none of that id.
  Job* find(std::string_view id);
  Job& add(Job job) { return jobs_.emplace_back(std::move(job)); }
  void remove(const Job& job) { jobs_.erase(jobs_.begin() + (&job - jobs_.data())); }

  /// Adds the jobs that one item of a list names. False: it is a plain name of nothing.
  bool select_item(std::string_view item, std::vector<Job*>& selected);
  /// The jobs that an expression of a read names, in the order of their ids; a refusal when it names an unknown one.
  std::optional<Response> select(const Turn& turn, const std::string& expression, std::vector<Job*>& selected);

 private:
  std::vector<Job> jobs_;
};

}  // namespace closecheck::sut
