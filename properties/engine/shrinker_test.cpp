#include "engine/shrinker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "checks/steps.h"

namespace closecheck::properties {
namespace {

template <class T>
std::ptrdiff_t position_of(const Program& program) {
  const auto at = std::find_if(program.steps.begin(), program.steps.end(), [](const Step& step) {
    return step.type == StepType::call && std::holds_alternative<T>(step.request.operation);
  });
  return at == program.steps.end() ? -1 : at - program.steps.begin();
}

Reproduction reproduction_of(const Program& program) {
  Reproduction reproduction;
  reproduction.program = program;
  reproduction.findings.emplace_back();
  return reproduction;
}

/// "Violates" wherever a post comes after a close.
std::optional<Reproduction> post_after_close(const Program& program) {
  const auto close_at = position_of<CloseJob>(program);
  const auto behind = std::find_if(
      program.steps.begin() + std::max<std::ptrdiff_t>(close_at, 0), program.steps.end(), [](const Step& step) {
        return step.type == StepType::call && std::holds_alternative<PostData>(step.request.operation);
      });
  if (close_at < 0 || behind == program.steps.end()) return std::nullopt;
  return reproduction_of(program);
}

Program long_program() {
  return Steps{create(),     open(),  stats(),          post(data(0, 9)),  flush(),         close_within("30m"),
               pause(kHour), stats(), fresh(buckets()), create(kOtherJob), open(kOtherJob), on(2, post(data(9, 20))),
               get(),        stats()};
}

TEST(Shrinker, LeavesOnlyWhatTheViolationNeeds) {
  const Reproduction smallest = shrink(reproduction_of(long_program()), post_after_close, {});

  ASSERT_EQ(smallest.program.steps.size(), 2U);
  const auto& close = std::get<CloseJob>(smallest.program.steps[0].request.operation);
  EXPECT_FALSE(close.timeout.has_value());
  EXPECT_EQ(std::get<PostData>(smallest.program.steps[1].request.operation).records.size(), 1U);
  EXPECT_EQ(smallest.program.steps[1].client, 0);
}

TEST(Shrinker, MakesASequenceOfAnOverlapThatIsNotNeeded) {
  const Program overlap = Steps{
      create(), open(), meanwhile(1, close()), meanwhile(2, post(data(0, 4))), meanwhile(3, flush()), join_step()};

  const Reproduction smallest = shrink(reproduction_of(overlap), post_after_close, {});

  ASSERT_EQ(smallest.program.steps.size(), 2U);
  EXPECT_FALSE(smallest.program.steps[0].detached);
  EXPECT_FALSE(smallest.program.steps[1].detached);
}

TEST(Shrinker, MovesAStepWhereRemovalAloneIsStuck) {
  // Needs a post right before a close, or a flush somewhere after an open and a close.
  const auto trial = [](const Program& program) -> std::optional<Reproduction> {
    const auto post_at = position_of<PostData>(program);
    const bool adjacent = post_at >= 0 && position_of<CloseJob>(program) == post_at + 1;
    const bool roundabout = position_of<FlushJob>(program) >= 0 && position_of<OpenJob>(program) >= 0 &&
                            position_of<CloseJob>(program) >= 0 && post_at >= 0;
    return adjacent || roundabout ? std::optional(reproduction_of(program)) : std::nullopt;
  };

  const Reproduction smallest = shrink(reproduction_of(Steps{close(), open(), flush(), post(data(0, 1))}), trial, {});

  EXPECT_EQ(smallest.program.steps.size(), 2U);
}

TEST(Shrinker, StopsAtItsBound) {
  ShrinkOptions options;
  options.trials_max = 7;
  std::size_t trials = 0;

  shrink(
      reproduction_of(long_program()),
      [&](const Program&) {
        ++trials;
        return std::optional<Reproduction>();
      },
      options);

  EXPECT_EQ(trials, 7U);
}

TEST(Shrinker, GoesNoFurtherWhenTheRunAddsTheStepsBack) {
  const Program program = Steps{create(), open(), close(), buckets(), pause(kMinute), buckets()};
  // As when the judge asks to read again: whatever is dropped behind the first reading is there again in the run.
  const auto trial = [&](const Program& candidate) -> std::optional<Reproduction> {
    if (position_of<GetBuckets>(candidate) != 3) return std::nullopt;
    return reproduction_of(program);
  };

  EXPECT_EQ(shrink(reproduction_of(program), trial, {}).program.steps.size(), program.steps.size());
}

TEST(Shrinkables, AreAllSmallerInLiveTrials) {
  auto candidates = shrinkable_of(long_program(), Simplify::in_few_trials).shrinks();
  std::size_t count = 0;
  while (const auto candidate = candidates.next()) {
    EXPECT_TRUE(is_smaller(candidate->value(), long_program()));
    ++count;
  }
  EXPECT_GT(count, 0U);
}

// Without the wait a replay may send what comes behind it first. What is sent at once already may lose what is between.
TEST(Shrinkables, KeepTheWaitBehindARequestThatOthersMeetInLiveTrials) {
  auto candidates = shrinkable_of(Steps{create(), open(), meanwhile(1, close()), pause(300 * kMillisecond),
                                        meanwhile(2, flush()), meanwhile(3, stats()), force()},
                                  Simplify::in_few_trials)
                        .shrinks();
  bool loses_one_between = false;
  while (const auto candidate = candidates.next()) {
    const std::vector<Step>& steps = candidate->value().steps;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      EXPECT_FALSE(steps[i - 1].client == 1 && steps[i].type == StepType::call) << describe(steps[i].request);
      loses_one_between = loses_one_between || (steps[i - 1].client == 2 && steps[i].client == 0);
    }
  }
  EXPECT_TRUE(loses_one_between);
}

TEST(Shrinkables, LeaveAloneWhoPrepares) {
  const auto by = [](Principal who) {
    auto candidates =
        shrinkable_of({{call(CreateIndex{"closecheck-i"}, who), call(GetJob{"closecheck-a"})}}, Simplify::everything)
            .shrinks();
    while (const auto candidate = candidates.next()) {
      const Program& program = candidate->value();
      if (program.steps.size() == 2 && program.steps[0].request.who == Principal::manage_ml) return true;
    }
    return false;
  };
  EXPECT_TRUE(by(Principal::manage));
  EXPECT_FALSE(by(Principal::setup));
}

TEST(Shrinker, FindsThreeStepsOfALongProgramInFewLiveTrials) {
  Steps steps{create(), open()};
  for (int i = 0; i < 40; ++i) steps.add(stats()).add(buckets());
  const Program program = steps.add(close());
  std::size_t trials = 0;
  const auto trial = [&](const Program& candidate) -> std::optional<Reproduction> {
    ++trials;
    const bool violates = position_of<CreateJob>(candidate) == 0 && position_of<OpenJob>(candidate) == 1 &&
                          position_of<CloseJob>(candidate) > 1;
    return violates ? std::optional(reproduction_of(candidate)) : std::nullopt;
  };
  ShrinkOptions options;
  options.simplify = Simplify::in_few_trials;
  EXPECT_EQ(shrink(reproduction_of(program), trial, options).program.steps.size(), 3U);
  EXPECT_LE(trials, 60U);
}

TEST(Shrinker, LeavesOutWhatIsAskedAgainAndAgainInFewLiveTrials) {
  Steps steps;
  for (const Step& needed : {create(), open(), post(data(0, 1)), flush(), buckets(), close(), get()})
    steps.add(needed).add(stats()).add(stats());
  std::size_t trials = 0;
  const auto trial = [&](const Program& candidate) -> std::optional<Reproduction> {
    ++trials;
    const bool violates = position_of<CreateJob>(candidate) >= 0 && position_of<OpenJob>(candidate) >= 0 &&
                          position_of<PostData>(candidate) >= 0 && position_of<FlushJob>(candidate) >= 0 &&
                          position_of<GetBuckets>(candidate) >= 0 && position_of<CloseJob>(candidate) >= 0 &&
                          position_of<GetJob>(candidate) >= 0;
    return violates ? std::optional(reproduction_of(candidate)) : std::nullopt;
  };
  ShrinkOptions options;
  options.simplify = Simplify::in_few_trials;
  EXPECT_EQ(shrink(reproduction_of(Program(steps)), trial, options).program.steps.size(), 7U);
  EXPECT_LE(trials, 12U);
}

TEST(Shrinker, LeavesLittleDataAndPlainJobsInFewLiveTrials) {
  const Program program =
      Steps{create(kJob, {kGroup}), open(), post(data(0, 500)), meanwhile(1, close_within("30m")), join_step(),
            fresh(stats())};
  std::size_t trials = 0;
  const auto trial = [&](const Program& candidate) -> std::optional<Reproduction> {
    ++trials;
    EXPECT_TRUE(candidate.steps.size() < 6 || candidate.steps[3].detached) << "overlaps stay";
    const auto is_large = [](const Step& step) {
      const auto* posted = std::get_if<PostData>(&step.request.operation);
      return posted != nullptr && posted->records.size() >= 3;
    };
    return candidate.steps.size() == 6 && std::ranges::any_of(candidate.steps, is_large)
               ? std::optional(reproduction_of(candidate))
               : std::nullopt;
  };
  ShrinkOptions options;
  options.simplify = Simplify::in_few_trials;
  options.trials_max = 120;
  const Program smallest = shrink(reproduction_of(program), trial, options).program;
  EXPECT_LE(std::get<PostData>(smallest.steps[2].request.operation).records.size(), 5U);
  EXPECT_TRUE(std::get<CreateJob>(smallest.steps[0].request.operation).config == JobConfig{});
  EXPECT_TRUE(std::get<CloseJob>(smallest.steps[3].request.operation).timeout) << "what is asked stays";
  EXPECT_FALSE(smallest.steps[5].fresh_connection);
  EXPECT_LE(trials, 120U);
}

TEST(Shrinker, TakesTheSmallestOfWhatItTriesSideBySide) {
  std::atomic<std::size_t> trials = 0;
  const auto trial = [&](const Program& program) {
    ++trials;
    return post_after_close(program);
  };
  ShrinkOptions options;
  options.at_once = 4;
  options.trials_max = 200;
  EXPECT_EQ(shrink(reproduction_of(long_program()), trial, options).program.steps.size(), 2U);
  EXPECT_LE(trials, 200U);

  trials = 0;
  options.trials_max = 7;
  shrink(reproduction_of(long_program()), trial, options);
  EXPECT_EQ(trials, 7U);
}

TEST(Shrinkables, MakeOnePostOfTwo) {
  auto candidates =
      shrinkable_of(Steps{open(), post(data(0, 2)), stats(), post(data(2, 3))}, Simplify::everything).shrinks();
  bool found = false;
  while (const auto candidate = candidates.next()) {
    const auto at = position_of<PostData>(candidate->value());
    found =
        found ||
        (candidate->value().steps.size() == 3 && at >= 0 &&
         std::get<PostData>(candidate->value().steps[static_cast<std::size_t>(at)].request.operation).records.size() ==
             3);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace closecheck::properties
