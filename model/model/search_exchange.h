// A request with its answer as the search needs them, and the requests that are under way or without an answer. Plain
// data.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "model/cells.h"

namespace closecheck::model {

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

  /// Reads a question and its answer; `step` beyond `RequestKind` for events of the history.
  void read_from(std::size_t which, const Question& question, const Answer& answer, std::size_t when,
                 const CellTable& table);
};

/// Two of a kind that bring the same.
inline bool asks_the_same(const SearchExchange& a, const SearchExchange& b) {
  return a.step == b.step && a.records == b.records && a.records_perhaps == b.records_perhaps;
}
/// ... and are told the same.
bool is_interchangeable(const SearchExchange& a, const SearchExchange& b);

inline constexpr int kSlots = 16;
inline constexpr int kLostMax = 32;

struct PendingRequests {
  std::uint32_t used = 0;          // slots, one bit each
  std::uint32_t lost_used = 0;     // likewise
  std::uint32_t killed = 0;        // likewise
  bool is_approximate = false;     // lost posts are only a bound, and one lost request stands for all of its kind
  std::uint64_t perhaps_more = 0;  // approximate: records of lost posts
  std::array<SearchExchange, kSlots> slots{};
  std::array<SearchExchange, kLostMax> lost{};

  /// Whether some way was given up because the request of this slot, waiting, would have had to answer otherwise.
  bool is_killed(int slot) const { return (killed >> slot & 1U) != 0; }
  const SearchExchange& at(int slot) const { return slots[static_cast<std::size_t>(slot)]; }
  const SearchExchange& lost_at(int bit) const { return lost[static_cast<std::size_t>(bit)]; }
  /// A free slot, taken from now on; -1: none is free.
  int take_slot() {
    const int slot = std::countr_one(used);
    if (slot >= kSlots) return -1;
    used |= 1U << slot;
    killed &= ~(1U << slot);
    return slot;
  }
  void free_slot(int slot) { used &= ~(1U << slot); }
  /// A request whose answer is unknown: its bit, or one of the two below.
  int lose(std::size_t step, const Question& question, const CellTable& table);
  /// Takes back what was lost last; `bit` as it was told.
  void find(std::size_t step, const Question& question, int bit);
};
inline constexpr int kNoBit = -1;  // it may change nothing, or is accounted for otherwise
inline constexpr int kTooManyLost = -2;

}  // namespace closecheck::model
