// What follows from the page, how X-Pack puts it on the wire, and what is only measured.
#include "vocabulary/clause_catalogue.h"

namespace closecheck::catalogue {
namespace {

constexpr Level kImplied = Level::implied;
constexpr Level kDialect = Level::dialect;
constexpr Level kMeasured = Level::measured;

constexpr std::array<ClauseText, kOtherCount> kOtherClauses{{
    {Clause::closed_means_closed, "closed-means-closed", kImplied, "",
     "After the success answer to a normal close every later read says closed until somebody opens the job.",
     "A success that the next read contradicts is worth nothing to a script.",
     "The state is read right after the answer, by other clients too, and again later. After a forced close this "
     "holds once it has settled."},
    {Clause::timed_out_close_is_no_success, "timed-out-close-is-no-success", kImplied, "",
     "An answer given because the timeout was up does not claim that the job is closed.",
     "The caller would go on as if all results were in.",
     "A close that cannot end in time is sent with a short timeout; the answer must not say `\"closed\": true` while "
     "the job is still closing."},
    {Clause::timed_out_close_goes_on, "timed-out-close-goes-on", kImplied, "",
     "Closing goes on after the timeout: the job ends up closed, with nothing lost.",
     "The timeout is about the caller's patience; it must not leave the job half closed.",
     "After a timed-out close the job is watched until it is closed, and its counts and results are added up."},
    {Clause::failed_job_needs_force, "failed-job-needs-force", kImplied, "",
     "A normal close of a failed job is refused.",
     "A failed job has no consistent state to save; a success would hide the loss.",
     "A fault puts an opened job into `failed`; a close without `force` must be refused and the job must stay failed."},
    {Clause::unknown_job_refused, "unknown-job-refused", kImplied, "",
     "A job that does not exist cannot be closed, and a close without a job id closes nothing.",
     "A typing error in a name must not look like a closed job.",
     "Closes are sent for names that were never created or are deleted, and without a name; they must be refused and "
     "create nothing."},
    {Clause::bad_parameters_refused, "bad-parameters-refused", kImplied, "",
     "A `timeout` that is no time value is refused.",
     "Whoever mistypes a timeout must hear of it, not wait for 30 minutes.",
     "Closes are sent with texts that are no time value; each must be refused and the job must stay open."},
    {Clause::refused_request_changes_nothing, "refused-request-changes-nothing", kImplied, "",
     "Whatever is refused leaves job, data and results exactly as they were.",
     "A request that fails and acts all the same cannot be repeated safely.",
     "State, counts, results and configuration are read before and after refused requests of every kind. A body that "
     "breaks off midway is out of scope."},
    {Clause::accepted_data_is_kept, "accepted-data-is-kept", kImplied, "",
     "Counts after any number of normal closes and re-opens equal what was accepted: none lost, none twice.",
     "Event rates are computed from these counts; a lost or doubled batch is an anomaly that never happened.",
     "Every accepted post is added up over a whole sequence and compared with the counts at each quiet point."},
    {Clause::reopen_continues_analysis, "reopen-continues-analysis", kImplied, "",
     "A re-opened job goes on from its snapshot: counts grow, earlier results stay, and the unfinished bucket gets its "
     "records back.",
     "A job that starts anew needs weeks to learn what it knew.",
     "Jobs are closed in the middle of a bucket, re-opened and fed on; counts, earlier buckets and the bucket that was "
     "cut in two are compared."},
    {Clause::concurrent_requests_linearize, "concurrent-requests-linearize", kImplied, "",
     "Lifecycle state and answers of open, close, post and flush that overlap fit some one-at-a-time order that "
     "respects real time.",
     "Several scripts and people work on one job; answers that fit no order mislead all of them.",
     "Overlapping requests of several clients are recorded, and every order that real time allows is tried. Counts and "
     "results are judged after a normal close; before it only as bounds."},
    {Clause::anonymous_refused, "anonymous-refused", kImplied, "",
     "Without credentials, or with wrong ones, nobody closes anything on a secured server.",
     "Everything else about privileges is worth nothing otherwise.",
     "Closes are sent without credentials and with a wrong password (at most two of these per user and run); they must "
     "be refused and the job must stay open."},
    {Clause::close_touches_one_job, "close-touches-one-job", kImplied, "",
     "Closing one job leaves every other job as it was.",
     "Names are often prefixes of each other, and nobody expects a neighbour to stop.",
     "Several jobs with similar names are opened and fed; one is closed and the others are read and fed on."},

    {Clause::wire_path_and_method, "wire-path-and-method", kDialect, "Request",
     "A close is `POST <base>/anomaly_detectors/<job_id>/_close`; other methods on that path close nothing.",
     "A client built for X-Pack sends exactly this.",
     "The path is asked with every method; only POST may close. Others answer by profile (`xpack-5.4`: 400 in plain "
     "text; from 6.0: 405 with `Allow`)."},
    {Clause::wire_error_envelope, "wire-error-envelope", kDialect, "",
     "Errors of the API come as `{\"error\": {\"root_cause\": [...], \"type\", \"reason\"}, \"status\"}` with the same "
     "status on the wire.",
     "Clients pick their message and their retry rule out of this envelope.",
     "Every refused answer of a run is looked at. Types and texts are never judged; routing errors by profile."},
    {Clause::wire_status_codes, "wire-status-codes", kDialect, "",
     "Status codes are those of the profile: 404 unknown, 409 wrong state, 400 bad request, 401 no identity, 403 no "
     "privilege, 202 data accepted.",
     "Scripts branch on the code: a 500 is tried again, a 409 is not.",
     "Every answer of a run is compared with the set of codes that the profile accepts for that situation."},
    {Clause::unknown_parameter_refused, "unknown-parameter-refused", kDialect, "Query Parameters",
     "A query parameter that the API does not know is refused with 400.",
     "A mistyped `forec=true` must not be taken for a normal close.",
     "Closes are sent with parameters that do not exist; each must be refused and the job must stay open."},
    {Clause::force_boolean_grammar, "force-boolean-grammar", kDialect, "Query Parameters",
     "The spellings of `force` read true, false or refused by profile, and `force=false` is a normal close.",
     "A force that was not meant loses data, and one that is not understood does not help.",
     "Closes are sent with many spellings (5.x: everything but `false`, `0`, `off`, `no` is true; from 6.0 only "
     "`true`, `false` and empty)."},
    {Clause::closing_closed_job, "closing-closed-job", kDialect, "",
     "Closing a closed job answers as the profile says (`xpack-5.4`: 409 or 200; from 5.5: 200).",
     "Scripts that close twice, to be safe, must know what they get.",
     "Closed jobs are closed again; answer and state are read."},
    {Clause::failed_job_answer, "failed-job-answer", kDialect, "",
     "A normal close of a failed job is answered with 409.", "The code tells the operator that force is needed.",
     "A fault puts an opened job into `failed`; the answer to a normal close is compared with the profile's set."},
    {Clause::running_datafeed_blocks_close, "running-datafeed-blocks-close", kDialect, "",
     "A job whose datafeed runs is not closed by a normal close.",
     "The feed would send its next batch to a closed job and fail.",
     "A datafeed without an end is started; the close of its job must be refused and job and feed must go on."},
    {Clause::close_many, "close-many", kDialect, "Path Parameters",
     "Wildcards, lists, groups and `_all` close every job they name, all or nothing at validation, where the profile "
     "has them.",
     "Maintenance scripts close whole groups before an upgrade.",
     "Several jobs are closed by one expression of each kind; each of them, and no other, must be closed."},

    {Clause::closing_is_visible, "closing-is-visible", kMeasured, "",
     "How soon and how long `closing` shows in the statistics while a job closes.",
     "Dashboards show what a job is doing; some versions never show this state.",
     "The statistics are read by a second client while a close is under way; times are reported, never judged."},
    {Clause::close_and_reopen_time, "close-and-reopen-time", kMeasured, "Description",
     "How long closing and re-opening take by size of the job, and their ratio, which the page calls equivalent.",
     "Whoever plans a maintenance window needs the figure.",
     "Closes and re-opens of jobs of several sizes are timed; figures are reported, never judged."},
    {Clause::closed_overhead, "closed-overhead", kMeasured, "Description",
     "What a closed job still costs, against an opened one.", "The page recommends closing jobs for this saving.",
     "Memory and tasks that the statistics name are read before and after the close; figures are reported, never "
     "judged."},
}};

}  // namespace

const std::array<ClauseText, kOtherCount>& other_clauses() {
  return kOtherClauses;
}

}  // namespace closecheck::catalogue
