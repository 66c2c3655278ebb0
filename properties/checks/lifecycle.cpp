// Closing, staying closed, and opening again; jobs that are not there, and jobs that are not meant.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// Opens and closes the job so many times, with a bucket of data each time or without.
Steps cycles(int count, bool with_data) {
  Steps steps;
  for (int i = 0; i < count; ++i) {
    steps.add(open());
    if (with_data) steps.add(post(data(2 * i, 2 * i + 2)));
    steps.add(close());
  }
  return steps;
}

std::vector<Program> closes_open_jobs(const Environment& environment) {
  std::vector<Program> programs{
      Steps{create(), open(), close(), stats()},
      // Also what was asked in the same words before.
      Steps{create(), open(), post(data(0, 4)), close(), fresh(stats()), stats(), open(), close(), stats()},
      Steps{create(), open(), post(data(0, 4)), stats(), close_within("30m"), stats()},
      // Data that is older than what the job has is no reason to leave it open.
      Steps{create(), open(), post(data(2, 4)), close(), open(), post(data(0, 1)), close(), stats()},
      Steps{create(), open(), post(data(0, 4)), flush(), close(), stats()},
      Steps{create(), open(), post(data(0, 1)), force_spelled("false"), stats()},
      Steps{create(), open(), fresh(close()), stats()},
      Steps{create(), open(), on(1, close()), on(1, stats()), stats()},
      Steps{create(), open(), post(data(0, 120, 2)), close(), stats()},
      Steps{create(), open(), update("changed while open"), close(), stats()},
      Steps{create(), create(kOtherJob), open(), open(kOtherJob), close(), stats()},
      Steps{create(), open(), pause(2 * kSecond), close(), stats()},
      Steps{create(), cycles(1, false), open(), close(), stats()},
      Steps{create(), cycles(2, false), open(), close(), stats()},
      Steps{create(), open(), force(), settle(environment), open(), close(), stats()},
  };
  if (!environment.live) programs.push_back(Steps{create(), open(), post(data(0, 2)), pause(kHour), close(), stats()});
  return programs;
}

/// Reads the state at the answer, a moment later, half a second later, and later still, by different connections.
Steps watch(const Environment& environment, const std::string& job = kJob) {
  Steps steps{stats(job), pause(20 * kMillisecond), fresh(stats(job)), pause(700 * kMillisecond), on(1, stats(job))};
  if (!environment.live) steps.add(pause(6 * kSecond)).add(stats(job)).add(pause(5 * kMinute)).add(stats(job));
  return steps;
}

std::vector<Program> stays_closed(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 4)), close(), watch(environment), open(), close(), watch(environment)},
      Steps{create(), open(), force(), settle(environment), watch(environment)},
      // As long as a live run can well wait.
      Steps{closed(), stats(), get(), buckets(), snapshots(), pause(6 * kSecond), stats(), get(), buckets(),
            snapshots()},
      Steps{create(), open(), close(), watch(environment)},
      Steps{create(), open(), post(data(0, 2)), close(), pause(700 * kMillisecond), stats(), pause(kSecond), stats()},
      Steps{create(), open(), close(), post(data(0, 1)), stats(), flush(), stats()},
      Steps{create(), open(), close(), close(), watch(environment)},
      Steps{create(), cycles(3, false), watch(environment)},
      Steps{create(), create(kOtherJob), open(), close(), open(kOtherJob), stats(), close(kOtherJob), stats()},
      Steps{create(), open(), close(), get(), buckets(), snapshots(), stats()},
      Steps{create(), open(), close(), update("changed while closed"), stats()},
  };
}

std::vector<Program> reopens(const Environment& environment) {
  return {
      Steps{create(), cycles(1, true), open(), post(data(4, 5)), stats(), pause(kSecond), stats()},
      Steps{create(), open(), post(data(0, 2)), force(), settle(environment), open(), post(data(2, 3)), stats()},
      Steps{create(), cycles(2, false), open(), stats()},
      // Open it stays, whatever is refused meanwhile.
      Steps{create(), open(), create(), pause(kSecond), post(data(0, 1)), stats()},
      Steps{create(), cycles(1, false), open(), stats()},
      Steps{create(), cycles(3, false), open(), stats()},
      Steps{create(), cycles(3, true), open(), post(data(8, 9)), stats()},
      Steps{create(), open(), close(), pause(700 * kMillisecond), stats(), fresh(open()), post(data(0, 1)), stats()},
      Steps{create(), open(), close(), close(), open(), post(data(0, 1)), stats()},
      Steps{create(), open(), close(), post(data(0, 1)), open(), post(data(0, 1)), stats()},
      Steps{create(), open(), close(), on(1, open()), on(1, post(data(0, 1))), stats()},
      Steps{create(), open(), close(), update("changed while closed"), open(), close(), stats()},
  };
}

std::vector<Program> refuses_unknown_jobs(const Environment& environment) {
  std::vector<Program> programs{
      Steps{close()},
      Steps{close_within("10s")},
      Steps{force()},
      Steps{close(), get(), stats()},
      Steps{force_spelled("false"), stats()},
      Steps{create(), open(), close(), remove(), close()},
      Steps{create(), remove(), close(), force()},
      Steps{create(kLongerJob), open(kLongerJob), close(kJob), stats(kLongerJob)},
      Steps{create(kJob, {kGroup}), open(), close("closecheck-"), stats(), close("closecheck-A"), stats(),
            close(kGroup + "x"), stats()},
      // By itself: it may name all jobs, and is left out where that is not allowed.
      Steps{create(), open(), raw(environment, "POST", "/anomaly_detectors/_close"), stats()},
  };
  if (!environment.profile->blank_id_may_name_all)
    programs.push_back(Steps{create(), open(), raw(environment, "POST", "/anomaly_detectors//_close"), stats()});
  if (const std::string_view parameter = environment.profile->allow_none.written; !parameter.empty())
    programs.push_back(Steps{close_with({{std::string(parameter), "true"}})});
  return programs;
}

/// Two jobs whose names differ by what some take for the same, and two by their last letter behind many.
Steps similar_names() {
  Steps steps;
  const std::string long_name = kJob + std::string(25, 'x');
  const std::vector<std::pair<std::string, std::string>> pairs{{kJob + "-1", kJob + "_1"},
                                                               {long_name + "1", long_name + "2"}};
  for (const auto& [one, other] : pairs)
    steps.add({create(one), create(other), open(one), open(other), close(one), stats(other), stats(one), open(one),
               close(other), stats(one), force(one)});
  return steps;
}

/// Closes one of two opened jobs and looks at the other: its state, whether it takes data, what it counts.
std::vector<Program> touches_one_job(const Environment& environment) {
  constexpr std::ptrdiff_t kOfTheFirstPair = 2;
  std::vector<Program> programs;
  const std::vector<std::pair<std::string, std::string>> pairs{{kJob, kLongerJob},
                                                               {kJob, kOtherJob},
                                                               {kLongerJob, kJob},
                                                               {kJob, kJob + "-1"},
                                                               {"closecheck-1", "closecheck-10"}};
  for (const auto& [closing, other] : pairs) {
    const Steps both{create(closing, {kGroup}), create(other, {kGroup}), open(closing), open(other)};
    // What is forced in the end need not be waited for when it is cleaned up.
    programs.push_back(then(both, {close(closing), stats(other), force(other)}));
    programs.push_back(then(both, {force(closing), settle(environment, closing), stats(other), force(other)}));
    programs.push_back(Steps{create(closing), create(other), open(closing), close(closing), stats(other), get(other)});
    programs.push_back(then(both, {post(data(0, 3), other), close(closing), stats(other), post(data(3, 4), other)}));
    programs.push_back(then(both, {close(closing), pause(700 * kMillisecond), on(1, stats(other))}));
  }
  const Steps all_of_other{stats(kOtherJob), get(kOtherJob), buckets(kOtherJob), snapshots(kOtherJob)};
  programs.insert(programs.begin() + kOfTheFirstPair,
                  {// With room for one open job alone.
                   Steps{create(kJob), create(kOtherJob), open(kOtherJob), post(data(0, 4), kOtherJob),
                         close(kOtherJob), all_of_other, open(kJob), close(kJob), all_of_other},
                   // While the one is closing.
                   Steps{create(kJob), create(kOtherJob), open(kJob), open(kOtherJob), meanwhile(1, close(kJob)),
                         pause(20 * kMillisecond), post(data(0, 4), kOtherJob), close(kOtherJob), join_step(),
                         all_of_other, stats(kJob)},
                   similar_names()});
  programs.push_back(Steps{create(kJob), create(kOtherJob), open(kJob), open(kOtherJob), close(kJob), close(kOtherJob),
                           stats(kJob), stats(kOtherJob)});
  return programs;
}

std::vector<Program> page_example(const Environment& environment) {
  const std::string id = environment.live ? "closecheck-event_rate" : "event_rate";
  return {
      Steps{create(id), open(id), close(id), stats(id)},
      Steps{create(id), open(id), post(data(0, 3), id), close(id), stats(id)},
      Steps{create(id), open(id), close(id), open(id), close(id), stats(id)},
  };
}

}  // namespace

std::vector<Check> lifecycle_checks() {
  return {
      {"closes-open-jobs",
       {C::close_ends_open_job, C::closed_means_closed, C::close_flushes_buffers, C::job_reopens,
        C::timeout_takes_time_units, C::wire_status_codes},
       {},
       closes_open_jobs,
       {},
       {},
       3},
      {"reopens-closed-jobs",
       {C::job_reopens, C::close_ends_open_job, C::closed_means_closed, C::accepted_data_is_kept,
        C::reopen_continues_analysis},
       {},
       reopens,
       {},
       {}},
      {"closed-jobs-stay-closed",
       {C::closed_means_closed, C::close_ends_open_job, C::closed_job_is_idle, C::closed_job_refuses_data,
        C::closed_job_refuses_analysis, C::closing_closed_job},
       {},
       stays_closed,
       {},
       {},
       3},
      {"unknown-jobs-cannot-be-closed",
       {C::unknown_job_refused, C::wire_status_codes, C::wire_error_envelope, C::close_touches_one_job},
       {},
       refuses_unknown_jobs,
       {},
       {},
       11},
      {"closing-one-job-leaves-others",
       {C::close_touches_one_job, C::close_ends_open_job, C::accepted_data_is_kept, C::closed_job_keeps_results,
        C::close_flushes_buffers},
       {},
       touches_one_job,
       {},
       {},
       5},
      {"page-example",
       {C::example_event_rate, C::close_ends_open_job, C::closed_means_closed},
       {},
       page_example,
       {},
       {},
       1},
  };
}

}  // namespace closecheck::properties
