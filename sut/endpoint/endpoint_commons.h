// What all that speak to one target share, however many factories and profiles they come from.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

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

struct Commons {
  Commons();

  Places open_jobs;
  WrongPasswords wrong_passwords;
};

}  // namespace closecheck::sut
