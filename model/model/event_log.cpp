#include "model/event_log.h"

namespace closecheck::model {

void Player::reset(const CellTable& table, const Log& log) {
  table_ = &table;
  search_.reset(table);
  if (log.from_anywhere) search_.start_anywhere();
  slots_.clear();
}

Played Player::pass(std::size_t step) {
  const Answer done{
      .outcome = RequestOutcome::accepted, .state = JobState::unknown, .processed = {}, .feed_started = {}};
  const int slot = search_.enter(exchange_of(step, Question{}, done, *table_));
  if (slot < 0) return Played::too_many;
  switch (search_.leave(slot)) {
    case Found::fits:
      return Played::fits;
    case Found::empty:
      return Played::empty;
    case Found::too_much:
      break;
  }
  return Played::too_much;
}

Played Player::play(const Log& log, std::size_t item, bool unknown) {
  const LogItem& what = log.items[item];
  switch (what.type) {
    case ItemType::settled:
      return pass(kSettledStep);
    case ItemType::fault:
      if (what.fault == Fault::slow_close) return Played::fits;
      return pass(what.fault == Fault::fail_job ? kDieStep : kHangStep);
    case ItemType::invoke: {
      const LogEntry& entry = log.entries[what.entry];
      if (slots_.size() <= what.entry) slots_.resize(what.entry + std::size_t{1}, -1);
      slots_[what.entry] = -1;
      const bool open =
          unknown || entry.status != EntryStatus::answered || entry.answer.outcome == RequestOutcome::unknown;
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
