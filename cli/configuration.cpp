#include "configuration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/vocabulary/base64.h"
#include "closecheck/vocabulary/calendar.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "files.h"
#include "suggestions.h"

namespace closecheck::cli {
namespace {

bool is_name_character(char c, bool first) {
  return c == '_' || is_letter(c) || (!first && is_digit(c));
}

/// Reads one file; knows how to say where in it something is wrong.
class Reader {
 public:
  Reader(std::string path, const Variables& variables) : path_(std::move(path)), variables_(variables) {}

  /// A file that the configuration names: one that can be read, seen from where the configuration stands.
  std::string file(const YAML::Node& node, const std::string& what) const {
    const std::string written = text(node, what);
    const std::filesystem::path path = std::filesystem::path(path_).parent_path() / written;
    if (std::ifstream(path).peek() == std::ifstream::traits_type::eof())
      fail(node, fmt::format("{} is '{}', which holds nothing that can be read", what, path.string()));
    return path.string();
  }

  bool is_true(const YAML::Node& node, const std::string& what) const {
    const std::string written = text(node, what);
    if (written != "true" && written != "false") fail(node, fmt::format("{} must be true or false", what));
    return written == "true";
  }

  YAML::Node load() const {
    try {
      const std::vector<YAML::Node> documents = YAML::LoadAll(read_file(path_));
      if (documents.size() > 1) throw UsageError(fmt::format("{}: has more than one YAML document", path_));
      return documents.empty() ? YAML::Node() : documents.front();
    } catch (const YAML::ParserException& error) {
      throw UsageError(fmt::format("{}:{}: {}", path_, error.mark.line + 1, error.msg));
    }
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    const YAML::Mark mark = node.Mark();
    throw UsageError(fmt::format("{}:{}: {}", path_, mark.line < 0 ? 1 : mark.line + 1, what));
  }

  /// Visits the entries of a mapping, whose keys are among `keys`; no keys: any.
  template <class Take>
  void each(const YAML::Node& node, const std::string& what, const std::vector<std::string_view>& keys,
            const Take& take) const {
    if (!node.IsNull() && !node.IsMap()) fail(node, fmt::format("{} must be a mapping", what));
    if (node.size() == 0)
      fail(node, fmt::format("{} is empty{}{}", what, keys.empty() ? "" : "; expected one of ", fmt::join(keys, ", ")));
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail(entry.first, fmt::format("a key of {} must be plain text", what));
      const std::string key = entry.first.Scalar();
      if (!seen.insert(key).second) fail(entry.first, fmt::format("'{}' stands twice in {}", key, what));
      if (!keys.empty() && std::find(keys.begin(), keys.end(), key) == keys.end())
        fail(entry.first, fmt::format("{} knows no '{}'{}", what, key, did_you_mean(key, keys)));
      if (entry.second.IsNull()) fail(entry.first, fmt::format("'{}' in {} has no value", key, what));
      take(key, entry.second);
    }
  }

  /// A scalar as text with its variables filled in, and something in it.
  std::string text(const YAML::Node& node, const std::string& what) const {
    if (!node.IsScalar()) fail(node, fmt::format("{} must be text", what));
    std::string filled = expand(node, node.Scalar());
    if (is_empty_value(filled))
      fail(node, fmt::format("{} is empty{}; a value was expected", what,
                             is_empty_value(node.Scalar()) ? "" : fmt::format(" once {} is filled in", node.Scalar())));
    // Whoever reads a C string would see another value.
    if (filled.find('\0') != std::string::npos) fail(node, fmt::format("{} holds a NUL character", what));
    return filled;
  }

  /// Replaces every `${NAME}`; `$${` stands for `${` itself.
  std::string expand(const YAML::Node& node, const std::string& written) const {
    std::string filled;
    for (std::size_t at = 0; at < written.size();) {
      if (written.compare(at, 3, "$${") == 0) {
        filled += "${";
        at += 3;
      } else if (written.compare(at, 2, "${") == 0) {
        const std::string variable = variable_at(node, written, at);
        filled += value_of(node, variable);
        at += variable.size() + 3;
      } else {
        filled += written[at++];
      }
    }
    return filled;
  }

 private:
  std::string variable_at(const YAML::Node& node, const std::string& written, std::size_t at) const {
    const std::size_t end = written.find('}', at);
    std::string variable = end == std::string::npos ? "" : written.substr(at + 2, end - at - 2);
    bool good = !variable.empty();
    for (std::size_t i = 0; i < variable.size(); ++i) good = good && is_name_character(variable[i], i == 0);
    if (!good) fail(node, "'${' must be followed by the name of a variable and '}' (write '$${' for the text itself)");
    return variable;
  }

  std::string value_of(const YAML::Node& node, const std::string& variable) const {
    const std::optional<std::string> value = variables_(variable);
    if (!value) fail(node, fmt::format("the variable ${{{}}} is not defined", variable));
    return *value;
  }

  std::string path_;
  const Variables& variables_;
};

/// The variable's name when the text is exactly one `${NAME}`, else empty.
std::string only_variable(const std::string& written) {
  if (written.size() < 4 || written.compare(0, 2, "${") != 0 || written.find('}') != written.size() - 1) return "";
  return written.substr(2, written.size() - 3);
}

/// What can stand in a header as one word.
bool is_token(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The members of a principal: user name and password, or a key, or a token.
sut::Credentials take_credentials(const Reader& reader, const YAML::Node& entry, Principal principal,
                                  Configuration& into) {
  const std::string what = fmt::format("principal '{}'", name(principal));
  sut::Credentials credentials;
  reader.each(entry, what, {"username", "password", "api_key", "bearer"},
              [&](const std::string& member, const YAML::Node& value) {
                const std::string part = fmt::format("the {} of {}", member, what);
                const std::string text = reader.text(value, part);
                if (member == "username") {
                  credentials.username = text;
                  if (text.find(':') != std::string::npos) reader.fail(value, part + " must not hold a colon");
                  return;
                }
                if (const std::string variable = only_variable(value.Scalar()); !variable.empty())
                  into.password_variables[principal] = variable;
                if (member == "password") {
                  credentials.password = text;
                  return;
                }
                if (!is_token(text)) reader.fail(value, part + " must not hold spaces or control characters");
                const bool is_plain_key = member == "api_key" && text.find(':') != std::string::npos;
                if (is_plain_key) into.plain_keys.insert(principal);
                credentials.authorization =
                    (member == "bearer" ? "Bearer " : "ApiKey ") + (is_plain_key ? to_base64(text) : text);
              });
  if (entry.size() > 1 && !credentials.authorization.empty())
    reader.fail(entry, fmt::format("{} has either a username and a password, or an api_key, or a bearer", what));
  if (!credentials.authorization.empty()) return credentials;
  if (credentials.username.empty()) reader.fail(entry, fmt::format("{} needs a username", what));
  if (credentials.password.empty()) reader.fail(entry, fmt::format("{} needs a password", what));
  return credentials;
}

void take_principals(const Reader& reader, const YAML::Node& node, Configuration& into) {
  // Who sends no credentials, or wrong ones, needs no entry.
  const std::vector<std::string_view> keys{name(Principal::manage_ml), name(Principal::manage),
                                           name(Principal::monitor_ml), name(Principal::none), name(Principal::setup)};
  into.principals.clear();
  into.password_variables.clear();
  into.plain_keys.clear();
  reader.each(node, "'principals'", keys, [&](const std::string& key, const YAML::Node& entry) {
    const Principal principal = *principal_named(key);
    into.principals[principal] = take_credentials(reader, entry, principal, into);
  });
}

void take_tls(const Reader& reader, const YAML::Node& node, sut::Transport& into) {
  reader.each(node, "'tls'", {"ca", "certificate", "key", "verify"},
              [&](const std::string& key, const YAML::Node& value) {
                const std::string what = fmt::format("'{}' of 'tls'", key);
                if (key == "ca")
                  into.authorities = reader.file(value, what);
                else if (key == "certificate")
                  into.certificate = reader.file(value, what);
                else if (key == "key")
                  into.key = reader.file(value, what);
                else
                  into.verifies = reader.is_true(value, what);
              });
  if (into.certificate.empty() != into.key.empty()) reader.fail(node, "'tls' needs both a 'certificate' and its 'key'");
}

/// What a header of the user's would break, and where else it belongs.
std::string_view why_no_header(const std::string& lower_name) {
  if (lower_name == "authorization") return "belongs under 'principals', as api_key or bearer";
  if (lower_name == "proxy-authorization") return "belongs to 'proxy', as http://USER:PASSWORD@HOST:PORT";
  for (const std::string_view own : {"accept-encoding", "connection", "content-encoding", "content-length",
                                     "content-type", "expect", "te", "trailer", "transfer-encoding", "upgrade"})
    if (lower_name == own) return "is for each request to say";
  return "";
}

void take_headers(const Reader& reader, const YAML::Node& node, Configuration& into) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  reader.each(node, "'headers'", {}, [&](const std::string& key, const YAML::Node& value) {
    const bool is_name = std::all_of(key.begin(), key.end(), [&](char c) {
      return is_letter(c) || is_digit(c) || kSigns.find(c) != std::string_view::npos;
    });
    if (!is_name || key.empty()) reader.fail(value, fmt::format("'{}' is no name of a header", key));
    if (const std::string_view why = why_no_header(lower(key)); !why.empty())
      reader.fail(value, fmt::format("the header '{}' {}", key, why));
    std::string text = reader.text(value, fmt::format("the header '{}'", key));
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
      reader.fail(value, fmt::format("the header '{}' holds a control character", key));
    if (const std::string variable = only_variable(value.Scalar()); !variable.empty())
      into.header_variables[key] = variable;
    into.transport.headers.emplace_back(key, std::move(text));
  });
}

std::string take_proxy(const Reader& reader, const YAML::Node& value) {
  std::string proxy = reader.text(value, "'proxy'");
  const auto begins = [&](std::string_view scheme) { return lower(proxy).starts_with(scheme); };
  if (!begins("http://") && !begins("https://") && !begins("socks5://") && !begins("socks5h://"))
    reader.fail(value, "'proxy' must begin with http://, https://, socks5:// or socks5h://");
  if (!is_token(proxy)) reader.fail(value, "'proxy' holds a space or a control character");
  return proxy;
}

void take_hooks(const Reader& reader, const YAML::Node& node, Configuration& into) {
  const std::vector<std::string_view> keys{name(Fault::fail_job), name(Fault::slow_close), name(Fault::hang_close)};
  reader.each(node, "'hooks'", keys, [&](const std::string& key, const YAML::Node& command) {
    // The shell that runs the hook has the same variables: it fills them in, as text that it does not read again.
    reader.text(command, fmt::format("hook '{}'", key));
    into.hooks[*fault_named(key)] = command.Scalar();
  });
}

bool is_date(const std::string& text) {
  return text.size() == std::string_view("YYYY-MM-DD").size() && read_iso_time(text);
}

Waiver take_waiver(const Reader& reader, const YAML::Node& node) {
  Waiver waiver;
  const std::vector<std::string_view> keys{"clause", "level", "reason", "owner", "expires", "url", "fingerprint"};
  std::string url;
  reader.each(node, "a waiver", keys, [&](const std::string& key, const YAML::Node& value) {
    const std::string text = reader.text(value, fmt::format("'{}' of a waiver", key));
    if (key == "clause") {
      try {
        waiver.clause = require_clause(text);
      } catch (const UsageError& error) {
        reader.fail(value, error.what());
      }
      if (level_of(*waiver.clause) == Level::measured)
        reader.fail(value, fmt::format("'{}' is only measured and never fails: there is nothing to waive", text));
    } else if (key == "level") {
      if (text != name(Level::dialect))
        reader.fail(value, "only the level 'dialect' can be waived as a group; name clauses one by one otherwise");
      waiver.level = Level::dialect;
    } else if (key == "reason") {
      waiver.reason = text;
    } else if (key == "owner") {
      waiver.owner = text;
    } else if (key == "url") {
      url = text;
    } else if (key == "fingerprint") {
      if (!reports::is_fingerprint(text))
        reader.fail(value, fmt::format("'{}' is no fingerprint: 16 digits from 0 to f, as a report tells them", text));
      waiver.fingerprint = text;
    } else {
      if (!is_date(text)) reader.fail(value, fmt::format("'{}' is no date of the form YYYY-MM-DD", text));
      waiver.expires = text;
    }
  });
  if (waiver.clause.has_value() == waiver.level.has_value())
    reader.fail(node, "a waiver names either a 'clause' or a 'level'");
  if (waiver.reason.empty()) reader.fail(node, "a waiver needs a 'reason'");
  if (waiver.level && !waiver.fingerprint.empty())
    reader.fail(node, "a 'fingerprint' is of one violation: name its 'clause' instead of a 'level'");
  // Wherever the reason is read, so is where it is told.
  if (!url.empty()) waiver.reason += fmt::format(" ({})", url);
  return waiver;
}

std::vector<Waiver> take_waivers(const Reader& reader, const YAML::Node& node) {
  if (!node.IsSequence()) reader.fail(node, "'waivers' must be a list");
  std::vector<Waiver> waivers;
  for (const YAML::Node& entry : node) waivers.push_back(take_waiver(reader, entry));
  return waivers;
}

Profile take_profile_name(const Reader& reader, const YAML::Node& value, const std::string& text) {
  try {
    return require_profile(text);
  } catch (const UsageError& error) {
    reader.fail(value, error.what());
  }
}

Configuration take_configuration(const Reader& reader, const YAML::Node& node, const std::string& what, bool is_whole);

void take_targets(const Reader& reader, const YAML::Node& node, Configuration& into) {
  constexpr std::string_view kSigns = "-_.";
  reader.each(node, "'targets'", {}, [&](const std::string& key, const YAML::Node& value) {
    const bool is_name = std::all_of(key.begin(), key.end(), [&](char c) {
      return is_letter(c) || is_digit(c) || kSigns.find(c) != std::string_view::npos;
    });
    if (!is_name || key.empty() || key == "in-process")
      reader.fail(value, fmt::format("'{}' cannot be the name of a target: letters, digits, '-', '_' and '.'", key));
    Configuration target = take_configuration(reader, value, fmt::format("the target '{}'", key), false);
    if (!target.target) reader.fail(value, fmt::format("the target '{}' needs a 'target'", key));
    target.waivers = into.waivers;
    into.targets.emplace(key, std::make_shared<const Configuration>(std::move(target)));
  });
}

/// `is_whole`: not one of several targets.
Configuration take_configuration(const Reader& reader, const YAML::Node& node, const std::string& what, bool is_whole) {
  Configuration configuration;
  std::vector<std::string_view> keys{"target", "profile",    "tls",   "headers",
                                     "proxy",  "principals", "hooks", "allow_cluster_wide"};
  if (is_whole) keys.insert(keys.end(), {"waivers", "targets"});
  std::optional<YAML::Node> targets;
  reader.each(node, what, keys, [&](const std::string& key, const YAML::Node& value) {
    if (key == "target") {
      configuration.target = reader.text(value, "'target'");
    } else if (key == "profile") {
      const std::string text = reader.text(value, "'profile'");
      if (text != kAutoProfile) configuration.profile = take_profile_name(reader, value, text);
    } else if (key == "tls") {
      take_tls(reader, value, configuration.transport);
    } else if (key == "headers") {
      take_headers(reader, value, configuration);
    } else if (key == "proxy") {
      configuration.transport.proxy = take_proxy(reader, value);
    } else if (key == "allow_cluster_wide") {
      configuration.allow_cluster_wide = reader.is_true(value, "'allow_cluster_wide'");
    } else if (key == "principals") {
      take_principals(reader, value, configuration);
    } else if (key == "hooks") {
      take_hooks(reader, value, configuration);
    } else if (key == "targets") {
      targets = value;
    } else {
      configuration.waivers = take_waivers(reader, value);
    }
  });
  // Waivers may stand behind them.
  if (targets) take_targets(reader, *targets, configuration);
  return configuration;
}

}  // namespace

Variables process_variables() {
  return [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Configuration read_configuration(const std::string& path, const Variables& variables) {
  const Reader reader(path, variables);
  return take_configuration(reader, reader.load(), "the configuration", true);
}

void read_principals(const std::string& path, const Variables& variables, Configuration& configuration) {
  const Reader reader(path, variables);
  const YAML::Node root = reader.load();
  if (!root.IsMap() || !root["principals"]) {
    take_principals(reader, root, configuration);
    return;
  }
  reader.each(root, "the file of principals", {"principals"},
              [&](const std::string&, const YAML::Node& value) { take_principals(reader, value, configuration); });
}

std::vector<Waiver> read_waivers(const std::string& path, const Variables& variables) {
  const Reader reader(path, variables);
  const YAML::Node root = reader.load();
  if (!root.IsMap()) return take_waivers(reader, root);
  std::vector<Waiver> waivers;
  reader.each(root, "the file of waivers", {"waivers"},
              [&](const std::string&, const YAML::Node& value) { waivers = take_waivers(reader, value); });
  return waivers;
}

bool is_empty_value(std::string_view value) {
  return trimmed(value).empty();
}

Clause require_clause(const std::string& id) {
  if (const std::optional<Clause> clause = clause_named(id)) return *clause;
  std::vector<std::string_view> ids;
  for (const ClauseText& text : clauses()) ids.push_back(text.id);
  throw UsageError(fmt::format("there is no clause '{}'{}", id, did_you_mean(id, ids)));
}

Profile require_profile(const std::string& text) {
  if (const std::optional<Profile> profile = profile_named(text)) return *profile;
  throw UsageError(fmt::format("there is no profile '{}'; the choices are {}", text, profile_names()));
}

std::optional<Profile> chosen_profile(const std::string& text, const std::string& version) {
  if (version.empty()) return text.empty() ? std::nullopt : std::optional(require_profile(text));
  if (!text.empty()) {
    if (const auto profile = with_product_version(require_profile(text), version)) return profile;
    throw UsageError(fmt::format("--product-version: {} is no version of the profile {}, as {} is", version, text,
                                 require_profile(text)->product_version));
  }
  if (const auto profile = profile_of_version(version)) return profile;
  throw UsageError(
      fmt::format("--product-version takes a version such as 8.13.4, and '{}' is none of any profile", version));
}

}  // namespace closecheck::cli
