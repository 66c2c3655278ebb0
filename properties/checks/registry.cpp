#include "checks/registry.h"

#include <iterator>
#include <utility>

namespace closecheck::properties {
namespace {

std::vector<Check> make_all() {
  std::vector<Check> all;
  for (auto* list : {&lifecycle_checks, &data_checks, &result_checks, &cycle_checks, &keeping_checks, &datafeed_checks,
                     &force_checks, &timeout_checks, &privilege_checks, &revocation_checks, &refusal_checks,
                     &overlap_checks, &wire_checks, &many_checks, &life_checks, &measuring_checks, &generated_checks}) {
    std::vector<Check> checks = list();
    std::move(checks.begin(), checks.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

const std::vector<Check>& all_checks() {
  static const std::vector<Check> checks = make_all();
  return checks;
}

}  // namespace closecheck::properties
