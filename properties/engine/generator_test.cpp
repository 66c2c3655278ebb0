#include "engine/generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <string>

#include "closecheck/sut/executor.h"
#include "closecheck/sut/in_process.h"
#include "engine/shrinker.h"

namespace closecheck::properties {
namespace {

Environment environment() {
  Environment it;
  it.principals = {Principal::manage_ml, Principal::manage, Principal::monitor_ml, Principal::none, Principal::setup};
  it.faults = {Fault::fail_job, Fault::slow_close, Fault::hang_close};
  return it;
}

std::string text_of(const Program& program) {
  std::string text;
  for (const Step& step : program.steps)
    text += step.type == StepType::call
                ? std::to_string(step.client) + describe(step.request) + "\n"
                : std::to_string(static_cast<int>(step.type)) + step.job + format_duration(step.duration) + "\n";
  return text;
}

const Flavour kEverything{
    .jobs_max = 3, .overlap_percent = 15, .fault_percent = 30, .caller_percent = 20, .datafeed = true};

TEST(Generator, WritesTheSameProgramForTheSameSeed) {
  const auto gen = programs_of(kEverything, environment());

  EXPECT_EQ(text_of(gen(rc::Random(7), 30).value()), text_of(gen(rc::Random(7), 30).value()));
  EXPECT_NE(text_of(gen(rc::Random(7), 30).value()), text_of(gen(rc::Random(8), 30).value()));
}

TEST(Generator, WritesFromSeveralThreadsAtOnce) {
  const Environment here = environment();
  const auto write = [&here] {
    std::string text;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
      text += text_of(programs_of(kEverything, here)(rc::Random(seed), 25).value());
    return text;
  };
  auto other = std::async(std::launch::async, write);

  EXPECT_EQ(write(), other.get());
}

TEST(Generator, MixesPostsClosesAndReadsOfResults) {
  std::map<std::string, int> count;
  int calls = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = programs_of({.jobs_max = 3}, environment())(rc::Random(seed), 25).value();
    for (const Step& step : program.steps) {
      if (step.type != StepType::call) continue;
      ++calls;
      const Operation& operation = step.request.operation;
      count["post"] += std::holds_alternative<PostData>(operation) ? 1 : 0;
      count["close"] += std::holds_alternative<CloseJob>(operation) ? 1 : 0;
      count["results"] +=
          std::holds_alternative<GetBuckets>(operation) || std::holds_alternative<GetRecords>(operation) ? 1 : 0;
    }
  }

  SCOPED_TRACE("of " + std::to_string(calls) + " calls");
  EXPECT_GE(count["post"] * 100, 20 * calls);
  EXPECT_GE(count["close"] * 100, 5 * calls);
  EXPECT_GE(count["results"] * 100, 10 * calls);
}

TEST(Generator, NamesOnlyWhatTheRunMayTouch) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = programs_of(kEverything, environment())(rc::Random(seed), 25).value();
    for (const Step& step : program.steps)
      EXPECT_TRUE(job_of(step.request.operation).empty() || job_of(step.request.operation).rfind(kNamePrefix, 0) == 0);
  }
}

// It knows where its jobs are, faults, time-outs and datafeeds included, as long as nobody is refused for the caller.
TEST(Generator, LeavesNoJobOpenAtTheEnd) {
  const Flavour flavour{.jobs_max = 3, .fault_percent = 40, .caller_percent = 0, .datafeed = true};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = programs_of(flavour, environment())(rc::Random(seed), 25).value();
    const auto system = sut::make_in_process({}, seed);
    const sut::Execution execution = sut::execute(program, *system, Profile::xpack_5_4, {}, nullptr);
    std::map<std::string, JobState> last;
    for (const Event& event : execution.history.events) {
      if (event.type != EventType::ok || event.response->outcome != Outcome::accepted) continue;
      if (const auto* stats = std::get_if<JobStatisticsList>(&event.response->content))
        for (const JobStatistics& job : stats->jobs) last[job.job] = job.state;
    }
    for (const auto& [job, state] : last) EXPECT_EQ(state, JobState::closed) << "seed " << seed << text_of(program);
  }
}

TEST(Generator, KeepsOverlapsJudgeable) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Program program = programs_of({.overlap_percent = 60}, environment())(rc::Random(seed), 25).value();
    int open = 0;
    for (const Step& step : program.steps) {
      if (step.type == StepType::join) open = 0;
      open += step.detached ? 1 : 0;
      EXPECT_LE(open, 6);
      EXPECT_LE(step.client, 4);
    }
  }
}

TEST(Generator, ShrinksAsTheShrinkerDoes) {
  const auto shrinkable = programs_of({}, environment())(rc::Random(3), 12);
  auto shrinks = shrinkable.shrinks();
  auto candidates = shrinkable_of(shrinkable.value(), Simplify::everything).shrinks();

  for (int i = 0; i < 20; ++i) EXPECT_EQ(text_of(shrinks.next()->value()), text_of(candidates.next()->value()));
}

}  // namespace
}  // namespace closecheck::properties
