// The places of a program's open jobs on a target, given back as soon as none of its jobs will be open any more.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "closecheck/sut/watching_system.h"

namespace closecheck::properties {

/// A program goes on reading what a closed job has kept, and pauses, for longer than its jobs are open.
class HeldPlaces final : public sut::WatchingSystem {
 public:
  /// `places`: what `SystemFactory::reserve_jobs` gave for the program.
  HeldPlaces(std::unique_ptr<sut::System> system, const Program& program, std::shared_ptr<void> places);

 private:
  void see_request(int client, const std::shared_ptr<const Request>& request) override {
    open_requests_[client] = request;
  }
  void see_completion(const sut::Completion& completion) override;

  std::shared_ptr<void> places_;
  std::size_t opens_ahead_ = 0;  // that were not answered yet; what is asked again counts once
  std::map<int, std::shared_ptr<const Request>> open_requests_;  // by client; what nobody waits for any more stays
  std::set<std::string> open_jobs_;                              // as far as is known
};

}  // namespace closecheck::properties
