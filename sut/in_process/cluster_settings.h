// Settings of the cluster that somebody gave a value. A plain copyable value.
#pragma once

#include <string>
#include <string_view>

#include "wire/service_request.h"

namespace closecheck::sut {

/// Why what is open has no node while the product is being upgraded.
inline constexpr const char* kUpgradeMode = "persistent task cannot be assigned while upgrade mode is enabled.";

class ClusterSettings {
 public:
  const Members& persistent() const { return persistent_; }
  const Members& transient() const { return transient_; }
  void change(const ChangeSettings& change);

  /// Whether jobs and datafeeds are given to nodes.
  bool assigns_tasks() const;
  /// Whether the product is being upgraded, so that nothing runs on a node.
  bool upgrade_mode() const { return upgrade_mode_; }
  void set_upgrade_mode(bool enabled) { upgrade_mode_ = enabled; }
  /// Of any job, as it was written; empty: there is none.
  std::string memory_limit_max() const;

 private:
  friend struct StateAccess;
  /// Empty: nobody gave it a value. Transient values go before persistent ones.
  std::string text(std::string_view name) const;

  Members persistent_;
  Members transient_;
  bool upgrade_mode_ = false;
};

}  // namespace closecheck::sut
