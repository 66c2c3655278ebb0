// What the executor asks again: a busy target, and whoever is in doubt. Every attempt stands in the history.
#include <gtest/gtest.h>

#include "closecheck/sut/executor.h"
#include "run/scripted_system_for_test.h"

namespace closecheck::sut {
namespace {

/// Refuses the first so many requests for what the operation is, and accepts the others.
ScriptedSystem::Script busy_for(int count, Refusal refusal, std::size_t operation) {
  return [count, refusal, operation, seen = 0](const Request& request, Time, int) mutable {
    const bool busy = request.operation.index() == operation && seen++ < count;
    return ScriptedReply{kMillisecond,
                         busy ? refused(refusal, refusal == Refusal::busy ? 429 : 503) : accepted_response()};
  };
}

std::vector<StepType> types_of(const Program& program) {
  std::vector<StepType> types;
  types.reserve(program.steps.size());
  for (const Step& step : program.steps) types.push_back(step.type);
  return types;
}

const PostData kPost{"closecheck-a", {{kDataStart, 1, ""}}, false};

// accepted-data-is-kept: each attempt is a request of its own, so that none can be counted twice unseen.
TEST(Executor, AsksABusyTargetAgainAndShowsEveryAttempt) {
  ScriptedSystem system(busy_for(2, Refusal::busy, Operation(kPost).index()));
  const Execution execution = run(Program{{call(kPost), call(JobStats{"closecheck-b"})}}, system);

  EXPECT_EQ(told(execution.history),
            (Lines{"0> closecheck-a", "0< closecheck-a", "0> closecheck-a", "0< closecheck-a", "0> closecheck-a",
                   "0< closecheck-a", "0> closecheck-b", "0< closecheck-b"}));
  const auto& events = execution.history.events;
  EXPECT_EQ(events[2].time - events[1].time, 100 * kMillisecond);
  EXPECT_EQ(events[4].time - events[3].time, 200 * kMillisecond);
  EXPECT_EQ(types_of(execution.program), (std::vector{StepType::call, StepType::wait, StepType::call, StepType::wait,
                                                      StepType::call, StepType::call}));
}

// accepted-data-is-kept: what met at once meets at once in a replay, too.
TEST(Executor, TellsWhatItAskedAgainBehindWhatWasSentMeanwhile) {
  ScriptedSystem system(busy_for(1, Refusal::busy, Operation(kPost).index()));
  const Program program{
      {detached_call(1, kPost), detached_call(2, kPost), join_step(), call(JobStats{"closecheck-b"})}};
  const Execution execution = run(program, system);

  EXPECT_EQ(types_of(execution.program), (std::vector{StepType::call, StepType::call, StepType::join, StepType::wait,
                                                      StepType::call, StepType::call}));
  EXPECT_EQ(execution.program.steps[4].client, 1);
}

TEST(Executor, WaitsAsLongAsABusyTargetSays) {
  Response busy = *refused(Refusal::busy, 429);
  busy.wire = std::make_shared<const WireAnswer>(WireAnswer{429, {{"retry-after", "1"}}, ""});
  int seen = 0;
  ScriptedSystem system([&](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, ++seen == 1 ? std::make_shared<const Response>(busy) : accepted_response()};
  });
  const Execution execution = run(Program{{call(OpenJob{"closecheck-a"})}}, system);

  EXPECT_EQ(execution.history.events[2].time - execution.history.events[1].time, kSecond);
}

// job-reopens: a 503 may have done the work.
TEST(Executor, NeverRepeatsAfterA503WhatChangesSomething) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, refused(Refusal::unavailable, 503)};
  });
  const Execution execution =
      run(Program{{call(OpenJob{"closecheck-a"}), call(kPost), call(close_of("closecheck-a"))}}, system);

  EXPECT_EQ(request_count(execution.history), 3U);
}

TEST(Executor, RepeatsReadsAfterA503) {
  ScriptedSystem system(busy_for(1, Refusal::unavailable, Operation(JobStats{}).index()));

  EXPECT_EQ(request_count(run(Program{{call(JobStats{"closecheck-a"})}}, system).history), 2U);
}

// timeout-bounds-wait, force-returns-early
TEST(Executor, DoesNotRepeatACloseWhoseTimeIsJudged) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, refused(Refusal::busy, 429)};
  });
  const Program program{{call(CloseJob{"closecheck-a", {}, "2s", {}, {}}), call(close_of("closecheck-a", "true"))}};

  EXPECT_EQ(request_count(run(program, system).history), 2U);
}

TEST(Executor, IsPatientWithABusyTargetOncePerProgram) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, refused(Refusal::busy, 429)};
  });
  const Execution execution =
      run(Program{{call(OpenJob{"closecheck-a"}), call(kPost), call(JobStats{"closecheck-a"})}}, system);

  EXPECT_EQ(request_count(execution.history), 4U + 1U + 1U);
}

TEST(Executor, TakesAnAnswerOfSomethingBetweenForNone) {
  Response between;
  between.outcome = Outcome::not_from_service;
  between.status = 504;
  ScriptedSystem system([&](const Request& request, Time, int) {
    const bool opens = std::holds_alternative<OpenJob>(request.operation);
    return ScriptedReply{kMillisecond, opens ? std::make_shared<const Response>(between) : accepted_response()};
  });
  const Execution execution = run(Program{{call(OpenJob{"closecheck-a"}), call(kPost)}}, system);

  EXPECT_EQ(told(execution.history),
            (Lines{"0> closecheck-a", "0! closecheck-a", "1> closecheck-a", "1< closecheck-a"}));
  EXPECT_EQ(execution.history.events[1].response->status, 504);
}

// manage-ml-may-close: only what the same caller is told right after it decides.
TEST(Executor, AsksSomethingHarmlessAsTheSameCallerWhereTheObserverIsInDoubt) {
  ScriptedSystem system(answer_at_once);
  ScriptedObserver observer([](const Event& event) {
    const bool closed = event.type == EventType::ok && std::holds_alternative<CloseJob>(event.request->operation);
    return closed ? Advice::ask_as_caller : Advice::go_on;
  });
  const Program program{{call(close_of("closecheck-a"), Principal::manage), call(kPost)}};
  const Execution execution = run(program, system, &observer);

  ASSERT_EQ(execution.history.events.size(), 6U);
  const Event& asked = execution.history.events[2];
  EXPECT_EQ(describe(*asked.request), "statistics of job closecheck-a as manage");
  EXPECT_EQ(asked.time, execution.history.events[1].time);
  EXPECT_EQ(types_of(execution.program), (std::vector{StepType::call, StepType::call, StepType::call}));
}

// What a program was found to do asks for it already.
TEST(Executor, AsksNothingAsTheSameCallerThatTheProgramAsksNextAnyway) {
  ScriptedSystem system(answer_at_once);
  ScriptedObserver observer([](const Event& event) {
    const bool closed = event.type == EventType::ok && std::holds_alternative<CloseJob>(event.request->operation);
    return closed ? Advice::ask_as_caller : Advice::go_on;
  });
  const auto requests_of = [&](Principal reader, const char* job) {
    const Program program{
        {call(close_of("closecheck-a"), Principal::manage), call(JobStats{job}, reader), call(kPost)}};
    return request_count(run(program, system, &observer).history);
  };
  EXPECT_EQ(requests_of(Principal::manage, "closecheck-a"), 3U);
  EXPECT_EQ(requests_of(Principal::manage_ml, "closecheck-a"), 4U);
  EXPECT_EQ(requests_of(Principal::manage, "closecheck-b"), 4U);
}

TEST(Executor, AsksAsTheSameCallerOnTheClientThatWasRefusedBeforeItsQueueGoesOn) {
  ScriptedSystem system(answer_at_once);
  ScriptedObserver observer([](const Event& event) {
    const bool closed = event.type == EventType::ok && std::holds_alternative<CloseJob>(event.request->operation);
    return closed ? Advice::ask_as_caller : Advice::go_on;
  });
  const Program program{{detached_call(1, RawRequest{"GET", "/", {}, "", ""}), detached_call(1, close_of("")),
                         detached_call(1, OpenJob{"closecheck-b"})}};
  const Execution execution = run(program, system, &observer);

  EXPECT_EQ(told(execution.history), (Lines{"1> ", "1< ", "1> ", "1< ", "1> closecheck-unknown",
                                            "1< closecheck-unknown", "1> closecheck-b", "1< closecheck-b"}));
}

TEST(Executor, LeavesAJobAloneWhoseStatisticsTellNothing) {
  ScriptedSystem system([](const Request&, Time, int) {
    return ScriptedReply{kMillisecond, refused(Refusal::unavailable, 503)};
  });
  const Execution execution = run(Program{{settle_step("closecheck-a", kHour), call(kPost)}}, system);

  EXPECT_EQ(request_count(execution.history), 3U + 1U);
  for (const Event& event : execution.history.events) EXPECT_NE(event.type, EventType::settled);
}

}  // namespace
}  // namespace closecheck::sut
