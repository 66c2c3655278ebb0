// Who may close, and what is no request at all: callers without the privilege and parameters that mean nothing are
// refused. Pure functions.
#pragma once

#include <optional>

#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/response.h"
#include "model/judge_exchange.h"

namespace closecheck::model {

/// Rules on a close that had to be refused for its caller or its timeout and was accepted; on one whose valid timeout
/// was refused as a bad request. `secured`: principals count on this target.
/// Source: close-requires-privilege, anonymous-refused, bad-parameters-refused, timeout-takes-time-units.
std::optional<Finding> check_close_form(const Exchange& exchange, bool secured);

/// The clause that says that this caller may close; empty where the page gives no right.
std::optional<Clause> right_of(Principal who);

/// The clause that a close by this caller, let through, breaks.
Clause barred_clause(const Exchange& exchange);

}  // namespace closecheck::model
