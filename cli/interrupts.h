// SIGINT and SIGTERM: the first asks for a clean end, the second ends the program at once.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace closecheck::cli {

/// While one lives, the two signals are taken. There is at most one at a time, for signals belong to the process. It
/// ends in the thread that made it, which has the signals blocked meanwhile, as have the threads that this one starts.
class Interrupts {
 public:
  /// `on_first` is called at the first signal, by another thread.
  explicit Interrupts(std::function<void()> on_first = {});
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// True from the first signal on.
  const std::atomic<bool>& cancelled() const;

  /// What a hard end leaves on a target is listed from this clean-up journal as well. Any thread.
  void watch_journal(std::string journal);

 private:
  /// Waits for what the signal handler reports: a handler itself may do next to nothing.
  void watch();
  void begin_to_stop();
  [[noreturn]] void quit();

  const std::function<void()> on_first_;
  std::mutex mutex_;
  std::vector<std::string> journals_;
  int pipe_ = -1;
  sigset_t blocked_before_{};
  std::thread watcher_;
};

}  // namespace closecheck::cli
