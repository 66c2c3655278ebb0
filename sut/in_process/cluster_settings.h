// Settings of the cluster that somebody gave a value. A plain copyable value.
#pragma once

#include <string>
#include <string_view>

#include "wire/service_request.h"

namespace closecheck::sut {

class ClusterSettings {
 public:
  const Members& persistent() const { return persistent_; }
  const Members& transient() const { return transient_; }
  void change(const ChangeSettings& change);

  /// Whether jobs and datafeeds are given to nodes.
  bool assigns_tasks() const;
  /// Of any job, as it was written; empty: there is none.
  std::string memory_limit_max() const;

 private:
  friend struct StateAccess;
  /// Empty: nobody gave it a value. Transient values go before persistent ones.
  std::string text(std::string_view name) const;

  Members persistent_;
  Members transient_;
};

}  // namespace closecheck::sut
