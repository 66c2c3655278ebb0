// Who asks. A principal is a role in the harness; the target's user behind it is configuration.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace closecheck {

/// The callers that the harness tells apart. `manage_ml`, `manage` and `monitor_ml` have the cluster
/// privilege of that name and no other, `none` has no privilege, `setup` prepares indices, `anonymous`
/// sends no credentials, `wrong_password` sends those of `manage_ml` with a wrong password, `empty_password` those of
/// `manage`, or else of `manage_ml`, with an empty one, `unknown_user` those of a user that nobody has made,
/// `unknown_token` a token that nobody has issued, in a scheme in which nobody is configured. `unknown` stands for the
/// caller of a recording that does not say who it is; nobody can ask as that.
enum class Principal : std::uint8_t {
  manage_ml,
  manage,
  monitor_ml,
  none,
  setup,
  anonymous,
  wrong_password,
  empty_password,
  unknown_user,
  unknown_token,
  unknown
};

/// Those that one can ask as.
inline constexpr std::array kPrincipals{Principal::manage_ml,      Principal::manage,         Principal::monitor_ml,
                                        Principal::none,           Principal::setup,          Principal::anonymous,
                                        Principal::wrong_password, Principal::empty_password, Principal::unknown_user,
                                        Principal::unknown_token};

constexpr std::string_view name(Principal principal) {
  constexpr std::array<std::string_view, 11> names{"manage_ml",    "manage",        "monitor_ml",     "none",
                                                   "setup",        "anonymous",     "wrong_password", "empty_password",
                                                   "unknown_user", "unknown_token", "unknown"};
  return names.at(static_cast<std::size_t>(principal));
}

constexpr std::optional<Principal> principal_named(std::string_view text) {
  for (const Principal principal : kPrincipals)
    if (name(principal) == text) return principal;
  return std::nullopt;
}

/// Whether it sends no credentials, or wrong ones.
constexpr bool is_nobody(Principal principal) {
  return principal == Principal::anonymous || principal == Principal::wrong_password ||
         principal == Principal::empty_password || principal == Principal::unknown_user ||
         principal == Principal::unknown_token;
}

/// Whether it sends the name of a user without the password: too many of these lock users out.
constexpr bool may_lock_out(Principal principal) {
  return principal == Principal::wrong_password || principal == Principal::empty_password;
}

/// Whether the page's Authorization section lets this caller close jobs on a secured target, or may do so.
constexpr bool may_manage_jobs(Principal principal) {
  return principal == Principal::manage_ml || principal == Principal::manage || principal == Principal::setup ||
         principal == Principal::unknown;
}

}  // namespace closecheck
