#include "rules/exchange_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace closecheck::model {

void ExchangeLog::clear() {
  exchanges_.clear();
  targets_.clear();
  open_.clear();
  last_close_ = last_of_another_ = {};
}

Exchange& ExchangeLog::begin(const Event& event, std::size_t index) {
  Exchange& exchange = exchanges_.emplace_back();
  exchange.request = event.request;
  exchange.number = exchanges_.size();
  exchange.invoke_event = exchange.answer_event = index;
  exchange.invoked = exchange.answered = event.time;
  exchange.process = event.process;
  exchange.first_target = static_cast<std::uint32_t>(targets_.size());
  open_.push_back(exchange.number);
  return exchange;
}

void ExchangeLog::end(Exchange& exchange, const Event& event, std::size_t index) {
  exchange.answered = event.time;
  exchange.answer_event = index;
  std::erase(open_, exchange.number);
}

Exchange* ExchangeLog::open_of(int process) {
  for (const std::size_t number : open_)
    if (of(number).process == process) return &of(number);
  return nullptr;
}

void ExchangeLog::add_target(Exchange& exchange, std::uint32_t job) {
  targets_.push_back(job);
  ++exchange.target_count;
}

bool ExchangeLog::concerns(const Exchange& exchange, std::uint32_t job) const {
  return std::ranges::find(targets_of(exchange), job) != targets_of(exchange).end();
}

void ExchangeLog::note_close(const Exchange& exchange, std::uint32_t job) {
  if (last_close_.job != job) last_of_another_ = last_close_;
  last_close_ = {exchange.number, job};
}

std::size_t ExchangeLog::last_close_of_other(std::uint32_t job) const {
  return last_close_.job != job ? last_close_.number : last_of_another_.number;
}

std::string ExchangeLog::cite(std::size_t number) const {
  if (number == 0 || number > exchanges_.size()) return "nothing";
  return fmt::format("`{}` (#{})", describe(*of(number).request), number);
}

}  // namespace closecheck::model
