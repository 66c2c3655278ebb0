#include "wire/values.h"

#include <gtest/gtest.h>

namespace closecheck::sut {
namespace {

// timeout-takes-time-units
TEST(TimeSpans, TakeANumberAndAUnit) {
  EXPECT_EQ(read_time_span("2d", "timeout").span, 48 * kHour);
  EXPECT_EQ(read_time_span("3h", "timeout").span, 3 * kHour);
  EXPECT_EQ(read_time_span("30m", "timeout").span, 30 * kMinute);
  EXPECT_EQ(read_time_span("1s", "timeout").span, kSecond);
  EXPECT_EQ(read_time_span("250ms", "timeout").span, 250 * kMillisecond);
  EXPECT_EQ(read_time_span("7micros", "timeout").span, 7 * kMicrosecond);
  EXPECT_EQ(read_time_span("9nanos", "timeout").span, 9);
  EXPECT_EQ(read_time_span(" 5 S ", "timeout").span, 5 * kSecond);
  EXPECT_EQ(read_time_span("-5s", "timeout").span, -5 * kSecond);
  EXPECT_EQ(read_time_span("000", "timeout").span, 0);
  EXPECT_EQ(read_time_span("-1", "timeout").span, -1);
  for (const char* text : {"2d", "1s", " 5 S ", "000", "-1", "-001"})
    EXPECT_EQ(read_time_span(text, "timeout").error, "") << text;
}

TEST(TimeSpans, SaturateInsteadOfWrappingAround) {
  EXPECT_GT(read_time_span("9223372036854775807d", "timeout").span, Duration{100} * 365 * 24 * kHour);
  EXPECT_LT(read_time_span("-9223372036854775807d", "timeout").span, 0);
}

// bad-parameters-refused
TEST(TimeSpans, SayWhyATextIsNone) {
  for (const char* text : {"abc", "5", "1x", "5M", "", "1w", "5min", "-2"})
    EXPECT_EQ(read_time_span(text, "timeout").error, "failed to parse setting [timeout] with value [" +
                                                         std::string(text) +
                                                         "] as a time value: unit is missing or unrecognized");
  EXPECT_EQ(read_time_span("1.5m", "timeout").error,
            "failed to parse [1.5m], fractional time values are not supported");
  for (const char* text : {"abcs", "10 parsecs", "--5s", "s", "+-5s", "infs", "nans", "99999999999999999999s1s"})
    EXPECT_EQ(read_time_span(text, "timeout").error, "failed to parse [" + std::string(text) + "]");
}

TEST(TimeSpans, AreRenderedInTheLargestUnit) {
  EXPECT_EQ(render_time_span(kSecond), "1s");
  EXPECT_EQ(render_time_span(1'500 * kMillisecond), "1.5s");
  EXPECT_EQ(render_time_span(30 * kMinute), "30m");
  EXPECT_EQ(render_time_span(kMillisecond), "1ms");
  EXPECT_EQ(render_time_span(0), "0s");
  EXPECT_EQ(render_time_span(-1), "-1");
  EXPECT_EQ(render_time_span(12), "12nanos");
}

// force-boolean-grammar
TEST(Booleans, AreLenientOrStrict) {
  for (const char* text : {"", "true", "maybe", "1", "TRUE", "False"}) EXPECT_TRUE(read_lenient_boolean(text)) << text;
  for (const char* text : {"false", "0", "off", "no"}) EXPECT_FALSE(read_lenient_boolean(text)) << text;
  EXPECT_EQ(read_strict_boolean("true"), true);
  EXPECT_EQ(read_strict_boolean(""), true);
  EXPECT_EQ(read_strict_boolean("false"), false);
  for (const char* text : {"maybe", "0", "1", "TRUE", " true"})
    EXPECT_EQ(read_strict_boolean(text), std::nullopt) << text;
}

TEST(Ids, AreLowerCaseAndBounded) {
  for (const char* id : {"a", "event_rate", "closecheck-a", "a.b", "0"}) EXPECT_TRUE(is_valid_id(id)) << id;
  for (const char* id : {"", "_all", "A", "a-", "-a", "a b", "a/b", "ä"}) EXPECT_FALSE(is_valid_id(id)) << id;
  EXPECT_TRUE(is_valid_id(std::string(64, 'a')));
  EXPECT_FALSE(is_valid_id(std::string(65, 'a')));
}

}  // namespace
}  // namespace closecheck::sut
