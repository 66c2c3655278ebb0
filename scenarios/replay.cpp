#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {
std::string_view name(ReplayVerdict verdict) {
  switch (verdict) {
    case ReplayVerdict::fixed:
      return "fixed";
    case ReplayVerdict::still_failing:
      return "still failing";
    case ReplayVerdict::cannot_tell:
      return "cannot tell";
  }
  return "";
}
}  // namespace closecheck::scenarios
