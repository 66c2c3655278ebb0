#include "http/server_service.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "closecheck/sut/system.h"

namespace closecheck::sut {
namespace {

std::int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

ClockedService::ClockedService(const Manner& manner)
    : core_(manner, wall_clock_ms()), timer_([this] { run_timer(); }) {}

ClockedService::~ClockedService() {
  end();
  timer_.join();
}

Time ClockedService::now() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin_).count();
}

std::optional<Response> ClockedService::ask(const Request& request) {
  std::unique_lock lock(mutex_);
  Waiting caller;
  const Token token = ++last_token_;
  waiting_.emplace(token, &caller);
  core_.handle(request, now(), token, replies_);
  deliver();
  caller.answered.wait(lock, [&] { return caller.response.has_value() || ended_; });
  waiting_.erase(token);
  return std::move(caller.response);
}

bool ClockedService::inject(Fault fault, const std::string& job, Duration duration) {
  const std::lock_guard lock(mutex_);
  const Token token = ++last_token_;
  core_.handle(Request{Principal::setup, JobStats{job}, nullptr}, now(), token, replies_);
  const auto reply = std::ranges::find(replies_, token, &Reply::token);
  assert(reply != replies_.end());
  const bool known = reply->response.outcome == Outcome::accepted;
  replies_.erase(reply);
  try {
    if (known) core_.inject(fault, job, duration, now(), replies_);
  } catch (const FaultFailed&) {
    deliver();
    throw;
  }
  deliver();
  return known;
}

void ClockedService::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  due_changed_.notify_all();
  for (const auto& [token, caller] : waiting_) caller->answered.notify_all();
}

/// Hands the replies to their callers and lets the timer look again. Holding the lock.
void ClockedService::deliver() {
  for (Reply& reply : replies_) {
    const auto caller = waiting_.find(reply.token);
    if (caller == waiting_.end()) continue;
    caller->second->response = std::move(reply.response);
    caller->second->answered.notify_all();
  }
  replies_.clear();
  due_changed_.notify_all();
}

void ClockedService::run_timer() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const Time due = core_.due();
    if (due == kNever) {
      due_changed_.wait(lock);
    } else if (due > now()) {
      due_changed_.wait_until(lock, begin_ + std::chrono::nanoseconds(due));
    } else {
      core_.fire(now(), replies_);
      deliver();
    }
  }
}

}  // namespace closecheck::sut
