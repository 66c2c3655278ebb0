#include "wire/time_format.h"

#include <gtest/gtest.h>

namespace closecheck::sut {
namespace {

std::optional<std::int64_t> read(const char* pattern, const char* text) {
  const auto format = TimeFormat::parse(pattern);
  EXPECT_TRUE(format) << pattern;
  return format ? format->read(text) : std::nullopt;
}

TEST(TimeFormat, ReadsNumbersOfTheEpoch) {
  EXPECT_EQ(read("epoch", "1403481600"), 1'403'481'600'000);
  EXPECT_EQ(read("epoch", "1403481600.5"), 1'403'481'600'500);
  EXPECT_EQ(read("epoch_ms", "1403481600000"), 1'403'481'600'000);
  EXPECT_EQ(read("epoch_ms", "2014-06-23"), std::nullopt);
  EXPECT_EQ(read("epoch", "soon"), std::nullopt);
  EXPECT_EQ(read("epoch", ""), std::nullopt);
  EXPECT_EQ(read("epoch", "1e300"), std::nullopt);
}

TEST(TimeFormat, ReadsPatterns) {
  EXPECT_EQ(read("yyyy-MM-dd HH:mm:ssX", "2014-06-23 00:00:00Z"), 1'403'481'600'000);
  EXPECT_EQ(read("yyyy-MM-dd HH:mm:ssX", "2014-06-23 02:00:00+02"), 1'403'481'600'000);
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2014-06-22T22:30:00.250-01:30"), 1'403'481'600'250);
  EXPECT_EQ(read("dd/MMM/yyyy:HH:mm:ss Z", "23/Jun/2014:00:00:00 +0000"), 1'403'481'600'000);
  EXPECT_EQ(read("MM/dd/yy hh:mm a", "06/23/14 12:05 am"), 1'403'481'900'000);
  EXPECT_EQ(read("MM/dd/yy hh:mm a", "06/23/14 12:05 PM"), 1'403'525'100'000);
  EXPECT_EQ(read("yyyy'o''clock'", "2014o'clock"), 1'388'534'400'000);
}

TEST(TimeFormat, RefusesDatesThatAreNone) {
  EXPECT_EQ(read("yyyy-MM-dd", "2014-02-30"), std::nullopt);
  EXPECT_EQ(read("yyyy-MM-dd", "2014-13-01"), std::nullopt);
  EXPECT_EQ(read("yyyy-MM-dd", "2014-06-23 "), std::nullopt);
  EXPECT_EQ(read("yyyy-MM-dd HH", "2014-06-23 24"), std::nullopt);
  EXPECT_EQ(iso_date_ms("2014-06-23T00:00:00+1"), std::nullopt);
}

TEST(TimeFormat, RefusesPatternsThatItCannotReadBy) {
  for (const char* pattern : {"", "bogus", "--", "yyyy'", "wwww"}) EXPECT_FALSE(TimeFormat::parse(pattern)) << pattern;
}

}  // namespace
}  // namespace closecheck::sut
