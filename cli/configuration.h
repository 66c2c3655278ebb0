// The configuration file (YAML): target and how it is reached, profile, principals, hooks and waivers, with
// `${VARIABLE}` from the environment. Every mistake, an empty value among them, is a UsageError that names file and
// line; values of passwords, keys, headers and proxies are never in a message.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/sut/endpoint.h"
#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/principal.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::cli {

/// A violation that the user knows of and accepts: of one clause, or of a level as a group.
struct Waiver {
  std::optional<Clause> clause;
  std::optional<Level> level;
  std::string reason;
  std::string owner;
  std::string expires;        // the last day, YYYY-MM-DD; empty: never
  std::string fingerprint{};  // of the one violation that is meant; empty: any of the clause
};

struct Configuration {
  std::optional<std::string> target;
  std::optional<Profile> profile;
  sut::Transport transport;
  /// For commands that we print: the variables that were used, by the name of a header.
  std::map<std::string, std::string> header_variables;
  bool allow_cluster_wide = false;  // what could touch jobs of others may be sent
  std::map<Principal, sut::Credentials> principals;
  std::map<Principal, std::string> password_variables;  // likewise, of passwords, keys and tokens
  std::set<Principal> plain_keys;                       // whose API key is written as `id:key`
  std::map<Fault, std::string> hooks;
  std::vector<Waiver> waivers;
  /// Several, by name. Each stands by itself, so that nobody's credentials go to another's target; waivers alone are
  /// those of the whole.
  std::map<std::string, std::shared_ptr<const Configuration>> targets;
};

/// Reads a variable; empty: it is not defined.
using Variables = std::function<std::optional<std::string>(const std::string&)>;
/// Those of the process.
Variables process_variables();

/// Reads `--config FILE`.
Configuration read_configuration(const std::string& path, const Variables& variables);

/// Reads `--principals FILE` (the mapping itself, or under a key `principals`) and puts it in the place of those in
/// `configuration`.
void read_principals(const std::string& path, const Variables& variables, Configuration& configuration);

/// Reads `--waivers FILE` (the list itself, or under a key `waivers`).
std::vector<Waiver> read_waivers(const std::string& path, const Variables& variables);

/// Whether a value is none, or nothing but space: that is never meant, whoever wrote it.
bool is_empty_value(std::string_view value);

/// The clause of that id. Throws UsageError with the closest ids.
Clause require_clause(const std::string& id);
/// Instead of a profile's name: the one of the version that the target tells.
inline constexpr std::string_view kAutoProfile = "auto";
/// The profile of that name. Throws UsageError with the choices.
Profile require_profile(const std::string& text);
/// What `--profile` and `--product-version` say: the profile of that name narrowed to that version, or the profile that
/// the version is of; empty: both are. Throws UsageError where they say nothing, or do not agree.
std::optional<Profile> chosen_profile(const std::string& text, const std::string& version);

}  // namespace closecheck::cli
