#include "http/server_access.h"

#include <algorithm>

#include "http/text.h"

namespace closecheck::sut {
namespace {

/// Whether two texts are equal, in a time that depends on their lengths only.
bool same(std::string_view given, std::string_view kept) {
  unsigned difference = given.size() == kept.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = kept.empty() ? '\0' : kept[i % kept.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(other));
  }
  return difference == 0;
}

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return out;
}

Caller identify(std::string_view authorization, const std::map<Principal, Credentials>& principals) {
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  if (wire::lower(scheme) != "basic" || scheme.size() == authorization.size()) return {};
  std::string_view token = authorization.substr(scheme.size());
  while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
  const std::string pair = decode_base64(token).value_or("");
  const std::size_t colon = std::min(pair.find(':'), pair.size());
  const std::string_view username = std::string_view(pair).substr(0, colon);
  const std::string_view password = std::string_view(pair).substr(std::min(colon + 1, pair.size()));
  Caller caller{Principal::wrong_password, std::string(username)};
  for (const auto& [principal, credentials] : principals) {
    if (principal == Principal::anonymous || principal == Principal::wrong_password) continue;
    const bool user = same(username, credentials.username);
    const bool secret = same(password, credentials.password);
    if (static_cast<unsigned>(user) & static_cast<unsigned>(secret)) caller.principal = principal;
  }
  return caller;
}

}  // namespace closecheck::sut
