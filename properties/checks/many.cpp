// Several jobs at once: whom a close names, what it waits for, what one job means for the others, and what is read of
// them together.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

const std::string kBoth = kJob + "," + kOtherJob;
const std::string kWildcard = "closecheck-*";

Step close_named(std::string expression, Parameter force_as = {}, Parameter timeout = {}) {
  return call(CloseJob{std::move(expression), std::move(force_as), std::move(timeout), {}, {}});
}

Steps both_open() {
  return {create(kJob, {kGroup}), create(kOtherJob, {kGroup}), open(kJob), open(kOtherJob)};
}

Steps states() {
  return {stats(kJob), stats(kOtherJob)};
}

std::vector<Program> names_whom_it_says(const Environment& environment) {
  std::vector<Program> programs{
      // Whatever the order, and whatever state each of them is in.
      Steps{create(kJob), create(kOtherJob), close_named(kBoth)},
      Steps{create(kJob), create(kOtherJob), open(kJob), close_named(kBoth), states()},
      Steps{create(kJob), create(kOtherJob), open(kOtherJob), close_named(kBoth), states()},
      Steps{both_open(), close_named(kOtherJob + "," + kJob), states()},
      Steps{create(), open(), close_named(kJob + "," + kJob), stats()},
      Steps{both_open(), close_named(kGroup + "," + kJob), states()},
      Steps{both_open(), create(kLongerJob, {kGroup}), open(kLongerJob), close_named(kGroup), states(),
            stats(kLongerJob)},
      // What is refused closes none of them.
      Steps{create(), open(), close_named("closecheck-unknown," + kJob), stats(), pause(kSecond), stats()},
      Steps{create(), open(), close_named(kJob + ",closecheck-unknown"), stats(), pause(kSecond), stats()},
      Steps{both_open(), close_named(kBoth, {}, "abc"), states()},
      // By force as well.
      Steps{both_open(), close_named(kBoth, "true"), settle(environment, kJob), settle(environment, kOtherJob),
            states()},
      // With data in one of them, read back.
      Steps{both_open(), post(data(0, 4), kOtherJob), close_named(kBoth), stats(kOtherJob), buckets(kOtherJob),
            snapshots(kOtherJob)},
  };
  if (environment.secured && environment.knows(Principal::none))
    programs.push_back(Steps{both_open(), as(Principal::none, close_named(kBoth)), states()});
  return programs;
}

/// A list is closed when all of it is, and its timeout bounds the request, not each job.
std::vector<Program> waits_for_all(const Environment& environment) {
  const Duration slow = environment.slow;
  const std::string shortly = in_milliseconds(short_of(environment));
  return {
      Steps{both_open(), slow_close(slow, kJob), slow_close(slow, kOtherJob), close_named(kWildcard, {}, shortly),
            settle(environment, kJob), settle(environment, kOtherJob), states()},
      // One behind the other would take longer than both of them may.
      Steps{both_open(), slow_close(slow, kJob), slow_close(slow, kOtherJob),
            close_named(kBoth, {}, in_milliseconds(slow + slow / 2)), states()},
      Steps{both_open(), slow_close(slow, kOtherJob), close_named(kBoth), states()},
      Steps{both_open(), slow_close(slow, kJob), close_named(kBoth), states()},
      Steps{both_open(), slow_close(slow, kJob), slow_close(slow, kOtherJob), close_named(kBoth, {}, shortly),
            settle(environment, kJob), settle(environment, kOtherJob), states()},
      Steps{both_open(), slow_close(slow, kOtherJob), close_named(kWildcard), states()},
      Steps{both_open(), slow_close(slow, kOtherJob), meanwhile(1, close(kOtherJob)), pause(slow / 3),
            close_named(kBoth), states(), join_step()},
  };
}

std::vector<Program> forces_all(const Environment& environment) {
  return {
      Steps{both_open(), fail(kOtherJob), close_named(kBoth, "true"), settle(environment, kJob),
            settle(environment, kOtherJob), states()},
      Steps{both_open(), fail(kJob), close_named(kGroup, "true"), settle(environment, kJob),
            settle(environment, kOtherJob), states()},
  };
}

Steps open_both() {
  return {open(kJob), open(kOtherJob)};
}

/// Where there is such a parameter, which means nothing where they match.
Step close_where_none_may_match(const Environment& environment) {
  if (environment.profile->allow_none.written.empty()) return close_named(kBoth);
  return call(CloseJob{kBoth, {}, {}, "true", {}});
}

/// Every way to name both of them, one behind the other; first what is refused.
std::vector<Program> lives_of_several(const Environment& environment) {
  Steps refused;
  refused.add(close_named("closecheck-unknown," + kJob)).add(states());
  refused.add(close_named(kJob + ",closecheck-unknown")).add(states());
  refused.add(close_named(kBoth, {}, "abc")).add(close_named(kGroup, "true", "abc")).add(states());
  if (!environment.profile->allow_none.written.empty())
    refused.add(call(CloseJob{"closecheck-nobody*", {}, {}, "false", {}}));
  if (environment.secured && environment.knows(Principal::none))
    refused.add(as(Principal::none, close_named(kBoth))).add(states());
  return {Steps{both_open(),
                post(data(0, 3), kOtherJob),
                refused,
                close_named(kOtherJob + "," + kJob),
                states(),
                buckets(kOtherJob),
                snapshots(kOtherJob),
                close_where_none_may_match(environment),
                open(kJob),
                close_named(kBoth),
                states(),
                open(kOtherJob),
                close_named(kBoth),
                states(),
                open(kOtherJob),
                close_named(kGroup),
                states(),
                post(data(3, 4), kOtherJob),
                flush(kOtherJob),
                states(),
                open_both(),
                close_named(kWildcard),
                states(),
                open_both(),
                close(kJob),
                states(),
                post(data(3, 5), kOtherJob),
                close_named(kGroup + ",closecheck-b*," + kJob, {}, "1h"),
                states(),
                buckets(kOtherJob),
                open_both(),
                close_named(kBoth, "true"),
                settle(environment, kJob),
                settle(environment, kOtherJob),
                states()}};
}

std::vector<Program> lives_of_several_slow(const Environment& environment) {
  const Duration slow = environment.slow;
  // The first is the last to be closed, and then the second.
  return {Steps{both_open(), slow_close(slow, kJob), slow_close(slow / 2, kOtherJob),
                close_named(kBoth, {}, in_milliseconds(short_of(environment))), close_named(kBoth), states(),
                open_both(), slow_close(slow / 2, kOtherJob), close_named(kBoth), states()}};
}

std::vector<Program> lives_of_several_failing(const Environment& environment) {
  return {Steps{both_open(), fail(kOtherJob), states(), close_named(kBoth), states(), close_named(kGroup, {}, "10s"),
                states(), close_named(kBoth, "true"), settle(environment, kJob), settle(environment, kOtherJob),
                states(), open_both(), close_named(kBoth), states()}};
}

std::vector<Program> reads_many(const Environment& environment) {
  std::vector<Program> programs;
  std::vector<std::string> expressions;
  if (environment.profile->has_expressions) expressions = {kWildcard, kBoth, kGroup};
  if (!environment.live) expressions.emplace_back("_all");
  for (const std::string& expression : expressions) {
    const Steps pair{create(kJob, {kGroup}), create(kOtherJob, {kGroup}), open(kJob), close(kJob)};
    programs.push_back(Steps{pair, stats(expression), stats(kJob)});
    programs.push_back(Steps{pair, stats(kJob), pause(kSecond), stats(expression), stats(kOtherJob)});
  }
  return programs;
}

}  // namespace

std::vector<Check> many_checks() {
  return {
      {"expressions-name-whom-they-say",
       {C::close_many, C::close_touches_one_job, C::unknown_job_refused, C::refused_request_changes_nothing},
       {.dialect = &Dialect::has_expressions},
       names_whom_it_says,
       {},
       {},
       0},
      {"expressions-wait-for-all",
       {C::close_many, C::close_waits_for_housekeeping, C::timeout_bounds_wait, C::timed_out_close_goes_on},
       {.faults = {Fault::slow_close}, .dialect = &Dialect::has_expressions},
       waits_for_all,
       {},
       {},
       2},
      {"expressions-force-all",
       {C::close_many, C::force_closes_failed_job},
       {.faults = {Fault::fail_job}, .dialect = &Dialect::has_expressions},
       forces_all,
       {},
       {},
       0},
      {"readings-of-many-agree",
       {C::closed_means_closed, C::close_ends_open_job, C::closed_job_is_idle},
       {.dialect = &Dialect::has_expressions},
       reads_many,
       {},
       {},
       2},
      {"whole-lives-of-several-jobs",
       {C::close_many, C::close_touches_one_job, C::unknown_job_refused, C::bad_parameters_refused,
        C::refused_request_changes_nothing, C::close_ends_open_job, C::close_flushes_buffers,
        C::close_persists_snapshot, C::closed_job_refuses_data, C::closed_job_refuses_analysis, C::wire_status_codes,
        C::wire_error_envelope},
       {.dialect = &Dialect::has_expressions},
       lives_of_several,
       {},
       {}},
      {"whole-lives-of-several-jobs-with-slow-closes",
       {C::close_many, C::timeout_bounds_wait, C::timed_out_close_goes_on, C::close_waits_for_housekeeping,
        C::close_ends_open_job},
       {.faults = {Fault::slow_close}, .dialect = &Dialect::has_expressions},
       lives_of_several_slow,
       {},
       {}},
      {"whole-lives-of-several-jobs-with-failures",
       {C::close_many, C::force_closes_failed_job, C::failed_job_needs_force, C::refused_request_changes_nothing,
        C::job_reopens},
       {.faults = {Fault::fail_job}, .dialect = &Dialect::has_expressions},
       lives_of_several_failing,
       {},
       {}},
  };
}

}  // namespace closecheck::properties
