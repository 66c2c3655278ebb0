#include "closecheck/sut/executor.h"

#include <gtest/gtest.h>

#include "run/scripted_system_for_test.h"

namespace closecheck::sut {
namespace {

TEST(Executor, WaitsForTheAnswerOfEachCallOfTheMainLine) {
  ScriptedSystem system(answer_at_once);
  const Execution execution = run({{call(OpenJob{"a"}), call(close_of("b")), call(JobStats{"c"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"0> a", "0< a", "0> b", "0< b", "0> c", "0< c"}));
  EXPECT_EQ(execution.history.events[3].time, 2 * kMillisecond);
  EXPECT_EQ(execution.history.profile, Profile::xpack_6_3);
  EXPECT_EQ(execution.program.steps.size(), 3U);
}

TEST(Executor, GoesOnAtOnceAfterADetachedCallAndQueuesTheNextOneOnItsClient) {
  ScriptedSystem system([](const Request&, Time, int client) {
    return ScriptedReply{client == 1 ? 10 * kMillisecond : kMillisecond, accepted_response()};
  });
  const Execution execution =
      run({{detached_call(1, OpenJob{"a"}), detached_call(1, close_of("b")), call(JobStats{"c"}), call(JobStats{"d"})}},
          system);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "0> c", "0< c", "0> d", "0< d", "1< a", "1> b", "1< b"}));
  EXPECT_TRUE(times_never_go_back(execution.history));
}

TEST(Executor, LetsAClientsQueueEndBeforeACallOnItThatTheMainLineWaitsFor) {
  ScriptedSystem system(answer_at_once);
  Step last = call(JobStats{"c"});
  last.client = 1;
  const Execution execution =
      run({{detached_call(1, OpenJob{"a"}), detached_call(1, close_of("b")), last, call(JobStats{"d"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "1< a", "1> b", "1< b", "1> c", "1< c", "0> d", "0< d"}));
}

TEST(Executor, RecordsAnswersOfDetachedCallsWithTheirTimesDuringAWait) {
  ScriptedSystem system([](const Request&, Time, int) { return ScriptedReply{3 * kSecond, accepted_response()}; });
  const Execution execution =
      run({{detached_call(1, close_of("a")), wait_step(10 * kSecond), call(JobStats{"b"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "1< a", "0> b", "0< b"}));
  EXPECT_EQ(execution.history.events[1].time, 3 * kSecond);
  EXPECT_EQ(execution.history.events[2].time, 10 * kSecond);
}

TEST(Executor, JoinsEveryClientBeforeItGoesOn) {
  ScriptedSystem system([](const Request&, Time, int client) {
    return ScriptedReply{client * kSecond, accepted_response()};
  });
  const Execution execution = run(
      {{detached_call(1, close_of("a")), detached_call(2, close_of("b")), join_step(), call(JobStats{"c"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "2> b", "1< a", "2< b", "0> c", "0< c"}));
}

TEST(Executor, PutsAnswersThatAreThereBeforeTheNextInvocation) {
  ScriptedSystem system(answer_at_once);
  // A hook takes its time, and meanwhile an answer comes.
  system.on_inject = [&](Fault, const std::string&, Duration) {
    system.pass(kSecond);
    return true;
  };
  const Execution execution = run(
      {{detached_call(1, close_of("a")), fault_step(Fault::slow_close, "c"), detached_call(2, JobStats{"b"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "fault c", "1< a", "2> b", "2< b"}));
  EXPECT_TRUE(times_never_go_back(execution.history));
}

TEST(Executor, GivesUpAnAnswerThatDoesNotComeAndGoesOnWithANewProcess) {
  ScriptedSystem system([](const Request& request, Time, int) {
    return job_of(request.operation) == "a" ? ScriptedReply{std::nullopt, nullptr}
                                            : ScriptedReply{kMillisecond, accepted_response()};
  });
  const Execution execution =
      run({{call(close_of("a")), call(JobStats{"b"}), detached_call(1, JobStats{"c"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"0> a", "0! a", "2> b", "2< b", "1> c", "1< c"}));
  EXPECT_EQ(execution.history.events[1].time, 40 * kMinute);
  EXPECT_NE(execution.history.events[1].error, "");
}

TEST(Executor, EndsWaitsAndSendsNothingMoreWhenTheRunIsOver) {
  for (const Step& step : {wait_step(kHour), settle_step("closecheck-a", kHour), call(close_of("never answered"))}) {
    ScriptedSystem system([](const Request& request, Time, int) {
      if (job_of(request.operation) == "never answered") return ScriptedReply{std::nullopt, nullptr};
      return ScriptedReply{kMillisecond, reads(JobState::closing)};
    });
    system.ends = 10 * kSecond;
    const Execution execution = run({{step, call(JobStats{"late"})}}, system);

    EXPECT_GE(system.now(), 10 * kSecond);
    EXPECT_LE(system.now(), 11 * kSecond);
    EXPECT_EQ(execution.program.steps.front().type, step.type);
    for (const Event& event : execution.history.events) {
      EXPECT_LE(event.time, 11 * kSecond);
      EXPECT_NE(event.type, EventType::settled);
      EXPECT_FALSE(event.request && job_of(event.request->operation) == "late");
    }
  }
}

TEST(Executor, NeverHearsAnAnswerThatWasGivenUp) {
  ScriptedSystem system([](const Request& request, Time, int) {
    return ScriptedReply{job_of(request.operation) == "a" ? kHour : kMillisecond, accepted_response()};
  });
  const Execution execution = run({{call(close_of("a")), wait_step(kHour), call(JobStats{"b"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"0> a", "0! a", "1> b", "1< b"}));
}

TEST(Executor, TellsALostAnswerOfTheSystemWithItsError) {
  ScriptedSystem system([](const Request&, Time, int) { return ScriptedReply{kMillisecond, nullptr}; });
  const Execution execution = run({{call(close_of("a")), call(JobStats{"b"})}}, system);

  EXPECT_EQ(told(execution.history), (Lines{"0> a", "0! a", "1> b", "1! b"}));
  EXPECT_EQ(execution.history.events[1].error, "connection reset");
}

TEST(Executor, PassesTheWishForAFreshConnectionOn) {
  ScriptedSystem system(answer_at_once);
  Step fresh = call(JobStats{"a"});
  fresh.fresh_connection = true;
  run({{fresh, call(JobStats{"b"})}}, system);

  EXPECT_EQ(system.fresh_count, 1);
}

TEST(Executor, SettlesAJobOnceItHasBeenAtRestForAWhile) {
  ScriptedSystem system([](const Request& request, Time now, int) {
    if (!std::holds_alternative<JobStats>(request.operation)) return ScriptedReply{kMillisecond, accepted_response()};
    return ScriptedReply{kMillisecond, reads(now < 3 * kSecond ? JobState::closing : JobState::closed, 5)};
  });
  const Execution execution =
      run({{call(close_of("closecheck-a", "true")), settle_step("closecheck-a", kMinute)}}, system);

  ASSERT_EQ(execution.history.events.back().type, EventType::settled);
  EXPECT_EQ(execution.history.events.back().job, "closecheck-a");
  EXPECT_GE(execution.history.events.back().time, 4 * kSecond);
  EXPECT_LT(execution.history.events.back().time, 5 * kSecond);
  EXPECT_EQ(execution.program.steps.size(), 2U) << "polls are no steps";
  EXPECT_EQ(request_count(execution.history), 4U) << "the close, what changed, and the last poll";
}

TEST(Executor, DoesNotTakeAJobForSettledWhileItsCountsStillGrow) {
  ScriptedSystem system([](const Request&, Time now, int) {
    return ScriptedReply{kMillisecond, reads(JobState::closed, std::min<Time>(now, 5 * kSecond) / kMillisecond)};
  });
  const Execution execution = run({{settle_step("closecheck-a", kMinute)}}, system);

  EXPECT_GE(execution.history.events.back().time, 6 * kSecond);
}

TEST(Executor, SettlesAfterItsPatienceWhenAJobNeverComesToRest) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, reads(JobState::closing)};
  });
  const Execution execution = run({{settle_step("closecheck-a", 10 * kSecond)}}, system);

  ASSERT_EQ(execution.history.events.back().type, EventType::settled);
  EXPECT_GE(execution.history.events.back().time, 10 * kSecond);
  EXPECT_LT(execution.history.events.back().time, 11 * kSecond);
}

// closing-is-visible: 5.4 may show `opened` for as long as a job closes.
TEST(Executor, DoesNotTakeAClosingJobThatStillReadsOpenedForSettled) {
  const auto script = [](const Request& request, Time now, int) {
    if (!std::holds_alternative<JobStats>(request.operation)) return ScriptedReply{kMillisecond, accepted_response()};
    return ScriptedReply{kMillisecond, reads(now < 8 * kSecond ? JobState::opened : JobState::closed)};
  };
  ScriptedSystem closing(script);
  ScriptedSystem opened(script);
  const Execution of_closing =
      run({{call(close_of("closecheck-a", "true")), settle_step("closecheck-a", kMinute)}}, closing);
  const Execution of_opened = run({{call(OpenJob{"closecheck-a"}), settle_step("closecheck-a", kMinute)}}, opened);

  EXPECT_GE(of_closing.history.events.back().time, 9 * kSecond);
  EXPECT_LT(of_opened.history.events.back().time, 2 * kSecond);
}

TEST(Executor, SettlesAJobThatIsNotThere) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, refused(Refusal::not_found, 404)};
  });
  const Execution execution = run({{settle_step("closecheck-a", kMinute)}}, system);

  EXPECT_EQ(execution.history.events.back().type, EventType::settled);
  EXPECT_LT(execution.history.events.back().time, 2 * kSecond);
}

TEST(Executor, DeliversAFaultAndReadsTheFailedStateBack) {
  bool failed = false;
  Time failed_at = 0;
  ScriptedSystem system([&](const Request&, Time now, int) {
    return ScriptedReply{kMillisecond,
                         reads(failed && now > failed_at + kSecond ? JobState::failed : JobState::opened)};
  });
  system.on_inject = [&](Fault fault, const std::string& job, Duration) {
    failed = fault == Fault::fail_job && job == "closecheck-a";
    failed_at = system.now();
    return true;
  };
  const Execution execution = run({{fault_step(Fault::fail_job, "closecheck-a")}}, system);

  EXPECT_EQ(execution.fault_error, "");
  EXPECT_FALSE(execution.fault_missing);
  ASSERT_FALSE(execution.history.events.empty());
  EXPECT_EQ(execution.history.events[0].type, EventType::fault);
  const auto& last = std::get<JobStatisticsList>(execution.history.events.back().response->content);
  EXPECT_EQ(last.jobs[0].state, JobState::failed);
}

TEST(Executor, ReadsAFaultBackBesideRequestsThatAreOpen) {
  ScriptedSystem system([](const Request& request, Time now, int) {
    if (!std::holds_alternative<JobStats>(request.operation))
      return ScriptedReply{100 * kMillisecond, accepted_response()};
    return ScriptedReply{kMillisecond, reads(now < 200 * kMillisecond ? JobState::opened : JobState::failed)};
  });
  system.on_inject = [](Fault, const std::string&, Duration) { return true; };
  const Execution execution =
      run({{detached_call(1, close_of("b")), fault_step(Fault::fail_job, "closecheck-a")}}, system);

  EXPECT_EQ(execution.fault_error, "");
  const Lines lines = told(execution.history);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "1< b"), 1);
  EXPECT_TRUE(times_never_go_back(execution.history));
}

TEST(Executor, ReadsAFaultBackOnANewProcessWhenAnAnswerIsLost) {
  ScriptedSystem system([](const Request&, Time, int client) {
    return client == 0 ? ScriptedReply{kMillisecond, nullptr} : ScriptedReply{kMillisecond, reads(JobState::failed)};
  });
  system.on_inject = [](Fault, const std::string&, Duration) { return true; };
  const Execution execution = run({{fault_step(Fault::fail_job, "closecheck-a")}}, system);

  EXPECT_EQ(execution.fault_error, "");
  EXPECT_EQ(told(execution.history),
            (Lines{"fault closecheck-a", "0> closecheck-a", "0! closecheck-a", "1> closecheck-a", "1< closecheck-a"}));
}

TEST(Executor, EndsTheRunWhenAFaultDoesNotShow) {
  ScriptedSystem system([](const Request&, Time, int) { return ScriptedReply{kMillisecond, reads(JobState::opened)}; });
  system.on_inject = [](Fault, const std::string&, Duration) { return true; };
  const Execution execution =
      run({{fault_step(Fault::fail_job, "closecheck-a"), call(close_of("closecheck-a"))}}, system);

  EXPECT_NE(execution.fault_error.find("reads opened"), std::string::npos) << execution.fault_error;
  EXPECT_LE(system.now(), 11 * kSecond);
  EXPECT_EQ(execution.program.steps.size(), 1U) << "the close was never sent";
}

TEST(Executor, EndsTheRunWhenAFaultIsNotDelivered) {
  ScriptedSystem broken(answer_at_once);
  broken.on_inject = [](Fault, const std::string&, Duration) -> bool { throw FaultFailed{"the hook exited with 1"}; };
  const Execution failed = run({{fault_step(Fault::slow_close, "a", kSecond), call(close_of("a"))}}, broken);
  ScriptedSystem without(answer_at_once);
  const Execution missing = run({{fault_step(Fault::hang_close, "a"), call(close_of("a"))}}, without);

  EXPECT_NE(failed.fault_error.find("the hook exited with 1"), std::string::npos);
  EXPECT_TRUE(failed.history.events.empty());
  EXPECT_TRUE(missing.fault_missing);
  EXPECT_TRUE(missing.history.events.empty());
}

TEST(Executor, ReadsAgainWhereTheObserverAsksAndTellsItInTheProgram) {
  ScriptedSystem system(answer_at_once);
  bool asked = false;
  ScriptedObserver observer([&](const Event& event) {
    if (event.type != EventType::ok || job_of(event.request->operation) != "b" || asked) return Advice::go_on;
    asked = true;
    return Advice::read_again;
  });
  const Execution execution =
      run({{call(close_of("a")), call(buckets_of("b")), call(JobStats{"c"})}}, system, &observer);

  EXPECT_EQ(told(execution.history), (Lines{"0> a", "0< a", "0> b", "0< b", "0> b", "0< b", "0> c", "0< c"}));
  ASSERT_EQ(execution.program.steps.size(), 5U);
  EXPECT_EQ(execution.program.steps[2].type, StepType::wait);
  EXPECT_EQ(execution.program.steps[2].duration, kMinute);
  EXPECT_TRUE(std::holds_alternative<GetBuckets>(execution.program.steps[3].request.operation));
  EXPECT_EQ(observer.seen, execution.history.events.size());

  ScriptedSystem again(answer_at_once);
  EXPECT_EQ(told(run(execution.program, again).history), told(execution.history)) << "the reported program replays";
}

TEST(Executor, ReadsAgainOnTheClientThatAskedBeforeItsQueueGoesOn) {
  ScriptedSystem system(answer_at_once);
  bool asked = false;
  ScriptedObserver observer([&](const Event& event) {
    if (event.type != EventType::ok || job_of(event.request->operation) != "a" || asked) return Advice::go_on;
    asked = true;
    return Advice::read_again;
  });
  const Execution execution = run(
      {{detached_call(1, buckets_of("a")), detached_call(1, JobStats{"b"}), call(JobStats{"c"})}}, system, &observer);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "0> c", "1< a", "0< c", "1> a", "1< a", "1> b", "1< b"}));
  ASSERT_EQ(execution.program.steps.size(), 5U);
  EXPECT_EQ(execution.program.steps[2].client, 1);
}

TEST(Executor, DoesNotReadAgainForEver) {
  ScriptedSystem system(answer_at_once);
  ScriptedObserver observer(
      [](const Event& event) { return event.type == EventType::ok ? Advice::read_again : Advice::go_on; });
  const Execution execution = run({{call(buckets_of("a"))}}, system, &observer);

  EXPECT_EQ(request_count(execution.history), 4U);
  EXPECT_EQ(execution.program.steps.size(), 7U);
}

TEST(Executor, StopsWhereTheObserverSaysAndAwaitsWhatIsOpenForAWhile) {
  ScriptedSystem system([](const Request&, Time, int client) {
    if (client == 2) return ScriptedReply{std::nullopt, nullptr};
    return ScriptedReply{client == 1 ? 100 * kMillisecond : kMillisecond, accepted_response()};
  });
  ScriptedObserver observer([](const Event& event) {
    return event.type == EventType::ok && job_of(event.request->operation) == "c" ? Advice::stop : Advice::go_on;
  });
  const Execution execution = run({{detached_call(1, close_of("a")), detached_call(2, close_of("b")),
                                    detached_call(1, close_of("q")), call(JobStats{"c"}), call(JobStats{"d"})}},
                                  system, &observer);

  EXPECT_EQ(told(execution.history), (Lines{"1> a", "2> b", "0> c", "0< c", "1< a", "2! b"}));
  EXPECT_EQ(execution.program.steps.size(), 4U) << "what was not run is not told";
  EXPECT_LE(system.now(), 2 * kSecond);
}

TEST(Executor, KeepsTheGivenProgramWhenNothingWasAddedToIt) {
  const auto program = std::make_shared<const Program>(Program{{call(OpenJob{"a"}), call(close_of("a"))}});
  Executor executor(Profile::xpack_5_4, {});
  ScriptedSystem first(answer_at_once);
  ScriptedSystem second(answer_at_once);
  const Lines once = told(executor.run(program, first, nullptr));
  const Lines twice = told(executor.run(program, second, nullptr));

  EXPECT_EQ(once, twice);
  EXPECT_EQ(executor.program(), program);
}

TEST(Executor, KnowsNothingOfTheClosesOfAnEarlierRun) {
  const auto script = [](const Request& request, Time, int) {
    return ScriptedReply{kMillisecond, std::holds_alternative<JobStats>(request.operation) ? reads(JobState::opened)
                                                                                           : accepted_response()};
  };
  const auto run_after = [&](Operation first) {
    return std::make_shared<const Program>(Program{{call(std::move(first)), settle_step("closecheck-a", kMinute)}});
  };
  Executor executor(Profile::xpack_5_4, {});
  ScriptedSystem closing(script);
  ScriptedSystem other(script);
  const Time end_of_closing = executor.run(run_after(close_of("closecheck-a")), closing, nullptr).events.back().time;
  const Time end_of_other = executor.run(run_after(close_of("closecheck-b")), other, nullptr).events.back().time;

  EXPECT_GE(end_of_closing, kMinute);
  EXPECT_LT(end_of_other, 2 * kSecond);
}

}  // namespace
}  // namespace closecheck::sut
