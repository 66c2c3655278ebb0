// Requests that must be refused, and what they must not have done.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

std::vector<std::string> no_time_values() {
  return {"10 parsecs", "--5s", "1x", "5min", "abcs", "m5", "1h30m", "ten seconds", "1m1m", "%20", "5", "600", "1w"};
}

std::vector<Program> refuses_bad_timeouts(const Environment& environment) {
  std::vector<Program> programs{Steps{create(), open(), close_within("abc"), stats(), close_within("s"), stats()}};
  for (const std::string& timeout : no_time_values())
    programs.push_back(Steps{create(), open(), close_within(timeout), stats()});
  programs.push_back(
      Steps{create(), open(), post(data(0, 3)), close_within("abc"), stats(), post(data(3, 4)), stats()});
  programs.push_back(Steps{create(), open(), close(), close_within("abc"), stats()});
  programs.push_back(Steps{create(), open(), call(CloseJob{kJob, "true", "abc", {}, {}}), stats()});
  programs.push_back(Steps{create(), open(), call(CloseJob{kJob, "false", "1x", {}, {}}), stats()});
  programs.push_back(Steps{create(), open(), close(), open(), close_within("10 parsecs"), stats()});
  if (environment.knows(Principal::manage))
    programs.push_back(Steps{create(), open(), as(Principal::manage, close_within("abc")), stats()});
  return programs;
}

/// Reads of everything that a refused request could have touched.
Steps reads() {
  return {stats(), get(), buckets(), snapshots()};
}

/// Reads, a refused request, the same reads.
Program unchanged_by(const Steps& before, const Step& refused) {
  return Steps{before, reads(), refused, reads()};
}

std::vector<Step> always_refused(const Environment& environment) {
  std::vector<Step> steps{
      close_within("abc"),
      close_with({{"unknown", "1"}}),
      create(),
      raw(environment, "GET", "/anomaly_detectors/closecheck-a/_close"),
      raw(environment, "PUT", "/anomaly_detectors/closecheck-a/_close"),
      raw(environment, "DELETE", "/anomaly_detectors/closecheck-a/_close"),
      call(RevertSnapshot{kJob, "closecheck-unknown"}),
      close("closecheck-unknown"),
      post(data(4, 5), "closecheck-unknown"),
  };
  if (environment.secured) {
    steps.push_back(as(Principal::anonymous, close()));
    for (const Principal who : {Principal::none, Principal::monitor_ml})
      if (environment.knows(who)) steps.push_back(as(who, close()));
  }
  return steps;
}

std::vector<Program> changes_nothing(const Environment& environment) {
  std::vector<Program> programs{
      // The shortest ones first: what a reader most expects to be refused.
      Steps{create(), open(), close(), post(data(0, 1)), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), post(data(2, 3)), stats(), buckets()},
      Steps{create(), open(), post(data(0, 2)), close(), flush(kJob, "true"), buckets(), stats()},
      Steps{create(), open(), open(), stats(), post(data(0, 1)), stats()},
      Steps{create(), open(), post(data(0, 2)), remove(), stats(), close(), stats(), buckets()},
      Steps{create(), post(data(0, 1)), open(), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), post(data(2, 3)), open(), close(), stats(), buckets()},
      Steps{create(), open(), call(PostData{kJob, {}, true}), close(), stats()},
  };
  for (const Step& refused : always_refused(environment)) {
    programs.push_back(unchanged_by(closed(), refused));
    programs.push_back(Steps{fed(), stats(), get(), refused, stats(), get(), close(), stats(), buckets()});
  }
  for (const Step& refused :
       {post(data(4, 5)), flush(), remove("closecheck-unknown"), call(StartDatafeed{kFeed, kDataStart, {}})})
    programs.push_back(unchanged_by(closed(), refused));
  return programs;
}

std::vector<Program> failed_changes_nothing(const Environment& environment) {
  return {
      Steps{fed(), fail(), stats(), close(), stats(), get()},
      Steps{fed(), fail(), stats(), buckets(), post(data(4, 5)), flush(), close(), stats(), buckets()},
      Steps{fed(), fail(), close_within("1s"), stats(), force(), settle(environment), stats()},
  };
}

}  // namespace

std::vector<Check> refusal_checks() {
  return {
      {"bad-timeouts-are-refused",
       {C::bad_parameters_refused, C::refused_request_changes_nothing, C::wire_status_codes, C::wire_error_envelope},
       {},
       refuses_bad_timeouts,
       {},
       {},
       1},
      {"refused-requests-change-nothing",
       {C::refused_request_changes_nothing, C::closed_job_refuses_data, C::closed_job_refuses_analysis,
        C::closed_job_keeps_results, C::closed_job_keeps_metadata, C::wire_status_codes, C::wire_error_envelope},
       {},
       changes_nothing,
       {},
       {},
       2},
      {"refused-requests-leave-failed-jobs",
       {C::refused_request_changes_nothing, C::failed_job_needs_force, C::failed_job_answer},
       {.faults = {Fault::fail_job}},
       failed_changes_nothing,
       {},
       {},
       3},
  };
}

}  // namespace closecheck::properties
