// A system that passes everything on to another one and looks on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "closecheck/sut/system.h"

namespace closecheck::sut {

/// Is told of each request before it is passed on, and of each completion before whoever asked has it. As thread-safe
/// as the system behind it.
class WatchingSystem : public System {
 public:
  explicit WatchingSystem(std::unique_ptr<System> system) : system_(std::move(system)) {}

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) final {
    see_request(client, request);
    system_->submit(client, std::move(request), fresh_connection);
  }
  std::optional<Completion> next(Time until) final { return seen(system_->next(until)); }
  std::optional<Completion> exchange(int client, std::shared_ptr<const Request> request, bool fresh_connection,
                                     Time until) final {
    see_request(client, request);
    return seen(system_->exchange(client, std::move(request), fresh_connection, until));
  }
  Time now() final { return system_->now(); }
  Time end() const final { return system_->end(); }
  bool inject(Fault fault, const std::string& job, Duration duration) override {
    return system_->inject(fault, job, duration);
  }
  bool can_inject(Fault fault) const final { return system_->can_inject(fault); }
  void clean_up(const Program& program) override { system_->clean_up(program); }

 private:
  virtual void see_request(int client, const std::shared_ptr<const Request>& request) = 0;
  virtual void see_completion(const Completion& completion) = 0;

  std::optional<Completion> seen(std::optional<Completion> completion) {
    if (completion) see_completion(*completion);
    return completion;
  }

  std::unique_ptr<System> system_;
};

}  // namespace closecheck::sut
