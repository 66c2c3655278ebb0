// Who a caller is: HTTP basic authentication, an API key or a bearer token against the configured principals.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/vocabulary/principal.h"

namespace closecheck::sut {

struct Caller {
  Principal principal = Principal::anonymous;
  std::string username;  // as the caller gave it; empty: anonymous, or known by a key or a token
};

/// The principals of one server. A password is kept as it is, or as a hash of crypt(5) (`$6$...`, `$y$...`, `$2b$...`).
/// It is compared whole: one that crypt would cut (at a NUL, `$2b$` at 72 bytes) is wrong. Any thread.
class Access {
 public:
  /// Throws std::runtime_error for a hash that crypt cannot read.
  explicit Access(const std::map<Principal, Credentials>& principals);

  /// Reads an `Authorization` header. Another scheme, a key or token that nobody has, or none, is anonymous; an unknown
  /// user and a wrong password are the same to everybody, in the time that they take too.
  Caller identify(std::string_view authorization) const;

 private:
  struct User {
    Principal principal = Principal::anonymous;
    std::string username;
    std::string password;
    bool hashed = false;
  };

  struct Token {
    Principal principal = Principal::anonymous;
    std::string authorization;  // with its scheme in lower case
  };

  bool verify(const User* user, std::string_view username, std::string_view password) const;

  std::vector<User> users_;
  std::vector<Token> tokens_;
  std::string decoy_;  // the hash that an unknown user's password is tried against; empty: no user has one
  std::string key_;    // of the fingerprints
  mutable std::mutex mutex_;
  // A hash takes its time by intention, and clients send their password with every request: what was right is known
  // again by its fingerprint.
  mutable std::map<std::string, std::string, std::less<>> verified_;  // fingerprints by username
};

/// Whether two texts are equal, in a time that depends on their lengths only.
bool equal_in_constant_time(std::string_view given, std::string_view kept);

}  // namespace closecheck::sut
