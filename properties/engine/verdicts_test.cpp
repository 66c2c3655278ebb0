#include "engine/verdicts.h"

#include <gtest/gtest.h>

#include "checks/registry.h"

namespace closecheck::properties {
namespace {

using C = Clause;

const Check kAimed{"aimed", {C::closed_job_refuses_data, C::closed_means_closed}, {}, {}, {}, {}};
const Check kNeedy{"needy", {C::force_closes_failed_job}, {.faults = {Fault::fail_job}}, {}, {}, {}};

struct Desk {
  GateOptions options;
  Environment environment;
  CampaignResult campaign;
  Proofs proofs;

  Desk() { options.selected = {C::closed_job_refuses_data, C::force_closes_failed_job, C::closed_means_closed}; }

  CheckResult& ran(const Check& check, std::int64_t exchanges) {
    CheckResult result;
    result.check = &check;
    result.sequences = 1;
    result.exchanges = exchanges;
    campaign.checks.push_back(result);
    return campaign.checks.back();
  }
  RunRecord record() const { return make_record(options, environment, campaign, proofs, false); }
};

TEST(Verdicts, HoldOnlyWithEvidenceFromRegisteredChecks) {
  Desk desk;
  CheckResult& result = desk.ran(kAimed, 12);
  result.evidence.add(C::closed_job_refuses_data);
  result.evidence.add(C::force_closes_failed_job);  // by a check that is not registered for it

  const RunRecord record = desk.record();

  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds);
  EXPECT_EQ(record.clauses[0].exchanges, 12);
  EXPECT_EQ(record.clauses[0].checks, 1);
  EXPECT_EQ(record.clauses[1].verdict, ClauseVerdict::not_exercised);
  EXPECT_EQ(record.clauses[2].verdict, ClauseVerdict::inconclusive);
}

TEST(Verdicts, SayWhatWasMissing) {
  Desk desk;
  CheckResult needy;
  needy.check = &kNeedy;
  needy.unmet = unmet_need(kNeedy, desk.environment);
  desk.campaign.checks = {needy};

  const RunRecord record = desk.record();

  EXPECT_EQ(record.clauses[1].verdict, ClauseVerdict::not_exercised);
  EXPECT_EQ(record.clauses[1].why, "no hook fail_job is configured");
}

TEST(Verdicts, SayWhyACheckCouldNotTell) {
  Desk desk;
  desk.ran(kNeedy, 3).whys = {"the hook fail_job exited with 7"};

  const RunRecord record = desk.record();

  EXPECT_EQ(record.clauses[1].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(record.clauses[1].why, "the hook fail_job exited with 7");
}

TEST(Verdicts, RememberAFindingThatCouldNotBeRepeated) {
  Desk desk;
  desk.ran(kAimed, 3);
  desk.proofs.doubts[C::closed_job_refuses_data] = "an answer was out of its bounds once";

  EXPECT_EQ(desk.record().clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(desk.record().clauses[0].why, "an answer was out of its bounds once");
}

TEST(Verdicts, DoNotClaimThirtyMinutesLive) {
  Desk desk;
  const Check check{"default", {C::timeout_defaults_to_30m}, {}, {}, {}, {}};
  desk.options.selected = {C::timeout_defaults_to_30m};
  desk.options.live = desk.environment.live = true;
  CheckResult& result = desk.ran(check, 5);
  result.evidence.add(C::timeout_defaults_to_30m);
  result.samples[{C::timeout_defaults_to_30m, "longest_wait_ms"}] = {12, 3000, 7};

  const RunRecord record = desk.record();

  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(record.clauses[0].figures.at("longest_wait_ms"), 3000);
}

TEST(Verdicts, PutTheNamesOfTheHistoryIntoTheCounterexample) {
  Desk desk;
  desk.ran(kAimed, 4);
  Proof proof;
  proof.check = &kAimed;
  proof.finding.clause = C::closed_job_refuses_data;
  proof.reproduction.prefix = "closecheck-run-7-";
  proof.reproduction.program.steps = {call(OpenJob{"closecheck-a"})};
  desk.proofs.violations = {proof};

  const RunRecord record = desk.record();

  EXPECT_EQ(record.verdict, RunVerdict::violates);
  ASSERT_EQ(record.violations.size(), 1U);
  EXPECT_EQ(job_of(record.violations[0].program.steps[0].request.operation), "closecheck-run-7-a");
}

TEST(UnmetNeed, ToleratesAnUnsecuredTarget) {
  Environment environment;
  environment.secured = false;
  EXPECT_EQ(unmet_need(Check{"c", {C::anonymous_refused}, {.security = true}, {}, {}, {}}, environment),
            "security is off on this target");
  EXPECT_EQ(unmet_need(kAimed, environment), "");
}

}  // namespace
}  // namespace closecheck::properties
