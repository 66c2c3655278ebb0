#include "engine/estimate.h"

#include <gtest/gtest.h>

#include "checks/steps.h"

namespace closecheck::properties {
namespace {

Environment slow_target() {
  Environment environment;
  environment.live = true;
  environment.round_trip_max = 0;
  environment.normal_close = 2 * kSecond;
  return environment;
}

Duration time_of(const Steps& steps) {
  return estimated_time(steps, slow_target());
}

TEST(EstimatedTime, IsWhatIsWaitedFor) {
  EXPECT_EQ(time_of({create(), open(), close(), open(), close()}), 4 * kSecond);
  EXPECT_EQ(time_of({create(), open(), close_within("500ms")}), kSecond / 2);
  EXPECT_EQ(time_of({create(), open(), slow_close(9 * kSecond), close()}), 9 * kSecond);
  EXPECT_EQ(time_of({create(), open(), slow_close(9 * kSecond), force()}), 0);
}

TEST(EstimatedTime, CountsOnceWhatGoesOnSideBySide) {
  EXPECT_EQ(time_of({create(), open(), meanwhile(1, close()), pause(kSecond), stats()}), kSecond);
  EXPECT_EQ(time_of({create(), open(), meanwhile(1, close()), pause(kSecond), join_step()}), 2 * kSecond);
  EXPECT_EQ(time_of({create(), open(), close_within("500ms"), pause(3 * kSecond), close()}), 5'500 * kMillisecond);
}

}  // namespace
}  // namespace closecheck::properties
