#include "in_process/deviations.h"

#include <algorithm>
#include <array>

namespace closecheck::sut {
namespace {

// The last number is the length of the smallest counterexample in requests; waits and faults do not count. What is
// missing after a close is read twice: it may only be late.
// clang-format off
constexpr std::array kDeviations{
    DeviationText{Deviation::refuses_to_close_unused, "refuses-to-close-unused", Clause::close_ends_open_job,
                  "An opened job that never got data cannot be closed: 409.", 3},
    DeviationText{Deviation::reopen_refused, "reopen-refused", Clause::job_reopens,
                  "A job that was closed once cannot be opened again: 409.", 4},
    DeviationText{Deviation::accepts_data_after_close, "accepts-data-after-close", Clause::closed_job_refuses_data,
                  "A closed job takes data and counts it.", 4},
    DeviationText{Deviation::accepts_data_shortly_after_close, "accepts-data-shortly-after-close", Clause::closed_job_refuses_data,
                  "A job takes data for 50 ms after its close was answered.", 4},
    DeviationText{Deviation::closed_job_flushes, "closed-job-flushes", Clause::closed_job_refuses_analysis,
                  "A closed job answers a flush as if it were open.", 4},
    DeviationText{Deviation::analyses_after_close, "analyses-after-close", Clause::closed_job_refuses_analysis,
                  "Not a second after its close a job writes a result for the unfinished bucket.", 6},
    DeviationText{Deviation::results_change_while_closed, "results-change-while-closed", Clause::closed_job_keeps_results,
                  "Every reading of a closed job's buckets lowers their event counts.", 6},
    DeviationText{Deviation::second_page_repeats_first, "second-page-repeats-first", Clause::closed_job_keeps_results,
                  "Pages of a closed job's buckets always begin at the first bucket.", 6},
    DeviationText{Deviation::drops_buffered_records, "drops-buffered-records", Clause::close_flushes_buffers,
                  "A close throws away what is still in the buffer.", 6},
    DeviationText{Deviation::leaves_buffer_out_of_results, "leaves-buffer-out-of-results", Clause::close_flushes_buffers,
                  "Buckets that only buffered records had passed are not in the results after the close.", 6},
    DeviationText{Deviation::leaves_passed_bucket_interim, "leaves-passed-bucket-interim", Clause::close_finalizes_results,
                  "A close leaves the last bucket that the data has passed marked as interim.", 6},
    DeviationText{Deviation::writes_no_snapshot, "writes-no-snapshot", Clause::close_persists_snapshot,
                  "No model snapshot is there after a close.", 6},
    DeviationText{Deviation::snapshot_misses_last_records, "snapshot-misses-last-records", Clause::close_persists_snapshot,
                  "A model snapshot covers only what had left the buffer before the close.", 6},
    DeviationText{Deviation::prunes_nothing, "prunes-nothing", Clause::close_prunes_model,
                  "A close keeps all model history, so that the model grows without bound.", 8},
    DeviationText{Deviation::prunes_needed_history, "prunes-needed-history", Clause::close_prunes_model,
                  "Pruning drops the whole model, so that nothing is left to judge later buckets by.", 7},
    DeviationText{Deviation::answers_before_housekeeping, "answers-before-housekeeping", Clause::close_waits_for_housekeeping,
                  "A close is answered, and reads closed, while its housekeeping still runs.", 6},
    DeviationText{Deviation::loses_configuration_at_close, "loses-configuration-at-close", Clause::closed_job_keeps_metadata,
                  "A close forgets the job's description and custom settings.", 5},
    DeviationText{Deviation::closed_job_keeps_node, "closed-job-keeps-node", Clause::closed_job_is_idle,
                  "A closed job still names its node, and its open time grows.", 4},
    DeviationText{Deviation::ended_datafeed_leaves_job_open, "ended-datafeed-leaves-job-open", Clause::datafeed_end_closes_job,
                  "A datafeed that has reached its end stops and leaves its job open.", 8},
    DeviationText{Deviation::stopped_datafeed_leaves_job_open, "stopped-datafeed-leaves-job-open", Clause::datafeed_end_closes_job,
                  "A datafeed with an end that is stopped before it leaves its job open.", 7},
    DeviationText{Deviation::force_waits_for_housekeeping, "force-waits-for-housekeeping", Clause::force_returns_early,
                  "A forced close returns only when the housekeeping is done.", 4},
    DeviationText{Deviation::force_refused_on_failed_job, "force-refused-on-failed-job", Clause::force_closes_failed_job,
                  "A forced close of a failed job is refused like a normal one.", 3},
    DeviationText{Deviation::force_cannot_close_hanging_job, "force-cannot-close-hanging-job", Clause::force_closes_unresponsive_job,
                  "A forced close of a job whose close hangs is answered, but the job stays closing for ever.", 5},
    DeviationText{Deviation::ignores_timeout, "ignores-timeout", Clause::timeout_bounds_wait,
                  "A close waits for the housekeeping however long it takes.", 3},
    DeviationText{Deviation::times_out_early, "times-out-early", Clause::timeout_bounds_wait,
                  "A close gives up after half of its timeout.", 3},
    DeviationText{Deviation::gives_up_after_30_seconds, "gives-up-after-30-seconds", Clause::timeout_defaults_to_30m,
                  "A close without a timeout gives up after 30 seconds.", 3},
    DeviationText{Deviation::reads_timeout_as_milliseconds, "reads-timeout-as-milliseconds", Clause::timeout_takes_time_units,
                  "The number of a timeout is taken as milliseconds, whatever its unit.", 3},
    DeviationText{Deviation::reads_hours_as_seconds, "reads-hours-as-seconds", Clause::timeout_takes_time_units,
                  "A timeout in hours is taken as so many seconds.", 3},
    DeviationText{Deviation::refuses_small_time_units, "refuses-small-time-units", Clause::timeout_takes_time_units,
                  "A timeout in micros or nanos is refused.", 3},
    DeviationText{Deviation::claims_closed_at_timeout, "claims-closed-at-timeout", Clause::timed_out_close_is_no_success,
                  "A close whose timeout is up answers that the job is closed.", 4},
    DeviationText{Deviation::stays_open_after_timeout, "stays-open-after-timeout", Clause::timed_out_close_goes_on,
                  "When the timeout of a close is up, closing stops and the job is open again.", 4},
    DeviationText{Deviation::bad_timeout_means_default, "bad-timeout-means-default", Clause::bad_parameters_refused,
                  "A timeout that is no time value is taken as the default.", 3},
    DeviationText{Deviation::monitor_ml_may_close, "monitor-ml-may-close", Clause::close_requires_privilege,
                  "A caller who may only read closes jobs.", 3},
    DeviationText{Deviation::forbidden_close_closes, "forbidden-close-closes", Clause::close_requires_privilege,
                  "A close by a caller without the privilege is answered 403 and closes the job all the same.", 4},
    DeviationText{Deviation::anonymous_may_close, "anonymous-may-close", Clause::anonymous_refused,
                  "A caller without credentials closes jobs.", 3},
    DeviationText{Deviation::manage_refused, "manage-refused", Clause::manage_may_close,
                  "The privilege `manage` is not enough to close a job.", 3},
    DeviationText{Deviation::manage_ml_refused, "manage-ml-refused", Clause::manage_ml_may_close,
                  "The privilege `manage_ml` is not enough to close a job.", 3},
    DeviationText{Deviation::refuses_underscore_ids, "refuses-underscore-ids", Clause::example_event_rate,
                  "A close does not find jobs whose id has an underscore.", 3},
    DeviationText{Deviation::closed_job_reopens_itself, "closed-job-reopens-itself", Clause::closed_means_closed,
                  "A job opens by itself half a second after a close that somebody waited for.", 5},
    DeviationText{Deviation::closes_failed_job_normally, "closes-failed-job-normally", Clause::failed_job_needs_force,
                  "A normal close closes a failed job.", 3},
    DeviationText{Deviation::closes_unknown_job, "closes-unknown-job", Clause::unknown_job_refused,
                  "A close of a job that does not exist answers that it is closed.", 1},
    DeviationText{Deviation::refused_post_counts, "refused-post-counts", Clause::refused_request_changes_nothing,
                  "A post to a closed job is refused, but its records are counted.", 5},
    DeviationText{Deviation::loses_data_while_closing, "loses-data-while-closing", Clause::accepted_data_is_kept,
                  "A job that is closing accepts data and loses it.", 8},
    DeviationText{Deviation::counts_twice_at_second_reopen, "counts-twice-at-second-reopen", Clause::accepted_data_is_kept,
                  "The second re-open of a job counts all its records once more.", 8},
    DeviationText{Deviation::reopen_starts_from_scratch, "reopen-starts-from-scratch", Clause::reopen_continues_analysis,
                  "A re-opened job begins with an empty model and counts of nought.", 6},
    DeviationText{Deviation::reopen_loses_unfinished_bucket, "reopen-loses-unfinished-bucket", Clause::reopen_continues_analysis,
                  "A re-opened job that gets more of its unfinished bucket forgets what was there before.", 9},
    DeviationText{Deviation::reopen_repeats_unfinished_bucket, "reopen-repeats-unfinished-bucket", Clause::reopen_continues_analysis,
                  "The records of the unfinished bucket come back twice after a re-open.", 8},
    DeviationText{Deviation::overlapping_close_gets_500, "overlapping-close-gets-500", Clause::concurrent_requests_linearize,
                  "Of two overlapping closes the second is answered with 500.", 4},
    DeviationText{Deviation::overlapping_close_reports_early, "overlapping-close-reports-early", Clause::concurrent_requests_linearize,
                  "A close of a job that is closing answers at once that the job is closed.", 5},
    DeviationText{Deviation::closes_prefix_siblings, "closes-prefix-siblings", Clause::close_touches_one_job,
                  "A close also closes every open job whose id begins with the id of the closed one.", 6},
    DeviationText{Deviation::closes_group_siblings, "closes-group-siblings", Clause::close_touches_one_job,
                  "A close also closes the open jobs that share a group with the closed one.", 6, &Dialect::has_groups},
    DeviationText{Deviation::get_closes_job, "get-closes-job", Clause::wire_path_and_method,
                  "GET on the path of a close closes the job.", 3},
    DeviationText{Deviation::error_without_envelope, "error-without-envelope", Clause::wire_error_envelope,
                  "Errors are answered as `{\"message\": ...}`.", 1},
    DeviationText{Deviation::unknown_job_answers_400, "unknown-job-answers-400", Clause::wire_status_codes,
                  "Requests about a job that does not exist are answered with 400.", 1},
    DeviationText{Deviation::ignores_unknown_parameter, "ignores-unknown-parameter", Clause::unknown_parameter_refused,
                  "A close ignores parameters that it does not know.", 3},
    DeviationText{Deviation::misreads_force_spelling, "misreads-force-spelling", Clause::force_boolean_grammar,
                  "Spellings of `force` are read by the rule of the other major version.", 3},
    DeviationText{Deviation::closed_close_answers_404, "closed-close-answers-404", Clause::closing_closed_job,
                  "Closing a job that has been closed for a second is answered with 404.", 2},
    DeviationText{Deviation::failed_close_answers_400, "failed-close-answers-400", Clause::failed_job_answer,
                  "A normal close of a failed job, without `force`, is refused with 400.", 3},
    DeviationText{Deviation::closes_under_running_datafeed, "closes-under-running-datafeed", Clause::running_datafeed_blocks_close,
                  "A job is closed under its running datafeed.", 7},
    DeviationText{Deviation::close_all_closes_nothing, "close-all-closes-nothing", Clause::close_many,
                  "A close of `_all` or a wildcard answers that all is closed and closes nothing.", 4, &Dialect::has_expressions},
    DeviationText{Deviation::list_close_ignores_failed_jobs, "list-close-ignores-failed-jobs", Clause::close_many,
                  "A close of a list with a failed job is refused, but closes the other jobs.", 6, &Dialect::has_expressions},
};
// clang-format on

}  // namespace

std::span<const DeviationText> deviations() {
  return kDeviations;
}

std::optional<Deviation> deviation_named(std::string_view name) {
  const auto* const found = std::ranges::find(kDeviations, name, &DeviationText::name);
  if (found == kDeviations.end()) return std::nullopt;
  return found->deviation;
}

const DeviationText* text_of(Deviation deviation) {
  const auto* const found = std::ranges::find(kDeviations, deviation, &DeviationText::deviation);
  return found == kDeviations.end() ? nullptr : found;
}

}  // namespace closecheck::sut
