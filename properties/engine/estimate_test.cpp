#include "engine/estimate.h"

#include <gtest/gtest.h>

#include "checks/steps.h"

namespace closecheck::properties {
namespace {

Environment slow_target() {
  Environment environment;
  environment.live = true;
  environment.normal_close = 2 * kSecond;
  return environment;
}

Program closes(int times) {
  Steps steps{create()};
  for (int i = 0; i < times; ++i) steps.add(open()).add(close());
  return steps;
}

TEST(ShrinkingLive, TriesFewerSmallerProgramsTheLongerEachTakes) {
  const Environment target = slow_target();
  const std::size_t most = shrinking_trials_max(Steps{create(), stats()}, target);
  std::size_t before = most;
  for (const int times : {4, 8, 16, 32, 64}) {
    const std::size_t trials = shrinking_trials_max(closes(times), target);
    EXPECT_LE(trials, before) << times;
    before = trials;
  }
  EXPECT_LT(before, most);
}

// However long it takes, as many are tried as run side by side; and all that are tried take no longer than is said.
TEST(ShrinkingLive, EndsInTime) {
  const Environment target = slow_target();
  for (const int times : {1, 2, 4, 8, 16, 32, 64, 1'000}) {
    const Program program = closes(times);
    const std::size_t trials = shrinking_trials_max(program, target);
    ASSERT_GE(trials, kShrinkingTrialsAtOnceLive) << times;
    const auto rounds = static_cast<Duration>(trials / kShrinkingTrialsAtOnceLive);
    const Duration each = std::max(kSecond, estimated_time(program, target));
    EXPECT_TRUE(rounds == 1 || rounds * each <= kShrinkingTimeLive) << times;
  }
}

}  // namespace
}  // namespace closecheck::properties
