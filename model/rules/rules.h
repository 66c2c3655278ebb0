// The rules by which a history is judged, one file for each family of clauses: what accuses and what counts as
// evidence, side by side. Each is a function over one exchange and one job's file; what it finds goes to the rulings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/vocabulary/response.h"
#include "rules/exchange_log.h"
#include "rules/job_file.h"
#include "rules/rulings.h"

namespace closecheck::model {

/// What a rule may look at besides one exchange and one job's file, and where it says what it finds.
struct RuleContext {
  const JudgeOptions& options;
  const ExchangeLog& log;
  Rulings& rulings;
};

/// The requests that the job's oracle keeps, the newest first.
std::vector<const Exchange*> newest_first(const JobFile& job, const ExchangeLog& log);

/// A finding about the answer to a request.
Finding finding_at(const Exchange& exchange, Clause clause, std::string expected, std::string observed);

/// What the answer tells of the job by name; null: nothing.
const JobStatistics* statistics_of(const JobFile& job, const Response& response);
/// What was read of the job, held against what the rules of its kind expect. `statistics`: as above.
void judge_reading(const Exchange& exchange, JobFile& job, const Response& response, const JobStatistics* statistics,
                   RuleContext& context);

namespace lifecycle {
/// What the answer to a request that can change the job put to the test.
void learn(const Exchange& exchange, JobFile& job, RuleContext& context);
/// Statistics that fit confirm what was to be confirmed.
void learn_of_statistics(JobFile& job, const JobStatistics* statistics, RuleContext& context);
}  // namespace lifecycle

/// Names the clause that the oracle's finding breaks, or accounts for it: `exchange` is the one at hand, null for
/// events of the history.
void explain_departure(JobFile& job, const Exchange* exchange, RuleContext& context);

namespace data {
/// Source: closed-job-is-idle, closed-job-refuses-analysis, close-prunes-model.
void judge_statistics(const Exchange& exchange, JobFile& job, const JobStatistics& statistics, RuleContext& context);
}  // namespace data

namespace results {
/// Source: close-flushes-buffers, close-finalizes-results, closed-job-keeps-results, accepted-data-is-kept,
/// reopen-continues-analysis.
void judge_buckets(const Exchange& exchange, JobFile& job, const BucketPage& page, const GetBuckets& request,
                   RuleContext& context);
void judge_records(const Exchange& exchange, JobFile& job, const RecordPage& page, const GetRecords& request,
                   RuleContext& context);
}  // namespace results

namespace snapshots {
/// Source: close-persists-snapshot, closed-job-refuses-analysis.
void judge_list(const Exchange& exchange, JobFile& job, const SnapshotList& list, RuleContext& context);
}  // namespace snapshots

namespace metadata {
/// Source: closed-job-keeps-metadata, refused-request-changes-nothing.
void judge_description(const Exchange& exchange, JobFile& job, const JobDescription& description, RuleContext& context);
}  // namespace metadata

namespace claims {
/// What a success of a close says otherwise than the page; null: nothing.
const DialectNote* lack_of(const Response& response);
/// Rules on the words of a close that succeeds. Source: close-ends-open-job.
void judge_close(const Exchange& exchange, JobFile& job, const Response& response, RuleContext& context);
/// A job that such a close has closed shows that it was the service that wrote its answer.
void judge_statistics(const Exchange& exchange, const JobFile& job, const JobStatistics& statistics,
                      RuleContext& context);
}  // namespace claims

namespace timeouts {
/// How long a close may wait: its timeout, or 30 minutes without one; empty where the page leaves open what it says.
std::optional<Duration> limit_of(const Exchange& exchange);
/// Rules on the clock of a normal close that is answered or lost. `job` null: it names no single one.
/// Source: timeout-bounds-wait, timeout-defaults-to-30m, timeout-takes-time-units.
void judge_close(const Exchange& exchange, JobFile* job, RuleContext& context);
/// ... of one that is still open at `now`.
void judge_open_close(const Exchange& exchange, Time now, RuleContext& context);
/// The job's last success of a normal close came when its timeout was up. Source: timed-out-close-is-no-success.
bool claimed_at_timeout(const JobFile& job, const RuleContext& context);
}  // namespace timeouts

namespace force {
/// Source: force-returns-early.
void judge_close(const Exchange& exchange, const JobFile& job, RuleContext& context);
/// Whether a forced close may have left work that still changes counts and results.
bool may_still_work(const JobFile& job, const Exchange& reading, const RuleContext& context);
}  // namespace force

namespace datafeeds {
/// After `settled`, a job whose datafeed has its end in the past must not read opened. True: it does, and somebody is
/// accused. Source: datafeed-end-closes-job.
bool accuse_endless_feed(const Exchange& exchange, JobFile& job, const JobStatistics& statistics, RuleContext& context);
/// What a feed's statistics, read at rest, tell of the close that its job was closed by.
/// Source: running-datafeed-blocks-close.
void learn_of_statistics(JobFile& job, const DatafeedStatistics& statistics, RuleContext& context);
}  // namespace datafeeds

namespace authorization {
/// Rules on a close by its caller and its timeout: refused to one who may, let through for one who may not.
/// Source: close-requires-privilege, anonymous-refused, manage-ml-may-close, manage-may-close, bad-parameters-refused,
/// timeout-takes-time-units.
void judge_close(const Exchange& exchange, RuleContext& context);
/// The clause that says that this caller may close; empty where the page gives no right.
std::optional<Clause> right_of(Principal who);
/// The clause that a close by this caller, let through, breaks.
Clause barred_clause(const Exchange& exchange);
}  // namespace authorization

namespace isolation {
/// Whether a close of other jobs went out since that request, and nothing of this one.
bool touched_by_other_close(const JobFile& job, std::size_t since, const RuleContext& context);
/// Whether a close of another job explains what the oracle found, as if it had closed this one too.
bool other_close_explains(const JobFile& job, Finding& finding, const RuleContext& context);
}  // namespace isolation

namespace dialect {
/// What an expression named when the close went out; only for closes of several jobs.
struct ManyJobs {
  std::uint32_t count = 0;
  bool certain = true;  // the states of all of them are known
  bool any_failed = false;
  bool any_feed = false;
};
/// Rules on the form of an answer, and on what the page leaves to the product. Source: all dialect clauses.
void judge_form(const Exchange& exchange, const Response& response, const ManyJobs& many, RuleContext& context);
/// Accounts for a departure of the oracle by a request in an odd form that was read in another way, or by a clause of
/// the dialect; judging goes on behind it. False: it does not explain it.
bool account_for(JobFile& job, const OracleFinding& found, RuleContext& context);
}  // namespace dialect

/// A close promised something that a reading lacks: it may only be late.
void await_promise(const Exchange& exchange, JobFile& job, Finding finding, std::string lacked, RuleContext& context,
                   const BucketExpectation* bucket = nullptr);
/// Something that was lacking is there now. True: it had been promised for earlier, and somebody is accused.
/// Source: close-waits-for-housekeeping.
bool promise_kept_late(const Exchange& exchange, JobFile& job, RuleContext& context);
/// Nothing can be read any more of what is still lacking.
void stop_waiting(JobFile& job, RuleContext& context);

}  // namespace closecheck::model
