// SIGINT and SIGTERM: the first asks for a clean end, the second ends the program at once.
#pragma once

#include <signal.h>

#include <atomic>
#include <string>
#include <thread>

namespace closecheck::cli {

/// While one lives, the two signals are taken. There is at most one at a time, for signals belong to the process. It
/// ends in the thread that made it, which has the signals blocked meanwhile, as have the threads that this one starts.
class Interrupts {
 public:
  /// `journal`: what a hard end leaves on the target is listed from this file; empty: there is none.
  explicit Interrupts(std::string journal = "");
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// True from the first signal on.
  const std::atomic<bool>& cancelled() const;

 private:
  /// Waits for what the signal handler reports: a handler itself may do next to nothing.
  void watch();
  [[noreturn]] void quit() const;

  std::string journal_;
  int pipe_ = -1;
  sigset_t blocked_before_{};
  std::thread watcher_;
};

/// What a clean-up journal names as created and not removed, one thing each: `job closecheck-1-a`.
std::string left_by(const std::string& journal);

}  // namespace closecheck::cli
