#include "model/witness.h"

#include <algorithm>
#include <bit>

namespace closecheck::model {
namespace {

// What each new place adds to what may be spent, so that the whole costs little more than the way is long.
constexpr std::size_t kEarned = 256;
constexpr Answer kHappens{.outcome = RequestOutcome::accepted};

}  // namespace

void Witness::begin(const Search& search, const std::vector<std::int8_t>& slots, std::size_t item, std::size_t budget) {
  pending_ = search.pending();
  slots_ = slots;
  place_ = static_cast<std::uint32_t>(2 * item);
  budget_ = left_ = budget;
  furthest_ = place_;
  too_many_ = false;
  reached_.clear();
  agenda_.clear();
  for (const Configuration& c : search.set()) agenda_.push_back({place_, c});
  // Those that leave most open come first.
  std::ranges::stable_sort(agenda_, {}, [](const Node& node) { return std::popcount(node.c.unhappened); });
}

Witness::Result Witness::advance(Transitions& transitions, const Log& log, std::size_t end) {
  while (!agenda_.empty()) {
    const Node node = agenda_.back();
    while (place_ > node.place) turn_back(transitions.table(), log);
    if (node.place == 2 * end) return Result::stands;
    if (node.place > furthest_) {
      furthest_ = node.place;
      left_ = std::min(budget_, left_ + kEarned);
    }
    if (left_ == 0 || too_many_) return Result::too_much;
    --left_;
    agenda_.pop_back();
    look_at(transitions, log, node);
  }
  return Result::refuted;
}

void Witness::look_at(Transitions& transitions, const Log& log, Node node) {
  const LogItem& item = log.items[node.place / 2];
  const bool is_entered = node.place % 2 != 0;
  if (item.type == ItemType::respond || is_entered) {
    const int slot = is_entered ? event_slot_ : slot_of(log, item.entry);
    if (slot < 0 || node.c.is_done(slot)) return leave(node, slot);
    if (reached_.add(node.c, node.place + 1, transitions.reductions().dominance)) branch(transitions, node, slot);
    return;
  }
  if (item.type == ItemType::invoke) {
    enter_request(transitions, log.entries[item.entry], item.entry, node.c);
    node.place += 2;
  } else if (const std::optional<std::size_t> step = event_step(item)) {
    event_slot_ = enter(transitions, *step, Question{}, kHappens, 0, node.c);
    node.place += 1;
  } else {
    if (item.type == ItemType::counts) {
      know_counts(node.c.job, item.records);
      transitions.settle_reads(pending_, node.c);
    }
    node.place += 2;
  }
  place_ = node.place;
  agenda_.push_back(node);
}

int Witness::slot_of(const Log& log, std::uint32_t entry) const {
  return log.entries[entry].is_unknown() ? kNoBit : slots_[entry];
}

void Witness::enter_request(const Transitions& transitions, const LogEntry& entry, std::uint32_t index,
                            Configuration& c) {
  if (slots_.size() <= index) slots_.resize(index + std::size_t{1}, -1);
  const std::size_t step = index_of(entry.question.kind);
  slots_[index] = -1;
  if (!entry.is_unknown()) {
    if (entry.answer.outcome == RequestOutcome::busy) return;
    slots_[index] =
        static_cast<std::int8_t>(enter(transitions, step, entry.question, entry.answer, entry.answer_item, c));
    return;
  }
  const int bit = pending_.lose(step, entry.question, transitions.table());
  too_many_ |= bit == kTooManyLost;
  slots_[index] = static_cast<std::int8_t>(bit);
  if (bit >= 0) c.unhappened |= 1U << bit;
  if (pending_.is_approximate) transitions.settle_reads(pending_, c);
}

int Witness::enter(const Transitions& transitions, std::size_t step, const Question& question, const Answer& answer,
                   std::size_t order, Configuration& c) {
  const int slot = pending_.take_slot();
  too_many_ |= slot < 0;
  if (slot < 0) return slot;
  SearchExchange& exchange = pending_.slots[static_cast<std::size_t>(slot)];
  exchange.read_from(step, question, answer, order, transitions.table());
  const bool at_once = exchange.pure_only && transitions.reductions().greedy;
  if (at_once && transitions.matches(pending_, exchange, c)) c.set_progress(slot, 2);
  return slot;
}

void Witness::leave(Node node, int slot) {
  if (slot >= 0) {
    node.c.set_progress(slot, 0);
    pending_.free_slot(slot);
  }
  node.place = place_ = (node.place / 2 + 1) * 2;
  agenda_.push_back(node);
}

// What is put last is looked at first: the request whose answer is due, then others, then what happens by itself, and
// only then lost requests.
void Witness::branch(Transitions& transitions, const Node& node, int slot) {
  const auto take = [&](const Configuration& next, std::int16_t) { agenda_.push_back({node.place, next}); };
  if (node.c.unhappened != 0) transitions.by_lost(pending_, node.c, take);
  transitions.by_itself(pending_, node.c, take);
  const auto take_pending = [&](int which) {
    if (node.c.progress_of(which) == 0 && !transitions.is_after_another(pending_, node.c, which))
      transitions.by_pending(pending_, node.c, which, take);
  };
  for (std::uint32_t rest = pending_.used & ~(1U << slot); rest != 0; rest &= rest - 1)
    take_pending(std::countr_zero(rest));
  take_pending(slot);
}

void Witness::restore(int slot, std::size_t step, const Question& question, const Answer& answer, std::size_t order,
                      const CellTable& table) {
  pending_.used |= 1U << slot;
  pending_.slots[static_cast<std::size_t>(slot)].read_from(step, question, answer, order, table);
}

void Witness::turn_back(const CellTable& table, const Log& log) {
  if (place_ % 2 != 0) {
    pending_.free_slot(event_slot_);
    --place_;
    return;
  }
  place_ -= 2;
  const LogItem& item = log.items[place_ / 2];
  if (!is_exchange(item)) {
    const std::optional<std::size_t> step = event_step(item);
    if (!step) return;
    event_slot_ = std::countr_one(pending_.used);
    restore(event_slot_, *step, Question{}, kHappens, 0, table);
    ++place_;
    return;
  }
  const LogEntry& entry = log.entries[item.entry];
  const std::int8_t slot = slots_[item.entry];
  const std::size_t step = index_of(entry.question.kind);
  if (item.type == ItemType::invoke && entry.is_unknown()) return pending_.find(step, entry.question, slot);
  if (slot < 0 || entry.is_unknown()) return;
  if (item.type == ItemType::respond)
    restore(slot, step, entry.question, entry.answer, entry.answer_item, table);
  else
    pending_.free_slot(slot);
}

}  // namespace closecheck::model
