// What one job's oracle has seen, in order, as it was or with some requests taken otherwise; and a player that takes it
// through a search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/search.h"

namespace closecheck::model {

enum class EntryStatus : std::uint8_t { open, answered, lost };

/// One request, with its answer once it came.
struct LogEntry {
  Question question;
  Answer answer;
  std::size_t event = 0;  // of the invocation, as the caller counts
  std::size_t answer_event = 0;
  std::uint32_t item = 0;  // of the invocation, in `Log::items`
  std::uint32_t answer_item = 0xFFFF'FFFF;
  int id = 0;
  EntryStatus status = EntryStatus::open;

  bool told(RequestOutcome told) const { return status == EntryStatus::answered && answer.outcome == told; }
  bool told_refusal() const { return told(RequestOutcome::refused) || told(RequestOutcome::failed); }
};

/// `counts`: what is known of the record counts from here on.
enum class ItemType : std::uint8_t { invoke, respond, fault, settled, counts };

inline constexpr std::int64_t kAnyCount = -1;

struct LogItem {
  ItemType type = ItemType::invoke;
  Fault fault = Fault::fail_job;
  std::uint32_t entry = 0;  // invoke, respond
  std::size_t event = 0;
  std::int64_t records = kAnyCount;  // counts: so many of a closed job, or any number of a job that exists
};

inline constexpr std::uint32_t kNoItem = 0xFFFF'FFFF;

struct Log {
  std::vector<LogItem> items;  // in the order of their events
  std::vector<LogEntry> entries;
  bool from_anywhere = false;
  bool may_hang = false;  // from anywhere: a fault may have let its close hang before

  void clear();
  std::uint32_t add_invocation(int id, const Question& question, std::size_t event);
  void add_answer(std::uint32_t entry, const Answer& answer, std::size_t event);
  /// Takes a request otherwise. False: the log does not hold what would have to be changed.
  bool take(const Supposition& supposition);
  /// Nothing but the requests without an answer that may change a job, from anywhere on.
  Log outstanding(const CellTable& table) const;

 private:
  void insert(LogItem item);
};

enum class Played : std::uint8_t { fits, empty, too_much, too_many };

class Player {
 public:
  Player(const CellTable& table, std::size_t budget, Reductions reductions)
      : table_(&table), search_(table, budget, reductions) {}

  void reset(const CellTable& table, const Log& log);
  Played play(const Log& log, std::size_t item);
  /// Begins anew and takes the items up to `last`, that one included. Whether all fit.
  bool fits(const CellTable& table, const Log& log, std::size_t last);
  /// Takes back the response that was played last and did not fit.
  void forget(std::uint32_t entry);
  int slot_of(std::uint32_t entry) const { return entry < slots_.size() ? slots_[entry] : -1; }
  Search& search() { return search_; }
  const Search& search() const { return search_; }
  const CellTable& table() const { return *table_; }

 private:
  Played pass(std::size_t step);

  const CellTable* table_;
  Search search_;
  std::vector<std::int8_t> slots_;  // by entry; -1: none
};

}  // namespace closecheck::model
