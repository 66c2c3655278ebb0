// The history as the judge keeps it: every request with what came of it, in the order in which they went out, until
// nothing needs it any more. What each job heard of it is the log of that job's oracle, which names requests by their
// numbers here. Deterministic; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rules/exchange.h"

namespace closecheck::model {

class ExchangeLog {
 public:
  /// So many of the newest requests are kept in any case.
  static constexpr std::size_t kKept = 10'000;

  void clear();

  /// A request goes out. Here alone others are forgotten.
  Exchange& begin(const Event& event, std::size_t index);
  /// It is answered, lost, or known not to have been sent.
  void end(Exchange& exchange, const Event& event, std::size_t index);
  /// The open request of a process; null: none.
  Exchange* open_of(int process);
  /// Numbers of the open requests, oldest first.
  std::span<const std::size_t> open() const { return open_; }

  /// The number of the newest request.
  std::size_t newest() const { return newest_; }
  /// How many are in memory.
  std::size_t kept() const { return kept_; }
  /// Null: it is forgotten.
  const Exchange* find(std::size_t number) const {
    return number >= first_ && number <= newest_ ? exchanges_[number - first_].get() : nullptr;
  }
  /// One that is held, or among the newest.
  Exchange& of(std::size_t number) { return *exchanges_[number - first_]; }
  const Exchange& of(std::size_t number) const { return *exchanges_[number - first_]; }
  /// Somebody more needs a request, or one less.
  void hold(std::size_t number) { ++of(number).holders; }
  void let_go(std::size_t number);

  /// Adds a job (by its index) to those that the request concerns; it holds the request.
  static void add_target(Exchange& exchange, std::uint32_t job);
  static bool concerns(const Exchange& exchange, std::uint32_t job);

  /// A close that named one job was accepted.
  struct Close {
    std::size_t number = 0;  // 0: there was none
    std::size_t invoke_event = 0;
    std::uint32_t job = 0;
  };
  void note_close(const Exchange& exchange, std::uint32_t job);
  /// The last one that named another job than this.
  const Close& last_close_of_other(std::uint32_t job) const;

  /// A request as findings name it: `close job a (#4)`; 0: `nothing`.
  std::string cite(std::size_t number) const;

 private:
  void forget_needless();
  void forget(std::size_t number);

  /// Of the numbers from `first_` on; null: forgotten. Behind the newest there may be some of an earlier history.
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::size_t first_ = 1;
  std::size_t cut_ = 0;  // so many of the first are forgotten
  std::size_t newest_ = 0;
  std::size_t kept_ = 0;
  std::size_t old_ = 0;                // the newest that is not kept in any case
  std::vector<std::size_t> needless_;  // old ones that nobody needs any more
  std::vector<std::size_t> open_;
  Close last_close_, last_of_another_;  // of two jobs
};

}  // namespace closecheck::model
