#include "server/server_access.h"

#include <crypt.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace closecheck::sut {
namespace {

// Of `secret`, by the methods of crypt(5) that Debian offers; few rounds, so that the test is quick.
constexpr const char* kSha512 =
    "$6$rounds=1000$closecheck$s2K3vCoeTONyerHUzLm3xKoBzVyTvlECIa"
    "9Raw/zDC2bW1zFTHUocQFGYVBUoXPeajz2cLEMMrS4k7LBv3fmt0";
constexpr const char* kYescrypt = "$y$j75$closecheck12$laP7i8PynSHXBAIRINnldIQXxJRz6lyZEnaB6Emstk9";

std::string basic(const std::string& user, const std::string& password) {
  return httplib::make_basic_authentication_header(user, password).second;
}

TEST(Access, TakesPasswordsAsTheyAreAndAsHashes) {
  const Access access({{Principal::manage_ml, {"plain", "secret"}},
                       {Principal::manage, {"hashed", kSha512}},
                       {Principal::setup, {"newer", kYescrypt}}});
  // The second time it is known by its fingerprint.
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(access.identify(basic("plain", "secret")).principal, Principal::manage_ml);
    EXPECT_EQ(access.identify(basic("hashed", "secret")).principal, Principal::manage);
    EXPECT_EQ(access.identify(basic("newer", "secret")).principal, Principal::setup);
    for (const char* password : {"", "Secret", "secret2", kSha512, kYescrypt}) {
      const Principal wrong = *password == '\0' ? Principal::empty_password : Principal::wrong_password;
      for (const char* user : {"plain", "hashed", "newer"})
        EXPECT_EQ(access.identify(basic(user, password)).principal, wrong) << user << password;
      for (const char* user : {"nobody", ""})
        EXPECT_EQ(access.identify(basic(user, password)).principal, Principal::unknown_user) << user << password;
    }
  }
  EXPECT_EQ(access.identify(basic("hashed", "secret")).username, "hashed");
}

TEST(Access, TakesKeysAndTokensWhole) {
  const Access access({{Principal::manage_ml, {"plain", "secret"}},
                       {Principal::manage, {"", "", "ApiKey aWQ6a2V5"}},
                       {Principal::setup, {"", "", "Bearer token"}}});
  EXPECT_EQ(access.identify("ApiKey aWQ6a2V5").principal, Principal::manage);
  EXPECT_EQ(access.identify("apikey  aWQ6a2V5 ").principal, Principal::manage);
  EXPECT_EQ(access.identify("Bearer token").principal, Principal::setup);
  EXPECT_EQ(access.identify(basic("plain", "secret")).principal, Principal::manage_ml);
  for (const char* wrong : {"Bearer aWQ6a2V5", "ApiKey AWQ6a2V5", "Bearer toke", "Bearer token2", "Bearer", "Digest x"})
    EXPECT_EQ(access.identify(wrong).principal, Principal::unknown_token) << wrong;
  EXPECT_EQ(access.identify("").principal, Principal::anonymous);
  // Nobody without a name and a password is somebody.
  EXPECT_EQ(access.identify(basic("", "")).principal, Principal::unknown_user);
}

// crypt reads a C string: behind a NUL it sees nothing.
TEST(Access, ComparesPasswordsWhole) {
  using namespace std::string_literals;
  const Access access({{Principal::manage_ml, {"plain", "secret"}}, {Principal::manage, {"hashed", kSha512}}});
  for (const char* user : {"plain", "hashed"})
    for (const std::string& password : {"secret\0junk"s, "secret\0"s, "\0secret"s})
      EXPECT_EQ(access.identify(basic(user, password)).principal, Principal::wrong_password) << user;
  const std::string long_one(72, 'x');
  const auto scratch = std::make_unique<crypt_data>();
  const std::string bcrypt = ::crypt_r(long_one.c_str(), "$2b$04$abcdefghijklmnopqrstuu", scratch.get());
  const Access cut({{Principal::manage, {"hashed", bcrypt}}});
  EXPECT_EQ(cut.identify(basic("hashed", long_one)).principal, Principal::manage);
  EXPECT_EQ(cut.identify(basic("hashed", long_one + "y")).principal, Principal::wrong_password);
}

TEST(Access, KnowsAPasswordAgainForItsOwnUserOnly) {
  const Access access({{Principal::manage_ml, {"one", kSha512}}, {Principal::none, {"two", kYescrypt}}});
  EXPECT_EQ(access.identify(basic("one", "secret")).principal, Principal::manage_ml);
  EXPECT_EQ(access.identify(basic("three", "secret")).principal, Principal::unknown_user);
  EXPECT_EQ(access.identify(basic("one", "secret ")).principal, Principal::wrong_password);
}

TEST(Access, RefusesAHashThatItCouldNeverMatch) {
  EXPECT_THROW(Access({{Principal::manage_ml, {"u", "$9$nonsense$abc"}}}), std::runtime_error);
}

TEST(Access, ComparesTexts) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const auto& [given, kept] : {std::pair{"abc", "abd"}, {"ab", "abc"}, {"abcabc", "abc"}, {"", "a"}, {"a", ""}})
    EXPECT_FALSE(equal_in_constant_time(given, kept)) << given << ' ' << kept;
}

}  // namespace
}  // namespace closecheck::sut
