// The profile's wire dialect, by the decoded meaning of an answer: status sets, spellings, and what the page leaves to
// the product. Pure functions; a departure never says anything of a stated clause.
#pragma once

#include <optional>
#include <string>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/response.h"
#include "model/judge_exchange.h"

namespace closecheck::model {

/// What an expression named when the close went out; only for closes of several jobs.
struct ManyJobs {
  std::uint32_t count = 0;
  bool certain = true;  // the states of all of them are known
  bool any_failed = false;
  bool any_feed = false;
};

/// One rule that applied to an answer.
struct DialectRuling {
  Clause clause = Clause::wire_status_codes;
  bool departs = false;  // else the answer stood the test
  std::string expected;  // of a departure
  std::string observed;
};

/// The rule for this answer; empty where the profile leaves it open or the job's state is not certain. `many` only for
/// expressions. Source: all dialect clauses but wire-error-envelope, which the codec sees.
std::optional<DialectRuling> check_dialect(const Exchange& exchange, const Response& response, Profile profile,
                                           bool secured, const ManyJobs* many);

}  // namespace closecheck::model
