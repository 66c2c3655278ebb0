// Colours of a terminal, by what they tell.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace closecheck::reports {

inline constexpr const char* kGood = "32";
inline constexpr const char* kBad = "1;31";
inline constexpr const char* kUnsure = "33";
inline constexpr const char* kStrong = "1";
/// Of a last line.
inline constexpr const char* kAllGood = "1;32";
inline constexpr const char* kAllUnsure = "1;33";

inline std::string painted(std::string_view words, const char* code, bool colour) {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
}

}  // namespace closecheck::reports
