#include "wire/media_types.h"

#include <gtest/gtest.h>

#include "closecheck/vocabulary/profile.h"

namespace closecheck::sut::wire {
namespace {

constexpr std::string_view kEight = "application/vnd.elasticsearch+json; compatible-with=8";
constexpr std::string_view kNine = "application/vnd.elasticsearch+json;compatible-with=9";
constexpr std::string_view kPlain = "application/json";

TEST(MediaTypes, AskForAVersionOrForNone) {
  EXPECT_EQ(read_media_type(kEight).plain, "application/json");
  EXPECT_EQ(read_media_type(kEight).compatible, 8);
  EXPECT_EQ(read_media_type("application/vnd.elasticsearch+x-ndjson;compatible-with=9").plain, "application/x-ndjson");
  EXPECT_EQ(read_media_type("application/json; charset=UTF-8").plain, "application/json");
  EXPECT_EQ(read_media_type(kPlain).compatible, 0);
  for (const char* none : {"application/vnd.elasticsearch+json", "application/vnd.elasticsearch+json;compatible-with=x",
                           "application/vnd.elasticsearch+json;compatible-with=12"})
    EXPECT_EQ(read_media_type(none).compatible, 0) << none;
}

TEST(MediaTypes, AreRefusedForAVersionThatTheServerDoesNotSpeak) {
  const Dialect& eight = *Profile::es_8.at({8, 13, 4});
  EXPECT_FALSE(trouble_with_media_types(kEight, kEight, true, eight));
  EXPECT_FALSE(trouble_with_media_types(kEight, "", false, eight));
  EXPECT_FALSE(trouble_with_media_types(kPlain, kPlain, true, eight));
  EXPECT_FALSE(trouble_with_media_types("", kPlain, true, eight));
  EXPECT_TRUE(trouble_with_media_types(kNine, kNine, true, eight));
  EXPECT_TRUE(trouble_with_media_types(kNine, "", false, eight));
  const Dialect& nine = *Profile::es_9.at({9, 1, 0});
  EXPECT_FALSE(trouble_with_media_types(kEight, kEight, true, nine));
  EXPECT_FALSE(trouble_with_media_types(kNine, kNine, true, nine));
  EXPECT_TRUE(trouble_with_media_types("application/vnd.elasticsearch+json;compatible-with=7", "", false, nine));
}

TEST(MediaTypes, NameOneVersionForABodyAndItsAnswer) {
  const Dialect& nine = *Profile::es_9.at({9, 1, 0});
  EXPECT_TRUE(trouble_with_media_types(kNine, kEight, true, nine));
  EXPECT_TRUE(trouble_with_media_types(kPlain, kNine, true, nine));
  EXPECT_TRUE(trouble_with_media_types(kNine, kPlain, true, nine));
}

TEST(MediaTypes, AreAnsweredInKind) {
  EXPECT_EQ(json_type_for(kEight, *Profile::es_8), "application/vnd.elasticsearch+json;compatible-with=8");
  EXPECT_EQ(json_type_for("", *Profile::es_8), "application/json");
  EXPECT_EQ(json_type_for("", *Profile::es_7), "application/json; charset=UTF-8");
  EXPECT_EQ(json_type_for(kEight, *Profile::xpack_6_3), "application/json; charset=UTF-8");
}

}  // namespace
}  // namespace closecheck::sut::wire
