// Just-in-time linearization of one job's requests: the set of configurations that the exchanges so far allow. Answers
// are known when a request enters, so that whatever leads elsewhere is dropped at once. Deterministic; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/cells.h"

namespace closecheck::model {

/// One possible past: the job's value, how far each pending request is, and which lost ones have not happened (yet).
struct Configuration {
  JobValue job;
  std::uint32_t progress = 0;    // two bits a slot: 0 not yet, 1 waits, 2 done
  std::uint32_t unhappened = 0;  // one bit a lost request
};
static_assert(sizeof(Configuration) == 32);

inline constexpr int kSlots = 16;
inline constexpr int kLostMax = 32;

/// A request with its answer, as the search needs them.
struct SearchExchange {
  std::uint8_t step = 0;       // RequestKind or event of the history
  Answers answers = kNothing;  // the answer; a time-out stands for a refusal too
  bool may_be_refused = false;
  Concerns concerns = Concerns::surely;
  bool timed_out = false;
  bool pure_only = false;  // this answer never comes with a change
  JobState read = JobState::unknown;
  std::int8_t feed_read = -1;  // -1 not told, 0 stopped, 1 started
  std::uint32_t records = 0;
  std::uint32_t records_perhaps = 0;
  std::int64_t processed = -1;  // -1: not told
  std::uint64_t order = 0;      // when the answer came, for the symmetric reduction
};
/// Reads a question and its answer; `step` beyond `RequestKind` for events of the history.
SearchExchange exchange_of(std::size_t step, const Question& question, const Answer& answer, const CellTable& table);

/// Which reductions run; tests switch them off.
struct Reductions {
  bool greedy = true;
  bool dominance = true;
  bool canonical_lost = true;
  bool symmetric = true;
};

enum class Found : std::uint8_t { fits, empty, too_much };

class Search {
 public:
  Search(const CellTable& table, std::size_t budget, Reductions reductions = {});

  void reset(const CellTable& table);
  /// Nothing is known of what came before the first event: any state, any counts. Before the first request only.
  /// `may_hang`: its close may hang, too.
  void start_anywhere(bool may_hang);
  /// Lost posts become a bound and other lost requests may happen again and again: sound, cheaper, and weaker. Before
  /// the first request only.
  void widen() { widened_ = true; }
  void set_budget(std::size_t budget) { budget_ = budget; }

  /// A request enters. Its slot, or -1 when there are too many at once.
  int enter(const SearchExchange& exchange);
  /// A request whose answer is unknown: it may happen at any later time. False: too many of them.
  bool lose(const SearchExchange& exchange);
  /// A closed job counts exactly so many records, or, `kAnyCount`, a job that exists any number.
  void know_counts(std::int64_t records);
  /// Its answer is due: keeps what allows it. On `empty` the set is as it was before.
  Found leave(int slot);
  /// Takes a request back, as if its answer had never come.
  void forget(int slot);

  const std::vector<Configuration>& set() const { return set_; }
  /// After `empty`: everything that was reached and did not allow the answer; the first `set().size()` (at most) were
  /// there before.
  const std::vector<Configuration>& evidence() const { return work_; }
  std::size_t evidence_before() const { return before_; }
  /// Whether some way was given up because the request of this slot, waiting, would have had to answer otherwise.
  bool killed(int slot) const { return killed_[static_cast<std::size_t>(slot)]; }
  bool in_use(int slot) const { return (used_ & (1U << slot)) != 0; }
  /// Whether anything may still move a configuration without a new request.
  bool may_move(const Configuration& c) const;
  std::size_t largest() const { return largest_; }
  /// Configurations that a move of the machine led to, so far.
  std::uint64_t moves() const { return moves_; }
  const JobMachine& machine() const { return machine_; }
  std::uint32_t perhaps_more() const { return perhaps_more_; }
  /// Whether some lost request has not happened in some configuration.
  bool has_outstanding() const;

  bool matches(const SearchExchange& exchange, const Configuration& c) const;

  void keep_visits_of(const Search& other) {
    state_visits_ = other.state_visits_;
    row_visits_ = other.row_visits_;
  }
  const std::vector<std::uint64_t>& state_visits() const { return state_visits_; }
  const std::vector<std::uint64_t>& row_visits() const { return row_visits_; }

 private:
  static std::uint32_t progress_of(const Configuration& c, int slot) { return (c.progress >> (2 * slot)) & 3U; }
  static void set_progress(Configuration& c, int slot, std::uint32_t value) {
    c.progress = (c.progress & ~(3U << (2 * slot))) | (value << (2 * slot));
  }
  void settle_reads(Configuration& c) const;
  bool move(Configuration& c, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps);
  void expand(std::size_t from, int slot);
  void step_slot(std::size_t from, int i, int slot);
  void step_lost(std::size_t from, int slot);
  void take(const Configuration& c, std::size_t from, std::int16_t row, int slot);
  bool makes_needless(const Configuration& other, const Configuration& c) const;
  bool known(const std::vector<Configuration>& where, const Configuration& c) const;
  bool add_work(const Configuration& c);
  void keep_maximal(std::vector<Configuration>& where);
  void count_path(std::size_t from, std::int16_t row);

  const CellTable* table_;
  std::size_t budget_;
  Reductions reductions_;
  bool widened_ = false;
  std::uint32_t used_ = 0;
  std::uint32_t lost_used_ = 0;
  std::uint32_t perhaps_more_ = 0;  // widened: records of lost posts
  std::array<SearchExchange, kSlots> slots_{};
  std::array<bool, kSlots> killed_{};
  std::array<SearchExchange, kLostMax> lost_{};
  std::vector<Configuration> set_, work_, out_;
  struct Origin {
    std::uint32_t from;
    std::int16_t row;
  };
  std::vector<Origin> origins_;         // how each of `work_` came about
  Origin first_out_{};                  // and the first that allows the answer
  std::vector<std::uint32_t> buckets_;  // hash chains over `work_`, once it is large
  std::vector<std::uint32_t> chain_;
  std::vector<std::uint32_t> order_;  // scratch
  std::size_t before_ = 0;
  std::size_t largest_ = 0;
  mutable JobMachine machine_;
  mutable std::uint64_t moves_ = 0;
  std::vector<std::uint64_t> state_visits_, row_visits_;
};

}  // namespace closecheck::model
