// What the verdicts of a run rest on, kept so that somebody else can judge it again. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck {

/// A history that put a clause to the test, which stood.
struct DecidingHistory {
  Clause clause = Clause::close_ends_open_job;
  std::string check;
  std::uint32_t times = 0;  // that it put it to the test
  History history;
  std::vector<std::string> lines;  // the history as JSON Lines, one event each (credentials never)
};

/// How much one check did.
struct CheckTally {
  std::string check;
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
};

/// By what a history is judged, besides its profile.
struct JudgingRules {
  bool secured = true;
  bool in_process = false;
  bool callers_are_known = false;
  Duration margin = 0;
  Duration forced_rest = 0;
};

struct KeptEvidence {
  JudgingRules rules;
  std::vector<DecidingHistory> histories;  // one for each clause that holds, in catalogue order
  std::vector<CheckTally> tallies;         // in the order of the checks; those that ran
  CheckTally proving;                      // shrinking and repeating of what was found, of no check
  std::string broken_off;                  // as in the record
};

}  // namespace closecheck
