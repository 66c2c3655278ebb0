// Wrong answers and their clauses, as data of the table: a departure from a row is named by the row's own clause, but
// for those that are listed. Immutable; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "model/cells.h"

namespace closecheck::model {

/// What a wrong answer claims, one bit each: an outcome (the bits of `Answers`), or of statistics what they show.
using Claims = std::uint16_t;
inline constexpr Claims kOtherState = 1U << 8;  // a state that the job does not read as
inline constexpr Claims kTooFew = 1U << 9;      // records
inline constexpr Claims kTooMany = 1U << 10;
inline constexpr Claims kCounts = kTooFew | kTooMany;
inline constexpr Claims kAnyClaim = 0xFFFF;

/// What a departure may depend on besides state, request and claim.
enum class Condition : std::uint8_t {
  always,
  // The state.
  feed_runs,
  close_hangs,
  close_hangs_or_will,
  // The request and its answer.
  overlaps,  // another request that moves jobs
  late,      // a success when its timeout was up
  reads_closed,
  reads_closing,
  reads_failed,
  reads_started,  // a datafeed
  // How the job came to be closed since it was last opened.
  never_closed,
  closed_normally,
  closed_late,  // ... by a success when its timeout was up
  closed_by_one_of_several,
  close_timed_out,
  closed_by_force,
  forced_after_failure,
  forced_after_hanging,
  closed_by_feed,
  // What else the history says.
  seen_closed,
  open_refused,
  close_refused,
  feed_barred_close,
  removed,
  reopened,
  never_failed,
  enough_was_seen,
  rest_was_queued,
  rest_is_recent,
  only_recent_shown,
  excess_was_refused,
  count_grew
};

struct Departure {
  std::uint32_t requests = 0;  // one bit each of `RequestKind`
  std::uint8_t lives = 0;      // one bit each of `Life`
  Claims claims = 0;
  std::array<Condition, 2> conditions{};  // all of them
  std::optional<Clause> clause{};         // empty: the page does not tell
  std::array<std::optional<Clause>, 2> also{};
  bool is_far = false;        // the miss is not near: another state explains it better
  const char* why = nullptr;  // without a clause, where there is more to say
};

/// The first that applies counts.
std::span<const Departure> departures();

}  // namespace closecheck::model
