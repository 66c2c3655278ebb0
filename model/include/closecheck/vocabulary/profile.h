// The wire dialects that the harness knows, by name. Names are part of the command line and of every report.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/dialect.h"
#include "closecheck/vocabulary/version.h"

namespace closecheck {

/// A handle to a dialect: what it is like is asked through `->`, and which one it is of nobody. A line of the product
/// stands for all of its versions, so that it allows what any of them does; narrowed to one of them (`at`) it allows
/// what that one does, under the same name.
class Profile {
 public:
  static const Profile xpack_5_4;  ///< the page's own
  static const Profile xpack_6_3;
  static const Profile es_7;
  static const Profile es_8;
  static const Profile es_9;

  constexpr Profile() = default;  ///< the page's own

  const Dialect* operator->() const { return &of(index_); }
  const Dialect& operator*() const { return of(index_); }
  /// Its place among `kProfiles`, whatever it is narrowed to.
  constexpr std::size_t line() const { return line_; }
  /// Its place among `kDialects`.
  constexpr std::size_t index() const { return index_; }
  /// The one that it is narrowed to; empty: it stands for every version of its line.
  std::optional<Version> version() const {
    return version_ == Version{} ? std::nullopt : std::optional<Version>(version_);
  }
  /// The line, narrowed to one version of it. Of a version of another line nothing is known: the line as it is.
  Profile at(Version version) const;
  /// What a server speaks that serves `/_ml` and hides its version: `es-8`, widened to what any version of the three
  /// lines does that speak there.
  static const Profile hidden_version;
  /// What the implementation speaks: one version, the one that this is narrowed to or else the line's own.
  Profile implemented() const { return at(implemented_version()); }
  Version implemented_version() const;

  friend constexpr bool operator==(const Profile&, const Profile&) = default;
  friend constexpr auto operator<=>(const Profile&, const Profile&) = default;

 private:
  constexpr explicit Profile(std::uint8_t line) : Profile(line, line) {}
  constexpr Profile(std::uint8_t line, std::uint8_t index) : line_(line), index_(index) {}
  static const Dialect& of(std::size_t index);

  std::uint8_t line_ = 0;
  std::uint8_t index_ = 0;
  Version version_{};
};
inline constexpr Profile Profile::xpack_5_4{0};
inline constexpr Profile Profile::xpack_6_3{1};
inline constexpr Profile Profile::es_7{2};
inline constexpr Profile Profile::es_8{3};
inline constexpr Profile Profile::es_9{4};

inline constexpr std::array kProfiles{Profile::xpack_5_4, Profile::xpack_6_3, Profile::es_7, Profile::es_8,
                                      Profile::es_9};

/// How many minor versions of a line are told apart, in the order of `kProfiles`; 0: its versions are all alike.
inline constexpr std::array<std::size_t, kProfiles.size()> kMinorsTold{0, 0, 18, 20, 6};
inline constexpr std::size_t kDialectCount =
    std::accumulate(kMinorsTold.begin(), kMinorsTold.end(), kProfiles.size()) + 1;
inline constexpr Profile Profile::hidden_version{Profile::es_8.line_, kDialectCount - 1};

/// The value of each line, in the order of `kProfiles`, then those of the minor versions that are told apart, and last
/// that of a hidden version.
extern const std::array<Dialect, kDialectCount> kDialects;
inline const Dialect& Profile::of(std::size_t index) {
  return kDialects[index];
}

inline std::string_view name(Profile profile) {
  return profile->name;
}
/// What tells a profile from others of the same name: `7.13.4` where it is narrowed, `hidden` where its version is,
/// else empty.
std::string product_version_of(Profile profile);
/// The line, made the profile that `product_version_of` tells so; empty: no version of this line.
std::optional<Profile> with_product_version(Profile line, std::string_view product_version);
/// `es-7`, or `es-7 (7.13.4)` where it is narrowed; for people.
std::string describe(Profile profile);
std::optional<Profile> profile_named(std::string_view text);
/// The profile whose servers say that they are of this version (`7.6.0`, `6.3.2-SNAPSHOT`), narrowed to it; empty:
/// none.
std::optional<Profile> profile_of_version(std::string_view version);
/// All names, for messages: `xpack-5.4, xpack-6.3, es-7, ...`.
std::string profile_names();

/// How many segments of a path are the base of the job API in whatever dialect; 0: it is a path of something else.
std::size_t job_base_in(const std::vector<std::string>& segments);
/// Whether a path of such a first segment belongs to an API of the product rather than to documents.
bool is_product_api(std::string_view first_segment);

}  // namespace closecheck
