#include "closecheck/vocabulary/version.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

TEST(Versions, AreReadWithOrWithoutTheirLastNumberAndWhateverADashBegins) {
  EXPECT_EQ(read_version("8.13.4"), (Version{8, 13, 4}));
  EXPECT_EQ(read_version("5.6"), (Version{5, 6, 0}));
  EXPECT_EQ(read_version("6.3.2-SNAPSHOT"), (Version{6, 3, 2}));
  EXPECT_EQ(read_version("9.0.0-alpha1"), (Version{9, 0, 0}));
  EXPECT_EQ(text_of({7, 17, 29}), "7.17.29");
}

TEST(Versions, AreNothingElse) {
  for (const char* text : {"", "7", "7.", ".6", "-6.1", "6.-1", "v6.3.2", "7.6.0.1", "7.6.", "7.6 ", "7.6.0beta",
                           "7.1000.0", "99999999999.1", "closecheck"})
    EXPECT_EQ(read_version(text), std::nullopt) << text;
}

TEST(Versions, AreOrderedNumberByNumber) {
  EXPECT_LT((Version{7, 9, 3}), (Version{7, 10, 0}));
  EXPECT_LT((Version{7, 17, 11}), (Version{8, 0, 0}));
}

}  // namespace
}  // namespace closecheck
