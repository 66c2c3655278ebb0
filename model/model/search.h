// Just-in-time linearization of one job's requests: the set of configurations that the exchanges so far allow. Answers
// are known when a request enters, so that whatever leads elsewhere is dropped at once. Deterministic; not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "model/transitions.h"

namespace closecheck::model {

enum class Found : std::uint8_t { fits, empty, too_much };

/// How often each state and each row was part of what explains the answers.
struct VisitCounts {
  std::vector<std::uint64_t> states, rows;
};

class Search {
 public:
  Search(const CellTable& table, std::size_t budget, const Reductions& reductions = {});

  void reset(const CellTable& table);
  /// Nothing is known of what came before the first event: any state, any counts. Before the first request only.
  /// `may_hang`: its close may hang, too.
  void start_anywhere(bool may_hang);
  /// It begins with a job of this value. Before the first request only.
  void start_at(const JobValue& job) { set_.front().job = job; }
  /// Lost posts become a bound and other lost requests may happen again and again: sound, cheaper, and weaker. Before
  /// the first request only.
  void over_approximate() { pending_.is_approximate = true; }
  /// How many configurations one answer may cost.
  void set_budget(std::size_t budget) { budget_ = budget; }
  /// How many the last one cost.
  std::size_t cost() const { return cost_; }

  /// A request enters, its answer coming at `order`. Its slot, or -1 when there are too many at once.
  int enter(std::size_t step, const Question& question, const Answer& answer, std::size_t order);
  /// A request whose answer is unknown: it may happen at any later time. False: too many of them.
  bool lose(std::size_t step, const Question& question);
  /// A closed job counts exactly so many records, or, `kAnyCount`, a job that exists any number.
  void know_counts(std::int64_t records);
  /// Its answer is due: keeps what allows it. Unless it fits, the set is as it was before.
  Found leave(int slot);
  /// Takes a request back, as if its answer had never come.
  void forget(int slot);

  const std::vector<Configuration>& set() const { return set_; }
  const PendingRequests& pending() const { return pending_; }
  Transitions& transitions() { return transitions_; }
  const Transitions& transitions() const { return transitions_; }
  /// Whether some lost request has not happened in some configuration.
  bool has_outstanding() const;

  /// After `empty`: everything that was reached and did not allow the answer; the first `evidence_before()` were there
  /// before.
  const std::vector<Configuration>& evidence() const { return work_.all(); }
  std::size_t evidence_before() const { return before_; }

  VisitCounts& visits() { return visits_; }

 private:
  /// How a configuration came about; `from` is an index into the work.
  struct Origin {
    std::uint32_t from;
    std::int16_t row;
  };
  bool leave_at_once(int slot);
  void begin_work(int slot);
  void expand(std::uint32_t from, int slot);
  void take(const Configuration& c, Origin origin, int slot);
  void keep(int slot);
  void count_path(Origin origin);

  std::size_t budget_;
  std::size_t cost_ = 0;
  Transitions transitions_;
  PendingRequests pending_;
  std::vector<Configuration> set_;
  ReachedConfigurations work_, out_;
  std::vector<Origin> origins_;       // of each of the work
  Origin first_out_{};                // and of the first that allows the answer
  std::vector<std::uint32_t> order_;  // scratch
  std::size_t before_ = 0;
  VisitCounts visits_;
};

}  // namespace closecheck::model
