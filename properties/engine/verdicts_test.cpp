#include "engine/verdicts.h"

#include <gtest/gtest.h>

#include <functional>

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
  RunRecord record(bool cancelled = false) const {
    return make_record(options, environment, campaign, proofs, cancelled);
  }
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
  EXPECT_EQ(record.clauses[1].kind, Untold::cannot);
  EXPECT_EQ(record.clauses[1].cause, "no hooks");
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
  desk.proofs.doubts[C::closed_job_refuses_data] = {"an answer was out of its bounds once"};

  EXPECT_EQ(desk.record().clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(desk.record().clauses[0].why, "an answer was out of its bounds once");
}

TEST(Verdicts, ByEvidenceStandAgainstWhatAClockShowedOnceAndNotAgainstWhatCameAgain) {
  Desk desk;
  desk.ran(kAimed, 3).evidence.add(C::closed_job_refuses_data);
  Doubt& doubt = desk.proofs.doubts[C::closed_job_refuses_data] = {"an answer was out of its bounds"};

  EXPECT_EQ(desk.record().clauses[0].verdict, ClauseVerdict::holds);
  EXPECT_EQ(desk.record().clauses[0].why, "stood 1 test; an answer was out of its bounds");

  doubt.came_again = true;
  EXPECT_EQ(desk.record().clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(desk.record().clauses[0].kind, Untold::did_not);
  EXPECT_EQ(desk.record().clauses[0].why, "an answer was out of its bounds");
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
  EXPECT_EQ(record.clauses[0].kind, Untold::cannot);
}

struct UntoldCase {
  const char* situation;
  std::function<void(Desk&)> arrange;
  Untold kind;
  const char* why;
};

// What could have been told and was not is never excused by something that lacks as well.
TEST(Verdicts, TellWhatCannotBeToldFromWhatWasNot) {
  const Check plain{"plain", {C::timeout_bounds_wait}, {}, {}, {}, {}};
  const Check hooked{"hooked", {C::timeout_bounds_wait}, {.faults = {Fault::slow_close}}, {}, {}, {}};
  const auto hooks_lack = [&](Desk& desk) {
    CheckResult result;
    result.check = &hooked;
    result.unmet = unmet_need(hooked, desk.environment);
    desk.campaign.checks.push_back(result);
  };
  const std::vector<UntoldCase> cases{
      {"a program ran in peace and could not tell, and a hook lacks",
       [&](Desk& desk) {
         desk.ran(plain, 3);
         hooks_lack(desk);
       },
       Untold::cannot, "none of 3 exchanges could tell"},
      {"nothing lacks", [&](Desk& desk) { desk.ran(plain, 3); }, Untold::did_not, "none of 3 exchanges could tell"},
      {"an answer was lost",
       [&](Desk& desk) {
         desk.ran(plain, 3).trouble = "`open job a` (#2) got no answer: reset";
         hooks_lack(desk);
       },
       Untold::did_not, "`open job a` (#2) got no answer: reset"},
      {"there was no time",
       [&](Desk& desk) {
         CheckResult& result = desk.ran(plain, 0);
         result.sequences = 0;
         result.skipped = 2;
         hooks_lack(desk);
       },
       Untold::did_not, "the time was up before its checks could run"},
      {"the target is gone",
       [&](Desk& desk) {
         desk.ran(plain, 3).skipped = 1;
         desk.campaign.gone = "no connection";
         hooks_lack(desk);
       },
       Untold::did_not, "no connection"},
      {"a datafeed could not be prepared, and nobody is named who may",
       [&](Desk& desk) {
         CheckResult& result = desk.ran(plain, 3);
         result.trouble = "`put datafeed` was answered 403";
         result.setup_refused = true;
         desk.environment.principals = {Principal::manage_ml};
       },
       Untold::cannot, "`put datafeed` was answered 403; no principal setup is configured"},
      {"... and somebody is named",
       [&](Desk& desk) {
         CheckResult& result = desk.ran(plain, 3);
         result.trouble = "`put datafeed` was answered 403";
         result.setup_refused = true;
         desk.environment.principals = {Principal::manage_ml, Principal::setup};
       },
       Untold::did_not, "`put datafeed` was answered 403"},
  };
  for (const UntoldCase& one : cases) {
    SCOPED_TRACE(one.situation);
    Desk desk;
    desk.options.selected = {C::timeout_bounds_wait};
    one.arrange(desk);
    const ClauseRecord record = desk.record().clauses[0];
    EXPECT_EQ(record.kind, one.kind);
    EXPECT_TRUE(record.why.starts_with(one.why)) << record.why;
    EXPECT_NE(record.verdict, ClauseVerdict::holds);
    EXPECT_EQ(record.kind == Untold::cannot, !record.cause.empty());
  }
}

TEST(Verdicts, NeverConformOfARunThatWasInterrupted) {
  Desk desk;
  desk.options.require = Require::none;
  desk.ran(kAimed, 12).evidence.add(C::closed_job_refuses_data);
  desk.campaign.checks.back().skipped = 2;

  const RunRecord record = desk.record(true);

  EXPECT_EQ(record.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds) << "what was told stays told";
  EXPECT_EQ(record.clauses[2].kind, Untold::did_not);
  EXPECT_EQ(record.clauses[2].why, "the run was interrupted") << "and not that the time was up";
}

TEST(Verdicts, NeverConformOfATargetThatIsGone) {
  Desk desk;
  desk.options.require = Require::none;
  desk.ran(kAimed, 12).evidence.add(C::closed_job_refuses_data);
  EXPECT_EQ(desk.record().verdict, RunVerdict::conforms);
  desk.campaign.gone = "no connection";
  EXPECT_EQ(desk.record().verdict, RunVerdict::inconclusive);
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

TEST(Verdicts, LetTheCounterexamplePrepareAsSetup) {
  Desk desk;
  desk.ran(kAimed, 4);
  Proof proof;
  proof.check = &kAimed;
  proof.finding.clause = C::closed_job_refuses_data;
  proof.reproduction.prefix = kNamePrefix;
  proof.reproduction.program.steps = {call(CreateIndex{"closecheck-i"}), call(OpenJob{"closecheck-a"})};
  desk.proofs.violations = {proof};

  const Program program = desk.record().violations[0].program;

  EXPECT_EQ(program.steps[0].request.who, Principal::setup);
  EXPECT_EQ(program.steps[1].request.who, Principal::manage_ml);
}

TEST(UnmetNeed, ToleratesAnUnsecuredTarget) {
  Environment environment;
  environment.secured = false;
  const Check check{"c", {C::anonymous_refused}, {.security = true}, {}, {}, {}};
  EXPECT_EQ(unmet_need(check, environment).why, "no principals are configured");
  EXPECT_EQ(unmet_need(check, environment).kind(), Untold::cannot);
  EXPECT_FALSE(unmet_need(kAimed, environment));
}

TEST(UnmetNeed, IsTheTargetsFaultWhereEverybodyIsLetInDespiteOfPrincipals) {
  Environment environment;
  environment.secured = false;
  environment.lets_everybody_in = true;
  const Check check{"c", {C::anonymous_refused}, {.security = true}, {}, {}, {}};
  EXPECT_EQ(unmet_need(check, environment).kind(), Untold::did_not);
}

TEST(UnmetNeed, IsTheTargetsFaultWhereAPrincipalHasOtherPrivilegesThanItsName) {
  Environment environment;
  environment.principals = {Principal::manage};
  environment.unsuitable = {Principal::none};
  const Check check{"c", {C::close_requires_privilege}, {.principals = {Principal::none}}, {}, {}, {}};
  EXPECT_EQ(unmet_need(check, environment).kind(), Untold::did_not);
}

TEST(UnmetNeed, ExcusesAWholeApiThatIsAbsent) {
  Environment environment;
  environment.datafeeds_absent = "`get datafeed _all` is answered with 404";
  const Check check{"c", {C::datafeed_end_closes_job}, {.datafeeds = true}, {}, {}, {}};
  EXPECT_EQ(unmet_need(check, environment).cause, "no datafeeds");
  EXPECT_EQ(unmet_need(check, environment).kind(), Untold::cannot);
}

}  // namespace
}  // namespace closecheck::properties
