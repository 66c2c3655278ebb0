// The core on the real clock: callers wait in their own threads, one thread fires what is due.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "in_process/core.h"

namespace closecheck::sut {

class ClockedService {
 public:
  explicit ClockedService(const Manner& manner);
  ~ClockedService();
  ClockedService(const ClockedService&) = delete;
  ClockedService& operator=(const ClockedService&) = delete;

  /// Waits for the answer; empty when the service ends before. Any thread.
  std::optional<Response> ask(const Request& request);

  /// Throws FaultFailed. False: there is no such job. Any thread.
  bool inject(Fault fault, const std::string& job, Duration duration);

  /// Ends every wait. Any thread.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  /// A caller in its thread.
  struct Waiting {
    std::optional<Response> response;
    std::condition_variable answered;
  };

  Time now() const;
  void deliver();
  void run_timer();

  std::mutex mutex_;
  std::condition_variable due_changed_;
  Core core_;
  const Clock::time_point begin_ = Clock::now();
  bool ended_ = false;
  Token last_token_ = 0;
  Replies replies_;
  std::map<Token, Waiting*> waiting_;
  std::thread timer_;  // last, so that it starts when everything is there
};

}  // namespace closecheck::sut
