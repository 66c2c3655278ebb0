#include "model/transitions.h"

namespace closecheck::model {

void Transitions::reset(const CellTable& table) {
  table_ = &table;
  machine_.switch_off(table.off);
  machine_.speak(*table.dialect);
}

bool Transitions::matches(const PendingRequests& pending, const SearchExchange& x, const Configuration& c) const {
  if (x.concerns == Concerns::perhaps || (x.concerns == Concerns::if_it_exists && c.job.life == Life::absent))
    return true;
  const Cell& cell = table_->at(x.step, c.job);
  if (cell.row < 0) return false;
  Answers allowed =
      cell.guard == Guard::always || holds(cell.guard, c.job, *table_->dialect) ? cell.allowed : cell.allowed_otherwise;
  if (x.may_be_refused) allowed |= kRefused;
  if ((allowed & x.answers) == 0) return false;
  if ((x.answers & kAccepted) == 0) return true;
  if (x.step == index_of(RequestKind::stats)) {
    if (!table_->reads_as(c.job.life, x.read)) return false;
    if (x.processed < 0) return true;
    const std::uint64_t most = std::uint64_t{c.job.most()} + pending.perhaps_more;
    return x.processed >= c.job.lo && (static_cast<std::uint64_t>(x.processed) <= most || most >= kNoBound);
  }
  if (x.step == index_of(RequestKind::feed_stats) && x.feed_read >= 0)
    return (c.job.feed == Feed::started) == (x.feed_read == 1);
  return true;
}

bool Transitions::wake(PendingRequests& pending, Configuration& c, Life from) const {
  for (std::uint32_t rest = pending.used; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    if (c.progress_of(slot) != 1) continue;
    const SearchExchange& x = pending.at(slot);
    const Answers told = told_at_wake(static_cast<RequestKind>(x.step), from, c.job.life);
    if (told == kNothing) continue;
    if ((told & x.answers) == 0) {
      pending.killed |= 1U << slot;
      return false;
    }
    c.set_progress(slot, 2);
  }
  return true;
}

bool Transitions::is_after_one_of_several(const PendingRequests& pending, const Configuration& c, int slot) const {
  const SearchExchange& x = pending.at(slot);
  if (!reductions_.symmetric || table_->two_steps[x.step]) return false;
  for (std::uint32_t rest = pending.used & ~(1U << slot); rest != 0; rest &= rest - 1) {
    const int other = std::countr_zero(rest);
    const SearchExchange& y = pending.at(other);
    if (y.order < x.order && c.progress_of(other) == 0 && is_interchangeable(x, y)) return true;
  }
  return false;
}

bool Transitions::is_lost_after_another(const PendingRequests& pending, const Configuration& c, int bit) const {
  const SearchExchange& x = pending.lost_at(bit);
  if (reductions_.canonical_lost)
    for (std::uint32_t older = c.unhappened & ((1U << bit) - 1); older != 0; older &= older - 1)
      if (asks_the_same(pending.lost_at(std::countr_zero(older)), x)) return true;
  if (!reductions_.symmetric || table_->two_steps[x.step]) return false;
  // A pending one that is surely accepted may go in its place.
  for (std::uint32_t rest = pending.used; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    const SearchExchange& y = pending.at(slot);
    if (c.progress_of(slot) == 0 && asks_the_same(y, x) && y.answers == kAccepted && !y.may_be_refused &&
        y.concerns == Concerns::surely)
      return true;
  }
  return false;
}

bool Transitions::may_move(const PendingRequests& pending, const Configuration& c) {
  const auto moves = [&](std::size_t event) {
    JobValue job = c.job;
    const bool moved = machine_.move(job, event, 0, 0);
    moves_ += moved ? 1 : 0;
    return moved;
  };
  for (std::uint32_t rest = table_->happenings_at(c.job); rest != 0; rest &= rest - 1)
    if (moves(kStepCount + static_cast<std::size_t>(std::countr_zero(rest)))) return true;
  for (std::uint32_t rest = c.unhappened; rest != 0; rest &= rest - 1) {
    const SearchExchange& x = pending.lost_at(std::countr_zero(rest));
    const Cell& cell = table_->at(x.step, c.job);
    if (cell.row >= 0 && cell.changes && moves(x.step)) return true;
  }
  return false;
}

}  // namespace closecheck::model
