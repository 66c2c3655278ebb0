// What all that speak to one target share, however many factories and profiles they come from.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "endpoint/open_jobs.h"

namespace closecheck::sut {

/// Places that are taken several at a time, first come, first served, so that many small takers cannot starve a big
/// one. Thread-safe.
class Places {
 public:
  explicit Places(std::size_t count) : count_(count), free_(count) {}

  /// Waits until so many are free, or all where more are wanted. Returns how many were taken.
  std::size_t take(std::size_t wanted);
  void give_back(std::size_t taken);

 private:
  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
  std::uint64_t next_turn_ = 0;
  std::uint64_t turn_ = 0;
};

/// Wrong passwords sent, by user. Thread-safe.
class WrongPasswords {
 public:
  /// Whether one more may be sent, which is counted.
  bool may_send(const std::string& username);

 private:
  std::mutex mutex_;
  std::map<std::string, int> sent_;
};

/// Bytes of the bodies of all answers that are kept at once: while they come in, and for as long as a history has them.
/// A report that tells of them takes five times as much for a moment.
inline constexpr std::size_t kAnswersBytesMax = std::size_t{24} << 20;

/// Room for these. Thread-safe.
class AnswerRoom {
 public:
  bool take(std::size_t bytes);
  void give_back(std::size_t bytes) { taken_ -= bytes; }

 private:
  std::atomic<std::size_t> taken_ = 0;
};

/// What one answer takes of the room, for as long as this lives.
class AnswerShare {
 public:
  explicit AnswerShare(std::shared_ptr<AnswerRoom> room) : room_(std::move(room)) {}
  ~AnswerShare() {
    if (room_) room_->give_back(bytes_);
  }
  AnswerShare(AnswerShare&& other) noexcept = default;
  AnswerShare& operator=(AnswerShare&&) = delete;

  /// False: there is no room for so many bytes in all.
  bool grow_to(std::size_t bytes);

 private:
  std::shared_ptr<AnswerRoom> room_;  // null: it was moved away
  std::size_t bytes_ = 0;
};

/// When all work on a target must be over, where that comes sooner than planned. Thread-safe.
class Curfew {
 public:
  using Clock = std::chrono::steady_clock;

  /// Brings the ends forward, never back, and calls whoever watches.
  void bring_forward(Clock::time_point end_of_work, Clock::time_point end);
  Clock::time_point end_of_work() const { return Clock::time_point(Clock::duration(end_of_work_)); }
  Clock::time_point end() const { return Clock::time_point(Clock::duration(end_)); }

  /// For as long as it lives, `stop` is called when the ends come forward; at once where they have.
  class Watch {
   public:
    Watch(Curfew& curfew, std::function<void()> stop);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class Curfew;
    Curfew& curfew_;
    std::function<void()> stop_;
  };

 private:
  static constexpr Clock::rep kNever = Clock::time_point::max().time_since_epoch().count();

  std::atomic<Clock::rep> end_of_work_ = kNever;
  std::atomic<Clock::rep> end_ = kNever;
  std::mutex mutex_;
  std::set<const Watch*> watches_;
};

struct Commons {
  Commons();

  Places open_jobs;  // taken beforehand, by what programs say that they open
  OpenJobs opened;   // as it comes to be
  Curfew curfew;
  WrongPasswords wrong_passwords;
  std::shared_ptr<AnswerRoom> answer_room = std::make_shared<AnswerRoom>();
  /// Held while a long answer is decoded, which takes a multiple of its bytes for a moment.
  std::mutex decoding_long_answer;
};

}  // namespace closecheck::sut
