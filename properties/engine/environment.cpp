#include "engine/environment.h"

#include <algorithm>

#include "engine/calibration.h"

namespace closecheck::properties {

Environment environment_of(const GateOptions& options) {
  Environment environment;
  environment.profile = options.profile;
  environment.live = options.live;
  const bool are_configured = !options.principals.empty() || !options.unsuitable.empty();
  environment.secured = options.secured && are_configured;
  environment.lets_everybody_in = !options.secured && are_configured;
  environment.principals = options.principals;
  environment.unsuitable = options.unsuitable;
  environment.datafeeds_absent = options.datafeeds_absent;
  environment.documents_absent = options.documents_absent;
  environment.faults = options.faults;
  environment.allow_cluster_wide = !options.live || options.allow_cluster_wide;
  environment.selected.insert(options.selected.begin(), options.selected.end());
  if (options.live) set_bounds(environment, kSecond, std::max(options.round_trip_max, options.round_trip));
  return environment;
}

}  // namespace closecheck::properties
