// The clause catalogue as data: what a conforming close-job API must do, sentence by sentence.
// Ids are stable; tests, reports, scenarios, deviations and waivers name them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace closecheck {

enum class Level : std::uint8_t { stated, implied, dialect, measured };

/// In catalogue order: 23 stated, 12 implied, 9 dialect, 3 measured.
enum class Clause : std::uint8_t {
  close_ends_open_job,
  job_reopens,
  closed_job_refuses_data,
  closed_job_refuses_analysis,
  closed_job_keeps_results,
  close_flushes_buffers,
  close_finalizes_results,
  close_persists_snapshot,
  close_prunes_model,
  close_waits_for_housekeeping,
  closed_job_keeps_metadata,
  closed_job_is_idle,
  datafeed_end_closes_job,
  force_returns_early,
  force_closes_failed_job,
  force_closes_unresponsive_job,
  timeout_bounds_wait,
  timeout_defaults_to_30m,
  timeout_takes_time_units,
  close_requires_privilege,
  manage_ml_may_close,
  manage_may_close,
  example_event_rate,
  closed_means_closed,
  timed_out_close_is_no_success,
  timed_out_close_goes_on,
  failed_job_needs_force,
  unknown_job_refused,
  bad_parameters_refused,
  refused_request_changes_nothing,
  accepted_data_is_kept,
  reopen_continues_analysis,
  concurrent_requests_linearize,
  anonymous_refused,
  close_touches_one_job,
  wire_path_and_method,
  wire_error_envelope,
  wire_status_codes,
  unknown_parameter_refused,
  force_boolean_grammar,
  closing_closed_job,
  failed_job_answer,
  running_datafeed_blocks_close,
  close_many,
  closing_is_visible,
  close_and_reopen_time,
  closed_overhead,
};
inline constexpr std::size_t kClauseCount = 47;

struct ClauseText {
  Clause clause;
  std::string_view id;  // `closed-job-refuses-data`
  Level level;
  std::string_view section;  // of the page; empty where it is not on the page
  std::string_view says;     // what is required, one sentence
  std::string_view why;      // why a user cares
  std::string_view how;      // how it is checked here
};

/// The whole catalogue, in catalogue order.
std::span<const ClauseText, kClauseCount> clauses();
const ClauseText& text_of(Clause clause);
std::string_view id_of(Clause clause);
Level level_of(Clause clause);
std::optional<Clause> clause_named(std::string_view id);
std::string_view name(Level level);

}  // namespace closecheck
