#include "model/event_log.h"

#include <algorithm>

namespace closecheck::model {

void Log::clear() {
  items.clear();
  entries.clear();
  from_anywhere = may_hang = false;
}

std::uint32_t Log::add_invocation(int id, const Question& question, std::size_t event) {
  const auto index = static_cast<std::uint32_t>(entries.size());
  LogEntry& entry = entries.emplace_back();
  entry.question = question;
  entry.event = event;
  entry.id = id;
  entry.item = static_cast<std::uint32_t>(items.size());
  items.push_back({.type = ItemType::invoke, .fault = {}, .entry = index, .event = event});
  return index;
}

void Log::add_answer(std::uint32_t index, const Answer& answer, std::size_t event) {
  LogEntry& entry = entries[index];
  entry.answer = answer;
  entry.answer_event = event;
  entry.answer_item = static_cast<std::uint32_t>(items.size());
  entry.status = EntryStatus::answered;
  items.push_back({.type = ItemType::respond, .fault = {}, .entry = index, .event = event});
}

void Log::insert(LogItem item) {
  items.insert(std::ranges::upper_bound(items, item.event, {}, &LogItem::event), item);
  for (std::size_t i = 0; i < items.size(); ++i) {
    LogEntry& entry = entries[items[i].entry];
    if (items[i].type == ItemType::invoke) entry.item = static_cast<std::uint32_t>(i);
    if (items[i].type == ItemType::respond) entry.answer_item = static_cast<std::uint32_t>(i);
  }
}

bool Log::take(const Supposition& supposition) {
  const auto known = std::ranges::find(entries, supposition.id, &LogEntry::id);
  if (known != entries.end()) {
    if (supposition.question) known->question = *supposition.question;
    if (!supposition.answer) return true;
    if (known->status != EntryStatus::answered) return false;
    known->answer = *supposition.answer;
    return true;
  }
  if (!supposition.question) return false;
  const auto index = static_cast<std::uint32_t>(entries.size());
  const bool answered = supposition.answer && supposition.answer->outcome != RequestOutcome::unknown;
  LogEntry& entry = entries.emplace_back();
  entry.question = *supposition.question;
  entry.event = supposition.invoked;
  entry.id = supposition.id;
  entry.status = answered ? EntryStatus::answered : EntryStatus::lost;
  insert({.type = ItemType::invoke, .fault = {}, .entry = index, .event = supposition.invoked});
  if (!answered) return true;
  entries[index].answer = *supposition.answer;
  entries[index].answer_event = supposition.answered;
  insert({.type = ItemType::respond, .fault = {}, .entry = index, .event = supposition.answered});
  return true;
}

Log Log::outstanding(const CellTable& table) const {
  Log left;
  left.from_anywhere = true;
  left.may_hang = may_hang || std::ranges::any_of(items, [](const LogItem& item) {
                    return item.type == ItemType::fault && item.fault == Fault::hang_close;
                  });
  for (const LogEntry& entry : entries) {
    const bool unknown = entry.status != EntryStatus::answered || entry.answer.outcome == RequestOutcome::unknown;
    if (!unknown || table.changing[index_of(entry.question.kind)] == kNothing) continue;
    left.entries[left.add_invocation(entry.id, entry.question, entry.event)].status = EntryStatus::lost;
  }
  return left;
}

void Player::reset(const CellTable& table, const Log& log) {
  table_ = &table;
  search_.reset(table);
  if (log.from_anywhere) search_.start_anywhere(log.may_hang);
  slots_.clear();
}

bool Player::fits(const CellTable& table, const Log& log, std::size_t last) {
  reset(table, log);
  for (std::size_t i = 0; i <= last; ++i)
    if (play(log, i) != Played::fits) return false;
  return true;
}

Played Player::pass(std::size_t step) {
  const Answer done{
      .outcome = RequestOutcome::accepted, .state = JobState::unknown, .processed = {}, .feed_started = {}};
  const int slot = search_.enter(exchange_of(step, Question{}, done, *table_));
  if (slot < 0) return Played::too_many;
  const Found found = search_.leave(slot);
  if (found == Found::fits) return Played::fits;
  search_.forget(slot);
  return found == Found::empty ? Played::empty : Played::too_much;
}

Played Player::play(const Log& log, std::size_t item) {
  const LogItem& what = log.items[item];
  switch (what.type) {
    case ItemType::counts:
      search_.know_counts(what.records);
      return Played::fits;
    case ItemType::settled:
      return pass(kSettledStep);
    case ItemType::fault:
      if (what.fault == Fault::slow_close) return Played::fits;
      return pass(what.fault == Fault::fail_job ? kDieStep : kHangStep);
    case ItemType::invoke: {
      const LogEntry& entry = log.entries[what.entry];
      if (slots_.size() <= what.entry) slots_.resize(what.entry + std::size_t{1}, -1);
      slots_[what.entry] = -1;
      const bool open = entry.status != EntryStatus::answered || entry.answer.outcome == RequestOutcome::unknown;
      if (!open && entry.answer.outcome == RequestOutcome::busy) return Played::fits;
      const std::size_t step = index_of(entry.question.kind);
      SearchExchange exchange = exchange_of(step, entry.question, entry.answer, *table_);
      if (open) return search_.lose(exchange) ? Played::fits : Played::too_many;
      exchange.order = entry.answer_item;
      const int slot = search_.enter(exchange);
      if (slot < 0) return Played::too_many;
      slots_[what.entry] = static_cast<std::int8_t>(slot);
      return Played::fits;
    }
    case ItemType::respond: {
      const int slot = slot_of(what.entry);
      if (slot < 0) return Played::fits;
      const Found found = search_.leave(slot);
      if (found == Found::too_much) return Played::too_much;
      if (found == Found::empty) return Played::empty;
      slots_[what.entry] = -1;
      return Played::fits;
    }
  }
  return Played::fits;
}

void Player::forget(std::uint32_t entry) {
  const int slot = slot_of(entry);
  if (slot >= 0) search_.forget(slot);
  if (entry < slots_.size()) slots_[entry] = -1;
}

}  // namespace closecheck::model
