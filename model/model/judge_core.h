// Inside of the judge: what all its rules share. One exchange after the other is projected to the jobs it names, told
// to their oracles, booked in their ledgers, and then looked at by the rules of each judge_*.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/model/judge.h"
#include "model/judge_exchange.h"
#include "model/judge_job.h"

namespace closecheck::model {

struct FeedFile {
  std::string feed;
  std::string job;
  std::string index;
  int creations = 0;  // that were accepted, got no answer, or are open; 0: it is not there
  bool reads_everything = true;
};

struct IndexFile {
  std::string index;
  std::vector<Record> records;
  bool lost = false;    // documents of which nobody knows whether they are there, now or later
  bool unseen = false;  // documents that searches need not see yet
  int open_changes = 0;

  bool is_certain() const { return !lost && !unseen && open_changes == 0; }
};

/// A refusal that is judged only if the same caller is let in afterwards.
struct Doubt {
  std::size_t number = 0;
  std::shared_ptr<const Response> response;
};

class JudgeCore {
 public:
  explicit JudgeCore(const JudgeOptions& options) : options_(options) {}

  void reset();
  Judgement observe(const Event& event);
  Judgement finish();

  const std::vector<Finding>& findings() const { return findings_; }
  const Evidence& evidence() const { return evidence_; }
  const std::string& why() const { return why_; }
  const std::vector<std::uint64_t>& state_visits() const;
  const std::vector<std::uint64_t>& transition_visits() const;

 private:
  // judge.cpp: the course of a history
  Judgement decide();
  void begin(const Event& event, std::size_t index);
  void conclude(const Event& event, std::size_t index);
  void lose(const Event& event, std::size_t index);
  void inject(const Event& event, std::size_t index);
  void settle(const Event& event, std::size_t index);
  void tell(JobFile& job, const Exchange& exchange, std::uint32_t target, const Answer& answer);
  void take_verdict(JobFile& job, const Exchange* exchange, OracleVerdict verdict);
  void refresh(JobFile& job);
  Exchange* open_exchange(int process);

  // judge_project.cpp: what a request asks of which job
  void project(Exchange& exchange);
  void project_close(Exchange& exchange, const CloseJob& close);
  void project_raw(Exchange& exchange, const RawRequest& raw);
  void add_target(Exchange& exchange, const std::string& job);
  void add_matching(Exchange& exchange, const std::string& expression);
  bool is_expression(std::string_view text) const;
  /// Whether some job may be in groups that nobody named yet: a name that is no job's may be such a group's.
  bool may_have_other_groups() const;
  bool may_join(const JobFile& job, std::string_view part) const;
  bool is_awaited_by_close(const CreateJob& create) const;
  void meet_others(Exchange& exchange, JobFile& job);

  // judge_answer.cpp: what an answer tells of a job
  RequestOutcome told_of(const Exchange& exchange, const JobFile* job, const Response& response);
  RequestOutcome told_of_refused_close(const Exchange& exchange, const JobFile* job, const Response& response) const;
  Answer answer_for(const Exchange& exchange, JobFile& job, const Response& response);
  void learn_names(const Exchange& exchange, const Response& response);

  // judge_booking.cpp: what an answer does to ledger and memory
  void prepare(const Exchange& exchange, JobFile& job);  // when a request goes out
  void book(const Exchange& exchange, JobFile& job, RequestOutcome told);
  void begin_job(const Exchange& exchange, JobFile& job);
  void book_unanswered(const Exchange& exchange, JobFile& job);
  void book_post(const Exchange& exchange, JobFile& job, RequestOutcome told);
  void book_close(const Exchange& exchange, JobFile& job, RequestOutcome told);
  void prepare_world(const Exchange& exchange);
  void book_world(const Exchange& exchange, RequestOutcome told);
  void book_raw(const Exchange& exchange, const RawRequest& raw);
  void give_up_feed(const Exchange& exchange, const std::string& feed);
  void lose_documents(const RawRequest& raw);
  void blur_what_is_fed(const std::string& index);
  void book_fault(const Event& event, JobFile& job);
  void end_period(JobFile& job);

  // judge_refine.cpp: which clause a departure breaks
  void explain(JobFile& job, const Exchange* exchange);
  Finding refined(JobFile& job, const OracleFinding& found);
  bool repair_dialect(JobFile& job, const OracleFinding& found);
  bool refused_one_explains(JobFile& job, Finding& finding);
  bool other_close_explains(JobFile& job, Finding& finding);
  std::vector<Telling> log_of(const JobFile& job) const;
  bool fits_when(JobFile& job, const std::vector<Telling>& log);
  void refine_answer(JobFile& job, const Exchange& blamed, Finding& finding);
  void refine_reading(JobFile& job, const Exchange& blamed, Finding& finding);
  /// The last success of a normal close came when its timeout was up.
  bool claimed_at_timeout(const JobFile& job) const;
  const Exchange* overlapping_close(const JobFile& job, const Exchange& exchange) const;

  // judge_callers.cpp: who was let in
  bool is_caller_in_doubt(const Exchange& exchange) const;
  void learn_of_caller(const Exchange& exchange, const Response& response);
  void judge_refusal(const Doubt& doubt);

  // judge_checks.cpp: clocks, parameters and callers
  void rule_on_close(const Exchange& exchange, JobFile* job);
  void rule_on_form(const Exchange& exchange, const Response& response);

  // judge_results.cpp, judge_readings.cpp: what is read of a job
  void look(const Exchange& exchange, JobFile& job, const Response& response);
  void look_at_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, std::size_t from,
                       std::size_t size);
  void look_at_earlier_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, std::size_t from,
                               std::optional<std::size_t> total);
  bool accuse_repetition(const Exchange& exchange, const JobFile& job, const std::vector<Bucket>& page,
                         std::size_t from);
  bool accuse_excess(const Exchange& exchange, JobFile& job, const Bucket& bucket);
  Finding changed(const Exchange& exchange, const JobFile& job, std::size_t before, std::string expected,
                  std::string observed, bool added) const;
  std::optional<Finding> lacking(const Exchange& exchange, JobFile& job, std::string& lacked,
                                 const Expectation*& bucket);
  /// False: the model's size may only be late.
  bool look_at_model(const Exchange& exchange, JobFile& job, const JobStatistics& statistics);
  void look_at_records(const Exchange& exchange, JobFile& job, const RecordPage& page, std::size_t from,
                       std::size_t size);
  void look_at_snapshots(const Exchange& exchange, JobFile& job, const SnapshotList& list);
  /// After `settled`, a job whose datafeed has its end in the past must not read opened.
  bool accuse_endless_feed(const Exchange& exchange, JobFile& job, const JobStatistics& statistics);
  /// Whether a forced close may have left work that still changes counts and results.
  bool may_still_work(const JobFile& job) const;
  void look_at_statistics(const Exchange& exchange, JobFile& job, const JobStatistics& statistics);
  void look_at_metadata(const Exchange& exchange, JobFile& job, const JobDescription& description);
  void miss(const Exchange& exchange, JobFile& job, Finding finding, std::string lacked,
            const Expectation* bucket = nullptr);
  bool arrived(const Exchange& exchange, JobFile& job);
  void give_up_waiting(JobFile& job);
  bool touched_by_other_close(const JobFile& job, std::size_t since) const;

  // judge_evidence.cpp: what was put to the test
  void learn(const Exchange& exchange, JobFile& job, const Response& response);
  void learn_of_close(const Exchange& exchange, JobFile& job, const Response& response);
  void learn_of_statistics(JobFile& job, const Response& response);
  void learn_of_results(JobFile& job);

  // Findings
  void accuse(Finding finding);
  void accuse_dialect(Clause clause, std::string expected, std::string observed, std::size_t event);
  void give_up(std::string why);
  void give_up_job(JobFile& job, std::string why);

  JobFile& job_at(std::size_t index) { return *jobs_[index]; }
  const JobFile& job_at(std::size_t index) const { return *jobs_[index]; }
  JobFile& job_named(std::string_view name);
  JobFile* find_job(std::string_view name);
  const FeedFile* find_feed(std::string_view name) const;
  FeedFile* find_feed(std::string_view name);
  /// Counts a creation of the very feed on file, or takes one back. Another one's is put on file where there is none.
  void file_creation(const CreateDatafeed& create, bool counts);
  /// Whether the feed was asked for something, and may have heard it, while nobody knew yet that it was there.
  bool may_have_been_asked(const std::string& feed, const Exchange& since) const;
  IndexFile& index_named(const std::string& name);
  std::span<const std::uint32_t> targets_of(const Exchange& exchange) const {
    return std::span(targets_).subspan(exchange.first_target, exchange.target_count);
  }
  Exchange& exchange_of(std::size_t number) { return exchanges_[number - 1]; }
  const Exchange& exchange_of(std::size_t number) const { return exchanges_[number - 1]; }
  std::string cite(std::size_t number) const;  // `close job a (#4)`
  std::int64_t records_of_feed(const std::string& feed, const StartDatafeed& start) const;

  JudgeOptions options_;
  std::vector<std::unique_ptr<JobFile>> jobs_;  // the first `job_count_` are in use
  std::size_t job_count_ = 0;
  std::vector<Exchange> exchanges_;
  std::vector<std::uint32_t> targets_;
  std::vector<Answer> answers_;     // one a target
  std::vector<std::size_t> open_;   // numbers of open requests
  std::vector<std::size_t> loose_;  // numbers of closes of several jobs that are open, or got no answer
  std::vector<Doubt> doubts_;
  std::vector<Principal> let_in_;       // callers who were told something that only who is let in is told
  std::vector<Principal> turned_away_;  // callers to whom something else than a close was refused as to callers
  std::vector<FeedFile> feeds_;
  std::vector<IndexFile> indexes_;
  bool documents_lost_ = false;  // documents of any index were written in a way that nobody knows
  std::size_t events_ = 0;
  Time now_ = 0;

  std::vector<Finding> accusations_;  // of the event at hand
  std::vector<Finding> findings_;
  Evidence evidence_;
  std::string why_;
  bool missing_ = false;
  bool in_doubt_ = false;
  bool violated_ = false;
  bool inconclusive_ = false;
  mutable std::vector<std::uint64_t> state_visits_;
  mutable std::vector<std::uint64_t> transition_visits_;
  std::vector<Telling> altered_;       // scratch
  std::optional<JobOracle> repaired_;  // the oracle that fitted the altered log
};

}  // namespace closecheck::model
