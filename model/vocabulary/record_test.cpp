#include "closecheck/vocabulary/record.h"

#include <gtest/gtest.h>

namespace closecheck {
namespace {

RunRecord record_of(std::vector<ClauseRecord> clauses, Require require, bool http = false) {
  RunRecord record;
  record.clauses = std::move(clauses);
  record.require = require;
  record.http = http;
  return record;
}

ClauseRecord entry(Clause clause, ClauseVerdict verdict) {
  ClauseRecord record;
  record.clause = clause;
  record.verdict = verdict;
  return record;
}

TEST(RunVerdict, IsInconclusiveWhenNothingHolds) {
  EXPECT_EQ(verdict_of(record_of({}, Require::none)), RunVerdict::inconclusive);
  EXPECT_EQ(verdict_of(record_of({entry(Clause::job_reopens, ClauseVerdict::not_exercised)}, Require::none)),
            RunVerdict::inconclusive);
}

TEST(RunVerdict, ViolatesWhateverElseHoldsUnlessWaived) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  const ClauseRecord violated = entry(Clause::wire_status_codes, ClauseVerdict::violated);
  const ClauseRecord waived = entry(Clause::wire_status_codes, ClauseVerdict::waived);
  EXPECT_EQ(verdict_of(record_of({holds, violated}, Require::none)), RunVerdict::violates);
  EXPECT_EQ(verdict_of(record_of({holds, waived}, Require::none)), RunVerdict::conforms);
}

TEST(RunVerdict, NeedsEveryClauseOfARequiredLevelButTheTwoThatNoClientCanTell) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  const ClauseRecord untold = entry(Clause::anonymous_refused, ClauseVerdict::not_exercised);
  const ClauseRecord exempt = entry(Clause::timeout_defaults_to_30m, ClauseVerdict::inconclusive);
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::none)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::stated)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::all)), RunVerdict::inconclusive);
  EXPECT_EQ(verdict_of(record_of({holds, exempt}, Require::all, true)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, exempt}, Require::all, false)), RunVerdict::inconclusive);
}

TEST(RunVerdict, LineCountsAndNamesWhatIsNotTold) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  const ClauseRecord untold = entry(Clause::anonymous_refused, ClauseVerdict::not_exercised);
  EXPECT_EQ(verdict_line(record_of({holds, untold}, Require::none)),
            "conforms: 1 of 2 stated and implied clauses hold; not told: anonymous-refused");
}

}  // namespace
}  // namespace closecheck
