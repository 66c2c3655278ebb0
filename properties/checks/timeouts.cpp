// How long a close waits: its timeout in every unit, the default, and what happens when the time is up.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

std::vector<Program> bounds_slow_closes(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const std::string shortly = in_milliseconds(short_of(environment));
  std::vector<Program> programs{
      Steps{create(), open(), slow, close_within(shortly)},
      // Closes of a job that is closing have timeouts of their own.
      Steps{create(), open(), slow, close_within(shortly), close_within(shortly), close_within("600000ms"), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within(shortly), settle(environment), stats()},
      Steps{create(), open(), slow, close_within("600000ms"), stats()},
      Steps{create(), open(), slow, close_within(in_milliseconds(2 * short_of(environment))), settle(environment),
            stats()},
      Steps{create(), open(), slow, close_within(shortly), close_within("600000ms"), stats()},
      Steps{create(), open(), close(), open(), slow, close_within(shortly), settle(environment), stats()},
      // Also while the first still waits.
      Steps{create(), open(), slow, meanwhile(1, close()), pause(short_of(environment) / 2), close_within(shortly),
            join_step(), stats()},
      Steps{create(), open(), slow, call(CloseJob{kJob, "false", shortly, {}, {}}), settle(environment), stats()},
      Steps{create(), open(), slow, close_within("0s"), settle(environment), stats()},
  };
  if (!environment.live) {
    programs.push_back(
        Steps{create(), open(), slow_close(90 * kSecond), close_within("60000ms"), settle(environment), stats()});
    programs.push_back(
        Steps{create(), open(), slow_close(10 * kMinute), close_within("1ms"), close_within("540000ms"), stats()});
  }
  return programs;
}

/// Forced in the end, since a job that hangs never closes by itself.
Steps hanging_close(const Environment& environment, const std::string& timeout) {
  return {create(), open(), hang_close(), close_within(timeout), force(), settle(environment)};
}

std::vector<Program> bounds_hanging_closes(const Environment& environment) {
  const std::string shortly = in_milliseconds(short_of(environment));
  std::vector<Program> programs{
      Steps{hanging_close(environment, shortly), stats()},
      Steps{create(), open(), hang_close(), close_within(shortly), close_within(shortly), stats(), force(),
            settle(environment)},
  };
  if (!environment.live)
    for (const char* timeout : {"7s", "90s", "45m", "3h", "2d"})
      programs.push_back(hanging_close(environment, timeout));
  return programs;
}

std::vector<Program> default_bounds_hanging_closes(const Environment& environment) {
  return {
      Steps{create(), open(), hang_close(), close(), force(), settle(environment)},
      Steps{create(), open(), post(data(0, 4)), hang_close(), close(), stats()},
      Steps{create(), open(), slow_close(29 * kMinute), close(), stats()},
      Steps{create(), open(), slow_close(40 * kSecond), close(), stats()},
      Steps{create(), open(), slow_close(40 * kSecond), meanwhile(1, close()), pause(kSecond), close(), stats()},
      Steps{create(), open(), slow_close(31 * kMinute), close()},
      Steps{create(), open(), close(), open(), hang_close(), force_spelled("false"), force(), settle(environment)},
  };
}

/// Half a minute is what clients and proxies give up after by themselves.
std::vector<Program> default_outlasts_long_closes(const Environment& environment) {
  if (environment.long_wait == 0) return {};
  return {Steps{create(), open(), slow_close(environment.long_wait), close()}};
}

std::vector<Program> default_outlasts_slow_closes(const Environment& environment) {
  return {
      Steps{create(), open(), slow_close(environment.slow), close(), stats()},
      Steps{create(), open(), post(data(0, 4)), slow_close(environment.slow), force_spelled("false"), stats()},
      Steps{create(), open(), slow_close(environment.slow), meanwhile(1, close()), pause(environment.slow / 4), close(),
            stats()},
  };
}

void measure_longest_wait(const History& history, const Environment&, Samples& samples) {
  std::map<int, Time> asked;
  for (const Event& event : history.events) {
    if (event.type == EventType::invoke) asked[event.process] = event.time;
    if (event.type != EventType::ok || !event.request) continue;
    const auto* close = std::get_if<CloseJob>(&event.request->operation);
    if (close == nullptr || close->timeout || close->force) continue;
    samples[{C::timeout_defaults_to_30m, "longest_wait_ms"}].push_back(
        static_cast<double>(event.time - asked[event.process]) / static_cast<double>(kMillisecond));
  }
}

/// So many days are more milliseconds than 31 bits hold.
std::vector<std::string> all_units() {
  return {"25d", "60000000micros", "60000000000nanos", "2h", "30m", "100s", "60000ms"};
}

std::vector<Program> takes_every_unit(const Environment& environment) {
  Steps at_once{create(), open()};
  int client = 0;
  for (const std::string& timeout : all_units()) at_once.add(meanwhile(++client, close_within(timeout)));
  std::vector<Program> programs{at_once.add(join_step()).add(stats())};
  for (const std::string& timeout : all_units()) programs.push_back(Steps{create(), open(), close_within(timeout)});
  programs.push_back(Steps{create(), open(), post(data(0, 2)), close_within("1d"), stats()});
  if (environment.knows(Principal::manage))
    programs.push_back(Steps{create(), open(), as(Principal::manage, close_within("5m"))});
  return programs;
}

/// Each unit on a job whose close takes long: the large ones must outlast it, the small ones must give up in time.
std::vector<Program> reads_units_of_slow_closes(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const Duration span = short_of(environment);
  const std::string micros = std::to_string(span / kMicrosecond) + "micros";
  const std::string nanos = std::to_string(span) + "nanos";
  // All at once: each of several closes of one job has a timeout of its own, also behind another one.
  const Duration meanwhile_begun = 20 * kMillisecond + environment.round_trip_max;
  Steps at_once{create(), open(), slow, meanwhile(1, close_within("1h")), pause(meanwhile_begun)};
  int client = 1;
  for (const std::string& timeout : {std::string("1m"), std::string("1d"), std::string("30d"), std::string("600s"),
                                     in_milliseconds(span), micros, nanos})
    at_once.add(meanwhile(++client, close_within(timeout)));
  at_once.add(meanwhile(++client, close()));
  std::vector<Program> programs{at_once.add(join_step()).add(stats())};
  // So many milliseconds would be up while the job is still closing. In process it would be made so small that it shows
  // no more than a wait that is too long.
  if (environment.live)
    programs.push_back(Steps{create(), open(), slow, close_within(std::to_string(2 * span / kMillisecond) + "micros")});
  for (const char* timeout : {"1h", "1m", "1d", "30d", "600s"})
    programs.push_back(Steps{create(), open(), slow, close_within(timeout)});
  programs.push_back(Steps{create(), open(), slow, close_within(std::to_string(span / kMillisecond) + "ms")});
  programs.push_back(Steps{create(), open(), slow, close_within(micros)});
  programs.push_back(Steps{create(), open(), slow, close_within(nanos)});
  programs.push_back(Steps{create(), open(), slow, close_within(std::to_string(span / kSecond) + "s")});
  programs.push_back(Steps{create(), open(), slow, close_within("600000ms")});
  return programs;
}

std::vector<Program> reads_units_of_hanging_closes(const Environment& environment) {
  std::vector<Program> programs;
  for (const char* timeout : {"1m", "1h", "1d", "2s", "250ms", "1500000micros", "2500000000nanos", "90m", "36h"})
    programs.push_back(Steps{create(), open(), hang_close(), close_within(timeout), force(), settle(environment)});
  return programs;
}

std::vector<Program> timed_out_is_no_success(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const std::string shortly = in_milliseconds(short_of(environment));
  return {
      Steps{create(), open(), slow, close_within(shortly), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within(shortly), snapshots(), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within(shortly), stats(), settle(environment)},
      Steps{create(), open(), slow, close_within("1ms"), stats(), on(1, stats()), settle(environment)},
  };
}

std::vector<Program> hanging_timed_out_is_no_success(const Environment& environment) {
  const std::string shortly = in_milliseconds(short_of(environment));
  return {
      Steps{create(), open(), hang_close(), close_within(shortly), stats(), force(), settle(environment)},
      Steps{create(), open(), hang_close(), close_within("1ms"), pause(100 * kMillisecond), stats(), force(),
            settle(environment)},
  };
}

std::vector<Program> goes_on_after_timeout(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const std::string shortly = in_milliseconds(short_of(environment));
  return {
      Steps{create(), open(), post(data(0, 4)), slow, close_within(shortly), settle(environment), stats(), buckets(),
            snapshots()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within(shortly), close(), stats(), buckets()},
      Steps{create(), open(), slow, close_within(shortly), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within("1ms"), settle(environment), open(),
            post(data(4, 6)), close(), stats(), buckets()},
      Steps{create(), open(), slow, close_within(shortly), close_within(shortly), settle(environment), stats()},
  };
}

/// Without a hook: a timeout so short that it may be up before an ordinary close is done. Either answer is right.
std::vector<Program> tiny_timeouts(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 60, 4)), close_within("1ms"), settle(environment), stats(), buckets(),
            post(data(60, 61)), flush(), stats()},
      Steps{create(), open(), post(data(0, 4)), close_within("1nanos"), stats(), settle(environment), stats()},
      Steps{create(), open(), post(data(0, 4)), close_within("1micros"), settle(environment), snapshots()},
      Steps{create(), open(), close_within("0"), settle(environment), stats()},
      Steps{create(), open(), close_within("-1"), settle(environment), stats()},
      Steps{create(), open(), close_within("0s"), settle(environment), stats()},
  };
}

}  // namespace

std::vector<Check> timeout_checks() {
  const Needs slow{.faults = {Fault::slow_close}};
  const Needs hang{.faults = {Fault::hang_close}};
  const Needs hang_in_process{.faults = {Fault::hang_close, Fault::slow_close}, .live = false};
  const Needs slow_live{.faults = {Fault::slow_close}, .live = true};
  return {
      {"timeout-bounds-slow-closes",
       {C::timeout_bounds_wait, C::timed_out_close_goes_on, C::timed_out_close_is_no_success,
        C::timeout_takes_time_units},
       slow,
       bounds_slow_closes,
       {},
       {}},
      {"timeout-bounds-hanging-closes",
       {C::timeout_bounds_wait, C::timed_out_close_is_no_success, C::timeout_takes_time_units,
        C::force_closes_unresponsive_job},
       hang,
       bounds_hanging_closes,
       {},
       {},
       0},
      {"default-timeout-is-30-minutes",
       {C::timeout_defaults_to_30m, C::timeout_bounds_wait, C::close_ends_open_job},
       hang_in_process,
       default_bounds_hanging_closes,
       {},
       measure_longest_wait},
      {"default-timeout-outlasts-slow-closes",
       {C::timeout_defaults_to_30m, C::close_ends_open_job},
       slow_live,
       default_outlasts_slow_closes,
       {},
       measure_longest_wait,
       0},
      {"default-timeout-outlasts-long-closes",
       {C::timeout_defaults_to_30m, C::close_ends_open_job},
       slow_live,
       default_outlasts_long_closes,
       {},
       measure_longest_wait},
      {"timeout-units-of-slow-closes",
       {C::timeout_takes_time_units, C::timeout_bounds_wait, C::timed_out_close_is_no_success,
        C::timeout_defaults_to_30m},
       slow,
       reads_units_of_slow_closes,
       {},
       measure_longest_wait,
       2},
      {"timeout-takes-every-unit",
       {C::timeout_takes_time_units, C::close_ends_open_job},
       {},
       takes_every_unit,
       {},
       {},
       2},
      {"timeout-units-of-hanging-closes",
       {C::timeout_takes_time_units, C::timeout_bounds_wait, C::timed_out_close_is_no_success},
       hang_in_process,
       reads_units_of_hanging_closes,
       {},
       {}},
      {"timed-out-close-is-no-success",
       {C::timed_out_close_is_no_success, C::timed_out_close_goes_on, C::timeout_bounds_wait},
       slow,
       timed_out_is_no_success,
       {},
       {}},
      {"timed-out-hanging-close-is-no-success",
       {C::timed_out_close_is_no_success, C::timeout_bounds_wait},
       hang,
       hanging_timed_out_is_no_success,
       {},
       {},
       0},
      {"timed-out-close-goes-on",
       {C::timed_out_close_goes_on, C::accepted_data_is_kept, C::close_flushes_buffers, C::timeout_bounds_wait,
        C::job_reopens, C::timed_out_close_is_no_success},
       slow,
       goes_on_after_timeout,
       {},
       {},
       0},
      {"tiny-timeouts",
       {C::timed_out_close_goes_on, C::timed_out_close_is_no_success, C::accepted_data_is_kept,
        C::timeout_takes_time_units, C::closed_job_refuses_data, C::closed_job_refuses_analysis},
       {},
       tiny_timeouts,
       {},
       {},
       2},
  };
}

}  // namespace closecheck::properties
