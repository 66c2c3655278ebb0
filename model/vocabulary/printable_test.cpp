#include "closecheck/vocabulary/printable.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

TEST(Printable, KeepsTextOfEveryLanguage) {
  EXPECT_EQ(printable("plain\ttext\n"), "plain\ttext\n");
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80");
}

TEST(Printable, ReplacesControlCharactersThatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[2J\a\x7f"), "?[2J??");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "?31m");
}

TEST(Printable, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xFF\xFE"), "??");
  EXPECT_EQ(printable("a\xC3"), "a?");
  EXPECT_EQ(printable("\xC0\xAF"), "??");            // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "???");       // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(printable("\xEF\xBF\xBF"), "?");         // no XML character
}

TEST(Printable, ReplacesWhatTurnsTheDirectionOrEndsALine) {
  for (const char* mark : {"\u061C", "\u200B", "\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202E", "\u2066",
                           "\u2069", "\uFEFF", "\U000E0041"})
    EXPECT_EQ(printable(std::string("a") + mark + "b"), "a?b");
}

TEST(OneLine, LeavesNothingThatLooksLikeALineOfOurs) {
  EXPECT_EQ(one_line("a\nconforms: \tb\r\nc\u2028d\u0085e\vf\x1b"), "a conforms:  b  c d e f?");
  EXPECT_EQ(one_line("gr\u00FC\u00DF \U0001F600"), "gr\u00FC\u00DF \U0001F600");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
  EXPECT_EQ(shortened("ab\u00FC\u00FC", 3), "ab...");
}

TEST(EscapedJson, SaysTheSameInAWayThatNoTerminalObeys) {
  EXPECT_EQ(escaped_json("{\n  \"a\": \"\u202E\u009B\x7F\U000E0041\u00FC\"\n}"),
            "{\n  \"a\": \"\\u202e\\u009b\\u007f\\udb40\\udc41\u00FC\"\n}");
}

TEST(ShellWord, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(shell_word("a/b-c.yml"), "a/b-c.yml");
  EXPECT_EQ(shell_word("http://127.0.0.1:9200"), "http://127.0.0.1:9200");
  EXPECT_EQ(shell_word("my file"), "'my file'");
  EXPECT_EQ(shell_word("~/a"), "'~/a'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's\n\x1B\\"), "$'it\\'s\\n\\x1b\\\\'");
}

}  // namespace
}  // namespace closecheck
