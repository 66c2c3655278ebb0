#include "wrapping.h"

#include <gtest/gtest.h>

namespace closecheck::reports {
namespace {

TEST(Wrapping, BreaksLongLinesAtBlanksAndIndentsWhatGoesOn) {
  EXPECT_EQ(wrapped("one two three four\n", 9, 2), "one two\n  three\n  four\n");
  EXPECT_EQ(wrapped("  a  b\nshort\n", 20), "  a  b\nshort\n") << "what fits stays as it is";
  EXPECT_EQ(wrapped("one two three four\n", 0), "one two three four\n");
  EXPECT_EQ(wrapped("incomprehensibilities\n", 9), "incomprehensibilities\n") << "no word is broken";
  EXPECT_EQ(wrapped("", 9), "");
}

TEST(Wrapping, CountsCharactersAndNoEscapeSequences) {
  EXPECT_EQ(columns_of("\x1b[1;31mviolated\x1b[0m"), 8U);
  EXPECT_EQ(columns_of("\xc3\xa4\xc3\xb6"), 2U);
  EXPECT_EQ(wrapped("\x1b[32maa bb\x1b[0m", 5), "\x1b[32maa bb\x1b[0m");
}

// What is pasted into a shell has to be one command still.
TEST(Wrapping, BreaksCommandsBetweenWordsAsAShellTakesIt) {
  EXPECT_EQ(wrapped_command("  replay: ", "./closecheck replay 'a file' --target url", 24),
            "  replay: ./closecheck \\\n      replay 'a file' \\\n      --target url\n");
  EXPECT_EQ(wrapped_command("", "a b", 80), "a b\n");
  EXPECT_EQ(wrapped_command("", "curl -d '{\"a b\": 1}' x", 8), "curl \\\n    -d \\\n    '{\"a b\": 1}' \\\n    x\n");
}

}  // namespace
}  // namespace closecheck::reports
