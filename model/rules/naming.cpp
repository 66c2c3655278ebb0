#include "rules/naming.h"

#include <algorithm>
#include <array>

namespace closecheck::model {
namespace {

using C = Clause;

// Above all who may do what, and to which job; then what a request did that was refused; then how the job was to come
// to rest; then what its data was to become.
constexpr std::array kNamedFirst{
    C::unknown_job_refused,
    C::close_touches_one_job,
    C::anonymous_refused,
    C::close_requires_privilege,
    C::bad_parameters_refused,
    C::refused_request_changes_nothing,
    C::timed_out_close_is_no_success,
    C::force_closes_failed_job,
    C::force_closes_unresponsive_job,
    C::example_event_rate,
    C::manage_ml_may_close,
    C::manage_may_close,
    C::timeout_takes_time_units,
    C::concurrent_requests_linearize,
    C::datafeed_end_closes_job,
    C::timed_out_close_goes_on,
    C::close_waits_for_housekeeping,
};

std::size_t rank_of(Clause clause) {
  return static_cast<std::size_t>(std::ranges::find(kNamedFirst, clause) - kNamedFirst.begin());
}

}  // namespace

bool is_named_before(Clause a, Clause b) {
  return rank_of(a) < rank_of(b);
}

void stand_beside(Finding& finding, Clause clause) {
  if (finding.clause != clause && std::ranges::find(finding.also, clause) == finding.also.end())
    finding.also.push_back(clause);
}

void name_also(Finding& finding, Clause clause) {
  if (finding.clause == clause) return;
  if (!is_named_before(clause, finding.clause)) return stand_beside(finding, clause);
  std::erase(finding.also, clause);
  std::erase(finding.also, finding.clause);
  finding.also.insert(finding.also.begin(), finding.clause);
  finding.clause = clause;
}

}  // namespace closecheck::model
