#include "engine/check.h"

#include <fmt/format.h>

#include <algorithm>

namespace closecheck::properties {

bool Check::serves_clause(Clause clause) const {
  return std::find(serves.begin(), serves.end(), clause) != serves.end();
}

std::string unmet_need(const Check& check, const Environment& environment) {
  const Needs& needs = check.needs;
  if (needs.profile && *needs.profile != environment.profile)
    return fmt::format("the profile {} does not have it", name(environment.profile));
  if (needs.live && *needs.live != environment.live) return std::string(kOtherwhere[*needs.live ? 1 : 0]);
  if ((needs.security || !needs.principals.empty()) && !environment.secured) return "security is off on this target";
  for (const Principal principal : needs.principals)
    if (!environment.knows(principal)) return fmt::format("no principal {} is configured", name(principal));
  for (const Fault fault : needs.faults)
    if (environment.faults.count(fault) == 0) return fmt::format("no hook {} is configured", name(fault));
  return "";
}

}  // namespace closecheck::properties
