#include "endpoint/endpoint_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "endpoint/test_server_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

EndpointOptions options_for(const std::string& url) {
  EndpointOptions options;
  options.url = url;
  options.request_timeout = 10 * kSecond;
  return options;
}

std::string url_of(const std::string& url) {
  return Target(options_for(url)).url();
}

TEST(EndpointTarget, IsAHostWithAPortAndABasePathPerhaps) {
  EXPECT_EQ(url_of("http://h:1/"), "http://h:1");
  EXPECT_EQ(url_of("https://h/team/cluster-a/"), "https://h/team/cluster-a");
  EXPECT_EQ(url_of("https://h:9200/a%20b"), "https://h:9200/a%20b");
  EXPECT_EQ(url_of("http://[::1]:9200"), "http://[::1]:9200");
  EXPECT_EQ(url_of("http://[::1]/a"), "http://[::1]/a");
}

TEST(EndpointTarget, RefusesAUrlThatCannotBeUsed) {
  for (const char* bad :
       {"localhost:9200", "ftp://h", "http://", "http://h:port", "http://h:0", "http://h:65536", "http://h//a",
        "http://h/../a", "http://h/./a", "http://h/a?b=c", "http://h/a#b", "http://h/a b", "http://ann:secret@h:1",
        "http://h/a@b", "http://[::1", "http://[]:1", "http://::1:9200", "http:///a"})
    EXPECT_THROW(make_endpoint_factory(options_for(bad)), std::invalid_argument) << bad;
  try {
    make_endpoint_factory(options_for("http://ann:secret@h:1"));
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
  }
}

TEST(EndpointTarget, TakesAKeyOrATokenThatNobodyHasForAWrongPassword) {
  EndpointOptions options = options_for("http://h:1");
  options.principals[Principal::manage_ml] = {"", "", "ApiKey aWQ6a2V5"};
  EXPECT_EQ(Target(options).identity_of(Principal::wrong_password).credentials->authorization,
            "ApiKey Y2xvc2VjaGVjay13cm9uZzpjbG9zZWNoZWNrLXdyb25n");
  options.principals[Principal::manage_ml] = {"", "", "Bearer abc"};
  EXPECT_EQ(Target(options).identity_of(Principal::wrong_password).credentials->authorization,
            "Bearer closecheck-wrong");
}

// anonymous-refused
TEST(EndpointTarget, GivesStrangersCredentialsThatNobodyHas) {
  EndpointOptions options = options_for("http://h:1");
  options.principals[Principal::manage_ml] = {"ann", "secret", ""};
  EXPECT_EQ(Target(options).identity_of(Principal::unknown_user).credentials->username, "closecheck-nobody");
  EXPECT_EQ(Target(options).identity_of(Principal::unknown_token).credentials->authorization,
            "Bearer closecheck-wrong");
  // In a scheme in which nobody is configured.
  options.principals[Principal::manage] = {"", "", "Bearer abc"};
  EXPECT_EQ(Target(options).identity_of(Principal::unknown_token).credentials->authorization,
            "ApiKey Y2xvc2VjaGVjay13cm9uZzpjbG9zZWNoZWNrLXdyb25n");
}

// anonymous-refused: too many wrong passwords lock users out, and an empty one is a wrong one.
TEST(EndpointTarget, CountsEmptyPasswordsAmongTheWrongOnesOfAUser) {
  EndpointOptions options = options_for("http://h:1");
  options.principals[Principal::manage_ml] = {"ann", "secret", ""};
  Target one(options);
  EXPECT_EQ(one.identity_of(Principal::empty_password).credentials->password, "");
  EXPECT_EQ(one.identity_of(Principal::empty_password).credentials->username, "ann");
  EXPECT_THAT(one.identity_of(Principal::wrong_password).forbidden, HasSubstr("for user 'ann' already"));

  options.principals[Principal::manage] = {"bob", "other", ""};
  Target two(options);
  EXPECT_EQ(two.identity_of(Principal::empty_password).credentials->username, "bob");
  EXPECT_EQ(two.identity_of(Principal::wrong_password).credentials->username, "ann");
}

TEST(EndpointTarget, KnowsKeysAndTokensAsSecrets) {
  EndpointOptions options = options_for("http://h:1");
  options.principals[Principal::manage_ml] = {"", "", "ApiKey YWxpY2Uta2V5OnB1cnBsZS1yYWlu"};
  Target target(options);
  EXPECT_EQ(target.redact()("is purple-rain or YWxpY2Uta2V5OnB1cnBsZS1yYWlu"), "is *** or ***");
}

TEST(EndpointTarget, IsNeverSentWhatIsDangerous) {
  std::atomic<int> asked = 0;
  const TestServer server([&](const httplib::Request&, httplib::Response& response) {
    ++asked;
    response.set_content(R"({"closed": true})", "application/json");
  });
  EndpointOptions options = options_for(server.url());
  const auto answer_to = [&](const Operation& operation) {
    const auto system = make_endpoint_factory(options)->make(1);
    system->submit(0, std::make_shared<const Request>(Request{Principal::manage_ml, operation, nullptr}));
    return system->next(system->now() + kMinute).value();
  };
  const Completion close = answer_to(CloseJob{"_all", {}, {}, {}, {}});
  EXPECT_TRUE(close.never_sent);
  EXPECT_FALSE(close.response);
  EXPECT_THAT(close.error, HasSubstr("`_all` names what is not ours, which is sent only with --allow-cluster-wide"));
  EXPECT_THAT(close.error, HasSubstr("so nothing was sent"));
  EXPECT_EQ(asked, 0);

  options.allow_cluster_wide = true;
  EXPECT_TRUE(answer_to(CloseJob{"_all", {}, {}, {}, {}}).response);
  EXPECT_TRUE(answer_to(PostData{"closecheck-a", {}, true}).never_sent);
  EXPECT_EQ(asked, 1);
}

TEST(EndpointTarget, IsAskedToOpenJobsWithinATimeFromSevenOn) {
  std::vector<std::string> targets;
  const TestServer server([&](const httplib::Request& request, httplib::Response& response) {
    targets.push_back(request.target);
    response.set_content(R"({"opened": true})", "application/json");
  });
  EndpointOptions options = options_for(server.url());
  for (const Profile profile : {Profile::xpack_6_3, Profile::es_7, Profile::es_9}) {
    options.profile = profile;
    const auto system = make_endpoint_factory(options)->make(1);
    system->submit(0, std::make_shared<const Request>(Request{Principal::manage_ml, OpenJob{"closecheck-a"}, nullptr}));
    ASSERT_TRUE(system->next(system->now() + kMinute));
  }
  EXPECT_THAT(targets, ElementsAre("/_xpack/ml/anomaly_detectors/closecheck-a/_open",
                                   "/_ml/anomaly_detectors/closecheck-a/_open?timeout=15s",
                                   "/_ml/anomaly_detectors/closecheck-a/_open?timeout=15s"));
}

}  // namespace
}  // namespace closecheck::sut
