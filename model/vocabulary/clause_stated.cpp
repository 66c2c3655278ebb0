// What the page itself says of a server, sentence by sentence.
#include "vocabulary/clause_catalogue.h"

namespace closecheck::catalogue {
namespace {

constexpr std::string_view kCloseJobs = "Close Jobs";
constexpr std::string_view kDescription = "Description";
constexpr std::string_view kQueryParameters = "Query Parameters";
constexpr std::string_view kAuthorization = "Authorization";
constexpr std::string_view kExamples = "Examples";
constexpr Level kStated = Level::stated;

constexpr std::array<ClauseText, kStatedCount> kStatedClauses{{
    {Clause::close_ends_open_job, "close-ends-open-job", kStated, "Close Jobs, Examples",
     "A normal close of an opened job answers `{\"closed\": true}` and leaves the job closed.",
     "It is what the API is for: a script that closes a job counts on the answer and on the state behind it.",
     "Jobs with and without data are closed; the answer is read, then the state in the statistics."},
    {Clause::job_reopens, "job-reopens", kStated, kCloseJobs,
     "A job can be opened and closed again and again, after a normal close or once a forced one has settled.",
     "Jobs are closed overnight and opened again in the morning; one that cannot be re-opened has lost its model.",
     "Generated sequences open, feed and close the same job several times; each open of a closed job must succeed and "
     "the opened job must take data."},
    {Clause::closed_job_refuses_data, "closed-job-refuses-data", kStated, kCloseJobs,
     "A closed job receives no data, after a normal close or once a forced one has settled.",
     "Data that a closed job takes is lost or analysed out of order, and the sender believes that it arrived.",
     "Records are posted to closed jobs: the post must be refused, and the counts must stay. A job that is still "
     "closing may queue, refuse or count what it takes."},
    {Clause::closed_job_refuses_analysis, "closed-job-refuses-analysis", kStated, kCloseJobs,
     "A closed job performs no analysis: no flush, no new results, no change of counts or model while it is closed.",
     "Results that still change after the close make every report drawn from them wrong.",
     "Closed jobs are flushed (which must be refused), and their counts, buckets and snapshots are read again after "
     "a while."},
    {Clause::closed_job_keeps_results, "closed-job-keeps-results", kStated, kCloseJobs,
     "A closed job's results can be read and paged through completely, and they stay the same.",
     "People explore results after the job has ended; missing pages are missing anomalies.",
     "Buckets and records are read whole and in pages from a closed job, and compared with each other and with what "
     "was seen before."},
    {Clause::close_flushes_buffers, "close-flushes-buffers", kStated, kDescription,
     "When a normal close has returned, every record accepted before it is counted, and every bucket that the data has "
     "passed is in the results with all its records.",
     "Records that were still in a buffer when the job closed are gone without a trace.",
     "Known records are posted before a close; counts and buckets are read after it and added up. The last, "
     "unfinished bucket may be missing, for its records come back after a re-open. Judged for `latency` 0."},
    {Clause::close_finalizes_results, "close-finalizes-results", kStated, kDescription,
     "When a normal close has returned, no bucket or record of a span that the data has passed is interim.",
     "Interim results are provisional: an alert may be raised on one that the final result would withdraw.",
     "Jobs are flushed with interim results, then closed, and every bucket and record of a passed span is looked at. "
     "A left-over interim result of the unfinished span is allowed."},
    {Clause::close_persists_snapshot, "close-persists-snapshot", kStated, kDescription,
     "When a normal close of a job that took data since it was opened has returned, the newest model snapshot covers "
     "every processed record.",
     "What the snapshot lacks the re-opened job has forgotten, and it learns the same data anew or never.",
     "After the close the newest snapshot's `latest_record_time_stamp` is compared with the newest record posted. "
     "Snapshots are not counted."},
    {Clause::close_prunes_model, "close-prunes-model", kStated, kDescription,
     "Closing drops model history that is no longer needed.",
     "Snapshots that are never dropped fill the disk; one that is dropped while it is needed costs the model.",
     "In process: old snapshots must go. Live: violated only where history that is needed is lost; otherwise the "
     "figures are reported."},
    {Clause::close_waits_for_housekeeping, "close-waits-for-housekeeping", kStated, kDescription,
     "A normal close returns only after its housekeeping is done, or its timeout is up.",
     "A script that reads results right after the close reads half of them.",
     "What is missing at the answer and there soon after is read twice: the second reading tells late from never."},
    {Clause::closed_job_keeps_metadata, "closed-job-keeps-metadata", kStated, kDescription,
     "What the client configured of a job is kept while the job is closed.",
     "A job that comes back with other detectors or another description is another job.",
     "The configuration is read before and after the close and compared member by member; the server may add members "
     "of its own."},
    {Clause::closed_job_is_idle, "closed-job-is-idle", kStated, kDescription,
     "A closed job costs the cluster next to nothing: its statistics name no node and no growing open time.",
     "Closing jobs that are no longer needed is the page's own best practice, because it frees the node.",
     "The statistics of a closed job are read twice: they must name no node, and the open time must not grow."},
    {Clause::datafeed_end_closes_job, "datafeed-end-closes-job", kStated, kDescription,
     "A datafeed that has an end date closes its job by itself when it stops, at its end or before it, with all its "
     "data in.",
     "Historical analyses run unattended; a job that stays open occupies a node for ever.",
     "An index is filled, a datafeed with an end runs over it, to the end and stopped early; the job must read closed "
     "and count every document that the feed had sent."},
    {Clause::force_returns_early, "force-returns-early", kStated, kDescription,
     "With `force` the request returns before flushing and persisting are complete.",
     "Force is the way out when housekeeping takes too long; a force that waits for it is none.",
     "Jobs whose housekeeping takes long are closed by force; the answer must come well before a normal close of the "
     "same job would."},
    {Clause::force_closes_failed_job, "force-closes-failed-job", kStated, kQueryParameters,
     "`force` closes a failed job.", "There is no other way to get a failed job out of the cluster.",
     "A fault puts an opened job into `failed`; a forced close must lead to `closed` within the measured patience."},
    {Clause::force_closes_unresponsive_job, "force-closes-unresponsive-job", kStated, kQueryParameters,
     "`force` closes a job that has not answered its first close.",
     "A job that hangs while it closes would otherwise hold its node until the cluster restarts.",
     "A fault makes a normal close hang; a forced close sent meanwhile must lead to `closed` within the measured "
     "patience."},
    {Clause::timeout_bounds_wait, "timeout-bounds-wait", kStated, kQueryParameters,
     "`timeout` bounds how long the request waits for the job to close.",
     "A caller that set two seconds plans with two seconds, and one whose request gives up early closes by force "
     "without need.",
     "Jobs whose close takes a known time are closed with shorter and longer timeouts; the answer must come neither "
     "later than the timeout nor, if it gives up, earlier. Repeated three times, with the measured noise as margin."},
    {Clause::timeout_defaults_to_30m, "timeout-defaults-to-30m", kStated, kQueryParameters,
     "Without `timeout` the wait is bounded by 30 minutes.",
     "Large jobs take minutes to close; a shorter default breaks them, and none at all hangs the caller.",
     "In process: a close that never ends must give up after 30 minutes of virtual time. Live: the longest wait seen "
     "is reported; violated when a close without `timeout` gives up sooner."},
    {Clause::timeout_takes_time_units, "timeout-takes-time-units", kStated, kQueryParameters,
     "`timeout` takes a number with a time unit: d, h, m, s, ms, micros, nanos.",
     "A unit that is not understood turns a short wait into a refused request or a long one.",
     "A close is sent with each of the units and must be taken. `0` and `-1` without a unit are neither required nor "
     "forbidden."},
    {Clause::close_requires_privilege, "close-requires-privilege", kStated, kAuthorization,
     "A caller with neither `manage_ml` nor `manage` is refused and nothing changes.",
     "Whoever may only read must not be able to stop the analysis.",
     "Callers with `monitor_ml` only and with no privilege close an opened job; they must be refused, and the job must "
     "read as before."},
    {Clause::manage_ml_may_close, "manage-ml-may-close", kStated, kAuthorization,
     "The cluster privilege `manage_ml` is enough to close a job.",
     "Teams get this privilege and no more; if it is not enough they need an administrator for every close.",
     "A caller with `manage_ml` and nothing else closes an opened job."},
    {Clause::manage_may_close, "manage-may-close", kStated, kAuthorization,
     "The cluster privilege `manage` is enough to close a job.",
     "Administrators of the cluster must be able to stop any job.",
     "A caller with `manage` and nothing else closes an opened job."},
    {Clause::example_event_rate, "example-event-rate", kStated, kExamples,
     "The page's own example works word for word.", "It is the first request that a reader of the page sends.",
     "`POST _xpack/ml/anomaly_detectors/event_rate/_close` is sent for an opened job; on a live target the name gets "
     "the prefix of the run."},
}};

}  // namespace

const std::array<ClauseText, kStatedCount>& stated_clauses() {
  return kStatedClauses;
}

}  // namespace closecheck::catalogue
