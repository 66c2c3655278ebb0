// What the reference runner does after every test of the format: it leaves the server empty for the next one.
#pragma once

#include <set>
#include <string>

#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {

/// The indices that requests of a test have made, as far as their answers tell.
class MadeIndices {
 public:
  void notice(const RawRequest& request, int status);
  const std::set<std::string>& names() const { return names_; }

 private:
  std::set<std::string> names_;
};

/// Stops every datafeed and closes every job the ordinary way, deletes them, and deletes the indices. What stands on
/// the target anyway stays. Says what failed, which fails the test; empty: all went well.
std::string clean_target(sut::System& system, const ApiTable& apis, const Standing& standing,
                         const std::set<std::string>& indices, Duration patience);

}  // namespace closecheck::scenarios
