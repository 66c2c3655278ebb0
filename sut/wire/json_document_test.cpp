#include "wire/json_document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/json.h"

namespace closecheck::sut::wire {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonDocument, IsWhatTheOtherReaderTakesForJson) {
  const std::vector<std::string> texts{"",
                                       " ",
                                       "{}",
                                       " {\"a\": [1, 2.5, -3, true, null, \"x\"]} \n",
                                       "17",
                                       "\"text\"",
                                       "\"\\ud83d\\ude00\"",
                                       "\"\\ud83d\"",
                                       "\"\xc3\x28\"",
                                       "{\"a\":1,}",
                                       "{\"a\":1} {}",
                                       "[1",
                                       "01",
                                       "1.",
                                       "-",
                                       "1e999",
                                       "18446744073709551615",
                                       "18446744073709551616",
                                       "-9223372036854775809",
                                       "123456789012345678901234567890",
                                       "\xef\xbb\xbf{}",
                                       "\"\t\"",
                                       "nul",
                                       "NaN",
                                       nested(kDepthMax - 1),
                                       nested(kDepthMax),
                                       nested(kDepthMax + 1),
                                       nested(5000)};
  for (const std::string& text : texts)
    EXPECT_EQ(JsonDocument(text).root().has_value(), parse_json(text).has_value()) << text.substr(0, 80);
}

TEST(JsonDocument, ReadsNumbersAsNumbersOrTexts) {
  const JsonDocument document(R"({"whole":-7,"large":9223372036854775807,"beyond":18446744073709551615,"far":1e30,
    "huge":123456789012345678901234567890,"part":2.9,"text":"12","words":"12 s","truth":true,"said":"false"})");
  ASSERT_TRUE(document.root());
  const auto of = [&](std::string_view name) { return *member(*document.root(), name); };
  EXPECT_EQ(whole_number(of("whole")), -7);
  EXPECT_EQ(whole_number(of("large")), INT64_MAX);
  EXPECT_EQ(whole_number(of("beyond")), std::nullopt);
  EXPECT_EQ(whole_number(of("far")), std::nullopt);
  EXPECT_EQ(whole_number(of("huge")), std::nullopt);
  EXPECT_EQ(whole_number(of("part")), 2);
  EXPECT_EQ(whole_number(of("text")), 12);
  EXPECT_EQ(whole_number(of("words")), std::nullopt);
  EXPECT_EQ(whole_number(of("truth")), std::nullopt);
  EXPECT_EQ(number(of("whole")), -7.0);
  EXPECT_EQ(number(of("beyond")), 18446744073709551615.0);
  EXPECT_EQ(number(of("huge")), 123456789012345678901234567890.0);
  EXPECT_EQ(number(of("words")), std::nullopt);
  EXPECT_EQ(truth(of("truth")), true);
  EXPECT_EQ(truth(of("said")), false);
  EXPECT_EQ(truth(of("whole")), std::nullopt);
}

TEST(JsonDocument, TakesTheLastOfSeveralMembersOfOneName) {
  const JsonDocument document(R"({"a":1,"b":2,"a":3})");
  const auto of = [&](std::string_view name) { return member(*document.root(), name); };
  ASSERT_TRUE(of("a"));
  EXPECT_EQ(whole_number(*of("a")), 3);
  EXPECT_FALSE(of("c"));
  EXPECT_FALSE(member(*of("a"), std::string_view("b")));
}

TEST(JsonDocument, GivesEqualValuesEqualTexts) {
  const JsonDocument one(R"({"b":[{"y":1.50,"x":"ü"}],"a":null})");
  const JsonDocument other("{ \"a\" : null, \"b\" : [ { \"x\" : \"\\u00fc\", \"y\" : 1.5 } ] }");
  EXPECT_EQ(canonical_text(*one.root()), "{\"a\":null,\"b\":[{\"x\":\"ü\",\"y\":1.5}]}");
  EXPECT_EQ(canonical_text(*other.root()), canonical_text(*one.root()));
}

TEST(JsonText, IsBuiltWithinWhatItsBracketsShow) {
  const std::vector<std::string> texts{"",         "{}",   "[1,2,3]", "{\"a\":[{\"b\":[]}]}",
                                       "\"[[[[\"", "[[[[", nested(5), nested(9)};
  for (const std::string& text : texts) {
    const Build build = build_of(text);
    for (const std::size_t depth : {1U, 4U, 8U})
      for (const std::size_t values : {1U, 4U, 40U})
        EXPECT_FALSE(is_surely_within(text, depth, values) && (build.depth > depth || build.values > values))
            << text << " " << depth << " " << values;
  }
  EXPECT_TRUE(is_surely_within(nested(4), 4, 8));
  EXPECT_FALSE(is_surely_within(nested(5), 4, 100));
  EXPECT_FALSE(is_surely_within("[1,1,1,1,1]", 4, 4));
}

}  // namespace
}  // namespace closecheck::sut::wire
