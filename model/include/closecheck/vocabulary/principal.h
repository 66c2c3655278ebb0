// Who asks. A principal is a role in the harness; the target's user behind it is configuration.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace closecheck {

/// The callers that the harness tells apart. `manage_ml`, `manage` and `monitor_ml` have the cluster
/// privilege of that name and no other, `none` has no privilege, `setup` prepares indices, `anonymous`
/// sends no credentials, `wrong_password` sends those of `manage_ml` with a wrong password. `unknown` stands for the
/// caller of a recording that does not say who it is; nobody can ask as that.
enum class Principal : std::uint8_t { manage_ml, manage, monitor_ml, none, setup, anonymous, wrong_password, unknown };

/// Those that one can ask as.
inline constexpr std::array kPrincipals{Principal::manage_ml,     Principal::manage, Principal::monitor_ml,
                                        Principal::none,          Principal::setup,  Principal::anonymous,
                                        Principal::wrong_password};

constexpr std::string_view name(Principal principal) {
  constexpr std::array<std::string_view, 8> names{"manage_ml", "manage",    "monitor_ml",     "none",
                                                  "setup",     "anonymous", "wrong_password", "unknown"};
  return names.at(static_cast<std::size_t>(principal));
}

constexpr std::optional<Principal> principal_named(std::string_view text) {
  for (const Principal principal : kPrincipals)
    if (name(principal) == text) return principal;
  return std::nullopt;
}

/// Whether the page's Authorization section lets this caller close jobs on a secured target, or may do so.
constexpr bool may_manage_jobs(Principal principal) {
  return principal == Principal::manage_ml || principal == Principal::manage || principal == Principal::setup ||
         principal == Principal::unknown;
}

}  // namespace closecheck
