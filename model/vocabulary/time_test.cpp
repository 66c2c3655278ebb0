#include "closecheck/vocabulary/time.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

TEST(Time, ReadsSpansWithAUnit) {
  EXPECT_EQ(parse_duration("90s"), 90 * kSecond);
  EXPECT_EQ(parse_duration("1.5s"), 1500 * kMillisecond);
  EXPECT_EQ(parse_duration("2m"), 2 * kMinute);
  EXPECT_EQ(parse_duration("7nanos"), 7);
}

TEST(Time, RefusesWhatIsNoSpan) {
  for (const char* text : {"", "90", "s", "-1s", "1 s", "1w", "inf", "1e400s", "99999999999999999999h"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Time, WritesWhatItReads) {
  for (const Duration span :
       {Duration{0}, Duration{1}, 250 * kMillisecond, 90 * kSecond, 2 * kHour, 1500 * kMicrosecond})
    EXPECT_EQ(parse_duration(format_duration(span)), span) << format_duration(span);
}

}  // namespace
}  // namespace closecheck
