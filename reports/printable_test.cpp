#include "printable.h"

#include <gtest/gtest.h>

namespace closecheck::reports {
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

}  // namespace
}  // namespace closecheck::reports
