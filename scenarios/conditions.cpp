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

/// The version that the server tells, else that of the profile.
Version version_of(const Server& server, Profile profile) {
  std::string_view told = server.version;
  if (const auto version = take_version(told); version && told.empty()) return *version;
  const closecheck::Version version = profile.implemented_version();
  return {version.major, version.minor, version.patch};
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
                                 "node_selector",
                                 "capabilities",
                                 "skip_os",
                                 "default_shards",
                                 "xpack"};
  return std::find(kFeatures.begin(), kFeatures.end(), feature) != kFeatures.end();
}

/// What conditions ask of, and how they are answered.
class Asked {
 public:
  Asked(const Server& server, Profile profile) : server_(server), version_(version_of(server, profile)) {}

  /// `gte_v6.1.0` is made up from the version; others are for the server to tell.
  bool has(std::string_view feature) const {
    if (is_among_texts(server_.features, feature)) return true;
    if (!feature.starts_with("gte_v")) return false;
    const auto version = read_version(feature.substr(5));
    return version && *version <= version_;
  }

  bool is_within(std::string_view ranges) const { return is_in(version_, ranges); }

  bool holds(const Condition& condition) const {
    const std::vector<std::string>& values = condition.values;
    if (condition.kind == "version") return std::ranges::any_of(values, [&](const auto& v) { return is_within(v); });
    if (condition.kind == "cluster_features") return std::ranges::all_of(values, [&](const auto& v) { return has(v); });
    if (condition.kind == "os")
      return std::ranges::any_of(values, [&](const auto& v) { return is_among_texts(server_.systems, lower(v)); });
    if (condition.kind == "known_issues") {
      for (std::size_t i = 0; i + 1 < values.size(); i += 2)
        if (has(values[i]) && !has(values[i + 1])) return true;
      return false;
    }
    // What a server can do beyond its features, none here tells.
    return condition.kind == "awaits_fix";
  }

  std::optional<std::string> reason_of(const std::vector<Condition>& conditions) const {
    for (const Condition& condition : conditions) {
      if (condition.kind == "features") {
        for (const std::string& feature : condition.values)
          if (!runner_has(feature)) return fmt::format("needs a runner with {}", feature);
        continue;
      }
      if (holds(condition) == condition.required) continue;
      if (!condition.reason.empty()) return condition.reason;
      return fmt::format("left out by {}", condition.kind);
    }
    return std::nullopt;
  }

  /// A target here is one node, of which no attributes are known.
  bool selects(const NodeSelector& nodes) const {
    return !nodes.has_attributes && (nodes.versions.empty() || is_within(nodes.versions));
  }

 private:
  static bool is_among_texts(const std::vector<std::string>& texts, std::string_view text) {
    return std::ranges::find(texts, text) != texts.end();
  }

  const Server& server_;
  Version version_;
};

}  // namespace

bool is_version_range(std::string_view ranges) {
  return !std::ranges::any_of(divided(ranges, ','), [](std::string_view part) { return !read_range(part); });
}

std::optional<std::string> reason_to_skip(const Script& script, const Test& test, Profile profile,
                                          const Server& server) {
  const Asked asked(server, profile);
  for (const auto* conditions :
       {&script.conditions, &script.setup.conditions, &script.teardown.conditions, &test.section.conditions})
    if (auto reason = asked.reason_of(*conditions)) return reason;
  std::optional<std::string> reason;
  for (const auto* steps : {&script.setup.steps, &test.section.steps, &script.teardown.steps})
    each_call(*steps, [&](const DoStep& call) {
      if (call.nodes && !asked.selects(*call.nodes))
        reason = fmt::format("no node of the target is one that the node_selector of line {} selects", call.place.line);
    });
  return reason;
}

}  // namespace closecheck::scenarios
