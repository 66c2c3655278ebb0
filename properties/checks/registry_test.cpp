#include "checks/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "closecheck/properties/gate.h"
#include "engine/campaign.h"
#include "engine/estimate.h"
#include "engine/isolation.h"

namespace closecheck::properties {
namespace {

Environment environment(Profile profile, bool live) {
  Environment it;
  it.profile = profile;
  it.live = live;
  it.allow_cluster_wide = !live;
  it.principals = {kPrincipals.begin(), kPrincipals.end()};
  it.faults = {Fault::fail_job, Fault::slow_close, Fault::hang_close};
  return it;
}

TEST(Registry, AimsAtEveryClause) {
  for (const ClauseText& clause : clauses())
    EXPECT_TRUE(std::any_of(all_checks().begin(), all_checks().end(), [&](const Check& check) {
      return check.aim() == clause.clause;
    })) << clause.id;
}

TEST(Registry, CanRunACheckOfEveryClauseWhereEverythingIsConfigured) {
  for (const Profile profile : kProfiles)
    for (const bool live : {false, true})
      for (const ClauseText& clause : clauses()) {
        if (clause.clause == Clause::close_many && !profile->has_expressions) continue;  // one job a close
        EXPECT_TRUE(std::any_of(all_checks().begin(), all_checks().end(),
                                [&](const Check& check) {
                                  return check.aim() == clause.clause && !unmet_need(check, environment(profile, live));
                                }))
            << clause.id << ' ' << name(profile) << (live ? " live" : "");
      }
}

TEST(Registry, NamesEveryCheckOnce) {
  std::set<std::string_view> names;
  for (const Check& check : all_checks()) EXPECT_TRUE(names.insert(check.name).second) << check.name;
}

TEST(Registry, TellsWhichChecksServeAClause) {
  const auto names = checks_of(Clause::closed_job_refuses_data);
  EXPECT_NE(std::find(names.begin(), names.end(), "closed-jobs-refuse-data"), names.end());
}

/// Wrong passwords lock users out: at most two in a run for each of them.
TEST(Registry, SendsAtMostTwoWrongPasswordsLive) {
  std::map<Principal, std::size_t> sent;
  for (const Check& check : all_checks()) {
    if (check.is_generated()) continue;
    for (const Program& program : check.programs(environment(Profile::xpack_6_3, true)))
      for (const Step& step : program.steps)
        if (step.type == StepType::call && may_lock_out(step.request.who)) ++sent[step.request.who];
  }
  for (const auto& [who, count] : sent) EXPECT_LE(count, 2U) << name(who);
}

/// Live programs share the target with others: every name is the run's own, and nothing is meant for all jobs.
TEST(Registry, TouchesOnlyItsOwnNamesLive) {
  for (const Profile profile : kProfiles)
    for (const Check& check : all_checks()) {
      if (check.is_generated()) continue;
      for (const Program& program : check.programs(environment(profile, true))) {
        if (touches_others(program, profile)) continue;  // kept back
        for (const Step& step : program.steps) {
          const std::string& job = job_of(step.request.operation);
          EXPECT_TRUE(step.type != StepType::call || job.empty() || job.rfind(kNamePrefix, 0) == 0)
              << check.name << ": " << job;
          EXPECT_TRUE(step.job.empty() || step.job.rfind(kNamePrefix, 0) == 0) << check.name;
        }
      }
    }
}

TEST(Registry, WaitsOnlyAFewSecondsInAnyLiveProgram) {
  const Environment live = environment(Profile::xpack_6_3, true);
  for (const Check& check : all_checks()) {
    if (check.is_generated() || unmet_need(check, live)) continue;
    for (const Program& program : check.programs(live))
      EXPECT_LE(estimated_time(program, live), 15 * kSecond) << check.name;
  }
}

}  // namespace
}  // namespace closecheck::properties
