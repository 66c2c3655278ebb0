// What the reference runner does after every test of the format: it leaves the server empty for the next one.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {

/// What requests of a test have made, as far as their answers tell: indices, and whatever else a server keeps for
/// longer than a test.
class MadeThings {
 public:
  void notice(const RawRequest& request, int status);
  const std::set<std::string>& indices() const { return indices_; }
  /// Paths at which a DELETE removes one each, in the order in which they were made.
  const std::vector<std::string>& things() const { return things_; }
  bool changed_settings() const { return changed_settings_; }
  /// Of the machine-learning API; empty: it was not set.
  const std::string& upgrade_mode() const { return upgrade_mode_; }

 private:
  void notice_index(const RawRequest& request);

  std::set<std::string> indices_;
  std::vector<std::string> things_;
  bool changed_settings_ = false;
  std::string upgrade_mode_;  // the path that sets it
};

/// Stops every datafeed and closes every job the ordinary way, deletes them, deletes what else the test has made, and
/// gives the settings of the cluster their values back. What stood on the target before stays. Says what failed, which
/// fails the test; empty: all went well.
std::string clean_target(sut::System& system, const ApiTable& apis, const Standing& standing, const MadeThings& made,
                         Duration patience);

}  // namespace closecheck::scenarios
