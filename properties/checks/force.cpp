// Forced closes: they return early, and they close what a normal close cannot.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

std::vector<Program> returns_early(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  return {
      Steps{create(), open(), post(data(0, 4)), slow, force(), settle(environment), stats()},
      Steps{create(), open(), slow, call(CloseJob{kJob, "true", "1h", {}, {}}), settle(environment), stats()},
      Steps{create(), open(), slow, force(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, fresh(force()), settle(environment), open(), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, on(1, force()), settle(environment), close(), stats()},
  };
}

std::vector<Program> returns_early_from_hanging(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 4)), hang_close(), force(), settle(environment), stats()},
      Steps{create(), open(), hang_close(), force(), settle(environment), stats()},
  };
}

std::vector<Program> closes_failed_jobs(const Environment& environment) {
  constexpr std::ptrdiff_t kFailed = 3;
  std::vector<Program> programs{
      Steps{create(), open(), fail(), force(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), fail(), force(), settle(environment), stats()},
      Steps{create(), open(), fail(), close(), force(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 2)), fail(), force(), settle(environment), open(), post(data(2, 4)), close(),
            stats()},
      Steps{create(), open(), fail(), fresh(force()), settle(environment), stats(), pause(kSecond), stats()},
      Steps{create(), open(), close(), open(), fail(), force(), settle(environment), stats()},
  };
  // It makes no difference to who may.
  std::vector<Step>& first = programs.front().steps;
  if (environment.knows(Principal::none))
    first.insert(first.begin() + kFailed, {as(Principal::none, close()), as(Principal::none, force())});
  if (environment.knows(Principal::manage))
    for (const Step& step : {open(), fail(), as(Principal::manage, force()), settle(environment), stats()})
      first.push_back(step);
  return programs;
}

std::vector<Program> failed_jobs_need_force(const Environment& environment) {
  return {
      Steps{create(), open(), fail(), close(), stats(), pause(1'200 * kMillisecond), stats()},
      Steps{create(), open(), post(data(0, 4)), fail(), close(), stats()},
      Steps{create(), open(), fail(), close_within("1s"), stats()},
      Steps{create(), open(), fail(), force_spelled("false"), stats()},
      Steps{create(), open(), fail(), force_spelled("off"), force_spelled("no"), force_spelled("0"), stats()},
      Steps{create(), open(), fail(), pause(700 * kMillisecond), fresh(close()), close(), stats()},
      Steps{create(), open(), fail(), post(data(0, 1)), flush(), open(), stats(), force(), settle(environment)},
  };
}

/// A close that hangs is asked with a short timeout, so that the run does not hang with it.
std::vector<Program> closes_unresponsive_jobs(const Environment& environment) {
  const std::string shortly = in_milliseconds(short_of(environment));
  std::vector<Program> programs{
      Steps{create(), open(), hang_close(), close_within(shortly), force(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), hang_close(), close_within(shortly), force(), settle(environment),
            stats()},
      Steps{create(), open(), hang_close(), meanwhile(1, close_within("20000ms")), pause(300 * kMillisecond), force(),
            settle(environment), stats()},
      Steps{create(), open(), hang_close(), close_within(shortly), stats(), fresh(force()), settle(environment), open(),
            close(), stats()},
  };
  if (!environment.live)
    programs.push_back(Steps{create(), open(), hang_close(), close(), force(), settle(environment), stats()});
  return programs;
}

std::vector<Program> closes_slow_jobs(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  return {
      Steps{create(), open(), post(data(0, 4)), slow, meanwhile(1, close()), pause(300 * kMillisecond), force(),
            settle(environment), stats()},
      Steps{create(), open(), slow, close_within(in_milliseconds(short_of(environment))), force(), settle(environment),
            stats(), open(), stats()},
  };
}

}  // namespace

std::vector<Check> force_checks() {
  return {
      {"force-returns-early",
       {C::force_returns_early, C::closed_means_closed, C::job_reopens},
       {.faults = {Fault::slow_close}},
       returns_early,
       {},
       {},
       2},
      {"force-returns-early-from-hanging-jobs",
       {C::force_returns_early, C::force_closes_unresponsive_job},
       {.faults = {Fault::hang_close}},
       returns_early_from_hanging,
       {},
       {}},
      {"force-closes-failed-jobs",
       {C::force_closes_failed_job, C::failed_job_needs_force, C::job_reopens, C::closed_means_closed},
       {.faults = {Fault::fail_job}},
       closes_failed_jobs,
       {},
       {},
       4},
      {"failed-jobs-need-force",
       {C::failed_job_needs_force, C::failed_job_answer, C::force_boolean_grammar, C::refused_request_changes_nothing,
        C::wire_status_codes},
       {.faults = {Fault::fail_job}},
       failed_jobs_need_force,
       {},
       {},
       5},
      {"force-closes-unresponsive-jobs",
       {C::force_closes_unresponsive_job, C::job_reopens, C::closed_means_closed, C::timed_out_close_is_no_success},
       {.faults = {Fault::hang_close}},
       closes_unresponsive_jobs,
       {},
       {}},
      {"force-closes-slow-jobs",
       {C::force_returns_early, C::force_closes_unresponsive_job, C::concurrent_requests_linearize},
       {.faults = {Fault::slow_close}},
       closes_slow_jobs,
       {},
       {}},
  };
}

}  // namespace closecheck::properties
