#include "closecheck/vocabulary/calendar.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

std::optional<std::int64_t> seconds(std::string_view text) {
  const auto time = read_iso_time(text);
  return time ? seconds_since_1970(*time) : std::nullopt;
}

TEST(Calendar, ReadsIsoTimesOfEveryZone) {
  for (const char* text : {"2014-06-23", "2014-06-23T00:00", "2014-06-23 00:00:00", "2014-06-23T00:00:00Z",
                           "2014-06-23T02:00:00.5+02", "2014-06-22T22:30:00.250-0130", "2014-06-23T05:45:00+05:45"})
    EXPECT_EQ(seconds(text), 1'403'481'600) << text;
  EXPECT_EQ(seconds("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(seconds("0001-01-01"), -62'135'596'800);
  EXPECT_EQ(seconds("2016-12-31T23:59:60Z"), 1'483'228'800);
}

TEST(Calendar, KnowsHowExactlyATimeWasWritten) {
  const auto fraction = [](std::string_view text) { return read_iso_time(text)->fraction; };
  const auto resolution = [](std::string_view text) { return read_iso_time(text)->resolution; };
  EXPECT_EQ(fraction("2014-06-23T00:00:00.25Z"), 250 * kMillisecond);
  EXPECT_EQ(fraction("2014-06-23T00:00:00.0000000019Z"), 1) << "what lies beyond nanoseconds is dropped";
  EXPECT_EQ(resolution("2014-06-23"), 24 * kHour);
  EXPECT_EQ(resolution("2014-06-23T00:00Z"), kMinute);
  EXPECT_EQ(resolution("2014-06-23T00:00:00"), kSecond);
  EXPECT_EQ(resolution("2014-06-23T00:00:00.000"), kMillisecond);
  EXPECT_EQ(resolution("2014-06-23T00:00:00.0000000019Z"), 1);
  EXPECT_FALSE(read_iso_time("2014-06-23T00:00:00")->zone_minutes);
  EXPECT_EQ(read_iso_time("2014-06-23T00:00:00-01:30")->zone_minutes, -90);
}

TEST(Calendar, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "yesterday", "2014-6-23", "2014-06-23x", "2014-06-23T", "2014-06-23T00", "2014-06-23T00:00:00.",
        "2014-06-23T00:00:00+1", "2014-06-23T00:00:00+19", "2014-06-23T00:00:00+01:", "2014-06-23T00:00:00 Z",
        "2014-06-23t00:00:00Z", "2014-06-23T00:00:00z", "2014-06-23T00:00:00,5"})
    EXPECT_FALSE(read_iso_time(text)) << text;
}

TEST(Calendar, HasNoOtherDaysThanThoseOfItsMonths) {
  for (const char* text : {"2014-02-29", "1900-02-29", "2014-04-31", "2014-13-01", "2014-00-01", "2014-01-00",
                           "2014-01-01T24:00", "2014-01-01T00:60", "2014-01-01T00:00:61"})
    EXPECT_FALSE(read_iso_time(text)) << text;
  for (const char* text : {"2016-02-29", "2000-02-29"}) EXPECT_TRUE(read_iso_time(text)) << text;
}

}  // namespace
}  // namespace closecheck
