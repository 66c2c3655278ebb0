#include "waivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "closecheck/reports/fingerprint.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ClauseRecord entry(Clause clause, ClauseVerdict verdict) {
  ClauseRecord record;
  record.clause = clause;
  record.verdict = verdict;
  return record;
}

RunRecord violating(Clause clause) {
  RunRecord record;
  record.clauses = {entry(Clause::close_ends_open_job, ClauseVerdict::holds), entry(clause, ClauseVerdict::violated)};
  ViolationRecord violation;
  violation.finding.clause = clause;
  violation.finding.expected = "409";
  violation.finding.observed = "202";
  record.violations = {violation};
  record.verdict = verdict_of(record);
  return record;
}

Waiver of_clause(Clause clause, std::string expires = "") {
  Waiver waiver;
  waiver.clause = clause;
  waiver.reason = "known";
  waiver.expires = std::move(expires);
  return waiver;
}

Waiver of_dialect() {
  Waiver waiver;
  waiver.level = Level::dialect;
  waiver.reason = "other codes";
  return waiver;
}

TEST(Waivers, TurnAViolationIntoAWaivedClauseThatKeepsItsProof) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  apply_waivers(record, {of_clause(Clause::closed_job_refuses_data, "2026-05-01")}, "2026-05-01");

  EXPECT_EQ(record.verdict, RunVerdict::conforms);
  EXPECT_EQ(record.violations.size(), 1U);
  EXPECT_NE(reports::waiver_of(record, record.violations[0]), nullptr);
  EXPECT_EQ(record.clauses[1].verdict, ClauseVerdict::waived);
  EXPECT_EQ(record.clauses[1].why, "known; expected: 409; observed: 202");
  ASSERT_EQ(record.waived.size(), 1U);
  EXPECT_EQ(record.waived[0].expires, "2026-05-01");
}

TEST(Waivers, DoNotApplyOnceTheyHaveExpiredAndAreNamed) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  apply_waivers(record, {of_clause(Clause::closed_job_refuses_data, "2026-04-30")}, "2026-05-01");

  EXPECT_EQ(record.verdict, RunVerdict::violates);
  EXPECT_EQ(record.violations.size(), 1U);
  EXPECT_EQ(reports::waiver_of(record, record.violations[0]), nullptr);
  EXPECT_THAT(record.notes,
              ElementsAre("the waiver of closed-job-refuses-data expired on 2026-04-30 and does not apply"));
}

TEST(Waivers, OfALevelCoverItsClausesOnly) {
  RunRecord dialect = violating(Clause::wire_status_codes);
  apply_waivers(dialect, {of_dialect()}, "2026-05-01");
  EXPECT_EQ(dialect.verdict, RunVerdict::conforms);

  RunRecord stated = violating(Clause::closed_job_refuses_data);
  apply_waivers(stated, {of_dialect()}, "2026-05-01");
  EXPECT_EQ(stated.verdict, RunVerdict::violates);
  EXPECT_THAT(stated.notes, ElementsAre("the waiver of dialect was not used: nothing told whether it is needed"));
}

TEST(Waivers, OfOneViolationCoverNoOther) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  Waiver of_this = of_clause(Clause::closed_job_refuses_data);
  of_this.fingerprint = reports::fingerprint_of(record.violations[0]);
  apply_waivers(record, {of_clause(Clause::closed_job_refuses_data), of_this}, "2026-05-01");
  EXPECT_EQ(record.verdict, RunVerdict::conforms);
  // The narrower of the two did it, so that there is nothing to warn of.
  EXPECT_THAT(record.notes, ElementsAre("the waiver of closed-job-refuses-data was not needed"));

  RunRecord other = violating(Clause::closed_job_refuses_data);
  other.violations[0].check = "another check";
  EXPECT_THAT(apply_waivers(other, {of_this}, "2026-05-01"), ElementsAre(HasSubstr("is not of the violation")));
  EXPECT_EQ(other.verdict, RunVerdict::violates);
}

TEST(Waivers, WithoutAFingerprintWarn) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  const std::string fingerprint = reports::fingerprint_of(record.violations[0]);

  EXPECT_THAT(apply_waivers(record, {of_clause(Clause::closed_job_refuses_data)}, "2026-05-01"), IsEmpty());
  EXPECT_THAT(record.notes, ElementsAre(HasSubstr("names no fingerprint")));
  EXPECT_THAT(record.notes, ElementsAre(HasSubstr(fingerprint)));
}

TEST(Waivers, AreAtFaultOnceExpiredOrNotNeededAndNotWhereNothingWasTold) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  record.clauses.push_back(entry(Clause::timeout_bounds_wait, ClauseVerdict::inconclusive));

  EXPECT_THAT(apply_waivers(record,
                            {of_clause(Clause::closed_job_refuses_data, "2020-01-01"),
                             of_clause(Clause::close_ends_open_job), of_clause(Clause::timeout_bounds_wait)},
                            "2026-05-01"),
              ElementsAre(HasSubstr("expired on 2020-01-01"), HasSubstr("close-ends-open-job was not needed")));
}

TEST(Waivers, GoByTheClauseBeforeTheLevel) {
  RunRecord record = violating(Clause::wire_status_codes);
  apply_waivers(record, {of_dialect(), of_clause(Clause::wire_status_codes)}, "2026-05-01");

  EXPECT_EQ(record.waived[0].reason, "known");
}

TEST(Waivers, NeverTouchAClauseThatHoldsOrIsNotTold) {
  RunRecord record = violating(Clause::closed_job_refuses_data);
  record.clauses.push_back(entry(Clause::timeout_bounds_wait, ClauseVerdict::inconclusive));
  apply_waivers(record, {of_clause(Clause::timeout_bounds_wait), of_clause(Clause::close_ends_open_job)}, "2026-05-01");

  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds);
  EXPECT_EQ(record.clauses[2].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(record.verdict, RunVerdict::violates);
}

TEST(Waivers, OfElasticsearchShipWithAPublicSourceForEachAndWaiveStatedClausesOnly) {
  const std::vector<Waiver> waivers = read_waivers(CLOSECHECK_WAIVERS "/elasticsearch.yml", process_variables());

  ASSERT_EQ(waivers.size(), 2U);
  for (const Waiver& waiver : waivers) {
    ASSERT_TRUE(waiver.clause);
    EXPECT_EQ(level_of(*waiver.clause), Level::stated);
    EXPECT_THAT(waiver.reason, HasSubstr(" (https://github.com/elastic/elasticsearch/"));
    RunRecord record = violating(*waiver.clause);
    apply_waivers(record, waivers, today());
    EXPECT_EQ(record.verdict, RunVerdict::conforms);
  }
}

TEST(Waivers, KnowTodayAsADate) {
  EXPECT_EQ(today().size(), 10U);
}

}  // namespace
}  // namespace closecheck::cli
