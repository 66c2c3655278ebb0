// What one job's oracle has seen, in order, as it was or with some requests taken otherwise. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/cells.h"
#include "model/configuration.h"

namespace closecheck::model {

enum class EntryStatus : std::uint8_t { open, answered, lost };

/// One request, with its answer once it came.
struct LogEntry {
  LogEntry(const Question& asked, std::size_t at, std::uint32_t at_item, int number)
      : question(asked), event(at), item(at_item), id(number) {}

  Question question;
  Answer answer;
  std::size_t event = 0;  // of the invocation, as the caller counts
  std::size_t answer_event = 0;
  std::uint32_t item = 0;                   // of the invocation, in `Log::items`
  std::uint32_t answer_item = 0xFFFF'FFFF;  // none
  int id = 0;
  EntryStatus status = EntryStatus::open;

  bool is_unknown() const { return status != EntryStatus::answered || answer.outcome == RequestOutcome::unknown; }
  bool told(RequestOutcome told) const { return status == EntryStatus::answered && answer.outcome == told; }
  bool told_refusal() const { return told(RequestOutcome::refused) || told(RequestOutcome::failed); }
};

/// `counts`: what is known of the record counts from here on.
enum class ItemType : std::uint8_t { invoke, respond, fault, settled, counts };

struct LogItem {
  ItemType type = ItemType::invoke;
  Fault fault = Fault::fail_job;
  std::uint32_t entry = 0;  // invoke, respond
  std::uint32_t event = 0;
  std::int32_t records = kAnyCount;  // counts: so many of a closed job, or any number of a job that exists
};
static_assert(sizeof(LogItem) == 16);

inline bool is_exchange(const LogItem& item) {
  return item.type == ItemType::invoke || item.type == ItemType::respond;
}
/// What an event of the history is for the machine; empty: nothing.
inline std::optional<std::size_t> event_step(const LogItem& item) {
  if (item.type == ItemType::counts) return std::nullopt;
  if (item.type == ItemType::settled) return kSettledStep;
  if (item.fault == Fault::slow_close) return std::nullopt;
  return item.fault == Fault::fail_job ? kDieStep : kHangStep;
}

/// Where a log begins: with no job, or where a longer one was cut.
struct LogStart {
  JobValue job;
  std::size_t event = 0;  // what the history said before is not in the log
  int opens = 0;          // ... and this is what it told
  bool died = false;
  bool removed = false;
};

struct Log {
  LogStart start;
  std::vector<LogItem> items;  // in the order of their events
  std::vector<LogEntry> entries;
  bool from_anywhere = false;
  bool may_hang = false;  // from anywhere: a fault may have let its close hang before

  void clear();
  std::uint32_t add_invocation(int id, const Question& question, std::size_t event);
  void add_answer(std::uint32_t entry, const Answer& answer, std::size_t event);
  void add_fault(Fault fault, std::size_t event);
  void add_settled(std::size_t event);
  void add_counts(std::int64_t records);
  /// Takes a request otherwise. False: the log does not hold what would have to be changed.
  bool take(const Supposition& supposition);
  /// Nothing but the requests without an answer that may change a job, from anywhere on.
  Log outstanding(const CellTable& table) const;
  /// Begins anew behind all that is in it, with a job of which everything is known.
  void cut(const LogStart& where);

 private:
  bool may_have_hung() const;
  void insert(LogItem item);
};

}  // namespace closecheck::model
