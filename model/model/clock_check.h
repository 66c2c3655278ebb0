// What the clock says of a close: its timeout bounds the wait from above, and nobody gives up before. Pure functions.
#pragma once

#include <optional>

#include "closecheck/vocabulary/finding.h"
#include "model/judge_exchange.h"

namespace closecheck::model {

struct ClockRuling {
  std::optional<Finding> finding;  // always a timing one
  bool gave_up_in_time = false;    // a close that could not end in time was answered within its bounds
};

/// Rules on an answered or lost normal close; `exchange.answered` is when the answer came or stopped being awaited.
/// Source: timeout-bounds-wait, timeout-defaults-to-30m, timeout-takes-time-units.
ClockRuling check_close_clock(const Exchange& exchange, Duration margin);

/// Rules on a request that is still open at `now`.
std::optional<Finding> check_open_close(const Exchange& exchange, Time now, Duration margin);

/// Rules on a forced close of a job whose housekeeping ends at `housekeeping_ends` (empty: never by itself).
/// Nothing is said where too little of the housekeeping was left to tell. Source: force-returns-early.
ClockRuling check_force_clock(const Exchange& exchange, std::optional<Time> housekeeping_ends, Duration margin);

}  // namespace closecheck::model
