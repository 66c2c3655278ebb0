// SIGINT and SIGTERM: the first asks for a clean end, the second ends the program at once.
#pragma once

#include <atomic>
#include <string>

namespace closecheck::cli {

/// While one lives, the two signals are taken. There is at most one at a time, for signals belong to the process.
class Interrupts {
 public:
  /// `journal`: what a hard end leaves behind is listed from this file; empty: there is none.
  explicit Interrupts(const std::string& journal = "");
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// True from the first signal on.
  const std::atomic<bool>& cancelled() const;
};

}  // namespace closecheck::cli
