#include "server/server_access.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr std::size_t kKeyBytes = 32;

bool is_hash(std::string_view password) {
  return password.size() > 3 && password.front() == '$' && password.find('$', 1) != std::string_view::npos;
}

/// Whether crypt would read no more than the beginning of the password, so that others were let in with it.
bool is_cut_by_crypt(std::string_view password, const std::string& like) {
  constexpr std::size_t kBcryptBytesMax = 72;
  return password.find('\0') != std::string_view::npos || (like.starts_with("$2") && password.size() > kBcryptBytesMax);
}

/// The hash of the password by the same method and salt as `like`; empty when crypt cannot read `like`.
std::string hash_like(std::string_view password, const std::string& like) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* hash = ::crypt_r(std::string(password).c_str(), like.c_str(), scratch.get());
  return hash == nullptr || hash[0] == '*' ? std::string() : std::string(hash);
}

/// Schemes are the same in whatever case; what follows them is not.
std::string plain_authorization(std::string_view authorization) {
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  return lower(scheme) + " " + std::string(trimmed(authorization.substr(scheme.size())));
}

std::string fingerprint(const std::string& key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view kept) {
  unsigned difference = given.size() == kept.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = kept.empty() ? '\0' : kept[i % kept.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(other));
  }
  return difference == 0;
}

Access::Access(const std::map<Principal, Credentials>& principals) : key_(kKeyBytes, '\0') {
  for (const auto& [principal, credentials] : principals) {
    if (is_nobody(principal)) continue;
    if (!credentials.authorization.empty()) {
      tokens_.push_back({principal, plain_authorization(credentials.authorization)});
      continue;
    }
    const bool hashed = is_hash(credentials.password);
    if (hashed && hash_like("", credentials.password).empty())
      throw std::runtime_error("the password hash of user " + credentials.username +
                               " is of a kind that crypt does not know here");
    if (hashed && decoy_.empty()) decoy_ = credentials.password;
    users_.push_back(User{principal, credentials.username, credentials.password, hashed});
  }
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), static_cast<int>(key_.size())) != 1)
    throw std::runtime_error("the system has no random numbers to offer");
}

bool Access::verify(const User* user, std::string_view username, std::string_view password) const {
  const bool hashed = user != nullptr && user->hashed;
  const bool plain = equal_in_constant_time(password, user == nullptr || hashed ? std::string_view() : user->password);
  // Without any hash there is nothing whose absence could be told from the time.
  if (decoy_.empty()) return user != nullptr && plain;
  const std::string print = fingerprint(key_, password);
  if (hashed) {
    const std::lock_guard lock(mutex_);
    const auto known = verified_.find(username);
    if (known != verified_.end() && equal_in_constant_time(print, known->second)) return true;
  }
  const std::string& like = hashed ? user->password : decoy_;
  const bool same_hash = equal_in_constant_time(hash_like(password, like), like) && !is_cut_by_crypt(password, like);
  if (!hashed) return user != nullptr && plain;
  if (!same_hash) return false;
  const std::lock_guard lock(mutex_);
  verified_[user->username] = print;
  return true;
}

Caller Access::identify(std::string_view authorization) const {
  Caller by_token;
  const std::string plain = plain_authorization(authorization);
  for (const Token& token : tokens_)
    if (equal_in_constant_time(plain, token.authorization)) by_token.principal = token.principal;
  if (by_token.principal != Principal::anonymous) return by_token;
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  if (lower(scheme) != "basic" || scheme.size() == authorization.size())
    return Caller{authorization.empty() ? Principal::anonymous : Principal::unknown_token, ""};
  const std::string_view token = trimmed(authorization.substr(scheme.size()));
  const std::string pair = from_base64(token).value_or("");
  const std::size_t colon = std::min(pair.find(':'), pair.size());
  const std::string_view username = std::string_view(pair).substr(0, colon);
  const std::string_view password = std::string_view(pair).substr(std::min(colon + 1, pair.size()));
  const User* user = nullptr;
  for (const User& known : users_)
    if (equal_in_constant_time(username, known.username)) user = &known;
  Caller caller{user == nullptr    ? Principal::unknown_user
                : password.empty() ? Principal::empty_password
                                   : Principal::wrong_password,
                std::string(username)};
  if (verify(user, username, password)) caller.principal = user->principal;
  return caller;
}

}  // namespace closecheck::sut
