// What may come next to one configuration: the machine moves the job, by itself or by a request, and whoever waited for
// that is told. Deterministic; not thread-safe.
#pragma once

#include "model/configuration.h"
#include "model/search_exchange.h"

namespace closecheck::model {

/// Which reductions run; tests switch them off.
struct Reductions {
  bool greedy = true;
  bool dominance = true;
  bool canonical_lost = true;
  bool symmetric = true;
};

class Transitions {
 public:
  Transitions(const CellTable& table, const Reductions& reductions) : table_(&table), reductions_(reductions) {}

  void reset(const CellTable& table);
  const CellTable& table() const { return *table_; }
  const Reductions& reductions() const { return reductions_; }
  const JobMachine& machine() const { return machine_; }
  /// Moves of the machine that led to a configuration, so far.
  std::uint64_t moves() const { return moves_; }

  bool matches(const PendingRequests& pending, const SearchExchange& exchange, const Configuration& c) const;
  /// A pure answer that fits is given at once: having answered dominates having yet to answer.
  void settle_reads(const PendingRequests& pending, Configuration& c) const;
  /// Whether anything may still move a configuration without a new request.
  bool may_move(const PendingRequests& pending, const Configuration& c);

  // Each calls `take(next, row)` with what may come of it.
  template <class Take>
  void by_itself(PendingRequests& pending, const Configuration& from, Take take);
  template <class Take>
  void by_pending(PendingRequests& pending, const Configuration& from, int slot, Take take);
  template <class Take>
  void by_lost(PendingRequests& pending, const Configuration& from, Take take);

  /// Of two equal pending requests with equal answers the one that returns first goes first.
  bool is_after_another(const PendingRequests& pending, const Configuration& c, int slot) const {
    return (pending.used & (pending.used - 1)) != 0 && is_after_one_of_several(pending, c, slot);
  }

 private:
  bool move(PendingRequests& pending, Configuration& c, std::size_t event, std::uint32_t records,
            std::uint32_t records_perhaps);
  bool is_after_one_of_several(const PendingRequests& pending, const Configuration& c, int slot) const;
  bool wake(PendingRequests& pending, Configuration& c, Life from) const;
  bool is_lost_after_another(const PendingRequests& pending, const Configuration& c, int bit) const;

  const CellTable* table_;
  Reductions reductions_;
  JobMachine machine_;
  std::uint64_t moves_ = 0;
};

// False: nothing moves the job, or somebody would have to answer otherwise.
inline bool Transitions::move(PendingRequests& pending, Configuration& c, std::size_t event, std::uint32_t records,
                              std::uint32_t records_perhaps) {
  const Life from = c.job.life;
  if (!machine_.move(c.job, event, records, records_perhaps)) return false;
  ++moves_;
  if (from != c.job.life && c.has_waiting() && !wake(pending, c, from)) return false;
  settle_reads(pending, c);
  return true;
}

inline void Transitions::settle_reads(const PendingRequests& pending, Configuration& c) const {
  if (!reductions_.greedy) return;
  for (std::uint32_t rest = pending.used; rest != 0; rest &= rest - 1) {
    const int slot = std::countr_zero(rest);
    const SearchExchange& x = pending.at(slot);
    if (x.pure_only && c.progress_of(slot) == 0 && matches(pending, x, c)) c.set_progress(slot, 2);
  }
}

template <class Take>
void Transitions::by_itself(PendingRequests& pending, const Configuration& from, Take take) {
  for (std::uint32_t rest = table_->happenings_at(from.job); rest != 0; rest &= rest - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(rest));
    if (!holds(table_->happening_guards[i], from.job, *table_->dialect)) continue;  // it would be barred
    Configuration next = from;
    if (move(pending, next, kStepCount + i, 0, 0)) take(next, table_->happenings[i]);
  }
}

template <class Take>
void Transitions::by_pending(PendingRequests& pending, const Configuration& from, int slot, Take take) {
  const SearchExchange& x = pending.at(slot);
  const Cell& cell = table_->at(x.step, from.job);
  if (cell.row < 0) return;
  if ((!x.pure_only || !reductions_.greedy) && matches(pending, x, from)) {
    Configuration next = from;
    next.set_progress(slot, 2);
    take(next, cell.row);
  }
  if (!cell.changes || (!cell.waits && (x.answers & kAccepted) == 0)) return;
  Configuration next = from;
  // A request that begins to wait must not be woken by its own first step.
  next.set_progress(slot, 2);
  if (!move(pending, next, x.step, x.records, x.records_perhaps)) return;
  if (cell.waits && !x.timed_out) next.set_progress(slot, 1);
  take(next, cell.row);
}

template <class Take>
void Transitions::by_lost(PendingRequests& pending, const Configuration& from, Take take) {
  for (std::uint32_t rest = from.unhappened; rest != 0; rest &= rest - 1) {
    const int bit = std::countr_zero(rest);
    const SearchExchange& x = pending.lost_at(bit);
    const Cell& cell = table_->at(x.step, from.job);
    if (cell.row < 0 || !cell.changes || is_lost_after_another(pending, from, bit)) continue;
    Configuration next = from;
    if (!pending.is_approximate) next.unhappened &= ~(1U << bit);
    if (!move(pending, next, x.step, x.records, x.records_perhaps)) continue;
    if (next.job == from.job) continue;  // it changed nothing: not having happened covers it
    take(next, cell.row);
  }
}

}  // namespace closecheck::model
