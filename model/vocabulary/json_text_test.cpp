#include "closecheck/vocabulary/json_text.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

TEST(JsonText, EscapesWhatAStringMustNotHoldAndNothingElse) {
  EXPECT_EQ(json_text("plain \xC3\xA4 \xFF"), "\"plain \xC3\xA4 \xFF\"");
  EXPECT_EQ(json_text("\"\\\b\f\n\r\t/"), R"("\"\\\b\f\n\r\t/")");
  EXPECT_EQ(json_text(std::string_view("\x01\0\x1F\x7F", 4)), "\"\\u0001\\u0000\\u001f\x7F\"");
}

TEST(JsonText, EndsWhereItsOutermostBracketCloses) {
  EXPECT_EQ(end_of_json("{}{}", 0), 2U);
  EXPECT_EQ(end_of_json("{}{}", 2), 4U);
  EXPECT_EQ(end_of_json(R"([{"a":"]}\""}] 1)", 0), 14U);
  EXPECT_EQ(end_of_json(R"("a\"b" 1)", 0), 6U);
  EXPECT_EQ(end_of_json("12,", 0), 2U);
  EXPECT_EQ(end_of_json("true", 0), 4U);
}

TEST(JsonText, DoesNotEndWhereItBreaksOff) {
  for (const char* text : {"{", "[[]", "\"abc", "\"abc\\", "{\"a", "[\"]"})
    EXPECT_EQ(end_of_json(text, 0), kNone) << text;
}

TEST(JsonText, DoesNotEndWhereItNestsTooDeep) {
  EXPECT_EQ(end_of_json("[[[]]]", 0, 3), 6U);
  EXPECT_EQ(end_of_json("[[[]]]", 0, 2), kNone);
  EXPECT_EQ(end_of_json("[[],[],{}]", 0, 2), 10U);
}

}  // namespace
}  // namespace closecheck
