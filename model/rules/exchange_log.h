// The history as the judge keeps it: every request with what came of it, in the order in which they went out.
// Deterministic; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/exchange.h"

namespace closecheck::model {

class ExchangeLog {
 public:
  void clear();

  /// A request goes out. The reference holds until the next one does.
  Exchange& begin(const Event& event, std::size_t index);
  /// It is answered, lost, or known not to have been sent.
  void end(Exchange& exchange, const Event& event, std::size_t index);
  /// The open request of a process; null: none.
  Exchange* open_of(int process);
  /// Numbers of the open requests, oldest first.
  std::span<const std::size_t> open() const { return open_; }

  std::size_t size() const { return exchanges_.size(); }
  Exchange& of(std::size_t number) { return exchanges_[number - 1]; }
  const Exchange& of(std::size_t number) const { return exchanges_[number - 1]; }
  std::span<const Exchange> all() const { return exchanges_; }

  /// Adds a job (by its index) to those that the newest request concerns.
  void add_target(Exchange& exchange, std::uint32_t job);
  std::span<const std::uint32_t> targets_of(const Exchange& exchange) const {
    return std::span(targets_).subspan(exchange.first_target, exchange.target_count);
  }
  bool concerns(const Exchange& exchange, std::uint32_t job) const;

  /// A close that named one job was accepted. The last one that named another job than this; 0: none.
  void note_close(const Exchange& exchange, std::uint32_t job);
  std::size_t last_close_of_other(std::uint32_t job) const;

  /// A request as findings name it: `close job a (#4)`; 0: `nothing`.
  std::string cite(std::size_t number) const;

 private:
  std::vector<Exchange> exchanges_;
  std::vector<std::uint32_t> targets_;
  std::vector<std::size_t> open_;
  struct Close {
    std::size_t number = 0;
    std::uint32_t job = 0;
  };
  Close last_close_, last_of_another_;  // of two jobs
};

}  // namespace closecheck::model
