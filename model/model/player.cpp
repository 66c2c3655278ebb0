#include "model/player.h"

#include <algorithm>

namespace closecheck::model {
namespace {

Played played(Found found) {
  switch (found) {
    case Found::fits:
      return Played::fits;
    case Found::empty:
      return Played::empty;
    case Found::too_much:
      break;
  }
  return Played::too_much;
}

}  // namespace

void Player::reset(const CellTable& table, const Log& log) {
  search_.reset(table);
  if (log.from_anywhere)
    search_.start_anywhere(log.may_hang);
  else
    search_.start_at(log.start.job);
  slots_.clear();
  is_ahead_ = is_stuck_ = false;
  taken_ = 0;
}

const JobValue* Player::settled_value() const {
  const bool is_settled = !is_ahead_ && search_.set().size() == 1 && search_.pending().used == 0 &&
                          !search_.pending().is_approximate && !search_.has_outstanding();
  return is_settled ? &search_.set().front().job : nullptr;
}

void Player::follow_cut() {
  slots_.clear();
  taken_ = 0;
}

bool Player::fits(const CellTable& table, const Log& log, std::size_t last) {
  reset(table, log);
  for (std::size_t i = 0; i <= last; ++i)
    if (play(log, i) != Played::fits) return false;
  return true;
}

Played Player::play(const Log& log, std::size_t item) {
  if (!is_ahead_) {
    taken_ = item;
    const Played played = take(log, item);
    if (played != Played::too_much) return played;
    witness_.begin(search_, slots_, item, budget_);
    is_ahead_ = true;
  }
  switch (witness_.advance(search_.transitions(), log, item + 1)) {
    case Witness::Result::stands:
      return Played::fits;
    case Witness::Result::refuted:
      return catch_up(log, item + 1);
    case Witness::Result::too_much:
      break;
  }
  return Played::too_much;
}

Played Player::catch_up(const Log& log, std::size_t end) {
  if (!is_ahead_) return Played::fits;
  if (is_stuck_) return Played::too_much;
  std::size_t left = budget_;
  Played played = Played::fits;
  for (; taken_ < end && played == Played::fits; ++taken_) {
    search_.set_budget(left);
    played = take(log, taken_);
    if (log.items[taken_].type != ItemType::invoke) left -= std::min(left, search_.cost());
  }
  if (played != Played::fits) --taken_;
  is_stuck_ = played == Played::too_much || played == Played::too_many;
  is_ahead_ = is_stuck_;
  limit_search();
  return played;
}

Played Player::take(const Log& log, std::size_t item) {
  const LogItem& what = log.items[item];
  if (what.type == ItemType::invoke) return enter(log.entries[what.entry], what.entry);
  if (what.type == ItemType::respond) return leave(what.entry);
  if (what.type == ItemType::counts) search_.know_counts(what.records);
  const std::optional<std::size_t> step = event_step(what);
  return step ? pass(*step) : Played::fits;
}

Played Player::enter(const LogEntry& entry, std::uint32_t index) {
  if (slots_.size() == index)
    slots_.push_back(-1);
  else if (slots_.size() < index)
    slots_.resize(index + std::size_t{1}, -1);
  const std::size_t step = index_of(entry.question.kind);
  if (entry.is_unknown()) return search_.lose(step, entry.question) ? Played::fits : Played::too_many;
  if (entry.answer.outcome == RequestOutcome::busy) return Played::fits;
  const int slot = search_.enter(step, entry.question, entry.answer, entry.answer_item);
  if (slot < 0) return Played::too_many;
  slots_[index] = static_cast<std::int8_t>(slot);
  return Played::fits;
}

Played Player::leave(std::uint32_t entry) {
  const int slot = slot_of(entry);
  if (slot < 0) return Played::fits;
  const Found found = search_.leave(slot);
  if (found == Found::fits) slots_[entry] = -1;
  return played(found);
}

// An event of the history that every job has to allow.
Played Player::pass(std::size_t step) {
  const int slot = search_.enter(step, Question{}, Answer{.outcome = RequestOutcome::accepted}, 0);
  if (slot < 0) return Played::too_many;
  const Found found = search_.leave(slot);
  if (found != Found::fits) search_.forget(slot);
  return played(found);
}

void Player::forget(std::uint32_t entry) {
  const int slot = slot_of(entry);
  if (slot >= 0) search_.forget(slot);
  if (entry < slots_.size()) slots_[entry] = -1;
}

}  // namespace closecheck::model
