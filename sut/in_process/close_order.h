// What the parameters of a close say. Pure functions; thread-safe.
#pragma once

#include "closecheck/vocabulary/request.h"
#include "in_process/manner.h"
#include "in_process/turn.h"

namespace closecheck::sut {

inline constexpr Duration kDefaultCloseTimeout = 30 * kMinute;

/// A close as its parameters say, or the refusal of them.
struct CloseOrder {
  bool force = false;
  bool force_sent = false;
  bool allow_no_jobs = true;
  bool timeout_sent = false;
  Duration timeout = 0;
  Answer refusal;
};

CloseOrder read_close_order(const CloseJob& sent, const Manner& manner);

/// A flag as the dialect reads it, of any request; `absent` where it was not sent. A refusal when it is none.
Answer read_flag(const Manner& manner, const Parameter& parameter, bool absent, bool& value);

}  // namespace closecheck::sut
