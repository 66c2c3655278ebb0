#include "closecheck/properties/timing.h"

#include <gtest/gtest.h>

#include "engine/calibration.h"
#include "engine/check.h"

namespace closecheck::properties {
namespace {

Environment live_environment(Duration round_trip_max) {
  Environment environment;
  environment.live = true;
  set_bounds(environment, kSecond, round_trip_max);
  return environment;
}

TEST(Timing, OfAScriptIsThatOfTheGateButForThePatience) {
  for (const Duration round_trip : {kMillisecond, 400 * kMillisecond}) {
    const Timing gate = timing_of(live_environment(round_trip));
    const Timing script = timing_of(TargetPace{{}, true, true, round_trip});
    EXPECT_EQ(script.judge.margin, gate.judge.margin);
    EXPECT_EQ(script.judge.forced_rest, gate.judge.forced_rest);
    EXPECT_EQ(script.executor.quiet, gate.executor.quiet);
    EXPECT_EQ(script.executor.reread_after, gate.executor.reread_after);
    EXPECT_GT(script.executor.answer_patience, gate.executor.answer_patience);
  }
}

TEST(Timing, GrowsWithTheRoundTrips) {
  const Timing near = timing_of(TargetPace{{}, true, true, kMillisecond});
  const Timing far = timing_of(TargetPace{{}, true, true, kSecond});
  EXPECT_GT(far.judge.margin, near.judge.margin);
  EXPECT_GT(far.executor.quiet, near.executor.quiet);
}

TEST(Timing, AwaitsTheAnswerOfASlowCloseBeyondItsEnd) {
  const Environment environment = live_environment(kMillisecond);
  const Program slow{{fault_step(Fault::slow_close, "closecheck-a", 40 * kSecond)}};
  EXPECT_GT(answer_patience(environment, slow), 40 * kSecond);
  EXPECT_LT(answer_patience(environment, Program{}), 40 * kSecond);
}

TEST(Timing, InProcessAwaitsWhateverTakesLong) {
  const Timing timing = timing_of(TargetPace{});
  EXPECT_TRUE(timing.judge.in_process);
  EXPECT_GT(timing.executor.answer_patience, kHour);
  EXPECT_EQ(timing.judge.margin, kMillisecond);
}

}  // namespace
}  // namespace closecheck::properties
