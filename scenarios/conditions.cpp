// `skip` and `requires`: whether a test is for this runner and this server.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "closecheck/vocabulary/text.h"
#include "script.h"

namespace closecheck::scenarios {
namespace {

using Version = std::array<int, 3>;

constexpr Version kOldest{0, 0, 0};
constexpr Version kNewest{1'000'000, 0, 0};

/// Takes `6.3.0`, also `6.3` and `6.3.0-alpha1`, off the front; empty optional when it begins otherwise.
std::optional<Version> take_version(std::string_view& text) {
  Version version{};
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), version.at(i));
    if (read.ec != std::errc() || version.at(i) < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9') break;
    text.remove_prefix(1);
  }
  // A suffix is letters, else the dash is that of the range.
  const char first = text.size() > 1 && text[0] == '-' ? text[1] : '\0';
  if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))
    text.remove_prefix(std::min(text.find_first_of(" -,", 1), text.size()));
  return version;
}

std::optional<Version> read_version(std::string_view text) {
  const auto version = take_version(text);
  return text.empty() ? version : std::nullopt;
}

/// The version that a profile stands for.
Version version_of(Profile profile) {
  return read_version(profile->product_version).value_or(kNewest);
}

struct Range {
  Version low = kOldest;
  Version high = kNewest;
};

/// `a - b`, both ends included, either blank; also one version alone, and `all`.
std::optional<Range> read_range(std::string_view text) {
  text = trimmed(text);
  Range range;
  if (text == "all") return range;
  if (text.empty()) return std::nullopt;
  if (text.front() != '-') {
    const auto low = take_version(text);
    if (!low) return std::nullopt;
    range.low = *low;
    text = trimmed(text);
    if (text.empty()) {
      range.high = *low;
      return range;
    }
  }
  if (text.front() != '-') return std::nullopt;
  text = trimmed(text.substr(1));
  if (text.empty()) return range;
  const auto high = read_version(text);
  if (!high) return std::nullopt;
  range.high = *high;
  return range;
}

bool is_in(Version version, std::string_view ranges) {
  return std::ranges::any_of(divided(ranges, ','), [&](std::string_view part) {
    const auto range = read_range(part);
    return range && range->low <= version && version <= range->high;
  });
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
  if (condition.kind == "known_issues") {
    for (std::size_t i = 0; i + 1 < condition.values.size(); i += 2)
      if (server_has(condition.values[i], profile) && !server_has(condition.values[i + 1], profile)) return true;
    return false;
  }
  return condition.kind == "awaits_fix";
}

std::optional<std::string> reason_of(const std::vector<Condition>& conditions, Profile profile) {
  for (const Condition& condition : conditions) {
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

}  // namespace

bool is_version_range(std::string_view ranges) {
  return !std::ranges::any_of(divided(ranges, ','), [](std::string_view part) { return !read_range(part); });
}

std::optional<std::string> reason_to_skip(const Script& script, const Test& test, Profile profile) {
  for (const auto* conditions :
       {&script.conditions, &script.setup.conditions, &script.teardown.conditions, &test.section.conditions})
    if (auto reason = reason_of(*conditions, profile)) return reason;
  return std::nullopt;
}

}  // namespace closecheck::scenarios
