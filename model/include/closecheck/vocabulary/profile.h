// The wire dialects that the harness knows. Names are part of the command line and of every report.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace closecheck {

/// `xpack_5_4` is the dialect of the page; accepted answers differ by profile as sets.
enum class Profile : std::uint8_t { xpack_5_4, xpack_6_3 };

inline constexpr std::array kProfiles{Profile::xpack_5_4, Profile::xpack_6_3};

constexpr std::string_view name(Profile profile) {
  return profile == Profile::xpack_5_4 ? "xpack-5.4" : "xpack-6.3";
}

constexpr std::optional<Profile> profile_named(std::string_view text) {
  for (const Profile profile : kProfiles)
    if (name(profile) == text) return profile;
  return std::nullopt;
}

}  // namespace closecheck
