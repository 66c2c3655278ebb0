#include "closecheck/vocabulary/path.h"

#include <gmock/gmock.h>

namespace closecheck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Path, IsDecodedSegmentBySegment) {
  EXPECT_THAT(split_path("/_xpack//ml/my%2Djob/a%2Fb/c+d/"), ElementsAre("_xpack", "ml", "my-job", "a/b", "c+d"));
  EXPECT_THAT(split_path("/"), IsEmpty());
  EXPECT_THAT(split_path(""), IsEmpty());
}

TEST(Path, KeepsWhatIsNoEscape) {
  EXPECT_EQ(decode_percent("100%"), "100%");
  EXPECT_EQ(decode_percent("%zz%4"), "%zz%4");
  EXPECT_EQ(decode_percent("%e4%C3%a4"), "\xe4\xc3\xa4");
}

TEST(Path, ReadsAPlusAsASpaceInAQueryOnly) {
  EXPECT_EQ(decode_percent("a+b%2B", true), "a b+");
  EXPECT_EQ(decode_percent("a+b"), "a+b");
}

TEST(Path, IsEncodedButForWhatStandsForItself) {
  EXPECT_EQ(encode_percent("aZ0-._~ /%\xC3\xA4*", "*"), "aZ0-._~%20%2F%25%C3%A4*");
  EXPECT_EQ(decode_percent(encode_percent(" +&=%", "")), " +&=%");
}

}  // namespace
}  // namespace closecheck
