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

ClauseRecord out_of_reach(Clause clause, std::string cause) {
  ClauseRecord record = entry(clause, ClauseVerdict::not_exercised);
  record.kind = Untold::cannot;
  record.cause = std::move(cause);
  return record;
}

TEST(RunVerdict, NeedsWhatCanBeToldHereAndNothingBeyond) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  ClauseRecord missed = entry(Clause::closed_means_closed, ClauseVerdict::inconclusive);
  missed.kind = Untold::did_not;
  const ClauseRecord beyond = out_of_reach(Clause::force_closes_failed_job, "no hooks");
  const ClauseRecord dialect = entry(Clause::close_many, ClauseVerdict::inconclusive);

  EXPECT_EQ(verdict_of(record_of({holds, beyond, dialect}, Require::reachable, true)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, missed}, Require::reachable, true)), RunVerdict::inconclusive);
  EXPECT_EQ(verdict_of(record_of({holds, missed}, Require::none, true)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({holds, beyond}, Require::all, true)), RunVerdict::inconclusive);
}

TEST(RunVerdict, NeedsAStatedOrImpliedClauseThatHoldsWhereAnyIsSelected) {
  const ClauseRecord dialect = entry(Clause::wire_status_codes, ClauseVerdict::holds);
  const ClauseRecord beyond = out_of_reach(Clause::force_closes_failed_job, "no hooks");

  EXPECT_EQ(verdict_of(record_of({dialect}, Require::reachable, true)), RunVerdict::conforms);
  EXPECT_EQ(verdict_of(record_of({dialect, beyond}, Require::none, true)), RunVerdict::inconclusive);
}

TEST(RunVerdict, NeverConformsWhereTheRunWasBrokenOff) {
  RunRecord record = record_of({entry(Clause::job_reopens, ClauseVerdict::holds)}, Require::none, true);
  record.broken_off = "the run was interrupted";
  EXPECT_EQ(verdict_of(record), RunVerdict::inconclusive);
  record.clauses.push_back(entry(Clause::closed_means_closed, ClauseVerdict::violated));
  EXPECT_EQ(verdict_of(record), RunVerdict::violates);
}

std::string line_of(RunRecord record) {
  record.verdict = verdict_of(record);
  return verdict_line(record);
}

TEST(VerdictLine, CountsAndNamesWhatIsNotTold) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  const ClauseRecord untold = entry(Clause::anonymous_refused, ClauseVerdict::not_exercised);
  EXPECT_EQ(line_of(record_of({holds, untold}, Require::none)),
            "conforms: 1 of 2 stated and implied clauses hold; not told: anonymous-refused");
  EXPECT_EQ(line_of(record_of({holds}, Require::all)), "conforms: 1 of 1 stated and implied clauses hold");
}

TEST(VerdictLine, NamesNoClauseWhereARunThatWasBrokenOffToldNone) {
  RunRecord record = record_of({entry(Clause::job_reopens, ClauseVerdict::not_exercised),
                                entry(Clause::anonymous_refused, ClauseVerdict::not_exercised)},
                               Require::none, true);
  record.broken_off = "the target cannot be reached";
  EXPECT_EQ(line_of(record), "inconclusive: 0 of 2 stated and implied clauses hold; the target cannot be reached");
  record.clauses.push_back(entry(Clause::closed_job_refuses_data, ClauseVerdict::holds));
  EXPECT_NE(line_of(record).find("; not told: job-reopens, anonymous-refused"), std::string::npos);
}

TEST(VerdictLine, CountsByCauseWhatCannotBeToldHere) {
  const ClauseRecord holds = entry(Clause::job_reopens, ClauseVerdict::holds);
  const std::vector<ClauseRecord> clauses{holds, out_of_reach(Clause::manage_may_close, "no principal manage"),
                                          out_of_reach(Clause::force_closes_failed_job, "no hooks"),
                                          out_of_reach(Clause::failed_job_needs_force, "no hooks"),
                                          out_of_reach(Clause::failed_job_answer, "no hooks")};
  EXPECT_EQ(
      line_of(record_of(clauses, Require::reachable, true)),
      "conforms: all 1 stated and implied clauses that can be told here hold; 3 cannot: no hooks (2), no principal "
      "manage (1)");
}

TEST(VerdictLine, SaysWhatEndedTheRunEarly) {
  RunRecord record = record_of({entry(Clause::job_reopens, ClauseVerdict::holds)}, Require::none, true);
  record.broken_off = "the run was interrupted";
  EXPECT_EQ(line_of(record), "inconclusive: 1 of 1 stated and implied clauses hold; the run was interrupted");
}

}  // namespace
}  // namespace closecheck
