#include "endpoint/endpoint_target.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr std::string_view kExpected = "; expected http://host:port or https://host:port, perhaps with a base path";

bool is_port(std::string_view text) {
  const auto port = number_in<int>(text);
  return port && *port > 0 && *port <= 65535;
}

/// `host` or `host:port` or `[v6]:port`.
bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    if (text.substr(1, end - 1).find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    const std::string_view rest = text.substr(end + 1);
    return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  if (host.empty() || host.find_first_not_of(allowed) != std::string_view::npos) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

/// Empty, or `/a/b`: segments as they stand in a request line, none of them empty or of dots alone.
bool is_base_path(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=:";
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (segment.find_first_not_of(allowed) != std::string_view::npos) return false;
    text.remove_prefix(segment.size());
  }
  return true;
}

std::string usable_url(const std::string& url) {
  std::string_view rest = url;
  std::string_view scheme;
  for (const std::string_view known : {"http://", "https://"})
    if (rest.starts_with(known)) scheme = known;
  if (scheme.empty())
    throw std::invalid_argument("the target's URL begins with neither http:// nor https://" + std::string(kExpected));
  rest.remove_prefix(scheme.size());
  if (rest.find('@') != std::string_view::npos)
    throw std::invalid_argument("the target's URL holds a user; users belong under `principals`" +
                                std::string(kExpected));
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (!is_authority(authority) || !is_base_path(rest.substr(authority.size())))
    throw std::invalid_argument("the target's URL '" + url + "' cannot be used" + std::string(kExpected));
  return std::string(scheme) + std::string(rest);
}

/// The same scheme with a value that nobody has.
Credentials wrong_token(std::string_view authorization) {
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  const std::string wrong =
      lower(scheme) == "apikey" ? to_base64("closecheck-wrong:closecheck-wrong") : "closecheck-wrong";
  return {"", "", std::string(scheme) + " " + wrong};
}

/// A token that nobody has issued, in a scheme in which nobody is configured: whoever knows no tokens at all must not
/// take it for something better than none.
Credentials unknown_token(const std::map<Principal, Credentials>& principals) {
  const bool bears = std::ranges::any_of(
      principals, [](const auto& entry) { return lower(entry.second.authorization).starts_with("bearer "); });
  return {"", "", bears ? "ApiKey " + to_base64("closecheck-wrong:closecheck-wrong") : "Bearer closecheck-wrong"};
}

}  // namespace

std::string describe(const Credentials& credentials) {
  if (credentials.authorization.empty()) return "user '" + credentials.username + "'";
  return lower(credentials.authorization).starts_with("apikey ") ? "an API key" : "a bearer token";
}

Target::Target(EndpointOptions options)
    : options_(std::move(options)),
      url_(usable_url(options_.url)),
      commons_(options_.commons ? options_.commons : make_commons()) {
  for (const auto& [principal, credentials] : options_.principals) {
    options_.redactor.add(credentials.password, credentials.username);
    if (!credentials.authorization.empty()) options_.redactor.add_authorization(credentials.authorization);
  }
}

Curfew::Clock::time_point Target::end_of_work() const {
  return std::min(options_.end_of_work, commons_->curfew.end_of_work());
}

Curfew::Clock::time_point Target::end() const {
  return std::min(options_.end, commons_->curfew.end());
}

const Credentials* Target::find(Principal who) const {
  const auto found = options_.principals.find(who);
  return found == options_.principals.end() ? nullptr : &found->second;
}

Identity Target::identity_of(Principal who) {
  if (who == Principal::anonymous) return {};
  if (who == Principal::wrong_password) return wrong_password();
  if (who == Principal::empty_password) return empty_password();
  if (who == Principal::unknown_user) return {Credentials{"closecheck-nobody", "closecheck-wrong"}, ""};
  if (who == Principal::unknown_token) return {unknown_token(options_.principals), ""};
  if (options_.principals.empty()) return {};
  const Credentials* found = find(who);
  if (found == nullptr && who == Principal::setup) found = find(Principal::manage_ml);
  if (found == nullptr && (who == Principal::setup || who == Principal::manage_ml)) found = find(Principal::manage);
  if (found != nullptr) return {*found, ""};
  if (who == Principal::setup || who == Principal::manage_ml) return {};
  return {std::nullopt, "no principal '" + std::string(name(who)) + "' is configured, so nothing was sent"};
}

Identity Target::wrong_password() {
  const Credentials* right = find(Principal::manage_ml);
  if (right == nullptr) right = find(Principal::manage);
  // No account is locked for a key or a token that nobody has.
  if (right != nullptr && !right->authorization.empty()) return {wrong_token(right->authorization), ""};
  const std::string username = right == nullptr ? "closecheck-nobody" : right->username;
  if (std::string why = why_not_wrongly(username); !why.empty()) return {std::nullopt, std::move(why)};
  const std::string password = "closecheck-wrong";
  return {Credentials{username, right != nullptr && right->password == password ? password + "-2" : password}, ""};
}

Identity Target::empty_password() {
  const Credentials* right = find(Principal::manage);
  if (right == nullptr || !right->authorization.empty()) right = find(Principal::manage_ml);
  if (right == nullptr || !right->authorization.empty()) return wrong_password();
  if (std::string why = why_not_wrongly(right->username); !why.empty()) return {std::nullopt, std::move(why)};
  return {Credentials{right->username, ""}, ""};
}

std::string Target::why_not_wrongly(const std::string& username) {
  if (commons_->wrong_passwords.may_send(username)) return "";
  return "a wrong password was sent " + std::to_string(kWrongPasswordsMax) + " times for user '" + username +
         "' already, which must do for one run, so nothing was sent";
}

}  // namespace closecheck::sut
