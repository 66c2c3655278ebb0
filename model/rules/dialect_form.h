// The profile's wire dialect, by the decoded meaning of an answer: status sets, spellings, and what the page leaves to
// the product. Pure functions; a departure never says anything of a stated clause.
#pragma once

#include <optional>
#include <string>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/response.h"
#include "rules/rules.h"

namespace closecheck::model::dialect {

/// One rule that applied to an answer.
struct FormRuling {
  Clause clause = Clause::wire_status_codes;
  bool departs = false;  // else the answer stood the test
  std::string expected;  // of a departure
  std::string observed;
};

/// The rule for this answer; empty where the profile leaves it open or the job's state is not certain. `many` counts
/// only for expressions. Source: all dialect clauses but wire-error-envelope, which the codec sees.
std::optional<FormRuling> ruling_on_form(const Exchange& exchange, const Response& response, Profile profile,
                                         const ManyJobs& many);

}  // namespace closecheck::model::dialect
