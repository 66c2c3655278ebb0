// What came of verifying a report: whether its verdicts follow from what it keeps. Pure functions of plain data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/deciding_history.h"
#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

struct Verification {
  std::string version;                            // of the closecheck that verified it
  std::string report;                             // the file
  RunVerdict verdict = RunVerdict::inconclusive;  // as the report tells it
  Profile profile{};
  JudgingRules rules;
  std::string signed_with;                  // the key by which it is signed; empty: of a signature nothing was asked
  std::size_t holding = 0;                  // clauses that hold, judged again
  std::size_t violated = 0;                 // ... that are violated
  std::vector<std::string> contradictions;  // one sentence each; none: everything follows

  bool follows() const { return contradictions.empty(); }
};

/// What was verified, how it was judged, a line for each contradiction, and last whether it follows.
std::string write_verification(const Verification& verification, const ConsoleStyle& style);
/// `closecheck-verification/1` as JSON text.
std::string write_verification_json(const Verification& verification);

}  // namespace closecheck::reports
