// The number of a release of the product.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace closecheck {

/// `8.13.4`; what a text leaves out is 0.
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend constexpr bool operator==(const Version&, const Version&) = default;
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

/// Reads `8.13.4`, also `8.13` and `8.13.4-SNAPSHOT`; empty: it is none.
std::optional<Version> read_version(std::string_view text);
std::string text_of(const Version& version);

}  // namespace closecheck
