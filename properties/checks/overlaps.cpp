// Requests of several clients that overlap: whatever the order, some order must explain the answers.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

constexpr Duration kMoment = 30 * kMillisecond;

/// What the job looks like once everybody has been answered, somewhat later, and after a normal close.
Steps aftermath(const Environment& environment) {
  return {join_step(), stats(), pause(kSecond), stats(), close(), settle(environment), stats(), buckets()};
}

std::vector<Program> overlapping_closes(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 4)), meanwhile(1, close()), pause(kMoment), close_within("10s"), stats()},
      Steps{create(), open(), post(data(0, 4)), meanwhile(1, close()), pause(kMoment), meanwhile(2, close()),
            join_step(), stats(), buckets()},
      Steps{create(), open(), meanwhile(1, close()), meanwhile(2, close_within("1ms")), meanwhile(3, close()),
            join_step(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), meanwhile(1, close()), pause(kMoment), meanwhile(2, force()),
            join_step(), settle(environment), stats()},
      Steps{create(), open(), meanwhile(1, close()), meanwhile(2, close()), join_step(), stats()},
      Steps{create(), open(), post(data(0, 4)), meanwhile(1, close()), pause(kMoment), on(2, close()), stats(),
            join_step(), snapshots()},
  };
}

std::vector<Program> close_meets_others(const Environment& environment) {
  // Where everything is slow one moment may come too early or too late: some of several falls into the close.
  const Duration part = environment.normal_close / 6;
  const Step posted = meanwhile(2, post(data(4, 5)));
  std::vector<Program> programs{Steps{fed(), meanwhile(1, close()), pause(part), posted, pause(part), posted,
                                      pause(part), posted, aftermath(environment)}};
  const std::vector<Step> others{
      flush(), open(), post(data(4, 5)), remove(), close(), update("changed meanwhile"), force(),
      stats(), get(),  buckets()};
  for (const Step& other : others)
    programs.push_back(
        Steps{fed(), meanwhile(1, close()), pause(kMoment), meanwhile(2, other), aftermath(environment)});
  for (const Step& other : others)
    programs.push_back(Steps{fed(), meanwhile(1, close()), meanwhile(2, other), aftermath(environment)});
  programs.push_back(Steps{fed(), meanwhile(1, close()), meanwhile(2, open()), meanwhile(3, post(data(4, 5))),
                           meanwhile(4, close()), aftermath(environment)});
  programs.push_back(Steps{fed(), meanwhile(1, post(data(4, 5))), meanwhile(2, post(data(5, 6))), meanwhile(3, close()),
                           aftermath(environment)});
  programs.push_back(Steps{fed(), meanwhile(1, close()), meanwhile(1, open()), meanwhile(2, stats()),
                           meanwhile(2, stats()), meanwhile(2, stats()), meanwhile(3, close()),
                           aftermath(environment)});
  return programs;
}

std::vector<Program> opens_meet_others(const Environment& environment) {
  std::vector<Program> programs;
  const std::vector<Step> others{close(), open(), post(data(0, 1)), remove(), force(), flush(), stats()};
  programs.reserve(others.size());
  for (const Step& other : others)
    programs.push_back(Steps{create(), meanwhile(1, open()), meanwhile(2, other), aftermath(environment)});
  // Whoever reads `opening` first knows that the close comes later.
  programs.push_back(
      Steps{create(), meanwhile(1, open()), pause(kMillisecond), stats(), close(), join_step(), stats()});
  programs.push_back(
      Steps{create(), meanwhile(1, open()), meanwhile(2, close()), meanwhile(3, open()), aftermath(environment)});
  programs.push_back(Steps{closed(), meanwhile(1, open()), meanwhile(2, open()), meanwhile(3, close()),
                           meanwhile(4, post(data(4, 5))), aftermath(environment)});
  programs.push_back(Steps{create(), create(kOtherJob), meanwhile(1, open()), meanwhile(2, open(kOtherJob)),
                           join_step(), meanwhile(1, close()), meanwhile(2, post(data(0, 1), kOtherJob)), join_step(),
                           stats(kOtherJob), stats()});
  return programs;
}

/// The same with a close that certainly takes long enough to be overlapped.
std::vector<Program> slow_close_meets_others(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const Duration soon = environment.slow / 3;
  std::vector<Program> programs{
      Steps{create(), open(), post(data(0, 4)), slow, meanwhile(1, close()), pause(soon), close(), snapshots(),
            stats()},
      Steps{fed(), slow, meanwhile(1, close()), pause(soon), open(), post(data(4, 5)), flush(), stats(), remove(),
            join_step(), stats(), settle(environment), buckets()},
      Steps{create(), open(), post(data(0, 4)), slow, meanwhile(1, close()), pause(soon), meanwhile(2, force()),
            join_step(), settle(environment), stats()},
      Steps{create(), open(), slow, meanwhile(1, close()), pause(soon), meanwhile(2, close()), join_step(), stats()},
      Steps{create(), open(), slow, meanwhile(1, close()), pause(soon), on(2, close()), stats(), join_step()},
      Steps{create(), open(), slow, meanwhile(1, close()), pause(soon), close_within("1ms"), stats(), join_step(),
            stats()},
      Steps{create(), open(), slow, meanwhile(1, close()), pause(soon), meanwhile(2, close()), pause(soon / 2),
            meanwhile(3, close()), join_step(), stats()},
  };
  for (const Step& other : {open(), post(data(4, 5)), flush(), remove(), update("changed meanwhile")})
    programs.push_back(Steps{fed(), slow, meanwhile(1, close()), pause(soon), other, stats(), join_step(), stats(),
                             settle(environment)});
  return programs;
}

}  // namespace

std::vector<Check> overlap_checks() {
  return {
      {"overlapping-closes-agree",
       {C::concurrent_requests_linearize, C::close_ends_open_job, C::closed_means_closed, C::close_flushes_buffers},
       {},
       overlapping_closes,
       {},
       {},
       2},
      {"requests-during-a-close-agree",
       {C::concurrent_requests_linearize, C::closed_means_closed, C::accepted_data_is_kept, C::close_flushes_buffers},
       {},
       close_meets_others,
       {},
       {},
       3},
      {"requests-during-an-open-agree",
       {C::concurrent_requests_linearize, C::accepted_data_is_kept, C::closed_means_closed, C::close_touches_one_job},
       {},
       opens_meet_others,
       {},
       {},
       3},
      {"requests-during-a-slow-close-agree",
       {C::concurrent_requests_linearize, C::close_waits_for_housekeeping, C::closed_means_closed,
        C::accepted_data_is_kept},
       {.faults = {Fault::slow_close}},
       slow_close_meets_others,
       {},
       {},
       0},
  };
}

}  // namespace closecheck::properties
