// For tests: a system that passes everything on to another one. What it is derived for it does otherwise.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "closecheck/sut/system.h"

namespace closecheck::sut {

class PassingSystem : public System {
 public:
  explicit PassingSystem(std::unique_ptr<System> system) : system_(std::move(system)) {}

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    system_->submit(client, std::move(request), fresh_connection);
  }
  std::optional<Completion> next(Time until) override { return system_->next(until); }
  Time now() override { return system_->now(); }
  bool inject(Fault fault, const std::string& job, Duration duration) override {
    return system_->inject(fault, job, duration);
  }
  bool can_inject(Fault fault) const override { return system_->can_inject(fault); }
  void clean_up(const Program& program) override { system_->clean_up(program); }

 private:
  std::unique_ptr<System> system_;
};

}  // namespace closecheck::sut
