// Replays in virtual time: what is fixed, what still fails, and what cannot be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/in_process.h"
#include "closecheck/sut/passing_system_for_test.h"

namespace closecheck::scenarios {
namespace {

using testing::HasSubstr;

std::unique_ptr<sut::SystemFactory> service(const std::string& deviation = {}, Profile profile = Profile::xpack_6_3,
                                            bool through_codec = true) {
  sut::InProcessOptions options;
  options.profile = profile;
  options.through_codec = through_codec;
  if (!deviation.empty()) options.deviation = sut::deviation_named(deviation).value();
  return sut::make_in_process_factory(options);
}

Replay replay_on(sut::SystemFactory& factory, const std::string& text, std::string_view prefix = kNamePrefix,
                 const TitleFilter& wanted = {}) {
  const Scenario scenario = Scenario::parse(text, "f.yml");
  model::JudgeOptions judge;
  judge.profile = scenario.header().profile.value_or(Profile::xpack_6_3);
  return replay(scenario, factory, {}, judge, prefix, wanted);
}

Replay replay_on(const std::string& deviation, const std::string& text) {
  const auto factory = service(deviation);
  return replay_on(*factory, text);
}

constexpr const char* kJob =
    "  - do: {xpack.ml.put_job: {job_id: closecheck-a, body: {analysis_config: {bucket_span: 60s, detectors: "
    "[{function: "
    "count}]}, data_description: {time_field: time, time_format: epoch_ms}}}}\n"
    "  - do: {xpack.ml.open_job: {job_id: closecheck-a}}\n";

std::string data_after_close(
    const std::string& header = "{clause: closed-job-refuses-data, seed: 7, profile: xpack-6.3}") {
  return "closecheck: " + header + "\n---\nt:\n" + kJob +
         "  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n"
         "  - do: {xpack.ml.post_data: {job_id: closecheck-a, body: {time: 1500000000000, value: 1}}}\n";
}

TEST(Replay, OfACounterexampleIsFixedWhereTheServiceIsRight) {
  const Replay result = replay_on("", data_after_close());
  EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
  EXPECT_FALSE(result.history.events.empty());
}

TEST(Replay, StillFailsWhereTheClauseIsStillBroken) {
  const Replay result = replay_on("accepts-data-after-close", data_after_close());
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().clause, Clause::closed_job_refuses_data);
  EXPECT_THAT(result.why, HasSubstr("closed-job-refuses-data: expected"));
}

TEST(Replay, WithoutAClauseAnyViolationFails) {
  EXPECT_EQ(replay_on("accepts-data-after-close", data_after_close("{seed: 7}")).verdict, ReplayVerdict::still_failing);
}

TEST(Replay, CannotTellOfOneClauseWhereAnotherIsViolated) {
  const Replay result = replay_on("accepts-data-after-close", data_after_close("{clause: job-reopens, seed: 7}"));
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_THAT(result.why, HasSubstr("another clause is violated: closed-job-refuses-data"));
}

TEST(Replay, CannotTellByAnAssertionThatFailsForAnotherClause) {
  const std::string text = "closecheck: {clause: job-reopens, seed: 7}\n---\nt:\n" + std::string(kJob) +
                           "  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n"
                           "  - do: {catch: refused, xpack.ml.post_data: {job_id: closecheck-a, body: {time: 1}}}\n"
                           "  - do: {xpack.ml.open_job: {job_id: closecheck-a}}\n";
  const Replay result = replay_on("accepts-data-after-close", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_THAT(result.why, HasSubstr("another clause is violated: closed-job-refuses-data"));
  EXPECT_EQ(replay_on("", text).verdict, ReplayVerdict::fixed);
}

TEST(Replay, IsNotFixedWhereNothingCouldTell) {
  const std::string text = "closecheck: {clause: job-reopens, seed: 7}\n---\nt:\n" + std::string(kJob) +
                           "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n";
  const Replay result = replay_on("", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_EQ(result.why, "nothing in it could tell");
  EXPECT_EQ(replay_on("", text + "  - match: {count: 1}\n").verdict, ReplayVerdict::fixed) << "the test itself can";
}

TEST(Replay, StopsAndCannotTellOnceItIsInterrupted) {
  const auto factory = service("accepts-data-after-close");
  const std::atomic<bool> cancelled = true;
  Circumstances circumstances;
  circumstances.cancelled = &cancelled;
  model::JudgeOptions judge;
  judge.profile = Profile::xpack_6_3;
  const Replay result =
      replay(Scenario::parse(data_after_close(), "f.yml"), *factory, {}, judge, kNamePrefix, {}, {}, circumstances);
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_EQ(result.why, "interrupted");
  EXPECT_TRUE(result.history.events.empty());
}

TEST(Replay, HoldsThePlacesOfItsJobsWhileItRuns) {
  struct Counting : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      EXPECT_EQ(held, 1U);
      ++made;
      return service()->make(seed);
    }
    std::shared_ptr<void> reserve_jobs(std::size_t count) override {
      held += count;
      return {this, [count](Counting* factory) { factory->held -= count; }};
    }
    std::size_t held = 0;
    int made = 0;
  } factory;
  replay_on(factory, data_after_close());
  EXPECT_EQ(factory.made, 1);
  EXPECT_EQ(factory.held, 0U);
}

TEST(Replay, WithoutTheOracleOnlyAssertionsCount) {
  const std::string text = "closecheck: {oracle: false}\n---\nt:\n" + std::string(kJob) +
                           "  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n  - match: {closed: true}\n"
                           "  - do: {catch: conflict, xpack.ml.post_data: {job_id: closecheck-a, body: {time: 1}}}\n";
  EXPECT_EQ(replay_on("", text).verdict, ReplayVerdict::fixed);
  const Replay failing = replay_on("accepts-data-after-close", text);
  EXPECT_EQ(failing.verdict, ReplayVerdict::still_failing);
  EXPECT_THAT(failing.why, HasSubstr("f.yml:8: expected an error (conflict), found 202"));
}

TEST(Replay, AFailedAssertionNamesItsLine) {
  const Replay result =
      replay_on("", "t:\n" + std::string(kJob) + "  - match: {opened: true}\n  - match: {opened: false}\n");
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing);
  EXPECT_EQ(result.why, "f.yml:5: expected \"opened\" to be false, found true");
}

TEST(Replay, AFileWithoutHeaderRequiresSuccessWhereNoErrorIsCaught) {
  const Replay result = replay_on("", "t:\n  - do: {xpack.ml.close_job: {job_id: closecheck-x}}\n");
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing);
  EXPECT_THAT(result.why, HasSubstr("f.yml:2: expected success, found 404"));
}

TEST(Replay, AssertionsOfMeanwhileLookAtTheAnswersThere) {
  const std::string text =
      "t:\n" + std::string(kJob) +
      "  - meanwhile:\n      - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n      - match: {closed: true}\n"
      "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n  - match: {count: 1}\n  - wait: answers\n"
      "  - match: {jobs.0.job_id: closecheck-a}\n";
  const Replay result = replay_on("", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
}

TEST(Replay, KeepsValuesForLaterCalls) {
  const std::string text =
      "t:\n" + std::string(kJob) +
      "  - do: {xpack.ml.post_data: {job_id: closecheck-a, body: [{time: 1500000000000, value: 1}, {time: "
      "1500000120000, value: 1}]}}\n  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n"
      "  - do: {xpack.ml.get_model_snapshots: {job_id: closecheck-a}}\n  - set: {model_snapshots.0.snapshot_id: id}\n"
      "  - do: {xpack.ml.revert_model_snapshot: {job_id: closecheck-a, snapshot_id: $id}}\n"
      "  - match: {model.snapshot_id: $id}\n"
      "  - do: {catch: missing, xpack.ml.revert_model_snapshot: {job_id: closecheck-a, snapshot_id: 'x${id}'}}\n";
  const Replay result = replay_on("", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
}

TEST(Replay, AnUnknownNameFailsTheStep) {
  const Replay result =
      replay_on("", "t:\n  - do: {info: {}}\n  - set: {version: v}\n  - do: {xpack.ml.get_jobs: {job_id: $w}}\n");
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing);
  EXPECT_THAT(result.why, HasSubstr("nothing was set under the name \"w\""));
}

TEST(Replay, RunsSetUpForEveryTestAndTearsDown) {
  const std::string text =
      "setup:\n" + std::string(kJob) +
      "---\nteardown:\n  - do: {xpack.ml.close_job: {job_id: closecheck-a, ignore: 404}}\n---\n"
      "one:\n  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n  - match: {jobs.0.state: opened}\n---\n"
      "two:\n  - do: {xpack.ml.flush_job: {job_id: closecheck-a}}\n  - is_true: flushed\n";
  const Replay result = replay_on("", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
  ASSERT_EQ(result.tests.size(), 2u);
  EXPECT_EQ(result.tests[1].title, "two");
}

TEST(Replay, LeavesTestsOutThatAreNotForThisServer) {
  const std::string text = "old:\n  - skip: {version: '6.0.0 - ', reason: only the early ones}\n  - do: {info: {}}\n";
  const Replay alone = replay_on("", text);
  EXPECT_EQ(alone.verdict, ReplayVerdict::cannot_tell);
  EXPECT_EQ(alone.why, "left out: only the early ones");
  EXPECT_EQ(replay_on("", text + "---\nnew:\n  - do: {info: {}}\n").verdict, ReplayVerdict::fixed);
}

TEST(Replay, RunsOnlyTheTestsThatTheFilterNames) {
  const auto factory = service();
  const std::string text = "good:\n  - do: {info: {}}\n---\nbad:\n  - do: {xpack.ml.get_jobs: {job_id: x}}\n";
  EXPECT_EQ(
      replay_on(*factory, text, kNamePrefix, [](std::string_view title) { return title.starts_with("go"); }).verdict,
      ReplayVerdict::fixed);
  EXPECT_EQ(replay_on(*factory, text, kNamePrefix, {}).verdict, ReplayVerdict::still_failing);
  EXPECT_EQ(replay_on(*factory, text, kNamePrefix, [](std::string_view) { return false; }).verdict,
            ReplayVerdict::cannot_tell);
}

TEST(Replay, PutsItsNamesUnderThePrefixInCallsAndExpectations) {
  const auto factory = service();
  const Replay result =
      replay_on(*factory,
                "closecheck: {seed: 1}\n---\nt:\n" + std::string(kJob) +
                    "  - do: {xpack.ml.get_jobs: {job_id: closecheck-a}}\n  - match: {jobs.0.job_id: closecheck-a}\n"
                    "  - do: {request: {method: GET, path: /_xpack/ml/anomaly_detectors/closecheck-a}}\n"
                    "  - match: {jobs.0.job_id: /^closecheck-r7-/}\n",
                "closecheck-r7-");
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing);
  // The expectation was renamed as well: only what is written with the whole new prefix would not be.
  EXPECT_THAT(result.why, HasSubstr("/^closecheck-r7-r7-/"));
  EXPECT_EQ(job_of(result.history.events.front().request->operation), "closecheck-r7-a");
}

TEST(Replay, NeedsAnswersWithBytesForAssertions) {
  const auto factory = service("", Profile::xpack_6_3, false);
  const Replay result =
      replay_on(*factory, "closecheck: {seed: 1}\n---\nt:\n" + std::string(kJob) + "  - match: {opened: true}\n");
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_EQ(replay_on(*factory, data_after_close()).verdict, ReplayVerdict::fixed);
}

TEST(Replay, AClockFindingHasToRepeatThreeTimes) {
  const std::string text = "closecheck: {clause: timeout-bounds-wait, seed: 7}\n---\nt:\n" + std::string(kJob) +
                           "  - fault: {slow_close: closecheck-a, duration: 10s}\n"
                           "  - do: {xpack.ml.close_job: {job_id: closecheck-a, timeout: 1s}}\n";
  const Replay failing = replay_on("ignores-timeout", text);
  EXPECT_EQ(failing.verdict, ReplayVerdict::still_failing);
  EXPECT_THAT(failing.why, HasSubstr("in 3 of 3 repetitions"));
  EXPECT_EQ(replay_on("", text).verdict, ReplayVerdict::fixed);

  struct OnlyOnce : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      return service(made++ == 0 ? "ignores-timeout" : "")->make(seed);
    }
    int made = 0;
  } once;
  EXPECT_EQ(replay_on(once, text).verdict, ReplayVerdict::fixed);
  EXPECT_EQ(once.made, 2);
}

/// A service whose systems are wrapped by a test.
template <class System>
struct WrappedFactory : sut::SystemFactory {
  std::unique_ptr<sut::System> make(std::uint64_t seed) override {
    return std::make_unique<System>(service()->make(seed));
  }
};

// closed-job-is-idle: what was told by the pace of a target that was measured is told again.
TEST(Replay, GivesAForcedCloseTheTimeToRestThatTheScenarioTells) {
  const auto replayed = [](const std::string& rest) {
    return replay_on("forced-job-keeps-open-time",
                     "closecheck: {clause: closed-job-is-idle, profile: xpack-6.3" + rest + "}\n---\nt:\n" + kJob +
                         "  - do: {xpack.ml.close_job: {job_id: closecheck-a, force: true}}\n"
                         "  - wait: {settled: closecheck-a, at_most: 20s}\n"
                         "  - wait: 6100ms\n"
                         "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n"
                         "  - wait: 1s\n"
                         "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n");
  };
  EXPECT_EQ(replayed(", rest_after_force: 6s").verdict, ReplayVerdict::still_failing);
  EXPECT_EQ(replayed("").verdict, ReplayVerdict::cannot_tell);
}

TEST(Replay, CannotTellWithoutTheFaultThatItNeeds) {
  struct NoFaults : sut::PassingSystem {
    using PassingSystem::PassingSystem;
    bool inject(Fault, const std::string&, Duration) override { return false; }
    bool can_inject(Fault) const override { return false; }
  };
  struct BadHook : sut::PassingSystem {
    using PassingSystem::PassingSystem;
    bool inject(Fault, const std::string&, Duration) override { throw sut::FaultFailed{"the hook exits with 1"}; }
  };
  const std::string text =
      "closecheck: {clause: failed-job-needs-force}\n---\nt:\n" + std::string(kJob) +
      "  - fault: {fail_job: closecheck-a}\n  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n";
  WrappedFactory<NoFaults> without;
  EXPECT_EQ(replay_on(without, text).verdict, ReplayVerdict::cannot_tell);
  WrappedFactory<BadHook> bad;
  EXPECT_THAT(replay_on(bad, text).why, HasSubstr("the hook exits with 1"));
  EXPECT_EQ(replay_on("", text).verdict, ReplayVerdict::fixed);
}

TEST(Replay, CannotTellOfATargetThatDoesNotAnswer) {
  struct Dead : sut::PassingSystem {
    using PassingSystem::PassingSystem;
    std::optional<sut::Completion> next(Time until) override {
      auto completion = PassingSystem::next(until);
      if (completion) completion->response = nullptr, completion->error = "connection refused";
      return completion;
    }
  };
  WrappedFactory<Dead> dead;
  const Replay result = replay_on(dead, data_after_close());
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_THAT(result.why, HasSubstr("connection refused"));
}

TEST(Replay, CannotTellWhereSetUpFindsLeftOvers) {
  struct Leftover : sut::PassingSystem {
    explicit Leftover(std::unique_ptr<sut::System> the_inner) : PassingSystem(std::move(the_inner)) {
      PassingSystem::submit(
          0, std::make_shared<Request>(Request{Principal::manage_ml, CreateJob{"closecheck-a", {}}, nullptr}), false);
      PassingSystem::next(PassingSystem::now() + kMinute);
    }
  };
  WrappedFactory<Leftover> leftover;
  const Replay result = replay_on(leftover, data_after_close());
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell) << result.why;
}

TEST(Replay, CannotTellOfABusyTarget) {
  struct Busy : sut::PassingSystem {
    using PassingSystem::PassingSystem;
    std::optional<sut::Completion> next(Time until) override {
      auto completion = PassingSystem::next(until);
      if (completion && completion->response) {
        auto busy = std::make_shared<Response>();
        busy->outcome = Outcome::refused;
        busy->refusal = Refusal::busy;
        busy->status = 429;
        completion->response = busy;
      }
      return completion;
    }
  };
  WrappedFactory<Busy> busy;
  const Replay result = replay_on(busy, data_after_close());
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell);
  EXPECT_THAT(result.why, HasSubstr("too busy"));
}

TEST(Replay, BlamesNobodyForWhatFailsBehindARefusalToPrepare) {
  struct Unwilling : sut::PassingSystem {
    using PassingSystem::PassingSystem;
    std::optional<sut::Completion> next(Time until) override {
      auto completion = PassingSystem::next(until);
      if (completion && completion->response && refuses-- > 0) {
        auto refused = std::make_shared<Response>();
        refused->outcome = Outcome::refused;
        refused->refusal = refusal;
        refused->status = refusal == Refusal::busy ? 429 : 403;
        refused->wire = std::make_shared<WireAnswer>(WireAnswer{refused->status, {}, "{}"});
        completion->response = refused;
      }
      return completion;
    }
    int refuses = 2;
    Refusal refusal = Refusal::forbidden;
  };
  struct Busy : Unwilling {
    explicit Busy(std::unique_ptr<sut::System> the_inner) : Unwilling(std::move(the_inner)) { refusal = Refusal::busy; }
  };
  const std::string text = "closecheck: {clause: close-ends-open-job}\n---\nt:\n" + std::string(kJob) +
                           "  - do: {xpack.ml.get_jobs: {job_id: closecheck-b}}\n"
                           "  - match: {jobs.0.job_id: closecheck-b}\n";
  WrappedFactory<Unwilling> unwilling;
  const Replay unprepared = replay_on(unwilling, text);
  EXPECT_EQ(unprepared.verdict, ReplayVerdict::cannot_tell) << unprepared.why;
  EXPECT_THAT(unprepared.why, HasSubstr("could not be created"));
  WrappedFactory<Busy> busy;
  const Replay result = replay_on(busy, text);
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell) << result.why;
  EXPECT_THAT(result.why, HasSubstr("too busy"));
}

TEST(Replay, BlamesNobodyForWhatFailsBehindALostAnswer) {
  const auto factory = service();
  const std::string text = "closecheck: {seed: 1}\n---\nt:\n" + std::string(kJob) +
                           "  - fault: {slow_close: closecheck-a, duration: 90s}\n"
                           "  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n"
                           "  - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n"
                           "  - match: {jobs.0.state: closed}\n";
  const Scenario scenario = Scenario::parse(text, "f.yml");
  sut::ExecutorOptions executor;
  executor.answer_patience = kMinute;
  model::JudgeOptions judge;
  judge.profile = Profile::xpack_6_3;
  const Replay result = replay(scenario, *factory, executor, judge, kNamePrefix);
  EXPECT_EQ(result.verdict, ReplayVerdict::cannot_tell) << result.why;
  EXPECT_THAT(result.why, HasSubstr("no answer to \"close job closecheck-a\""));
}

/// The calls of a history in the order sent, by their paths' last segment.
std::string order_of(const History& history) {
  std::string order;
  for (const Event& event : history.events) {
    if (event.type != EventType::invoke) continue;
    const auto* raw = std::get_if<RawRequest>(&event.request->operation);
    if (raw != nullptr) order += raw->path.substr(raw->path.rfind('/') + 1) + " ";
  }
  return order;
}

TEST(Replay, StepsOfAnotherClientWaitForAPoint) {
  const std::string text =
      "t:\n" + std::string(kJob) +
      "  - meanwhile:\n      - do: {xpack.ml.get_jobs: {job_id: 'closecheck-1*'}}\n      - wait: {point: there}\n"
      "      - do: {xpack.ml.get_jobs: {job_id: 'closecheck-3*'}}\n      - match: {count: 0}\n"
      "  - wait: 1s\n  - do: {xpack.ml.get_jobs: {job_id: 'closecheck-2*'}}\n  - point: there\n"
      "  - wait: answers\n";
  const Replay result = replay_on("", text);
  EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
  EXPECT_EQ(order_of(result.history), "closecheck-a _open closecheck-1* closecheck-2* closecheck-3* ");
}

TEST(Replay, AsksAgainUntilItHoldsOrTheTimeIsOver) {
  const std::string closing =
      "t:\n" + std::string(kJob) +
      "  - fault: {slow_close: closecheck-a, duration: 5s}\n"
      "  - meanwhile: [{do: {xpack.ml.close_job: {job_id: closecheck-a}}}]\n  - wait: 100ms\n"
      "  - eventually:\n      within: 8s\n      every: 500ms\n      steps:\n"
      "        - do: {xpack.ml.get_job_stats: {job_id: closecheck-a}}\n        - match: {jobs.0.state: STATE}\n";
  const auto with_state = [&](const std::string& state) {
    std::string text = closing;
    return text.replace(text.find("STATE"), 5, state);
  };
  EXPECT_EQ(replay_on("", with_state("closed")).verdict, ReplayVerdict::fixed);
  const Replay never = replay_on("", with_state("failed"));
  EXPECT_EQ(never.verdict, ReplayVerdict::still_failing);
  EXPECT_THAT(never.why, HasSubstr("to be \"failed\", found \"closed\" (after 8s of asking again)"));
}

TEST(Replay, HoldsACallToItsTimes) {
  const auto close_with = [](const std::string& bound) {
    return "t:\n" + std::string(kJob) + "  - fault: {slow_close: closecheck-a, duration: 3s}\n  - do: {" + bound +
           ", xpack.ml.close_job: {job_id: closecheck-a}}\n";
  };
  EXPECT_EQ(replay_on("", close_with("within: 4s, no_sooner_than: 2s")).verdict, ReplayVerdict::fixed);
  EXPECT_THAT(replay_on("", close_with("within: 2s")).why, HasSubstr("expected the answer within 2s, it took 3"));
  EXPECT_THAT(replay_on("", close_with("no_sooner_than: 5s")).why,
              HasSubstr("expected the answer no sooner than after 5s, it took 3"));
}

// close-flushes-buffers, closed-job-keeps-results: who asks for a part gets that part.
TEST(Replay, AccusesNobodyForWhatAReadDoesNotAskFor) {
  const std::string setup = "closecheck: {profile: xpack-6.3, oracle: true}\n---\nsetup:\n" + std::string(kJob) +
                            "  - do: {xpack.ml.post_data: {job_id: closecheck-a, body: ['{\"time\":1500000000000}', "
                            "'{\"time\":1500000060000}', "
                            "'{\"time\":1500000120000}', '{\"time\":1500000180000}']}}\n"
                            "  - do: {xpack.ml.close_job: {job_id: closecheck-a}}\n"
                            "  - do: {xpack.ml.get_buckets: {job_id: closecheck-a}}\n";
  const std::pair<const char*, const char*> reads[] = {
      {"start: '1500000060000'", "2"},
      {"end: '1500000060000'", "1"},
      {"anomaly_score: 75", "0"},
      {"desc: true", "3"},
      {"timestamp: '1500000060000'", "1"},
      {"exclude_interim: true, expand: true", "3"},
      {"sort: anomaly_score, size: 2", "3"},
      {"body: {start: '1500000060000', page: {from: 0, size: 10}}", "2"},
  };
  for (const auto& [arguments, count] : reads) {
    const Replay result = replay_on("", setup + "---\nt:\n  - do: {xpack.ml.get_buckets: {job_id: closecheck-a, " +
                                            arguments + "}}\n  - match: {count: " + count + "}\n" +
                                            "  - do: {xpack.ml.get_buckets: {job_id: closecheck-a}}\n");
    EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << arguments << ": " << result.why;
  }
}

}  // namespace
}  // namespace closecheck::scenarios
