// Whole lives of a job: long programs that put much to the test with few closes, each followed by a look at everything.
#include <algorithm>

#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// Buckets of the first post: more than a page holds unless it is told otherwise.
constexpr int kManyBuckets = 110;
constexpr Duration kShortWhile = 30 * kMillisecond;

Step create_detailed() {
  JobConfig config;
  config.description = "a whole life";
  config.groups = {kGroup};
  config.detectors = {Detector{}, Detector{"max", "value", "entity", ""}};
  config.model_memory_limit = "16mb";
  config.custom_settings = R"({"owner":"team","nested":{"n":1}})";
  return create_with(kJob, config);
}

Step post_for_entity(int first, int last, int per_bucket = 1) {
  std::vector<Record> records = data(first, last, per_bucket);
  for (Record& record : records) record.entity = "one";
  return post(std::move(records));
}

/// Enough ordinary data that its last buckets stand out.
Step post_many() {
  std::vector<Record> records = data(0, kManyBuckets);
  for (int i = 0; i < 60; ++i)
    records.push_back({kDataStart + kManyBuckets * kSpanMs + std::int64_t{i} * 500, 900.0 + i, "one"});
  for (Record& record : records) record.entity = "one";
  return post(std::move(records));
}

/// The statistics of every job of the program, where one request may ask for several.
Steps stats_of_all(const Environment& environment) {
  return environment.profile->has_expressions ? Steps{stats("closecheck-*")} : Steps{};
}

/// Everything that can be read of the job, by several connections, whole and in pages.
Steps look(const Environment& environment) {
  return {stats(), fresh(stats()), on(1, stats()),
          // What comes late shows here by itself, and not in pages that do not fit together.
          snapshots(), buckets(), buckets_page(0, 1), buckets_page(1, 1), buckets_page(2, 3), buckets_page(9, 4),
          buckets_page(100, 20), records(), records_page(0, 1), records_page(1, 1), get(), on(1, buckets()),
          stats_of_all(environment)};
}

/// What a closed job has to refuse, at once and by whomever.
Steps refused_when_closed(const Environment& environment) {
  Steps steps{post_for_entity(200, 201), fresh(flush()), on(1, post_for_entity(200, 202)), flush(kJob, "true")};
  if (environment.knows(Principal::manage))
    steps.add(as(Principal::manage, post_for_entity(200, 201))).add(as(Principal::manage, flush()));
  return steps;
}

std::vector<Program> lives(const Environment& environment) {
  const Steps first{create_detailed(),
                    get(),
                    open(),
                    stats(),
                    post_many(),
                    flush(),
                    flush(kJob, "true"),
                    post_for_entity(111, 113),
                    update("changed while open"),
                    get(),
                    stats_of_all(environment),
                    close(),
                    look(environment)};
  const Steps later{open(),
                    stats(),
                    post_for_entity(113, 116, 2),
                    close(),
                    look(environment),
                    open(),
                    post_for_entity(116, 118),
                    flush(),
                    stats(),
                    close(),
                    look(environment),
                    close(),
                    open(),
                    stats(),
                    post_for_entity(118, 120),
                    close(),
                    look(environment)};
  return {
      Steps{first, refused_when_closed(environment), look(environment), update("changed while closed"), get(), later,
            open(), stats(), post_for_entity(120, 121), stats(), close(), stats(), buckets(), post_for_entity(200, 201),
            flush(), stats()},
      // Deleted, and made again under the same name.
      Steps{create_detailed(),
            open(),
            post_for_entity(0, 3),
            close(),
            buckets(),
            remove(),
            close(),
            stats(),
            force(),
            create(),
            get(),
            stats(),
            open(),
            stats(),
            close(),
            buckets(),
            snapshots(),
            open(),
            post(data(0, 3)),
            close(),
            stats(),
            buckets()},
      // Forced in the midst of it.
      Steps{create_detailed(),
            get(),
            open(),
            post_for_entity(0, 3),
            close(),
            buckets(),
            open(),
            post_for_entity(3, 5),
            force(),
            settle(environment),
            look(environment),
            refused_when_closed(environment),
            stats(),
            force(),
            close(),
            open(),
            stats(),
            post_for_entity(6, 8),
            close(),
            look(environment),
            open(),
            force(),
            settle(environment),
            get(),
            stats()},
  };
}

std::vector<Program> overlapping_lives(const Environment& environment) {
  return {
      Steps{create_detailed(), open(), post_for_entity(0, 4), meanwhile(1, close()), pause(kShortWhile), stats(),
            on(2, post_for_entity(4, 5)), on(3, flush()), on(2, open()), update("changed meanwhile"), on(3, buckets()),
            on(2, close()), join_step(), look(environment), open(), stats(), close(), look(environment)},
      Steps{create_detailed(),
            meanwhile(1, open()),
            meanwhile(2, open()),
            meanwhile(3, close()),
            join_step(),
            close(),
            settle(environment),
            open(),
            post_for_entity(0, 4),
            meanwhile(1, close()),
            meanwhile(2, close()),
            meanwhile(3, close_within("1h")),
            meanwhile(4, stats()),
            meanwhile(5, buckets()),
            join_step(),
            look(environment),
            open(),
            post_for_entity(4, 6),
            meanwhile(1, close()),
            meanwhile(2, force()),
            join_step(),
            settle(environment),
            look(environment)},
      // Whoever reads `opening` first knows that the close comes later.
      Steps{create_detailed(),
            meanwhile(1, open()),
            pause(kMillisecond),
            stats(),
            close(),
            join_step(),
            stats(),
            close(),
            settle(environment),
            meanwhile(1, open()),
            pause(kShortWhile / 4),
            stats(),
            close(),
            join_step(),
            stats(),
            pause(kSecond / 3),
            stats(),
            close(),
            settle(environment),
            open(),
            stats(),
            close(),
            stats()},
  };
}

/// Every form of a request that an opened job must refuse, one behind the other, and then what they must not have done.
Steps refused_when_open(const Environment& environment) {
  Steps steps;
  for (const char* timeout : {"abc", "5", "1w", "s", "10 parsecs", "--5s", "1x", "5min", "1h30m", "ten seconds", "1y"})
    steps.add(close_within(timeout));
  for (const char* timeout : {"abc", "5", "1w"}) {
    steps.add(call(CloseJob{kJob, "true", timeout, {}, {}}));
    steps.add(call(CloseJob{kJob, "false", timeout, {}, {}}));
  }
  steps.add(stats());
  for (const char* name : {"unknown", "forec", "Timeout", "wait"}) {
    steps.add(close_with({{name, "true"}}));
    steps.add(call(CloseJob{kJob, "true", {}, {}, {{name, "1"}}}));
    steps.add(call(CloseJob{kJob, {}, "30s", {}, {{name, ""}}}));
  }
  steps.add(stats());
  for (const char* method : {"GET", "PUT", "DELETE"})
    steps.add(raw(environment, method, "/anomaly_detectors/closecheck-a/_close"));
  return steps.add(stats()).add(create()).add(stats()).add(open()).add(remove());
}

Steps refused_to_callers(const Environment& environment) {
  Steps steps;
  if (!environment.secured) return steps;
  std::vector<Principal> callers{Principal::anonymous};
  for (const Principal who : {Principal::none, Principal::monitor_ml})
    if (environment.knows(who)) callers.push_back(who);
  for (const Principal who : callers) {
    for (const Step& step :
         {close(), force(), force_spelled("false"), close_within("10s"), close("closecheck-unknown")})
      steps.add(as(who, step)).add(as(who, fresh(step)));
    // On a connection on which somebody else is known.
    steps.add(on(1, stats())).add(on(1, as(who, close())));
    steps.add(as(who, post(data(8, 9)))).add(as(who, open())).add(stats());
  }
  return steps;
}

std::vector<Program> refusing_lives(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 3)), refused_when_open(environment), stats(), get(), post(data(3, 4)),
            stats(), close(), look(environment), refused_when_open(environment), stats()},
  };
}

std::vector<Program> lives_among_strangers(const Environment& environment) {
  return {Steps{create(), open(), post(data(0, 3)), refused_to_callers(environment), stats(), post(data(3, 4)), stats(),
                close(), refused_to_callers(environment), stats(), buckets()}};
}

/// A closed job has nothing to wait for, so that every spelling is read and none takes time.
std::vector<Program> closes_closed_again(const Environment& environment) {
  Steps steps{create(), open(), post(data(0, 4)), close(), stats(), buckets(), snapshots()};
  for (const char* timeout :
       {"7d", "1d", "36h", "2h", "90m", "30m", "100s", "5000ms", "60000000micros", "60000000000nanos"})
    steps.add(close_within(timeout));
  steps.add(force()).add(force_spelled("false")).add(fresh(close())).add(on(1, close()));
  if (environment.knows(Principal::manage)) steps.add(as(Principal::manage, close()));
  steps.add(stats()).add(get()).add(buckets()).add(snapshots());
  return {steps.add(open()).add(post(data(4, 5))).add(close()).add(close()).add(stats())};
}

std::vector<Program> failing_lives(const Environment& environment) {
  const Steps failed{create_detailed(), open(), post_for_entity(0, 3), close(), open(), post_for_entity(3, 5), fail()};
  return {
      Steps{failed,
            stats(),
            post_for_entity(5, 6),
            flush(),
            close(),
            close_within("1s"),
            force_spelled("false"),
            stats(),
            force(),
            settle(environment),
            look(environment),
            refused_when_closed(environment),
            open(),
            stats(),
            post_for_entity(6, 8),
            close(),
            look(environment),
            open(),
            close(),
            stats()},
      Steps{create(), open(), fail(), force(), settle(environment), open(), fail(), close(), force(),
            settle(environment), stats(), get(), open(), close(), stats()},
  };
}

std::vector<Program> slow_lives(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  const std::string shortly = in_milliseconds(short_of(environment));
  const Duration soon = environment.slow / 4;
  const Duration late = environment.slow * 7 / 10;
  return {
      Steps{create_detailed(), open(), post_for_entity(0, 4), slow, close_within(shortly), stats(), snapshots(),
            post_for_entity(4, 5), flush(), open(), close_within(shortly), stats(), close_within("600000ms"),
            look(environment), open(), stats(), post_for_entity(5, 7), close(), look(environment)},
      // In a later cycle, and left alone behind the timeout.
      Steps{create_detailed(), open(), post_for_entity(0, 2), close(), open(), post_for_entity(2, 6),
            slow_close(environment.slow / 2), close_within(in_milliseconds(environment.slow / 4)), stats(),
            settle(environment), look(environment), open(), stats(), close(), stats()},
      Steps{create_detailed(),
            open(),
            post_for_entity(0, 4),
            slow,
            meanwhile(1, close()),
            pause(soon),
            meanwhile(2, close()),
            meanwhile(3, close_within("1h")),
            stats(),
            post_for_entity(4, 5),
            open(),
            flush(),
            get(),
            buckets(),
            remove(),
            close_within("1ms"),
            stats(),
            join_step(),
            look(environment),
            open(),
            close(),
            settle(environment),
            look(environment)},
      // Late in its closing.
      Steps{create_detailed(),
            open(),
            post_for_entity(0, 4),
            slow,
            close_within("0s"),
            pause(late),
            post_for_entity(4, 5),
            pause(environment.slow / 10),
            post_for_entity(5, 6),
            flush(),
            open(),
            pause(environment.slow / 10),
            post_for_entity(6, 7),
            close(),
            look(environment),
            open(),
            stats(),
            close(),
            stats(),
            buckets()},
      Steps{create(), open(), post(data(0, 4)), close(), open(), slow, meanwhile(1, close()), pause(soon), stats(),
            force(), join_step(), settle(environment), stats(), buckets(), open(), post(data(5, 7)), close(), stats(),
            buckets()},
  };
}

std::vector<Program> hanging_lives(const Environment& environment) {
  const std::string shortly = in_milliseconds(short_of(environment));
  return {
      Steps{create_detailed(),
            open(),
            post_for_entity(0, 2),
            close(),
            open(),
            post_for_entity(2, 4),
            hang_close(),
            close_within(shortly),
            stats(),
            post_for_entity(4, 5),
            meanwhile(1, close_within(in_milliseconds(3 * environment.slow))),
            close_within(shortly),
            stats(),
            force(),
            join_step(),
            settle(environment),
            look(environment),
            open(),
            stats(),
            post_for_entity(6, 8),
            close(),
            look(environment)},
  };
}

std::vector<Clause> with(std::vector<Clause> more) {
  more.insert(more.end(), {C::close_ends_open_job, C::closed_means_closed, C::job_reopens, C::accepted_data_is_kept,
                           C::closed_job_refuses_data, C::closed_job_refuses_analysis, C::closed_job_keeps_results,
                           C::closed_job_keeps_metadata, C::closed_job_is_idle, C::close_flushes_buffers,
                           C::close_finalizes_results, C::close_persists_snapshot, C::close_waits_for_housekeeping,
                           C::reopen_continues_analysis, C::refused_request_changes_nothing, C::wire_status_codes,
                           C::wire_error_envelope});
  std::vector<Clause> once;
  for (const Clause clause : more)
    if (std::ranges::find(once, clause) == once.end()) once.push_back(clause);
  return once;
}

}  // namespace

std::vector<Check> life_checks() {
  constexpr std::size_t kAll = 100;
  return {
      {"whole-lives", with({C::closed_job_keeps_results, C::unknown_job_refused}), {}, lives, {}, {}, kAll},
      {"whole-lives-with-overlaps", with({C::concurrent_requests_linearize}), {}, overlapping_lives, {}, {}, kAll},
      {"whole-lives-of-refusals",
       with({C::refused_request_changes_nothing, C::bad_parameters_refused, C::unknown_parameter_refused,
             C::wire_path_and_method}),
       {},
       refusing_lives,
       {},
       {},
       kAll},
      {"whole-lives-among-strangers",
       with({C::close_requires_privilege, C::anonymous_refused}),
       {.security = true},
       lives_among_strangers,
       {},
       {},
       kAll},
      {"closed-jobs-are-closed-in-every-form",
       with({C::closing_closed_job, C::timeout_takes_time_units}),
       {},
       closes_closed_again,
       {},
       {},
       kAll},
      {"whole-lives-with-failures",
       with({C::force_closes_failed_job, C::failed_job_needs_force, C::failed_job_answer}),
       {.faults = {Fault::fail_job}},
       failing_lives,
       {},
       {},
       kAll},
      {"whole-lives-with-slow-closes",
       with({C::timed_out_close_goes_on, C::timed_out_close_is_no_success, C::timeout_bounds_wait,
             C::concurrent_requests_linearize, C::force_closes_unresponsive_job, C::force_returns_early,
             C::timeout_takes_time_units}),
       {.faults = {Fault::slow_close}},
       slow_lives,
       {},
       {},
       kAll},
      {"whole-lives-with-hanging-closes",
       with({C::force_closes_unresponsive_job, C::timed_out_close_is_no_success, C::timeout_bounds_wait,
             C::timeout_takes_time_units}),
       {.faults = {Fault::hang_close}},
       hanging_lives,
       {},
       {},
       kAll},
  };
}

}  // namespace closecheck::properties
