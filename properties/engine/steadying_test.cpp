#include "engine/steadying.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "checks/steps.h"

namespace closecheck::properties {
namespace {

const Program kRace = Steps{create(), open(), meanwhile(1, close()), post(data(0, 1)), join_step()};

/// How long is waited for between the requests that race; 0: not at all.
Duration moment_of(const Program& program) {
  const auto wait = std::ranges::find(program.steps, StepType::wait, &Step::type);
  return wait == program.steps.end() ? 0 : wait->duration;
}

/// Violates where `does` says so of the wait and of the number of the trial with that wait, from 1 on.
struct Chance {
  std::function<bool(Duration, int)> does;
  std::map<Duration, int> trials{};

  std::optional<Reproduction> operator()(const Program& program) {
    const Duration moment = moment_of(program);
    if (!does(moment, ++trials[moment])) return std::nullopt;
    Reproduction reproduction;
    reproduction.program = program;
    reproduction.findings.emplace_back();
    return reproduction;
  }
};

Duration steady_moment(const Program& program, Chance& chance, SteadyingOptions options = {}) {
  Reproduction racing;
  racing.program = program;
  if (options.moments.empty()) options.moments = {2 * kMillisecond, 10 * kMillisecond, 25 * kMillisecond};
  return moment_of(steadied(racing, std::ref(chance), options).program);
}

TEST(Steadying, WaitsWhereThatMakesARaceComeOutTheSameEachTime) {
  Chance chance{[](Duration moment, int trial) { return moment >= 10 * kMillisecond || trial % 2 == 1; }};
  EXPECT_EQ(steady_moment(kRace, chance), 10 * kMillisecond);
  EXPECT_EQ(chance.trials.count(25 * kMillisecond), 0U) << "nothing is steadier";
}

TEST(Steadying, TakesTheFirstWaitWithWhichARaceComesOutTheSame) {
  Chance chance{[](Duration, int) { return true; }};
  EXPECT_EQ(steady_moment(kRace, chance), 2 * kMillisecond);
  EXPECT_EQ(chance.trials.size(), 1U);
}

TEST(Steadying, LeavesARaceAsItIsThatWaitsUndo) {
  Chance chance{[](Duration moment, int) { return moment == 0; }};
  EXPECT_EQ(steady_moment(kRace, chance), 0);
  EXPECT_EQ(chance.trials.at(0), 8);
}

TEST(Steadying, TakesWhatComesMostOftenInARow) {
  Chance chance{[](Duration moment, int trial) { return trial <= (moment == 2 * kMillisecond ? 5 : 1); }};
  EXPECT_EQ(steady_moment(kRace, chance), 2 * kMillisecond);
}

TEST(Steadying, KeepsWhatWasSeenWhereItNeverComesAgain) {
  Chance chance{[](Duration, int) { return false; }};
  EXPECT_EQ(steady_moment(kRace, chance), 0);
}

TEST(Steadying, TakesAWaitThatIsHardlyOneForNone) {
  const Program blinks =
      Steps{create(), open(), meanwhile(1, close()), pause(kMillisecond), post(data(0, 1)), join_step()};
  Chance chance{[](Duration moment, int trial) { return moment == 25 * kMillisecond || trial == 1; }};
  EXPECT_EQ(steady_moment(blinks, chance), 25 * kMillisecond);
}

TEST(Steadying, TriesNothingWhereNoRequestsRace) {
  Chance chance{[](Duration, int) { return true; }};
  const Program ordered = Steps{create(), open(), meanwhile(1, close()), join_step(), post(data(0, 1))};
  EXPECT_EQ(steady_moment(ordered, chance), 0);
  const Program apart =
      Steps{create(), open(), meanwhile(1, close()), pause(50 * kMillisecond), post(data(0, 1)), join_step()};
  EXPECT_EQ(steady_moment(apart, chance), 50 * kMillisecond);
  EXPECT_TRUE(chance.trials.empty());
}

TEST(Steadying, EndsWithItsTrials) {
  Chance chance{[](Duration moment, int) { return moment == 25 * kMillisecond; }};
  SteadyingOptions options;
  options.moments = {2 * kMillisecond, 10 * kMillisecond, 25 * kMillisecond};
  options.trials_max = 2;
  EXPECT_EQ(steady_moment(kRace, chance, options), 0);
  EXPECT_EQ(chance.trials.count(0), 0U);
}

}  // namespace
}  // namespace closecheck::properties
