#include "endpoint/endpoint_commons.h"

#include <algorithm>

#include "closecheck/sut/endpoint.h"

namespace closecheck::sut {

std::size_t Places::take(std::size_t wanted) {
  const std::size_t taken = std::min(wanted, count_);
  std::unique_lock lock(mutex_);
  const std::uint64_t turn = next_turn_++;
  changed_.wait(lock, [&] { return turn == turn_ && free_ >= taken; });
  free_ -= taken;
  ++turn_;
  changed_.notify_all();
  return taken;
}

void Places::give_back(std::size_t taken) {
  const std::lock_guard lock(mutex_);
  free_ += taken;
  changed_.notify_all();
}

bool WrongPasswords::may_send(const std::string& username) {
  const std::lock_guard lock(mutex_);
  int& sent = sent_[username];
  if (sent == kWrongPasswordsMax) return false;
  ++sent;
  return true;
}

bool AnswerRoom::take(std::size_t bytes) {
  std::size_t taken = taken_;
  do {
    if (bytes > kAnswersBytesMax - taken) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + bytes));
  return true;
}

bool AnswerShare::grow_to(std::size_t bytes) {
  if (bytes <= bytes_) return true;
  if (!room_->take(bytes - bytes_)) return false;
  bytes_ = bytes;
  return true;
}

void Curfew::bring_forward(Clock::time_point end_of_work, Clock::time_point end) {
  const std::lock_guard lock(mutex_);
  end_of_work_ = std::min(end_of_work_.load(), end_of_work.time_since_epoch().count());
  end_ = std::min(end_.load(), end.time_since_epoch().count());
  for (const Watch* watch : watches_) watch->stop_();
}

// Whoever watches is called under the lock, so that nobody is called who has gone.
Curfew::Watch::Watch(Curfew& curfew, std::function<void()> stop) : curfew_(curfew), stop_(std::move(stop)) {
  const std::lock_guard lock(curfew_.mutex_);
  curfew_.watches_.insert(this);
  if (curfew_.end_of_work_ != kNever) stop_();
}

Curfew::Watch::~Watch() {
  const std::lock_guard lock(curfew_.mutex_);
  curfew_.watches_.erase(this);
}

Commons::Commons() : open_jobs(kOpenJobsMax) {}

std::shared_ptr<Commons> make_commons() {
  return std::make_shared<Commons>();
}

void bring_ends_forward(Commons& commons, std::chrono::steady_clock::time_point end_of_work,
                        std::chrono::steady_clock::time_point end) {
  commons.curfew.bring_forward(end_of_work, end);
}

}  // namespace closecheck::sut
