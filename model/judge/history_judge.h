// Inside of the judge: takes the events of a history one by one, asks the oracles of the jobs that they concern, keeps
// the books, and calls the rules. Deterministic; not thread-safe.
#pragma once

#include <vector>

#include "judge/bookkeeping.h"
#include "judge/callers.h"
#include "judge/data_sources.h"
#include "judge/forgetting.h"
#include "judge/job_directory.h"
#include "judge/made_users.h"
#include "judge/projection.h"
#include "rules/exchange_log.h"
#include "rules/rules.h"

namespace closecheck::model {

class HistoryJudge {
 public:
  explicit HistoryJudge(const JudgeOptions& options);

  void reset();
  Judgement observe(const Event& event);
  Judgement finish();

  const Rulings& rulings() const { return rulings_; }
  const ExchangeLog& log() const { return log_; }
  std::vector<std::uint64_t> state_visits() const;
  std::vector<std::uint64_t> transition_visits() const;

 private:
  void begin(const Event& event, std::size_t index);
  void begin_for(Exchange& exchange, JobFile& job);
  void meet_others(Exchange& exchange, JobFile& job);
  /// Genuine servers take an open and a deletion that overlap, and what becomes of the job then nobody says.
  void meet_contraries(const Exchange& accepted);
  /// A close of several jobs without an answer may come to name the job that is created now.
  void meet_loose_closes(const Exchange& create, JobFile& job);

  void conclude(const Event& event, std::size_t index);
  void conclude_for(Exchange& exchange, JobFile& job, const Response& response);
  void lose(Exchange& exchange, const Event& event, std::size_t index);
  void end_for(Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void end_normal_close_perhaps(const Exchange& exchange, JobFile& job, RequestOutcome outcome);
  void rule_on(Exchange& exchange, JobFile* job, const Response& response);
  void judge_refusal(const DoubtfulRefusal& doubt);

  void inject(const Event& event, std::size_t index);
  void settle(const Event& event, std::size_t index);

  void take_verdict(JobFile& job, const Exchange* exchange, OracleVerdict verdict);
  void refresh(JobFile& job);
  void learn(const Exchange& exchange, JobFile& job, const JobStatistics* statistics);
  JobFile* only_target(const Exchange& exchange);

  JudgeOptions options_;
  ExchangeLog log_;
  JobDirectory jobs_;
  DataSources sources_;
  Rulings rulings_;
  RuleContext context_;
  Projection projection_;
  Bookkeeping books_;
  Callers callers_;
  MadeUsers users_;
  Forgetting forgetting_;
  std::vector<std::size_t> loose_;  // numbers of closes of several jobs that are open, or got no answer
  std::size_t events_ = 0;
  Time now_ = 0;
};

}  // namespace closecheck::model
