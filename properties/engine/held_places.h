// The places of a program's open jobs on a target, given back as soon as none of its jobs will be open any more.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "closecheck/sut/system.h"

namespace closecheck::properties {

/// Passes everything on to another system, and looks on: a program goes on reading what a closed job has kept, and
/// pauses, for longer than its jobs are open.
class HeldPlaces final : public sut::System {
 public:
  /// `places`: what `SystemFactory::reserve_jobs` gave for the program.
  HeldPlaces(std::unique_ptr<sut::System> system, const Program& program, std::shared_ptr<void> places);

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override;
  std::optional<sut::Completion> next(Time until) override;
  std::optional<sut::Completion> exchange(int client, std::shared_ptr<const Request> request, bool fresh_connection,
                                          Time until) override;
  Time now() override { return system_->now(); }
  Time end() const override { return system_->end(); }
  bool inject(Fault fault, const std::string& job, Duration duration) override {
    return system_->inject(fault, job, duration);
  }
  bool can_inject(Fault fault) const override { return system_->can_inject(fault); }
  void clean_up(const Program& program) override { system_->clean_up(program); }

 private:
  void note(const sut::Completion& completion);

  std::unique_ptr<sut::System> system_;
  std::shared_ptr<void> places_;
  std::size_t opens_ahead_ = 0;  // that were not answered yet; what is asked again counts once
  std::map<int, std::shared_ptr<const Request>> open_requests_;  // by client; what nobody waits for any more stays
  std::set<std::string> open_jobs_;                              // as far as is known
};

}  // namespace closecheck::properties
