#include "server/server_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <system_error>
#include <utility>

#include "closecheck/sut/system.h"
#include "in_process/answers.h"

namespace closecheck::sut {
namespace {

std::int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Response cannot_store(const std::string& why) {
  return refused(503, "storage_exception", fmt::format("nothing can be stored: {}", why));
}

}  // namespace

ClockedService::ClockedService(const Manner& manner, const ServerLog& log, std::unique_ptr<Store> store)
    : log_(log), core_(manner, wall_clock_ms()), store_(std::move(store)) {
  if (store_) {
    try {
      load();
    } catch (const std::runtime_error& error) {
      throw StoreRefused(fmt::format("the stored jobs cannot be read: {}", error.what()));
    }
    // The clock of the service goes on as if it had run all the time, and never goes back.
    begin_time_ = std::max(core_.now(), (wall_clock_ms() - core_.wall_start_ms()) * kMillisecond);
    core_.resume(begin_time_);
    writer_ = std::thread([this] { run_writer(); });
  }
  try {
    timer_ = std::thread([this] { run_timer(); });
  } catch (const std::system_error&) {
    end();
    if (writer_.joinable()) writer_.join();
    throw;
  }
}

ClockedService::~ClockedService() {
  end();
  timer_.join();
  if (writer_.joinable()) writer_.join();
}

Time ClockedService::now() const {
  if (!trouble_.empty()) return stands_at_;
  return begin_time_ + std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin_).count();
}

void ClockedService::load() {
  core_ = keeper_.load(store_->load(), core_.manner(), core_.wall_start_ms());
  durable_ = core_.changes();
}

std::optional<ServiceAnswer> ClockedService::ask(const ServiceRequest& request) {
  std::unique_lock lock(mutex_);
  if (ended_) return std::nullopt;
  if (!trouble_.empty() && (unknown_ || !Core::only_reads(request)) && !can_store_again())
    return cannot_store(trouble_);
  Waiting caller;
  caller.request = &request;
  const Token token = ++last_token_;
  try {
    waiting_.emplace(token, &caller);
    core_.handle(request, now(), token, replies_);
    deliver();
  } catch (...) {
    fail();
  }
  caller.answered.wait(lock, [&] { return caller.answer.has_value() || over_; });
  waiting_.erase(token);
  return std::move(caller.answer);
}

bool ClockedService::inject(Fault fault, const std::string& job, Duration duration) {
  const std::lock_guard lock(mutex_);
  const Token token = ++last_token_;
  core_.handle(Request{Principal::setup, JobStats{job}, nullptr}, now(), token, replies_);
  const auto reply = std::ranges::find(replies_, token, &Reply::token);
  assert(reply != replies_.end());
  const bool known = reply->answer.response.outcome == Outcome::accepted;
  replies_.erase(reply);
  try {
    if (known) core_.inject(fault, job, duration, now(), replies_);
  } catch (const FaultFailed&) {
    deliver();
    throw;
  } catch (...) {
    fail();
    throw;
  }
  deliver();
  return known;
}

std::size_t ClockedService::requests_in_hand() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void ClockedService::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  due_changed_.notify_all();
  state_changed_.notify_all();
  if (store_) return;  // the writer has something to do before
  over_ = true;
  for (const auto& [token, caller] : waiting_) caller->answered.notify_all();
}

void ClockedService::fail() {
  if (!failure_) failure_ = std::current_exception();
  failed_ = ended_ = over_ = true;
  due_changed_.notify_all();
  state_changed_.notify_all();
  for (const auto& [token, caller] : waiting_) caller->answered.notify_all();
}

void ClockedService::rethrow_failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

/// Hands the replies to their callers, as soon as they may have them, and lets the other threads look again.
void ClockedService::deliver() {
  const bool durable = !store_ || core_.changes() == durable_;
  for (Reply& reply : replies_) {
    if (durable)
      hand_over(reply);
    else
      held_.push_back(Held{core_.changes(), std::move(reply)});
  }
  replies_.clear();
  if (!durable) state_changed_.notify_one();
  if (core_.due() < timer_wakes_) due_changed_.notify_all();
}

void ClockedService::hand_over(Reply& reply) {
  const auto caller = waiting_.find(reply.token);
  if (caller == waiting_.end()) return;
  caller->second->answer = std::move(reply.answer);
  caller->second->answered.notify_all();
}

void ClockedService::release() {
  while (!held_.empty() && held_.front().changes <= durable_) {
    hand_over(held_.front().reply);
    held_.pop_front();
  }
}

void ClockedService::run_timer() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const Time due = core_.due();
    const bool stands = due == kNever || !trouble_.empty();
    timer_wakes_ = stands ? kNever : due;
    if (stands) {
      due_changed_.wait(lock);
    } else if (due > now()) {
      due_changed_.wait_until(lock, begin_ + std::chrono::nanoseconds(due - begin_time_));
    } else {
      try {
        core_.fire(now(), replies_);
        deliver();
      } catch (...) {
        fail();
      }
    }
  }
}

/// What came while one transaction was written goes into the next one, however much it is.
void ClockedService::run_writer() {
  std::unique_lock lock(mutex_);
  while (!failed_) {
    state_changed_.wait(lock, [&] { return core_.changes() != durable_ || ended_; });
    if (core_.changes() == durable_ || failed_) break;
    try {
      write_changes(lock);
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      fail();
    }
  }
  over_ = true;
  for (const auto& [token, caller] : waiting_) caller->answered.notify_all();
}

void ClockedService::write_changes(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t reached = core_.changes();
  const RowChanges changes = keeper_.collect(core_);
  std::string failed;
  if (!changes.empty()) {
    lock.unlock();
    try {
      store_->commit(changes);
    } catch (const StoreFailed& error) {
      failed = error.what();
    }
    lock.lock();
  }
  if (failed.empty()) {
    durable_ = reached;
    release();
  } else {
    fall_back(failed);
  }
}

/// What could not be stored has not happened: the state is again what is stored, and whoever waits for something that
/// was done is refused. Reads that saw it read again.
void ClockedService::fall_back(const std::string& why) {
  held_.clear();
  trouble_ = why;
  unknown_ = false;
  try {
    load();
  } catch (const std::runtime_error& error) {
    trouble_ += fmt::format("; nor can it be read: {}", error.what());
    unknown_ = true;
  }
  log_.error(fmt::format("nothing can be stored, so that changes are refused: {}", trouble_));
  // At that time nothing more is due, so that nothing happens by itself either.
  stands_at_ = core_.now();
  durable_ = core_.changes();
  for (const auto& [token, caller] : waiting_) {
    if (caller->answer) continue;
    if (!unknown_ && Core::only_reads(*caller->request)) {
      core_.handle(*caller->request, now(), token, replies_);
    } else {
      caller->answer = cannot_store(trouble_);
      caller->answered.notify_all();
    }
  }
  deliver();
}

/// The writer rests while there is trouble, so the store is free.
bool ClockedService::can_store_again() {
  try {
    if (unknown_) load();
    unknown_ = false;
    store_->commit(keeper_.clock_of(core_));
  } catch (const std::runtime_error& error) {
    trouble_ = error.what();
    return false;
  }
  trouble_.clear();
  log_.info("changes can be stored again");
  due_changed_.notify_all();
  return true;
}

}  // namespace closecheck::sut
