// How curl is told to send what closecheck sent: callers, certificates, headers and proxy, with secrets as variables.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "secrets.h"
#include "target.h"

namespace closecheck::cli {
namespace {

bool is_ordinary(Principal principal) {
  return principal == Principal::manage_ml || principal == Principal::manage || principal == Principal::setup;
}

/// A name for a variable: `ml-admin` becomes `ML_ADMIN`.
std::string variable_of(const std::string& text) {
  std::string derived;
  for (const char c : text) {
    const bool may_stand = is_letter(c) || (is_digit(c) && !derived.empty());
    derived += may_stand ? upper(c) : '_';
  }
  return derived;
}

std::string token_option(const Configuration& configuration, Principal principal, const std::string& authorization) {
  const std::string scheme = authorization.substr(0, authorization.find(' '));
  const auto written = configuration.password_variables.find(principal);
  const bool is_key = scheme == "ApiKey";
  const std::string variable = written != configuration.password_variables.end()
                                   ? written->second
                                   : variable_of(std::string(name(principal))) + (is_key ? "_API_KEY" : "_TOKEN");
  if (configuration.plain_keys.count(principal) != 0)
    return fmt::format(" -H \"Authorization: {} $(printf %s \"${}\" | base64 -w0)\"", scheme, variable);
  return fmt::format(" -H \"Authorization: {} ${}\"", scheme, variable);
}

bool has_password(const Configuration& configuration, Principal principal) {
  const auto found = configuration.principals.find(principal);
  return found != configuration.principals.end() && found->second.authorization.empty();
}

/// Whose rights a request of `principal` would have, were its credentials right.
Principal namesake_of(const Configuration& configuration, Principal principal) {
  if (principal == Principal::wrong_password) return Principal::manage_ml;
  if (principal != Principal::empty_password) return principal;
  return has_password(configuration, Principal::manage) ? Principal::manage : Principal::manage_ml;
}

/// A token that nobody has issued is of a scheme in which nobody is configured.
std::string unknown_token_option(const Configuration& configuration) {
  const bool bears = std::ranges::any_of(configuration.principals, [](const auto& entry) {
    return lower(entry.second.authorization).starts_with("bearer ");
  });
  return fmt::format(" -H \"Authorization: {} $WRONG_TOKEN\"", bears ? "ApiKey" : "Bearer");
}

std::string caller_option(const Configuration& configuration, Principal principal) {
  if (principal == Principal::anonymous) return "";
  if (principal == Principal::unknown_user) return " -u closecheck-nobody:\"$WRONG_PASSWORD\"";
  if (principal == Principal::unknown_token) return unknown_token_option(configuration);
  const auto& principals = configuration.principals;
  Principal asked = namesake_of(configuration, principal);
  // Ordinary requests go as the first of these that is configured.
  if (is_ordinary(asked) && principals.count(asked) == 0)
    asked = principals.count(Principal::manage_ml) != 0 ? Principal::manage_ml : Principal::manage;
  const auto found = principals.find(asked);
  if (found == principals.end()) return "";
  const sut::Credentials& credentials = found->second;
  if (!credentials.authorization.empty()) {
    if (!is_nobody(principal)) return token_option(configuration, asked, credentials.authorization);
    return " -H \"Authorization: " + credentials.authorization.substr(0, credentials.authorization.find(' ')) +
           " $WRONG_TOKEN\"";
  }
  if (principal == Principal::empty_password) return fmt::format(" -u {}:", shell_word(credentials.username));
  std::string variable = variable_of(credentials.username) + "_PASSWORD";
  if (const auto written = configuration.password_variables.find(asked);
      written != configuration.password_variables.end())
    variable = written->second;
  if (principal == Principal::wrong_password) variable = "WRONG_PASSWORD";
  return fmt::format(" -u {}:\"${}\"", shell_word(credentials.username), variable);
}

std::string transport_options(const Configuration& configuration) {
  const sut::Transport& transport = configuration.transport;
  std::string options;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) options += fmt::format(" {} {}", option, shell_word(value));
  };
  add("--cacert", transport.authorities);
  add("--cert", transport.certificate);
  add("--key", transport.key);
  if (!transport.verifies) options += " --insecure";
  add("--proxy", without_user(transport.proxy));
  if (without_user(transport.proxy) != transport.proxy) options += " --proxy-user \"$PROXY_USER\"";
  for (const auto& [header, value] : transport.headers) {
    const auto variable = configuration.header_variables.find(header);
    if (variable != configuration.header_variables.end())
      options += fmt::format(" -H \"{}: ${}\"", header, variable->second);
    else if (is_secret_header(configuration, header))
      options += fmt::format(" -H \"{}: ${}\"", header, variable_of(header));
    else
      add("-H", header + ": " + value);
  }
  return options;
}

}  // namespace

std::string curl_options(const Target& target, Principal principal) {
  return caller_option(target.configuration, principal) + transport_options(target.configuration);
}

}  // namespace closecheck::cli
