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

TEST(RunVerdict, IsInconclusiveWhenNothingHolds) {
  EXPECT_EQ(verdict_of(record_of({}, Require::none)), RunVerdict::inconclusive);
  EXPECT_EQ(
      verdict_of(record_of({{.clause = Clause::job_reopens, .verdict = ClauseVerdict::not_exercised}}, Require::none)),
      RunVerdict::inconclusive);
}

TEST(RunVerdict, ViolatesWhateverElseHoldsUnlessWaived) {
  const ClauseRecord holds{.clause = Clause::job_reopens, .verdict = ClauseVerdict::holds};
  const ClauseRecord violated{.clause = Clause::wire_status_codes, .verdict = ClauseVerdict::violated};
  const ClauseRecord waived{.clause = Clause::wire_status_codes, .verdict = ClauseVerdict::waived};
  EXPECT_EQ(verdict_of(record_of({holds, violated}, Require::none)), RunVerdict::violates);
  EXPECT_EQ(verdict_of(record_of({holds, waived}, Require::none)), RunVerdict::conforms);
}

TEST(RunVerdict, NeedsEveryClauseOfARequiredLevelButTheTwoThatNoClientCanTell) {
  const ClauseRecord holds{.clause = Clause::job_reopens, .verdict = ClauseVerdict::holds};
  const ClauseRecord untold{.clause = Clause::anonymous_refused, .verdict = ClauseVerdict::not_exercised};
  const ClauseRecord exempt{.clause = Clause::timeout_defaults_to_30m, .verdict = ClauseVerdict::inconclusive};
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::none)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::stated)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, untold}, Require::all)), RunVerdict::inconclusive);
  EXPECT_EQ(verdict_of(record_of({holds, exempt}, Require::all, true)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, exempt}, Require::all, false)), RunVerdict::inconclusive);
}

TEST(RunVerdict, LineCountsAndNamesWhatIsNotTold) {
  const ClauseRecord holds{.clause = Clause::job_reopens, .verdict = ClauseVerdict::holds};
  const ClauseRecord untold{.clause = Clause::anonymous_refused, .verdict = ClauseVerdict::not_exercised};
  EXPECT_EQ(verdict_line(record_of({holds, untold}, Require::none)),
            "conforms: 1 of 2 stated and implied clauses hold; not told: anonymous-refused");
}

}  // namespace
}  // namespace closecheck
