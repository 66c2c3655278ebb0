#include "engine/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/isolation.h"

namespace closecheck::properties {

bool Check::serves_clause(Clause clause) const {
  return std::find(serves.begin(), serves.end(), clause) != serves.end();
}

std::size_t programs_kept_back(const Check& check, const Environment& environment) {
  if (environment.allow_cluster_wide || check.is_generated()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(check.programs(environment), [&](const Program& program) {
    return touches_others(program, environment.profile);
  }));
}

Unmet unmet_need(const Check& check, const Environment& environment) {
  using By = Unmet::By;
  const Needs& needs = check.needs;
  if (needs.dialect != nullptr && !((*environment.profile).*needs.dialect))
    return {By::profile, fmt::format("the profile {} does not have it", name(environment.profile)),
            fmt::format("not in {}", name(environment.profile))};
  if (needs.live && *needs.live != environment.live) {
    const std::string_view where = *needs.live ? "on a live target only" : "in process only";
    return {By::kind_of_target, fmt::format("told {}", where), *needs.live ? "only told live" : "only told in process"};
  }
  const bool asks_for_callers = needs.security || !needs.principals.empty();
  if (asks_for_callers && environment.lets_everybody_in)
    return {By::target, "the target lets everybody in, also without credentials and as a user that nobody configured",
            "everybody is let in"};
  if (asks_for_callers && !environment.secured)
    return {By::configuration, "no principals are configured", "no principals"};
  for (const Principal principal : needs.principals)
    if (environment.unsuitable.count(principal) != 0)
      return {
          By::target,
          fmt::format("the target says that principal {} has other privileges than its name promises", name(principal)),
          fmt::format("principal {} is unsuitable", name(principal))};
    else if (!environment.knows(principal))
      return {By::configuration, fmt::format("no principal {} is configured", name(principal)),
              fmt::format("no principal {}", name(principal))};
  for (const Fault fault : needs.faults)
    if (environment.faults.count(fault) == 0)
      return {By::configuration, fmt::format("no hook {} is configured", name(fault)),
              environment.faults.empty() ? "no hooks" : fmt::format("no hook {}", name(fault))};
  if (needs.datafeeds && !environment.datafeeds_absent.empty())
    return {By::api, "the target has no datafeeds: " + environment.datafeeds_absent, "no datafeeds"};
  if (needs.datafeeds && !environment.documents_absent.empty())
    return {By::api, "the target has no documents for datafeeds to read: " + environment.documents_absent,
            "no documents"};
  if (const std::size_t kept_back = programs_kept_back(check, environment);
      kept_back > 0 && kept_back == check.programs(environment).size())
    return {By::configuration, "its requests could touch the jobs of others, which --allow-cluster-wide allows",
            "not allowed to touch others' jobs"};
  return {};
}

}  // namespace closecheck::properties
