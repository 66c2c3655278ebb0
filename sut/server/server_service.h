// The core on the real clock: callers wait in their own threads, one thread fires what is due, and, where there is a
// store, one makes durable what was done. No answer leaves before everything that was done until then is durable.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "in_process/core.h"
#include "in_process/state_keeper.h"
#include "server/server_log.h"
#include "store/store.h"

namespace closecheck::sut {

class ClockedService {
 public:
  /// Goes on from what is stored. Without a store everything ends with the service. Throws StoreRefused.
  ClockedService(const Manner& manner, const ServerLog& log, std::unique_ptr<Store> store = nullptr);
  ~ClockedService();
  ClockedService(const ClockedService&) = delete;
  ClockedService& operator=(const ClockedService&) = delete;

  /// Waits for the answer; empty when the service ends before. Any thread.
  std::optional<ServiceAnswer> ask(const ServiceRequest& request);

  /// Throws FaultFailed. False: there is no such job. Any thread.
  bool inject(Fault fault, const std::string& job, Duration duration);

  /// Requests that have no answer yet. Any thread.
  std::size_t requests_in_hand();

  /// Makes durable what was done, and ends every wait. Any thread.
  void end();

  /// Whether an exception came out of one of its threads: it has ended, and nothing more is made durable. Any thread.
  bool has_failed() const { return failed_; }
  /// Throws that exception again, if there is one.
  void rethrow_failure();

 private:
  using Clock = std::chrono::steady_clock;

  /// A caller in its thread.
  struct Waiting {
    const ServiceRequest* request = nullptr;
    std::optional<ServiceAnswer> answer;
    std::condition_variable answered;
  };
  /// An answer that waits until so many changes are durable.
  struct Held {
    std::uint64_t changes = 0;
    Reply reply;
  };

  // All of them are called with the lock held.
  Time now() const;
  void load();
  void deliver();
  void hand_over(Reply& reply);
  void release();
  void fall_back(const std::string& why);
  bool can_store_again();
  void write_changes(std::unique_lock<std::mutex>& lock);

  /// What an exception has left half done is no service any more.
  void fail();

  void run_timer();
  void run_writer();

  const ServerLog& log_;
  std::mutex mutex_;
  std::condition_variable due_changed_;
  Time timer_wakes_ = kNever;  // by itself, while it waits
  std::condition_variable state_changed_;
  Core core_;
  const Clock::time_point begin_ = Clock::now();
  Time begin_time_ = 0;
  bool ended_ = false;  // nothing is taken any more
  bool over_ = false;   // and nobody waits any more
  std::exception_ptr failure_;
  std::atomic<bool> failed_ = false;
  Token last_token_ = 0;
  Replies replies_;
  std::map<Token, Waiting*> waiting_;

  std::unique_ptr<Store> store_;
  StateKeeper keeper_;
  std::uint64_t durable_ = 0;  // changes of the core
  std::deque<Held> held_;
  std::string trouble_;   // why nothing can be stored; the clock stands as long as it lasts
  bool unknown_ = false;  // in trouble: nor could it be read what is stored
  Time stands_at_ = 0;

  std::thread timer_;
  std::thread writer_;
};

}  // namespace closecheck::sut
