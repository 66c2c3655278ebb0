// `skip` and `requires`: whether a test is for this runner and this server.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "script.h"

namespace closecheck::scenarios {
namespace {

using Version = std::array<int, 3>;

constexpr Version kOldest{0, 0, 0};
constexpr Version kNewest{1'000'000, 0, 0};

/// The newest version of the line that a profile stands for.
Version version_of(Profile profile) {
  return profile == Profile::xpack_5_4 ? Version{5, 4, 3} : Version{6, 3, 2};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// `6.3.0`, also `6.3` and `6.3.0-alpha1`; empty optional for anything else.
std::optional<Version> read_version(std::string_view text) {
  Version version{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto read = std::from_chars(at, end, version.at(i));
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
    if (at == end || *at != '.') break;
    ++at;
  }
  if (at != end && *at != '-') return std::nullopt;
  return version;
}

/// Whether the version is in one of the ranges `a - b`, separated by commas; either end may be blank.
bool is_in(Version version, std::string_view ranges) {
  while (!ranges.empty()) {
    const std::size_t comma = std::min(ranges.find(','), ranges.size());
    const std::string_view range = trimmed(ranges.substr(0, comma));
    ranges.remove_prefix(std::min(comma + 1, ranges.size()));
    if (range == "all") return true;
    std::size_t dash = range.find(" - ");
    if (dash == std::string_view::npos && range.ends_with(" -")) dash = range.size() - 2;
    if (dash == std::string_view::npos && range.starts_with("- ")) dash = 0;
    const std::string_view low = trimmed(dash == std::string_view::npos ? range : range.substr(0, dash));
    std::string_view high = dash == std::string_view::npos ? range : trimmed(range.substr(dash));
    if (high.starts_with('-')) high = trimmed(high.substr(1));
    const auto from = low.empty() ? kOldest : read_version(low);
    const auto to = high.empty() ? kNewest : read_version(high);
    if (from && to && *from <= version && version <= *to) return true;
  }
  return false;
}

bool runner_has(std::string_view feature) {
  constexpr std::array kFeatures{"headers",
                                 "warnings",
                                 "warnings_regex",
                                 "allowed_warnings",
                                 "allowed_warnings_regex",
                                 "catch_unauthorized",
                                 "contains",
                                 "close_to",
                                 "is_after",
                                 "transform_and_set",
                                 "arbitrary_key",
                                 "stash_in_key",
                                 "stash_in_path",
                                 "embedded_stash_key",
                                 "default_shards",
                                 "xpack"};
  return std::find(kFeatures.begin(), kFeatures.end(), feature) != kFeatures.end();
}

/// Servers of our profiles know no features by name; `gte_v6.1.0` is made up from the version.
bool server_has(std::string_view feature, Profile profile) {
  if (!feature.starts_with("gte_v")) return false;
  const auto version = read_version(feature.substr(5));
  return version && *version <= version_of(profile);
}

bool holds(const Condition& condition, Profile profile) {
  const auto all_of_server = [&] {
    return std::all_of(condition.values.begin(), condition.values.end(),
                       [&](const std::string& feature) { return server_has(feature, profile); });
  };
  if (condition.kind == "version")
    return std::any_of(condition.values.begin(), condition.values.end(),
                       [&](const std::string& ranges) { return is_in(version_of(profile), ranges); });
  if (condition.kind == "cluster_features") return all_of_server();
  return condition.kind == "awaits_fix";
}

}  // namespace

std::optional<std::string> reason_to_skip(const Section& section, Profile profile) {
  for (const Condition& condition : section.conditions) {
    if (condition.kind == "features") {
      for (const std::string& feature : condition.values)
        if (!runner_has(feature)) return fmt::format("needs a runner with {}", feature);
      continue;
    }
    if (holds(condition, profile) == condition.required) continue;
    if (!condition.reason.empty()) return condition.reason;
    return fmt::format("left out by {}", condition.kind);
  }
  return std::nullopt;
}

}  // namespace closecheck::scenarios
