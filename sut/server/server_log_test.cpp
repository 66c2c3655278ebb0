#include "server/server_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace closecheck::sut {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(ServerLog, TellsWhatItsLevelIncludes) {
  CaptureStderr();
  const ServerLog log(LogLevel::warn);
  log.info("it begins");
  log.request("GET", "/", 200, std::chrono::milliseconds(3), "manage_ml");
  log.warn("too many");
  log.error("the disk is full");
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr(" warning too many\n"));
  EXPECT_THAT(said, HasSubstr(" error the disk is full\n"));
  EXPECT_THAT(said, Not(HasSubstr("it begins")));
  EXPECT_THAT(said, Not(HasSubstr("GET")));
}

TEST(ServerLog, TellsOfARequestItsPathAndNotItsQuery) {
  CaptureStderr();
  ServerLog(LogLevel::debug).request("POST", "/a/_close?timeout=secret", 200, std::chrono::microseconds(1500), "setup");
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("Z debug POST /a/_close 200 in 1.500 ms, setup\n"));
  EXPECT_THAT(said, Not(HasSubstr("secret")));
}

TEST(ServerLog, LetsNobodyBeginALineOrFillTheDisk) {
  CaptureStderr();
  ServerLog(LogLevel::info).warn("a\nb\x1b[2J\x7f" + std::string(10'000, 'x'));
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("a?b?[2J?xxx"));
  EXPECT_EQ(std::ranges::count(said, '\n'), 1);
  EXPECT_LT(said.size(), 600U);
}

TEST(ServerLog, HasNamesForItsLevels) {
  for (const std::string_view level : log_level_names()) {
    ASSERT_TRUE(log_level_named(level));
    EXPECT_EQ(name(*log_level_named(level)), level);
  }
  EXPECT_EQ(log_level_named("loud"), std::nullopt);
}

}  // namespace
}  // namespace closecheck::sut
