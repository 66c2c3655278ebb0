// What a request asks of which job: the abstract question that the job's oracle hears. Deterministic; not thread-safe.
#pragma once

#include <optional>
#include <string>

#include "judge/data_sources.h"
#include "judge/job_directory.h"
#include "rules/exchange_log.h"

namespace closecheck::model {

class Projection {
 public:
  Projection(const JudgeOptions& options, JobDirectory& jobs, DataSources& sources)
      : options_(options), jobs_(jobs), sources_(sources) {}

  /// Fills in what a request that goes out asks, and which jobs it concerns.
  void project(Exchange& exchange);

 private:
  void project_operation(Exchange& exchange);
  void project_close(Exchange& exchange, const CloseJob& close);
  void read_close(Exchange& exchange, const CloseJob& close) const;
  void project_statistics(Exchange& exchange, const JobStats& stats);
  void project_post(Exchange& exchange, const PostData& post);
  void project_page(Exchange& exchange, const std::string& job, std::optional<int> from, std::optional<int> size);
  void project_start(Exchange& exchange, const StartDatafeed& start);
  void project_raw(Exchange& exchange, const RawRequest& raw);
  void ask(Exchange& exchange, RequestKind kind, const std::string& job);
  /// `known`: what the directory finds of that name.
  void ask(Exchange& exchange, RequestKind kind, const std::string& job, const JobFile* known);
  void ask_of_feed(Exchange& exchange, RequestKind kind, const std::string& feed);
  void project_change_of_feed(Exchange& exchange, RequestKind kind, const std::string& feed);
  /// The request does to the feed's job what nobody can say.
  void ask_unfollowed(Exchange& exchange, const std::string& feed);
  void add_matching(Exchange& exchange, const std::string& expression);

  JudgeOptions options_;
  JobDirectory& jobs_;
  DataSources& sources_;
};

/// A path below the base of the job API: `BASE/anomaly_detectors/ID/VERB`, or the same of datafeeds.
struct ApiPath {
  std::string kind;  // empty: a path of something else
  std::string id;
  std::string verb;      // the last segment; empty: none
  bool is_deep = false;  // of something below the job: a result, a snapshot
};
ApiPath read_api_path(std::string_view path);

}  // namespace closecheck::model
