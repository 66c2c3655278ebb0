// Data and a closed job: it takes none, it analyses none, and it has lost none.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// Tries an illegal step on a closed job at once and later, on used and unused connections, by other clients and users.
/// The state is read before a late attempt: a job that does not stay closed is another clause's matter. Live, where
/// each wait takes its time, `patiently` only.
Steps offered_again(const Environment& environment, const Step& step, bool patiently) {
  Steps steps{step};
  if (patiently || !environment.live) steps.add(pause(20 * kMillisecond));
  steps.add(fresh(step));
  if (patiently || !environment.live) steps.add(pause(60 * kMillisecond));
  steps.add(on(1, step));
  if (environment.knows(Principal::manage)) steps.add(as(Principal::manage, step));
  if (patiently || !environment.live) steps.add(pause(600 * kMillisecond)).add(stats()).add(step);
  if (!environment.live)
    steps.add(pause(6 * kSecond)).add(stats()).add(step).add(pause(5 * kMinute)).add(stats()).add(fresh(step));
  return steps;
}

/// The ways in which a job may have become closed.
std::vector<Steps> closed_in_many_ways(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 2)), close()},
      Steps{create()},
      Steps{create(), open(), post(data(0, 2)), force(), settle(environment)},
      Steps{create(), open(), close()},
      Steps{create(), open(), force(), settle(environment)},
      Steps{create(), open(), close_within("30s")},
      Steps{create(), open(), close(), close()},
      Steps{create(), open(), force_spelled("false")},
      Steps{create(), open(), close(), open(), close()},
      Steps{create(), open(), close(), open(), close(), open(), close()},
      Steps{create(), open(), fresh(close())},
      Steps{create(), open(), on(1, close())},
      Steps{create(kLongerJob), open(kLongerJob), create(), open(), close()},
      Steps{create(kOtherJob, {kGroup}), open(kOtherJob), create(kJob, {kGroup}), open(), close()},
  };
}

std::vector<Program> refuses_data(const Environment& environment) {
  std::vector<Program> programs;
  for (const Steps& steps : closed_in_many_ways(environment))
    programs.push_back(Steps{steps, offered_again(environment, post(data(2, 3)), programs.empty()), stats()});
  // Data is data, whether it would be analysed or not.
  programs.front().steps.insert(programs.front().steps.end(),
                                {post(data(0, 1)), post({{Record::kInvalidTime, 1, ""}}), stats()});
  programs.push_back(Steps{closed(), post(data(4, 5)), stats(), pause(kSecond), stats()});
  programs.push_back(Steps{closed(), pause(600 * kMillisecond), stats(), post(data(4, 5)), stats()});
  programs.push_back(Steps{closed(), post(data(4, 30, 4)), stats()});
  programs.push_back(Steps{closed(), post(data(0, 1)), stats()});
  programs.push_back(Steps{closed(), stats(), get(), buckets(), post(data(4, 5)), stats()});
  return programs;
}

std::vector<Program> refuses_analysis(const Environment& environment) {
  const Duration later = environment.live ? 6 * kSecond : 10 * kSecond;
  const Duration soon = environment.live ? kSecond : later;
  const Step forecast = raw(environment, "POST", "/anomaly_detectors/closecheck-a/_forecast");
  std::vector<Program> programs{Steps{closed(), flush(), forecast, buckets(), pause(soon), buckets()}};
  for (const Steps& steps : closed_in_many_ways(environment))
    programs.push_back(Steps{steps, offered_again(environment, flush(), false), stats()});
  // What changes right after the answer is late housekeeping; what changes after that is analysis.
  const Duration rest = environment.live ? kSecond : kMinute;
  programs.push_back(Steps{closed(), flush(kJob, "true"), buckets(), stats()});
  programs.push_back(Steps{closed(), pause(rest), stats(), pause(later), stats()});
  programs.push_back(Steps{closed(), pause(rest), snapshots(), pause(later), snapshots(), stats()});
  programs.push_back(Steps{closed(), records(), pause(later), records()});
  programs.push_back(Steps{closed(), buckets(), flush(), pause(later), buckets(), stats(), snapshots()});
  if (!environment.live) {
    programs.push_back(Steps{closed(), buckets(), pause(10 * kMinute), buckets()});
    programs.push_back(Steps{fed(), flush(kJob, "true"), close(), buckets(), pause(kMinute), buckets(), snapshots()});
  }
  return programs;
}

Step with_bad_dates() {
  std::vector<Record> records = data(0, 4);
  records.push_back({Record::kInvalidTime, 1, ""});
  return post(std::move(records));
}

Step out_of_order() {
  std::vector<Record> records = data(0, 4);
  records.push_back({kDataStart + kSpanMs, 1, ""});
  records.push_back({kDataStart + 4 * kSpanMs, 1, ""});
  return post(std::move(records));
}

/// Data of which not all can be analysed, and then such alone: everything is counted, before the close and after it.
Steps counted_in_part() {
  const Step unreadable = post({{Record::kInvalidTime, 1, ""}});
  return {create(), open(),     with_bad_dates(), out_of_order(), flush(), stats(), close(), stats(),  open(),
          stats(),  unreadable, post(data(0, 1)), flush(),        stats(), close(), stats(), buckets()};
}

std::vector<Program> flushes_buffers(const Environment&) {
  return {
      // A close without new data has nothing to flush, and leaves what is there.
      Steps{create(), open(), post(data(0, 4)), close(), stats(), buckets(), open(), buckets(), close(), buckets()},
      Steps{create(), open(), post(data(0, 120)), post(data(120, 150)), close(), stats(), buckets()},
      // More than a page holds, and more than some buffers.
      Steps{create(), open(), post(data(0, 150, 3)), close(), stats(), buckets(), buckets_page(100, 100)},
      Steps{create(), open(), post(data(0, 3)), flush(), post(data(3, 6)), close(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 3)), flush(kJob, "true"), post(data(3, 6)), close(), buckets()},
      Steps{create(), open(), post(data(0, 4)), close(), buckets()},
      Steps{create(), open(), post(data(0, 1)), close(), stats()},
      Steps{create(), open(), post(data(0, 1, 40)), post(data(1, 2)), close(), buckets(), stats()},
      Steps{create(), open(), post(data(0, 2)), pause(2 * kSecond), post(data(2, 4)), close(), stats(), buckets()},
      Steps{create(), open(), with_bad_dates(), close(), stats()},
      Steps{create(), open(), out_of_order(), close(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 4)), fresh(close()), on(1, buckets())},
      Steps{create(), open(), on(1, post(data(0, 4))), close(), on(2, stats())},
      Steps{create(), open(), post(data(0, 2)), post(data(10, 12)), close(), buckets(), stats()},
  };
}

/// A close that comes so long after data was sent: perhaps while it is still being taken.
Steps close_amid_post(const Environment& environment, Duration moment) {
  return {create(),
          open(),
          meanwhile(1, post(data(0, 100, 10))),
          pause(moment),
          on(2, close()),
          stats(),
          join_step(),
          stats(),
          open(),
          close(),
          settle(environment)};
}

/// Posts of several clients at once, and a flush amid them. Their records are of one moment, so that none is out of
/// order whichever comes first.
Steps posts_beside_each_other() {
  const Step upload = post(std::vector<Record>(20, Record{kDataStart, 1, ""}));
  return {create(),
          open(),
          meanwhile(1, upload),
          meanwhile(2, upload),
          meanwhile(3, flush()),
          meanwhile(4, upload),
          join_step(),
          close(),
          stats()};
}

std::vector<Program> keeps_accepted_data(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 1)), close(), open(), close(), open(), stats()},
      close_amid_post(environment, 3 * kMillisecond),
      // A job that is closing may refuse data, or take it and count it in the end; it may not lose it.
      Steps{create(), open(), post(data(0, 1)), meanwhile(1, close()), pause(environment.normal_close / 6),
            meanwhile(2, post(data(1, 2))), join_step(), open(), close(), settle(environment)},
      posts_beside_each_other(),
      counted_in_part(),
      Steps{create(), open(), post(data(0, 1)), meanwhile(1, close()), meanwhile(2, post(data(1, 2))), join_step(),
            open(), close(), settle(environment)},
      Steps{create(), open(), meanwhile(1, close()), pause(20 * kMillisecond), post(data(0, 1)), join_step(), open(),
            close(), settle(environment)},
      close_amid_post(environment, kMillisecond),
      close_amid_post(environment, 10 * kMillisecond),
      Steps{create(), open(), post(data(0, 2)), close(), open(), close(), stats()},
      Steps{create(), open(), post(data(0, 1)), close(), open(), close(), open(), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), post(data(2, 4)), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), post(data(2, 4)), close(), open(), post(data(4, 6)),
            close(), stats()},
      Steps{create(), open(), post(data(0, 2)), flush(), close(), open(), flush(), close(), stats()},
      Steps{create(), open(), close(), open(), post(data(0, 2)), close(), stats()},
      Steps{create(), open(), post(data(0, 1, 10)), close(), open(), post(data(1, 2, 10)), close(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 2)), post(data(2, 4)), post(data(4, 6)), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), post(data(2, 4)), open(), close(), stats()},
      Steps{create(), open(), post(data(0, 2)), force(), settle(environment), stats(), open(), close(), stats()},
  };
}

std::vector<Program> posts_while_closing(const Environment& environment) {
  const Duration soon = environment.slow / 3;
  const auto after_posting = [&](const Steps& before, const Step& data_meanwhile) {
    return Steps{
        before,  slow_close(environment.slow), meanwhile(1, close()), pause(soon), data_meanwhile, join_step(), open(),
        close(), settle(environment)};
  };
  return {
      after_posting({create(), open()}, post(data(0, 1))),
      // When it is almost closed.
      Steps{create(), open(), slow_close(environment.slow), meanwhile(1, close()),
            pause(environment.slow - environment.slow / 5), post(data(0, 1)), join_step(), open(), close(),
            settle(environment)},
      after_posting({create(), open(), post(data(0, 1))}, post(data(1, 2))),
      Steps{after_posting({create(), open(), post(data(0, 2))}, fresh(post(data(2, 4)))), buckets()},
      Steps{create(), open(), post(data(0, 2)), slow_close(environment.slow), meanwhile(1, close()), pause(soon),
            post(data(2, 4)), flush(), join_step(), stats(), open(), close(), stats(), buckets()},
  };
}

std::vector<Program> continues_analysis(const Environment& environment) {
  return {
      // The last bucket is cut in two by the close; its records come back when the data goes on.
      Steps{create(), open(), post(data(0, 1, 2)), close(), open(),
            post({{kDataStart + 50'000, 1, ""}, {kDataStart + kSpanMs, 1, ""}}), close(), buckets()},
      Steps{create(), open(), post(data(0, 1)), close(), open(), stats()},
      Steps{create(), open(), post(data(0, 1)), close(), open(), post(data(1, 2)), close(), buckets()},
      Steps{create(), open(), post(data(0, 3)), close(), open(), post(data(3, 5)), close(), buckets(), stats()},
      Steps{create(), open(), post(data(0, 4)), close(), open(), stats(), buckets()},
      Steps{create(), open(), post(data(0, 3)), close(), open(), post(data(3, 5)), stats(), flush(), stats(),
            buckets()},
      Steps{create(), open(), post(data(0, 3)), close(), open(), close(), open(), post(data(3, 5)), close(), buckets()},
      Steps{create(), open(), post(data(0, 3)), close(), open(), post(data(3, 6)), close(), open(), post(data(6, 9)),
            close(), buckets(), stats()},
      Steps{create(), open(), post(data(0, 30)), close(), open(), post(data(30, 32)), close(), buckets(), stats()},
      Steps{create(), open(), post(data(0, 2, 3)), close(), open(),
            post({{kDataStart + kSpanMs + 55'000, 1, ""}, {kDataStart + 2 * kSpanMs, 1, ""}}), close(), buckets()},
      Steps{create(), open(), post(data(0, 3)), close(), pause(kSecond), stats(), fresh(open()),
            on(1, post(data(3, 5))), close(), buckets()},
      Steps{create(), open(), post(data(0, 3)), close_within("1h"), open(), post(data(3, 5)), close_within("1h"),
            settle(environment), buckets()},
  };
}

}  // namespace

std::vector<Check> data_checks() {
  return {
      {"closed-jobs-refuse-data",
       {C::closed_job_refuses_data, C::closed_means_closed, C::refused_request_changes_nothing, C::wire_status_codes,
        C::wire_error_envelope},
       {},
       refuses_data,
       {},
       {},
       3},
      {"closed-jobs-refuse-analysis",
       {C::closed_job_refuses_analysis, C::closed_means_closed, C::closed_job_keeps_results,
        C::refused_request_changes_nothing, C::wire_status_codes},
       {},
       refuses_analysis,
       {},
       {},
       2},
      {"closing-flushes-buffers",
       {C::close_flushes_buffers, C::accepted_data_is_kept, C::close_finalizes_results, C::closed_job_keeps_results},
       {},
       flushes_buffers,
       {},
       {},
       3},
      {"data-while-closing-is-kept",
       {C::accepted_data_is_kept, C::close_flushes_buffers, C::concurrent_requests_linearize,
        C::close_waits_for_housekeeping},
       {.faults = {Fault::slow_close}},
       posts_while_closing,
       {},
       {},
       0},
      {"accepted-data-is-kept",
       {C::accepted_data_is_kept, C::close_flushes_buffers, C::reopen_continues_analysis, C::job_reopens},
       {},
       keeps_accepted_data,
       {},
       {},
       5},
      {"reopened-jobs-go-on",
       {C::reopen_continues_analysis, C::accepted_data_is_kept, C::job_reopens, C::close_flushes_buffers,
        C::closed_job_keeps_results},
       {},
       continues_analysis,
       {},
       {},
       2},
  };
}

}  // namespace closecheck::properties
