#include "secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Variables kNoVariables = [](const std::string&) { return std::nullopt; };

TEST(Secrets, OfKeysTokensHeadersAndProxiesAreKnownHoweverTheyAreWritten) {
  Configuration configuration;
  configuration.principals[Principal::manage] = {"", "", "ApiKey YWxpY2Uta2V5OnB1cnBsZS1yYWlu"};
  configuration.principals[Principal::none] = {"", "", "Bearer opaque.bearer-token"};
  configuration.transport.headers = {
      {"X-Tenant", "tenant-a"}, {"X-Gateway-Key", "gateway-word"}, {"X-Pass", "Basic abcdefgh"}};
  configuration.transport.proxy = "http://ann:p%40ssword@proxy:3128";
  const Redactor redact = redactor_of(configuration, kNoVariables);

  EXPECT_EQ(redact("purple-rain"), "***");
  EXPECT_EQ(redact("is YWxpY2Uta2V5OnB1cnBsZS1yYWlu known"), "is *** known");
  EXPECT_EQ(redact("alice-key:purple-rain"), "***");
  EXPECT_EQ(redact("the token opaque.bearer-token is bad"), "the token *** is bad");
  EXPECT_EQ(redact("gateway-word of tenant-a, abcdefgh"), "*** of tenant-a, ***");
  EXPECT_EQ(redact("p%40ssword or p@ssword"), "*** or ***");
}

TEST(Secrets, ThatAreShortAreNamed) {
  Configuration configuration;
  configuration.principals[Principal::manage] = {"", "", "Bearer abc"};
  configuration.principals[Principal::none] = {"nobody", "xyz"};
  configuration.transport.headers = {{"X-Tenant", "a"}, {"X-Api-Key", "b"}};
  configuration.transport.proxy = "http://ann:c@proxy:3128";

  EXPECT_THAT(
      warnings_of_short_secrets(configuration),
      ElementsAre(HasSubstr("the key or token of principal manage"), HasSubstr("the password of principal none"),
                  HasSubstr("the header X-Api-Key"), HasSubstr("the password of the proxy")));
}

TEST(Secrets, AUrlIsShownWithoutItsUser) {
  EXPECT_EQ(without_user("http://ann:a@b@proxy:3128/x@y"), "http://proxy:3128/x@y");
  EXPECT_EQ(without_user("http://proxy:3128"), "http://proxy:3128");
}

}  // namespace
}  // namespace closecheck::cli
