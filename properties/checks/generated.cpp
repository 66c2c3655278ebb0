// Random programs, in four flavours. They serve many clauses in passing and find what nobody thought of.
#include "checks/registry.h"
#include "engine/generator.h"

namespace closecheck::properties {
namespace {

using C = Clause;

Check generated(std::string_view name, std::vector<Clause> serves, Needs needs, Flavour flavour) {
  const auto generate = [flavour](const Environment& environment) { return programs_of(flavour, environment); };
  return {name, std::move(serves), std::move(needs), {}, generate, {}};
}

std::vector<Clause> lifecycle_clauses() {
  return {C::accepted_data_is_kept,
          C::close_ends_open_job,
          C::job_reopens,
          C::closed_job_refuses_data,
          C::closed_job_refuses_analysis,
          C::closed_job_keeps_results,
          C::close_flushes_buffers,
          C::close_finalizes_results,
          C::close_persists_snapshot,
          C::close_waits_for_housekeeping,
          C::closed_job_keeps_metadata,
          C::closed_job_is_idle,
          C::closed_means_closed,
          C::unknown_job_refused,
          C::bad_parameters_refused,
          C::refused_request_changes_nothing,
          C::reopen_continues_analysis,
          C::close_touches_one_job,
          C::wire_status_codes,
          C::wire_error_envelope,
          C::unknown_parameter_refused,
          C::closing_closed_job};
}

}  // namespace

std::vector<Check> generated_checks() {
  std::vector<Clause> faults = lifecycle_clauses();
  faults.insert(faults.begin(), C::timed_out_close_goes_on);
  faults.insert(faults.end(), {C::timeout_bounds_wait, C::timed_out_close_is_no_success, C::failed_job_needs_force,
                               C::force_closes_failed_job, C::force_closes_unresponsive_job,
                               C::timeout_takes_time_units, C::failed_job_answer});
  std::vector<Clause> overlaps = lifecycle_clauses();
  overlaps.insert(overlaps.begin(), C::concurrent_requests_linearize);
  std::vector<Clause> callers = lifecycle_clauses();
  callers.insert(callers.begin(), C::close_requires_privilege);
  callers.insert(callers.end(), {C::manage_may_close, C::manage_ml_may_close, C::anonymous_refused});
  return {
      generated("random-sequences", lifecycle_clauses(), {}, {.jobs_max = 3}),
      generated("random-overlaps", overlaps, {}, {.jobs_max = 2, .overlap_percent = 14}),
      generated("random-faults", faults, {.faults = {Fault::slow_close}, .live = false},
                {.jobs_max = 2, .fault_percent = 40}),
      generated("random-callers", callers, {.security = true},
                {.jobs_max = 2, .illegal_percent = 25, .caller_percent = 45}),
      generated("random-datafeeds",
                {C::datafeed_end_closes_job, C::running_datafeed_blocks_close, C::accepted_data_is_kept,
                 C::close_flushes_buffers, C::close_ends_open_job},
                {.datafeeds = true}, {.jobs_max = 2, .datafeed = true}),
  };
}

}  // namespace closecheck::properties
