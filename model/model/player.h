// Takes the log of one job through a search: through the set of all configurations while that is small, and ahead of it
// along a single witness while that will do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/event_log.h"
#include "model/search.h"
#include "model/witness.h"

namespace closecheck::model {

enum class Played : std::uint8_t { fits, empty, too_much, too_many };

class Player {
 public:
  static constexpr std::size_t kWitnessBeyond = 64;  // configurations that one answer may cost before

  Player(const CellTable& table, std::size_t budget, const Reductions& reductions)
      : search_(table, std::min(budget, kWitnessBeyond), reductions), budget_(budget) {}

  void reset(const CellTable& table, const Log& log);
  void set_budget(std::size_t budget) {
    budget_ = budget;
    limit_search();
  }
  /// For tests: a witness is tried wherever one answer costs more configurations than this.
  void try_witness_beyond(std::size_t configurations) {
    witness_beyond_ = configurations;
    limit_search();
  }

  /// Takes the next item. Unless it fits, the search has taken all before it.
  Played play(const Log& log, std::size_t item);
  /// Begins anew and takes the items up to `last`, that one included. Whether all fit.
  bool fits(const CellTable& table, const Log& log, std::size_t last);
  /// Takes back the response that was played last and did not fit.
  void forget(std::uint32_t entry);

  /// The job's value, where nothing else is possible and nothing is pending or outstanding; null: there is no such.
  const JobValue* settled_value() const;
  /// The log begins anew where the search stands, which has a settled value.
  void follow_cut();

  /// Where the witness leads, while it is ahead of the search.
  const Configuration* witness() const { return is_ahead_ ? &witness_.configuration() : nullptr; }
  bool witness_may_move() { return search_.transitions().may_move(witness_.pending(), witness_.configuration()); }
  /// Lets the search take everything before `end`.
  Played catch_up(const Log& log, std::size_t end);

  int slot_of(std::uint32_t entry) const { return entry < slots_.size() ? slots_[entry] : -1; }
  Search& search() { return search_; }
  const Search& search() const { return search_; }
  const CellTable& table() const { return search_.transitions().table(); }

 private:
  void limit_search() { search_.set_budget(std::min(budget_, witness_beyond_)); }
  Played take(const Log& log, std::size_t item);
  Played enter(const LogEntry& entry, std::uint32_t index);
  Played leave(std::uint32_t entry);
  Played pass(std::size_t step);

  Search search_;
  Witness witness_;
  bool is_ahead_ = false;  // the witness
  bool is_stuck_ = false;  // the search, which cannot catch up
  std::size_t taken_ = 0;  // items that the search has consumed
  std::size_t budget_;
  std::size_t witness_beyond_ = kWitnessBeyond;
  std::vector<std::int8_t> slots_;  // by entry; -1: none
};

}  // namespace closecheck::model
