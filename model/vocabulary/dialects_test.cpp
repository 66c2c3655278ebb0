#include <gtest/gtest.h>

#include <set>

#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck {
namespace {

TEST(Dialects, AreFoundByTheirNamesAndByTheVersionsOfTheirServers) {
  std::set<std::string_view> names;
  for (const Profile profile : kProfiles) {
    EXPECT_TRUE(names.insert(name(profile)).second) << name(profile);
    EXPECT_EQ(profile_named(name(profile)), profile);
    EXPECT_EQ(profile_of_version(profile->product_version), profile.implemented());
    EXPECT_NE(profile_names().find(name(profile)), std::string::npos);
    EXPECT_EQ(&*profile, &kDialects.at(profile.index()));
  }
  EXPECT_EQ(Profile(), Profile::xpack_5_4) << "the page's own stands where nobody asks for another";
}

TEST(Dialects, AreNotFoundByWhatIsNoNameAndNoVersion) {
  for (const char* text : {"", "xpack-5", "XPACK-5.4", "auto", "5.4"})
    EXPECT_EQ(profile_named(text), std::nullopt) << text;
  for (const char* text : {"", "6", "closecheck", "-6.1", ".6", "60.3", "v6.3.2"})
    EXPECT_EQ(profile_of_version(text), std::nullopt) << text;
}

TEST(Dialects, TakeVersionsOfTheirMajorWhateverFollows) {
  EXPECT_EQ(profile_of_version("6.8.23"), Profile::xpack_6_3.at({6, 8, 23}));
  EXPECT_EQ(profile_of_version("6.3.2-SNAPSHOT"), Profile::xpack_6_3.at({6, 3, 2}));
  EXPECT_EQ(profile_of_version("5.6"), Profile::xpack_5_4.at({5, 6, 0}));
  EXPECT_EQ(profile_of_version("7.17.29"), Profile::es_7.at({7, 17, 29}));
}

TEST(Dialects, AreNarrowedToAVersionUnderTheSameName) {
  const Profile narrow = Profile::es_7.at({7, 13, 4});
  EXPECT_EQ(name(narrow), "es-7");
  EXPECT_EQ(describe(narrow), "es-7 (7.13.4)");
  EXPECT_EQ(narrow.version(), (Version{7, 13, 4}));
  EXPECT_EQ(narrow.line(), Profile::es_7.line());
  EXPECT_NE(narrow, Profile::es_7);
  EXPECT_EQ(narrow.at({7, 14, 0}), Profile::es_7.at({7, 14, 0})) << "whatever it was narrowed to before";
  EXPECT_EQ(describe(Profile::es_7), "es-7");
  EXPECT_EQ(Profile::es_7.version(), std::nullopt);
  EXPECT_EQ(Profile::es_7.at({8, 0, 0}), Profile::es_7) << "of another line's version it knows nothing";
}

TEST(Dialects, AllowAHiddenVersionWhatAnyVersionBelowItsPathDoes) {
  const Dialect& hidden = *Profile::hidden_version;
  EXPECT_EQ(name(Profile::hidden_version), "es-8");
  EXPECT_NE(Profile::hidden_version, Profile::es_8);
  EXPECT_EQ(describe(Profile::hidden_version), "es-8 (hidden)");
  // What says "may" is what any of them may.
  for (const bool Dialect::*feature :
       {&Dialect::blank_id_may_name_all, &Dialect::opening_may_be_hidden, &Dialect::close_of_closed_may_be_refused,
        &Dialect::second_close_may_be_refused, &Dialect::second_force_may_fail, &Dialect::running_feed_may_bar_close,
        &Dialect::close_may_stop_feed, &Dialect::delete_may_take_feed, &Dialect::post_to_closing_may_break,
        &Dialect::force_of_unknown_may_conflict, &Dialect::post_to_unknown_may_conflict,
        &Dialect::invalid_id_may_be_bad_request, &Dialect::stop_may_close_job}) {
    bool any = false;
    for (const Profile line : {Profile::es_7, Profile::es_8, Profile::es_9}) any = any || (*line).*feature;
    EXPECT_EQ(hidden.*feature, any);
  }
  for (const char* parameter : {"allow_no_jobs", "allow_no_match"}) {
    EXPECT_TRUE(hidden.perhaps_in_close.knows(parameter));
    EXPECT_FALSE(hidden.allow_none.knows(parameter)) << "no name is known to all of them";
  }
}

TEST(Dialects, SayWhatTellsThemFromOthersOfTheirNameAndAreFoundByIt) {
  EXPECT_EQ(product_version_of(Profile::es_7), "");
  EXPECT_EQ(with_product_version(Profile::es_7, "8.1.0"), std::nullopt);
  EXPECT_EQ(with_product_version(Profile::es_7, "hidden"), std::nullopt);
  for (const Profile profile :
       {Profile::es_7.at({7, 13, 4}), Profile::xpack_6_3.at({6, 3, 2}), Profile::hidden_version})
    EXPECT_EQ(with_product_version(*profile_named(name(profile)), product_version_of(profile)), profile);
}

TEST(Dialects, KnowAVersionThatIsNewerThanAllOfThemAsTheNewest) {
  for (const Profile profile : kProfiles) {
    const Profile newest = profile.at({profile->major, 99, 0});
    EXPECT_LT(newest.index(), kDialects.size());
    EXPECT_EQ(name(newest), name(profile));
    if (kMinorsTold.at(profile.line()) == 0) continue;
    const int last = static_cast<int>(kMinorsTold.at(profile.line())) - 1;
    EXPECT_EQ(newest.index(), profile.at({profile->major, last, 0}).index());
  }
}

TEST(Dialects, SpeakOneVersionWhereTheyAreImplemented) {
  EXPECT_EQ(text_of(Profile::es_7.implemented_version()), Profile::es_7->product_version);
  EXPECT_EQ(Profile::es_7.at({7, 14, 1}).implemented_version(), (Version{7, 14, 1}));
}

TEST(Dialects, KnowPathsBelowTheirBases) {
  for (const Profile profile : kProfiles)
    for (const std::string_view base : {profile->jobs.path, profile->jobs.other}) {
      if (base.empty()) continue;
      const auto below = split_path(std::string(base) + "/anomaly_detectors/a");
      EXPECT_EQ(profile->jobs.size_in(below) + 2, below.size()) << base;
      EXPECT_EQ(job_base_in(below) + 2, below.size()) << base;
      EXPECT_TRUE(is_product_api(below.front())) << base;
    }
  for (const char* path : {"/", "/ml/anomaly_detectors", "/_xpack", "/_xpack/_ml/anomaly_detectors", "/index/_doc/1"})
    EXPECT_EQ(job_base_in(split_path(path)), 0U) << path;
  EXPECT_EQ(Profile::xpack_5_4->jobs.size_in(split_path("/_ml/anomaly_detectors")), 0U);
  EXPECT_FALSE(is_product_api("index"));
  EXPECT_FALSE(is_product_api("_bulk"));
}

}  // namespace
}  // namespace closecheck
