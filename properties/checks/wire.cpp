// The dialects: how the profile puts it on the wire. These always run through the wire codec.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

const std::string kClosePath = "/anomaly_detectors/closecheck-a/_close";

std::vector<Program> only_post_closes(const Environment& environment) {
  const auto by = [&](const char* method) { return raw(environment, method, kClosePath); };
  std::vector<Program> programs{
      Steps{create(), open(), by("GET"), stats(), by("PUT"), stats(), by("DELETE"), stats(), by("HEAD"), by("OPTIONS"),
            stats(), raw(environment, "GET", kClosePath, {{"force", "true"}}), stats(),
            raw(environment, "POST", "/anomaly_detectors/closecheck-a/_closed"), stats(), close(), stats()},
  };
  for (const char* method : {"GET", "PUT", "DELETE"})
    programs.push_back(Steps{create(), open(), post(data(0, 2)), by(method), pause(kSecond), stats()});
  return programs;
}

std::vector<Program> errors_have_envelopes(const Environment& environment) {
  std::vector<Program> programs{
      Steps{close()},
      Steps{open()},
      Steps{post(data(0, 1))},
      Steps{create(), open(), open(), remove(), close_within("abc"), close_with({{"unknown", "1"}})},
      Steps{flush()},
      Steps{stats()},
      Steps{get()},
      Steps{create(), close()},
      Steps{create(), post(data(0, 1))},
      Steps{create(), flush()},
      Steps{create(), create()},
  };
  if (environment.secured) programs.push_back(Steps{create(), open(), as(Principal::anonymous, close()), stats()});
  for (const Principal who : {Principal::none, Principal::monitor_ml})
    if (environment.secured && environment.knows(who))
      programs.push_back(Steps{create(), open(), as(who, close()), stats()});
  return programs;
}

std::vector<Program> codes_are_the_profiles(const Environment& environment) {
  std::vector<Program> programs = errors_have_envelopes(environment);
  programs.push_back(Steps{force()});
  programs.push_back(Steps{buckets(), records(), snapshots()});
  programs.push_back(Steps{create(), open(), post(data(0, 2)), flush(), close(), post(data(2, 3)), flush(), stats()});
  programs.push_back(Steps{create(), open(), close(), remove(), stats()});
  programs.push_back(Steps{create(), open(), meanwhile(1, close()), pause(20 * kMillisecond),
                           meanwhile(2, post(data(0, 1))), meanwhile(3, flush()), join_step(), stats()});
  return programs;
}

std::vector<Program> unknown_parameters(const Environment& environment) {
  std::vector<Program> programs{Steps{create(), open(), close_with({{"unknown", "true"}}), stats(),
                                      close_with({{"forec", "true"}}), stats(), close_with({{"Force", "true"}}),
                                      stats(), close_with({{"Timeout", "30s"}}), stats()}};
  for (const char* name : {"close_timeout", "Timeout", "timeouts", "wait"})
    programs.push_back(Steps{create(), open(), close_with({{name, "true"}}), stats()});
  programs.push_back(Steps{create(), open(), close_with({{"a", "1"}, {"b", "2"}}), stats()});
  programs.push_back(Steps{create(), open(), call(CloseJob{kJob, "true", {}, {}, {{"unknown", ""}}}), stats()});
  programs.push_back(Steps{create(), open(), call(CloseJob{kJob, {}, "30s", {}, {{"unknown", "1"}}}), stats()});
  programs.push_back(Steps{create(), open(), close(), close_with({{"unknown", "1"}}), stats()});
  if (!environment.profile->has_expressions)
    programs.push_back(Steps{create(), open(), call(CloseJob{kJob, {}, {}, "true", {}}), stats()});
  return programs;
}

/// A spelling tells itself on an opened job: refused, it stays open; a force need not wait, a normal close must.
std::vector<Program> spellings_of_force(const Environment& environment) {
  std::vector<Program> programs;
  for (const char* spelling :
       {"true", "false", "", "maybe", "0", "off", "TRUE", "yes", "1", "on", "no", "False", "no!"})
    programs.push_back(Steps{create(), open(), force_spelled(spelling), stats()});
  for (const char* spelling : {"false", "0", "off", "no", "maybe", "", "1"})
    programs.push_back(
        Steps{create(), open(), post(data(0, 4)), force_spelled(spelling), settle(environment), stats(), buckets()});
  return programs;
}

std::vector<Program> spellings_of_force_on_failed(const Environment& environment) {
  std::vector<Program> programs;
  for (const char* spelling : {"true", "", "maybe", "yes", "1", "TRUE"})
    programs.push_back(Steps{create(), open(), fail(), force_spelled(spelling), settle(environment), stats()});
  return programs;
}

std::vector<Program> spellings_of_force_on_slow(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  std::vector<Program> programs;
  for (const char* spelling : {"maybe", "off", "", "false", "true"})
    programs.push_back(Steps{create(), open(), slow, force_spelled(spelling), settle(environment), stats()});
  return programs;
}

std::vector<Program> closes_closed_jobs(const Environment& environment) {
  std::vector<Program> programs{
      Steps{create(), close()},
      Steps{create(), force(), stats()},
      Steps{create(), open(), close(), close(), stats()},
      Steps{create(), open(), close(), pause(700 * kMillisecond), fresh(close()), stats()},
      Steps{create(), open(), close(), close_within("10s"), close_within("1nanos"), stats()},
      Steps{create(), open(), close(), force(), stats()},
      Steps{create(), open(), force(), settle(environment), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), close(), close(), stats(), buckets()},
      Steps{create(), open(), close(), open(), close(), on(1, close()), stats()},
  };
  return programs;
}

std::vector<Program> answers_for_failed_jobs(const Environment& environment) {
  return {
      Steps{create(), open(), fail(), close()},
      Steps{create(), open(), fail(), close_within("10s"), stats()},
      Steps{create(), open(), post(data(0, 2)), fail(), close(), close(), force(), settle(environment), stats()},
  };
}

Step close_expression(std::string expression, Parameter allow_no_jobs = {}, Parameter force_as = {}) {
  return call(CloseJob{std::move(expression), std::move(force_as), {}, std::move(allow_no_jobs), {}});
}

std::vector<Program> closes_many(const Environment& environment) {
  const Steps both{create(kJob, {kGroup}), create(kOtherJob, {kGroup}), open(kJob), open(kOtherJob)};
  const auto closing = [&](const Step& step) { return then(both, {step, stats(kJob), stats(kOtherJob)}); };
  std::vector<Program> programs{
      Steps{close_expression("closecheck-nobody*")},
      // What stands before a star, and what behind it; and by force.
      then(both,
           {close_expression("closecheck-*b"), stats(kOtherJob), stats(kJob), open(kOtherJob),
            close_expression("closecheck-*", {}, "true"), settle(environment, kJob), settle(environment, kOtherJob)}),
      closing(close_expression("closecheck-a,closecheck-b")),
      Steps{both, create(kLongerJob, {kGroup}), open(kLongerJob), close_expression(kGroup), stats(kJob),
            stats(kOtherJob), stats(kLongerJob)},
      closing(close_expression("closecheck-a*")),
      Steps{create(), open(), close_expression("closecheck-*"), stats()},
      Steps{create(), open(), close_expression("closecheck-a,closecheck-unknown"), stats()},
      closing(close_expression("closecheck-*")),
      Steps{create(), open(), close_expression("closecheck-nobody*,closecheck-a"), stats()},
      then(both, {post(data(0, 3), kJob), close_expression(kGroup), stats(kJob), buckets(kJob)}),
      then(both,
           {close_expression("closecheck-*", {}, "true"), settle(environment, kJob), settle(environment, kOtherJob)}),
      Steps{create(kJob, {kGroup}), create(kOtherJob), open(kJob), open(kOtherJob), close_expression(kGroup),
            stats(kOtherJob), stats(kJob)},
      then(both, {close(kJob), close_expression("closecheck-*"), stats(kOtherJob)}),
  };
  if (!environment.profile->allow_none.written.empty()) {
    programs.push_back(Steps{close_expression("closecheck-nobody*", "false")});
    programs.push_back(Steps{close_expression("closecheck-nobody*", "true")});
  }
  if (environment.allow_cluster_wide) {  // `_all` would close the jobs of others
    programs.push_back(Steps{create(), open(), close_expression("_all"), stats()});
    programs.push_back(closing(close_expression("_all")));
    programs.push_back(Steps{close_expression("_all")});
    programs.push_back(closing(close_expression("*")));
  }
  return programs;
}

std::vector<Program> all_or_nothing(const Environment& environment) {
  const Steps both{create(kJob, {kGroup}), create(kOtherJob, {kGroup}), open(kJob), open(kOtherJob), fail(kOtherJob)};
  return {
      then(both, {close_expression("closecheck-a,closecheck-b"), stats(kJob)}),
      then(both, {close_expression("closecheck-b,closecheck-a"), stats(kJob), stats(kOtherJob)}),
      then(both, {close_expression("closecheck-*"), stats(kJob)}),
      then(both, {close_expression(kGroup), pause(kSecond), stats(kJob)}),
      then(both,
           {close_expression("closecheck-*", {}, "true"), settle(environment, kJob), settle(environment, kOtherJob)}),
  };
}

}  // namespace

std::vector<Check> wire_checks() {
  const Needs fail_fault{.faults = {Fault::fail_job}};
  return {
      {"only-post-closes",
       {C::wire_path_and_method, C::refused_request_changes_nothing, C::close_ends_open_job},
       {},
       only_post_closes,
       {},
       {},
       1},
      {"errors-have-envelopes", {C::wire_error_envelope, C::wire_status_codes}, {}, errors_have_envelopes, {}, {}, 3},
      {"status-codes-are-the-profile's",
       {C::wire_status_codes, C::wire_error_envelope, C::closing_closed_job},
       {},
       codes_are_the_profiles,
       {},
       {},
       5},
      {"unknown-parameters-are-refused",
       {C::unknown_parameter_refused, C::refused_request_changes_nothing},
       {},
       unknown_parameters,
       {},
       {},
       1},
      {"force-is-spelled-by-profile",
       {C::force_boolean_grammar, C::close_ends_open_job},
       {},
       spellings_of_force,
       {},
       {},
       8},
      {"force-is-spelled-by-profile-for-failed-jobs",
       {C::force_boolean_grammar, C::force_closes_failed_job, C::failed_job_answer},
       fail_fault,
       spellings_of_force_on_failed,
       {},
       {},
       3},
      {"force-is-spelled-by-profile-for-slow-jobs",
       {C::force_boolean_grammar, C::force_returns_early},
       {.faults = {Fault::slow_close}},
       spellings_of_force_on_slow,
       {},
       {}},
      {"closed-jobs-are-closed-again",
       {C::closing_closed_job, C::closed_means_closed, C::accepted_data_is_kept},
       {},
       closes_closed_jobs,
       {},
       {}},
      {"failed-jobs-answer-conflict",
       {C::failed_job_answer, C::failed_job_needs_force},
       fail_fault,
       answers_for_failed_jobs,
       {},
       {},
       3},
      {"expressions-close-many",
       {C::close_many, C::close_touches_one_job, C::unknown_job_refused},
       {.dialect = &Dialect::has_expressions},
       closes_many,
       {},
       {},
       7},
      {"expressions-close-all-or-nothing",
       {C::close_many, C::failed_job_needs_force},
       {.faults = {Fault::fail_job}, .dialect = &Dialect::has_expressions},
       all_or_nothing,
       {},
       {},
       3},
  };
}

}  // namespace closecheck::properties
