#include "closecheck/model/grammar.h"

#include <gtest/gtest.h>

namespace closecheck::model {
namespace {

// timeout-takes-time-units
TEST(Grammar, ReadsEveryUnitOfThePage) {
  const std::pair<const char*, Duration> cases[] = {{"1d", 24 * kHour},
                                                    {"2h", 2 * kHour},
                                                    {"30m", 30 * kMinute},
                                                    {"10s", 10 * kSecond},
                                                    {"0s", 0},
                                                    {"7ms", 7 * kMillisecond},
                                                    {"7micros", 7 * kMicrosecond},
                                                    {"7nanos", 7},
                                                    {"007s", 7 * kSecond}};
  for (const auto& [text, span] : cases) {
    const TimeValue value = read_time(text);
    EXPECT_EQ(value.reading, TimeReading::valid) << text;
    EXPECT_EQ(value.span, span) << text;
  }
}

// timeout-takes-time-units
TEST(Grammar, LeavesOpenWhatThePageLeavesOpen) {
  for (const char* text : {"0", "00", "-1", "1.5m", "-5s", "+5s", "10 s", " 10s", "10s\t", "\v10s", "10S", "5M", "",
                           "99999999999999999999s", "\u0665s"})
    EXPECT_EQ(read_time(text).reading, TimeReading::unsettled) << text;
}

// bad-parameters-refused
TEST(Grammar, RefusesWhatIsNoTimeValue) {
  for (const char* text :
       {"abc", "10 parsecs", "s", "--5s", "abcs", "5", "600", "5w", "1x", "5min", "1.s", ".5s", "5s5s", "1e3s"})
    EXPECT_EQ(read_time(text).reading, TimeReading::refused) << text;
}

TEST(Grammar, TellsAnAbsentParameterFromAnEmptyOne) {
  EXPECT_EQ(read_time({}).reading, TimeReading::absent);
  EXPECT_EQ(read_boolean({}, Profile::xpack_5_4), BooleanReading::absent);
  EXPECT_EQ(read_boolean("", Profile::xpack_5_4), BooleanReading::is_true);
}

TEST(Grammar, SaturatesSpansAtAHundredYears) {
  EXPECT_EQ(read_time("999999999999d").span, Duration{100} * 365 * 24 * kHour);
  EXPECT_EQ(read_time("999999999999d").reading, TimeReading::valid);
}

// force-boolean-grammar
TEST(Grammar, TakesEverythingButFourSpellingsForTrueIn54) {
  for (const char* text : {"", "true", "TRUE", "maybe", "1", "False"})
    EXPECT_EQ(read_boolean(text, Profile::xpack_5_4), BooleanReading::is_true) << text;
  for (const char* text : {"false", "0", "off", "no"})
    EXPECT_EQ(read_boolean(text, Profile::xpack_5_4), BooleanReading::is_false) << text;
}

// force-boolean-grammar
TEST(Grammar, TakesOnlyTrueFalseAndEmptyIn63) {
  EXPECT_EQ(read_boolean("", Profile::xpack_6_3), BooleanReading::is_true);
  EXPECT_EQ(read_boolean("true", Profile::xpack_6_3), BooleanReading::is_true);
  EXPECT_EQ(read_boolean("false", Profile::xpack_6_3), BooleanReading::is_false);
  for (const char* text : {"TRUE", "maybe", "1", "0", "off", "no"})
    EXPECT_EQ(read_boolean(text, Profile::xpack_6_3), BooleanReading::refused) << text;
}

}  // namespace
}  // namespace closecheck::model
