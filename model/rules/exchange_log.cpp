#include "rules/exchange_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace closecheck::model {

void ExchangeLog::clear() {
  first_ = 1;
  newest_ = kept_ = old_ = cut_ = 0;
  needless_.clear();
  open_.clear();
  last_close_ = last_of_another_ = {};
}

Exchange& ExchangeLog::begin(const Event& event, std::size_t index) {
  if (newest_ >= kKept) forget_needless();
  const std::size_t place = ++newest_ - first_;
  if (place == exchanges_.size()) exchanges_.emplace_back();
  std::unique_ptr<Exchange>& slot = exchanges_[place];
  // Its members say what they begin as: clearing all of it first would cost as much again.
  if (slot == nullptr) {
    slot = std::make_unique_for_overwrite<Exchange>();
  } else {
    // In place: an assignment would build a second one.
    std::destroy_at(slot.get());
    ::new (slot.get()) Exchange;
  }
  ++kept_;
  Exchange& exchange = *slot;
  exchange.request = event.request;
  exchange.number = newest_;
  exchange.invoke_event = exchange.answer_event = index;
  exchange.invoked = exchange.answered = event.time;
  exchange.process = event.process;
  open_.push_back(exchange.number);
  return exchange;
}

void ExchangeLog::end(Exchange& exchange, const Event& event, std::size_t index) {
  exchange.answered = event.time;
  exchange.answer_event = index;
  std::erase(open_, exchange.number);
  let_go(exchange.number);
}

Exchange* ExchangeLog::open_of(int process) {
  for (const std::size_t number : open_)
    if (of(number).process == process) return &of(number);
  return nullptr;
}

void ExchangeLog::let_go(std::size_t number) {
  Exchange& exchange = of(number);
  assert(exchange.holders > 0);
  if (--exchange.holders == 0 && number <= old_) needless_.push_back(number);
}

void ExchangeLog::forget_needless() {
  // Somebody may have come to need one since.
  for (const std::size_t number : std::exchange(needless_, {}))
    if (const Exchange* const exchange = find(number); exchange != nullptr && exchange->holders == 0) forget(number);
  while (newest_ > old_ + kKept)
    if (++old_; of(old_).holders == 0) forget(old_);
  while (first_ + cut_ <= newest_ && exchanges_[cut_] == nullptr) ++cut_;
  // Each time all that are left move, so that it has to be worth it.
  if (cut_ <= exchanges_.size() / 2) return;
  exchanges_.erase(exchanges_.begin(), exchanges_.begin() + static_cast<std::ptrdiff_t>(cut_));
  first_ += cut_;
  cut_ = 0;
}

void ExchangeLog::forget(std::size_t number) {
  exchanges_[number - first_].reset();
  --kept_;
}

void ExchangeLog::add_target(Exchange& exchange, std::uint32_t job) {
  exchange.targets.push_back(job);
  ++exchange.holders;
}

bool ExchangeLog::concerns(const Exchange& exchange, std::uint32_t job) {
  return std::ranges::find(exchange.targets, job) != exchange.targets.end();
}

void ExchangeLog::note_close(const Exchange& exchange, std::uint32_t job) {
  if (last_close_.job != job) last_of_another_ = last_close_;
  last_close_ = {exchange.number, exchange.invoke_event, job};
}

const ExchangeLog::Close& ExchangeLog::last_close_of_other(std::uint32_t job) const {
  return last_close_.job != job ? last_close_ : last_of_another_;
}

std::string ExchangeLog::cite(std::size_t number) const {
  if (number == 0) return "nothing";
  const Exchange* const exchange = find(number);
  return exchange != nullptr ? fmt::format("`{}` (#{})", describe(*exchange->request), number)
                             : fmt::format("#{}", number);
}

}  // namespace closecheck::model
