// Every way in which the implementation can be made to do one thing wrong. `sut/deviation.h` has the table of texts.
#pragma once

#include "closecheck/sut/deviation.h"

namespace closecheck::sut {

/// One value each; the table in deviations.cpp gives name, clause and text, in this order.
enum class Deviation : std::uint8_t {
  none,
  // What a close promises.
  refuses_to_close_unused,
  reopen_refused,
  accepts_data_after_close,
  accepts_data_shortly_after_close,
  closed_job_flushes,
  analyses_after_close,
  results_change_while_closed,
  second_page_repeats_first,
  drops_buffered_records,
  leaves_buffer_out_of_results,
  leaves_passed_bucket_interim,
  writes_no_snapshot,
  snapshot_misses_last_records,
  prunes_nothing,
  prunes_needed_history,
  answers_before_housekeeping,
  loses_configuration_at_close,
  closed_job_keeps_node,
  ended_datafeed_leaves_job_open,
  stopped_datafeed_leaves_job_open,
  force_waits_for_housekeeping,
  force_refused_on_failed_job,
  force_cannot_close_hanging_job,
  // The timeout.
  ignores_timeout,
  times_out_early,
  gives_up_after_30_seconds,
  reads_timeout_as_milliseconds,
  reads_hours_as_seconds,
  refuses_small_time_units,
  claims_closed_at_timeout,
  stays_open_after_timeout,
  bad_timeout_means_default,
  // Who may close.
  monitor_ml_may_close,
  forbidden_close_closes,
  anonymous_may_close,
  manage_refused,
  manage_ml_refused,
  refuses_underscore_ids,
  // What follows from the page.
  closed_job_reopens_itself,
  closes_failed_job_normally,
  closes_unknown_job,
  refused_post_counts,
  loses_data_while_closing,
  counts_twice_at_second_reopen,
  reopen_starts_from_scratch,
  reopen_loses_unfinished_bucket,
  reopen_repeats_unfinished_bucket,
  overlapping_close_gets_500,
  overlapping_close_reports_early,
  closes_prefix_siblings,
  closes_group_siblings,
  // The dialects.
  get_closes_job,
  error_without_envelope,
  unknown_job_answers_400,
  ignores_unknown_parameter,
  misreads_force_spelling,
  closed_close_answers_404,
  failed_close_answers_400,
  closes_under_running_datafeed,
  close_all_closes_nothing,
  list_close_ignores_failed_jobs,
};

}  // namespace closecheck::sut
