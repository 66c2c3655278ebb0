// The wire dialects that the harness knows, by name. Names are part of the command line and of every report.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/dialect.h"

namespace closecheck {

/// A handle to a dialect: what it is like is asked through `->`, and which one it is of nobody. A line of the product
/// that is narrowed to some of its versions is another value under the same name.
class Profile {
 public:
  static const Profile xpack_5_4;  ///< the page's own
  static const Profile xpack_6_3;
  static const Profile es_7;

  constexpr Profile() = default;  ///< the page's own

  const Dialect* operator->() const { return &of(index_); }
  const Dialect& operator*() const { return of(index_); }
  /// Its place among `kProfiles`.
  constexpr std::size_t index() const { return index_; }
  friend constexpr bool operator==(Profile, Profile) = default;
  friend constexpr auto operator<=>(Profile, Profile) = default;

 private:
  constexpr explicit Profile(std::uint8_t index) : index_(index) {}
  static const Dialect& of(std::size_t index);

  std::uint8_t index_ = 0;
};
inline constexpr Profile Profile::xpack_5_4{0};
inline constexpr Profile Profile::xpack_6_3{1};
inline constexpr Profile Profile::es_7{2};

inline constexpr std::array kProfiles{Profile::xpack_5_4, Profile::xpack_6_3, Profile::es_7};

/// Their values, in the order of `kProfiles`.
extern const std::array<Dialect, kProfiles.size()> kDialects;
inline const Dialect& Profile::of(std::size_t index) {
  return kDialects[index];
}

inline std::string_view name(Profile profile) {
  return profile->name;
}
std::optional<Profile> profile_named(std::string_view text);
/// The profile whose servers say that they are of this version (`7.6.0`, `6.3.2-SNAPSHOT`); empty: none.
std::optional<Profile> profile_of_version(std::string_view version);
/// All names, for messages: `xpack-5.4, xpack-6.3, es-7`.
std::string profile_names();

/// How many segments of a path are the base of the job API in whatever dialect; 0: it is a path of something else.
std::size_t job_base_in(const std::vector<std::string>& segments);
/// Whether a path of such a first segment belongs to an API of the product rather than to documents.
bool is_product_api(std::string_view first_segment);

}  // namespace closecheck
