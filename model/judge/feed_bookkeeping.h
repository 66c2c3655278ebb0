// What requests and answers do to what the judge remembers of datafeeds and of the documents that they read.
// Deterministic; not thread-safe.
#pragma once

#include <string>

#include "judge/data_sources.h"
#include "judge/job_directory.h"
#include "rules/rules.h"

namespace closecheck::model {

class FeedBookkeeping {
 public:
  FeedBookkeeping(JobDirectory& jobs, DataSources& sources, RuleContext& context)
      : jobs_(jobs), sources_(sources), context_(context) {}

  void end_create(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_start(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_stop(const Exchange& exchange, JobFile& job, RequestOutcome outcome);

  /// A request that concerns no job, but perhaps the documents of an index.
  void begin_write(const Exchange& exchange);
  void end_write(const Exchange& exchange);

 private:
  void end_raw(const RawRequest& raw);
  void lose_documents(const Operation& operation);
  void blur_what_is_fed(const std::string& index);

  JobDirectory& jobs_;
  DataSources& sources_;
  RuleContext& context_;
};

}  // namespace closecheck::model
