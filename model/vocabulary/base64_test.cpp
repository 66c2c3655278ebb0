#include "closecheck/vocabulary/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace closecheck {
namespace {

TEST(Base64, IsWrittenPaddedAndReadBack) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("a"), "YQ==");
  EXPECT_EQ(to_base64("ab"), "YWI=");
  EXPECT_EQ(to_base64("abc"), "YWJj");
  EXPECT_EQ(to_base64("\xFB\xFF"), "+/8=");
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes += static_cast<char>(i);
  }
}

TEST(Base64, IsReadInEitherAlphabetPaddedOrNot) {
  EXPECT_EQ(from_base64("dXNlcjpwYXNz"), "user:pass");
  EXPECT_EQ(from_base64("YQ"), "a");
  EXPECT_EQ(from_base64("-_8"), "\xFB\xFF");
  EXPECT_EQ(from_base64(""), "");
}

TEST(Base64, IsNothingElse) {
  for (const char* text : {"a b", "YQ==YQ==", "YWJj\n", "Y", "YWJjZ", "\xC3\xA4\xC3\xA4"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace closecheck
