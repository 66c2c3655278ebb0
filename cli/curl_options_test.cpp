#include <gtest/gtest.h>

#include "target.h"

namespace closecheck::cli {
namespace {

TEST(CurlOptions, NameTheCallerThatARequestReallyGoesAs) {
  Target target;
  auto& principals = target.configuration.principals;
  EXPECT_EQ(curl_options(target, Principal::manage_ml), "");
  principals[Principal::manage] = {"boss", "x"};
  target.configuration.password_variables[Principal::manage] = "BOSS_SECRET";
  EXPECT_EQ(curl_options(target, Principal::manage_ml), " -u boss:\"$BOSS_SECRET\"");
  principals[Principal::manage_ml] = {"ml-admin", "x"};
  EXPECT_EQ(curl_options(target, Principal::manage_ml), " -u ml-admin:\"$ML_ADMIN_PASSWORD\"");
  EXPECT_EQ(curl_options(target, Principal::wrong_password), " -u ml-admin:\"$WRONG_PASSWORD\"");
  EXPECT_EQ(curl_options(target, Principal::empty_password), " -u boss:");
  principals.erase(Principal::manage);
  EXPECT_EQ(curl_options(target, Principal::empty_password), " -u ml-admin:");
  EXPECT_EQ(curl_options(target, Principal::unknown_user), " -u closecheck-nobody:\"$WRONG_PASSWORD\"");
  EXPECT_EQ(curl_options(target, Principal::unknown_token), " -H \"Authorization: Bearer $WRONG_TOKEN\"");
  EXPECT_EQ(curl_options(target, Principal::anonymous), "");
  EXPECT_EQ(curl_options(target, Principal::none), "");
  principals[Principal::none] = {"o'neil", "x"};
  EXPECT_EQ(curl_options(target, Principal::none), " -u 'o'\\''neil':\"$O_NEIL_PASSWORD\"");
}

TEST(CurlOptions, ShowKeysAndTokensAsVariables) {
  Target target;
  auto& principals = target.configuration.principals;
  principals[Principal::manage] = {"", "", "ApiKey aWQ6a2V5"};
  principals[Principal::monitor_ml] = {"", "", "Bearer hidden"};
  EXPECT_EQ(curl_options(target, Principal::manage), " -H \"Authorization: ApiKey $MANAGE_API_KEY\"");
  EXPECT_EQ(curl_options(target, Principal::monitor_ml), " -H \"Authorization: Bearer $MONITOR_ML_TOKEN\"");
  target.configuration.plain_keys.insert(Principal::manage);
  target.configuration.password_variables[Principal::manage] = "KEY";
  EXPECT_EQ(curl_options(target, Principal::manage),
            " -H \"Authorization: ApiKey $(printf %s \"$KEY\" | base64 -w0)\"");
}

TEST(CurlOptions, ShowTheSchemeOfATokenThatNobodyHasIssued) {
  Target target;
  auto& principals = target.configuration.principals;
  principals[Principal::manage] = {"", "", "Bearer hidden"};
  EXPECT_EQ(curl_options(target, Principal::unknown_token), " -H \"Authorization: ApiKey $WRONG_TOKEN\"");
  // Where nobody has a password, an empty one goes as a wrong token.
  EXPECT_EQ(curl_options(target, Principal::empty_password), " -H \"Authorization: Bearer $WRONG_TOKEN\"");
  principals[Principal::manage] = {"", "", "ApiKey aWQ6a2V5"};
  EXPECT_EQ(curl_options(target, Principal::unknown_token), " -H \"Authorization: Bearer $WRONG_TOKEN\"");
}

TEST(CurlOptions, SayHowTheTargetIsReachedAndKeepItsSecrets) {
  Target target;
  target.configuration.transport = {"ca.pem",
                                    "own.pem",
                                    "own.key",
                                    false,
                                    {{"X-Tenant", "a b"}, {"X-Api-Key", "hidden"}},
                                    "http://ann:hidden@proxy:3128"};
  EXPECT_EQ(curl_options(target, Principal::anonymous),
            " --cacert ca.pem --cert own.pem --key own.key --insecure --proxy http://proxy:3128 "
            "--proxy-user \"$PROXY_USER\" -H 'X-Tenant: a b' -H \"X-Api-Key: $X_API_KEY\"");
}

}  // namespace
}  // namespace closecheck::cli
