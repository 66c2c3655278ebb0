// What the readers of steps share: errors with their place, and the small values that steps are made of.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "script.h"

namespace closecheck::scenarios {

template <std::size_t N>
bool is_among(const std::array<const char*, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Keys that say more about a call: the format's, which stand within `do`, and ours, which may stand beside it as well.
inline constexpr std::array kFormatModifiers{
    "catch", "headers", "warnings", "warnings_regex", "allowed_warnings", "allowed_warnings_regex", "node_selector"};
inline constexpr std::array kOwnModifiers{"as", "client", "fresh_connection", "within", "no_sooner_than"};

inline constexpr int kClientMax = 63;

/// Every member throws ScenarioError, with the place, for a value of another kind.
class StepReading {
 public:
  explicit StepReading(const Script& script) : script_(script) {}

 protected:
  [[noreturn]] void fail(Place place, const std::string& message) const;
  const std::string& text(const Value& value, std::string_view what) const;
  Duration duration(const Value& value) const;
  bool flag(const Value& value) const;
  int client_number(const Value& value) const;

  const Script& script_;
};

/// Reads a call: `kind` is the member `do` or `request` of `step`.
DoStep read_call(const Script& script, const Member& kind, const Map& step);

}  // namespace closecheck::scenarios
