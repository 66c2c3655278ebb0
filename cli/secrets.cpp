#include "secrets.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/properties/rejudging.h"
#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::cli {
namespace {

bool names_a_secret(const std::string& variable) {
  const std::string plain = lower(variable);
  for (const std::string_view part : {"pass", "pwd", "secret", "token", "key", "cred", "auth"})
    if (plain.find(part) != std::string::npos) return true;
  return false;
}

/// Variables as the shell reads them: `$NAME` and `${NAME}`.
void add_variables(const std::string& command, const Variables& variables, Redactor& redactor) {
  const auto ends_name = [](char c) { return !is_letter(c) && !is_digit(c) && c != '_'; };
  for (std::size_t at = command.find('$'); at != std::string::npos; at = command.find('$', at + 1)) {
    const std::size_t begin = at + (command.compare(at, 2, "${") == 0 ? 2 : 1);
    const std::string rest = command.substr(std::min(begin, command.size()));
    const std::string variable(rest.begin(), std::ranges::find_if(rest, ends_name));
    if (!names_a_secret(variable)) continue;
    if (const std::optional<std::string> value = variables(variable)) redactor.add(*value);
  }
}

/// The word of a shell command that begins at `at`, without its quotes.
std::string word_at(const std::string& command, std::size_t at) {
  const std::size_t begin = std::min(command.find_first_not_of(" =", at), command.size());
  const bool is_quoted = begin < command.size() && (command[begin] == '"' || command[begin] == '\'');
  const std::size_t from = begin + (is_quoted ? 1 : 0);
  const std::size_t end = is_quoted ? command.find(command[begin], from) : command.find_first_of(" ;|&\n\"'", from);
  return command.substr(std::min(from, command.size()), end == std::string::npos ? end : end - from);
}

void add_credentials(const std::string& command, Redactor& redactor) {
  for (const std::string_view option : {" -u", " --user"})
    for (std::size_t at = command.find(option); at != std::string::npos; at = command.find(option, at + 1)) {
      const std::string pair = word_at(command, at + option.size());
      const std::size_t colon = pair.find(':');
      if (colon != std::string::npos && pair.find('$') == std::string::npos)
        redactor.add(pair.substr(colon + 1), pair.substr(0, colon));
    }
  constexpr std::string_view kHeader = "authorization:";
  const std::string plain = lower(command);
  for (std::size_t at = plain.find(kHeader); at != std::string::npos; at = plain.find(kHeader, at + 1)) {
    const std::size_t begin = at + kHeader.size();
    const std::string value = command.substr(begin, command.find_first_of("\"'\n", begin) - begin);
    if (value.find('$') == std::string::npos) redactor.add_authorization(value);
  }
}

/// The user of a URL such as `http://ann:secret@proxy:3128`, and his password, both as they stand there.
std::pair<std::string, std::string> user_of_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::string authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == std::string::npos) return {};
  const std::size_t colon = std::min(authority.find(':'), at);
  return {authority.substr(0, colon), colon < at ? authority.substr(colon + 1, at - colon - 1) : ""};
}

void add_proxy(const std::string& url, Redactor& redactor) {
  const auto [user, password] = user_of_url(url);
  redactor.add(password, user);
  if (const std::string plain = decode_percent(password); plain != password) redactor.add(plain, decode_percent(user));
}

/// A secret of the configuration, and what a message calls it.
struct Secret {
  std::string what;
  std::string text;
};
std::vector<Secret> secrets_of(const Configuration& configuration) {
  std::vector<Secret> secrets;
  for (const auto& [principal, credentials] : configuration.principals) {
    const std::string& authorization = credentials.authorization;
    if (authorization.empty())
      secrets.push_back({fmt::format("the password of principal {}", name(principal)), credentials.password});
    else
      secrets.push_back({fmt::format("the key or token of principal {}", name(principal)),
                         authorization.substr(authorization.find(' ') + 1)});
  }
  for (const auto& [header, value] : configuration.transport.headers)
    if (is_secret_header(configuration, header)) secrets.push_back({fmt::format("the header {}", header), value});
  if (std::string password = user_of_url(configuration.transport.proxy).second; !password.empty())
    secrets.push_back({"the password of the proxy", std::move(password)});
  return secrets;
}

void redact(std::vector<Finding>& findings, const Redactor& redactor) {
  for (Finding& finding : findings) {
    finding.expected = redactor(finding.expected);
    finding.observed = redactor(finding.observed);
  }
}

void redact(std::string& text, const Redactor& redactor) {
  text = redactor(text);
}

}  // namespace

bool is_secret_header(const Configuration& configuration, const std::string& header) {
  const auto variable = configuration.header_variables.find(header);
  if (is_secret_name(header) || names_a_secret(header)) return true;
  if (variable != configuration.header_variables.end() && names_a_secret(variable->second)) return true;
  for (const auto& [name, value] : configuration.transport.headers) {
    const std::string scheme = lower(value.substr(0, value.find(' ')));
    if (name == header && scheme.size() < value.size() &&
        (scheme == "basic" || scheme == "bearer" || scheme == "apikey"))
      return true;
  }
  return false;
}

std::string without_user(const std::string& url) {
  const std::size_t at = url.substr(0, url.find_first_of("/?#", url.find("://") + 3)).rfind('@');
  return at == std::string::npos ? url : url.substr(0, url.find("://") + 3) + url.substr(at + 1);
}

Redactor redactor_of(const Configuration& configuration, const Variables& variables) {
  Redactor redactor;
  for (const auto& [principal, credentials] : configuration.principals) {
    redactor.add(credentials.password, credentials.username);
    if (!credentials.authorization.empty()) redactor.add_authorization(credentials.authorization);
  }
  for (const auto& [header, value] : configuration.transport.headers)
    if (is_secret_header(configuration, header)) redactor.add_authorization(value);
  add_proxy(configuration.transport.proxy, redactor);
  for (const char* variable : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    if (const std::optional<std::string> proxy = variables(variable)) add_proxy(*proxy, redactor);
  for (const auto& [fault, command] : configuration.hooks) {
    add_variables(command, variables, redactor);
    add_credentials(command, redactor);
  }
  return redactor;
}

std::vector<std::string> warnings_of_short_secrets(const Configuration& configuration) {
  std::vector<std::string> warnings;
  for (const auto& [what, text] : secrets_of(configuration))
    if (text.size() < Redactor::kShort)
      warnings.push_back(fmt::format(
          "{} is shorter than {} characters: where the target repeats it within a longer text, it is not made out",
          what, Redactor::kShort));
  return warnings;
}

void redact(RunRecord& record, const Redactor& redactor) {
  for (std::string& note : record.notes) redact(note, redactor);
  redact(record.broken_off, redactor);
  redact(record.cut_short, redactor);
  for (ClauseRecord& entry : record.clauses) {
    redact(entry.why, redactor);
    redact(entry.cause, redactor);
  }
  for (ViolationRecord& violation : record.violations) {
    redact(violation.finding.expected, redactor);
    redact(violation.finding.observed, redactor);
    violation.history = redactor(std::move(violation.history));
    violation.history_lines = sut::write_history_lines(violation.history);
  }
}

void redact(KeptEvidence& evidence, const Redactor& redactor) {
  redact(evidence.broken_off, redactor);
  for (DecidingHistory& kept : evidence.histories) {
    kept.history = redactor(std::move(kept.history));
    kept.lines = sut::write_history_lines(kept.history);
    kept.times = properties::judge_again(kept.lines, kept.history.profile, evidence.rules).evidence.of(kept.clause);
  }
  std::erase_if(evidence.histories, [](const DecidingHistory& kept) { return kept.times == 0; });
}

void redact(reports::ReplayedFile& file, const Redactor& redactor) {
  redact(file.why, redactor);
  redact(file.findings, redactor);
  file.history = redactor(std::move(file.history));
  for (reports::ReplayedTest& test : file.tests) {
    redact(test.why, redactor);
    redact(test.details, redactor);
  }
}

void redact(reports::JudgedHistory& judged, const Redactor& redactor) {
  redact(judged.why, redactor);
  redact(judged.findings, redactor);
  for (std::string& note : judged.notes) redact(note, redactor);
  judged.history = redactor(std::move(judged.history));
}

}  // namespace closecheck::cli
