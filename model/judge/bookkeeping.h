// What requests and answers do to what the judge remembers of a job: what its results must show, and how it came to its
// state. Deterministic; not thread-safe.
#pragma once

#include "judge/feed_bookkeeping.h"
#include "rules/rules.h"

namespace closecheck::model {

class Bookkeeping {
 public:
  Bookkeeping(JobDirectory& jobs, DataSources& sources, RuleContext& context)
      : sources_(sources), context_(context), feeds_(jobs, sources, context) {}

  /// A request goes out.
  void begin(const Exchange& exchange, JobFile& job);
  /// Its answer came, or none will: the question as the oracle is to hear it in the end.
  Question question_of(const Exchange& exchange, const JobFile& job) const;
  void end(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  /// The same of a request that concerns no job.
  void begin_elsewhere(const Exchange& exchange) { feeds_.begin_write(exchange); }
  void end_elsewhere(const Exchange& exchange) { feeds_.end_write(exchange); }

  void inject(const Event& fault, JobFile& job);
  /// The job is surely closed, or surely open with nothing left over from before.
  void end_period(JobFile& job);
  void settle_open_period(JobFile& job);

 private:
  void end_create(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void begin_job(const Exchange& exchange, JobFile& job);
  bool is_older_than(const Exchange& exchange, const JobFile& job) const;
  bool is_between_periods(const Exchange& post, const JobFile& job) const;
  std::int64_t newest_before(const Exchange& post, const JobFile& job) const;
  void end_remove(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_open(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_post(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void book_post(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_update(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_close(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_forced_close(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_unanswered(const Exchange& exchange, JobFile& job);
  void end_unanswered_create(const Exchange& exchange, JobFile& job);

  DataSources& sources_;
  RuleContext& context_;
  FeedBookkeeping feeds_;
};

}  // namespace closecheck::model
