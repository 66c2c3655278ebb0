#include "closecheck/vocabulary/text.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>

namespace closecheck {
namespace {

using testing::ElementsAre;

TEST(Text, ChangesTheCaseOfAsciiLettersAlone) {
  EXPECT_EQ(lower("Content-TYPE [@`{ \xC3\x84"), "content-type [@`{ \xC3\x84");
  EXPECT_EQ(upper("gEt [@`{ \xC3\xA4"), "GET [@`{ \xC3\xA4");
  EXPECT_TRUE(contains_ignoring_case("No Handler found", "no handler"));
  EXPECT_TRUE(contains_ignoring_case("x", ""));
  EXPECT_FALSE(contains_ignoring_case("no", "no handler"));
}

TEST(Text, LosesBlanksAtItsEndsAndNoOtherBytes) {
  EXPECT_EQ(trimmed(" \t\r\n a b \x01"), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed("\xC3\xA4"), "\xC3\xA4");
}

TEST(Text, IsDividedIntoOnePartMoreThanThereAreDividers) {
  EXPECT_THAT(divided("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(divided("a,", ','), ElementsAre("a", ""));
  EXPECT_THAT(divided("", ','), ElementsAre(""));
}

TEST(Text, IsJoinedFromTheTextsOfItems) {
  EXPECT_EQ(joined(std::array{"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(joined(std::array{"", "", "c"}, ";"), ";;c");
  EXPECT_EQ(joined(std::vector<int>{1, 2}, " or ", [](int number) { return std::to_string(number); }), "1 or 2");
  EXPECT_EQ(joined(std::vector<std::string>{}), "");
}

TEST(Text, IsANumberAsAWholeOrNot) {
  EXPECT_EQ(number_in<int>("-12"), -12);
  EXPECT_EQ(number_in<double>("1.5"), 1.5);
  EXPECT_EQ(number_in<int>("12s"), std::nullopt);
  EXPECT_EQ(number_in<int>(" 12"), std::nullopt);
  EXPECT_EQ(number_in<int>(""), std::nullopt);
  EXPECT_EQ(number_in<std::uint8_t>("256"), std::nullopt);
}

TEST(Glob, MatchesExactTextStarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("close-many", "close-many"));
  EXPECT_FALSE(matches_glob("close-many", "close-man"));
  EXPECT_TRUE(matches_glob("close*", "close-many"));
  EXPECT_TRUE(matches_glob("*timeout*", "bad-timeout-x"));
  EXPECT_TRUE(matches_glob("*a*b*c", "xxaayybbzzc"));
  EXPECT_FALSE(matches_glob("*a*b*c", "xxaayycbbzz"));
  EXPECT_TRUE(matches_glob("c?ose*", "close"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("?", ""));
  EXPECT_FALSE(matches_glob("", "a"));
}

TEST(Glob, TakesEveryOtherCharacterLiterally) {
  EXPECT_FALSE(matches_glob("close.many", "close-many"));
  EXPECT_FALSE(matches_glob("[a]", "a"));
}

TEST(Wildcard, IsTheStarAlone) {
  EXPECT_TRUE(matches_wildcard("a*c", "abbc"));
  EXPECT_TRUE(matches_wildcard("a*b*c", "aXbYbc"));
  EXPECT_FALSE(matches_wildcard("a*c", "abcd"));
  EXPECT_FALSE(matches_wildcard("a?c", "abc"));
  EXPECT_TRUE(matches_wildcard("a?c", "a?c"));
}

TEST(Wildcard, TakesNoLongerForManyStars) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(matches_wildcard(pattern + "b", std::string(1'000, 'a')));
}

TEST(Utf8, HasCharactersOfUpToFourBytesAndNoOthers) {
  for (const char* good : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "a\xC3\xA4z"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xE2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
  EXPECT_EQ(first_character("\xF0\x9F\x98\x80x").code, U'\U0001F600');
  EXPECT_EQ(first_character("\xF0\x9F\x98\x80x").bytes, 4U);
}

}  // namespace
}  // namespace closecheck
