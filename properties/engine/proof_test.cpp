#include "engine/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "checks/steps.h"
#include "closecheck/sut/deviation.h"
#include "closecheck/sut/passing_system_for_test.h"
#include "engine/environment.h"
#include "engine/gate_for_test.h"
#include "engine/isolation.h"

namespace closecheck::properties {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// The service behind somebody who answers every normal close at once, and does not pass it on.
class HastySystem final : public sut::PassingSystem {
 public:
  using PassingSystem::PassingSystem;

  void submit(int client, std::shared_ptr<const Request> request, bool fresh_connection) override {
    const auto* close = std::get_if<CloseJob>(&request->operation);
    if (close == nullptr || close->force || close->timeout || close->job != "closecheck-a")
      return PassingSystem::submit(client, std::move(request), fresh_connection);
    Response claim;
    claim.outcome = Outcome::accepted;
    claim.status = 200;
    claim.content = Acknowledged{};
    claims_.push_back({client, now(), std::make_shared<const Response>(std::move(claim)), {}});
  }

  std::optional<sut::Completion> next(Time until) override {
    if (claims_.empty()) return PassingSystem::next(until);
    sut::Completion claim = std::move(claims_.front());
    claims_.pop_front();
    return claim;
  }

 private:
  std::deque<sut::Completion> claims_;
};

class HastyFactory final : public sut::SystemFactory {
 public:
  std::unique_ptr<sut::System> make(std::uint64_t seed) override {
    return std::make_unique<HastySystem>(factory_->make(seed));
  }

 private:
  std::unique_ptr<sut::SystemFactory> factory_ = sut::make_in_process_factory({});
};

RunRecord run_hasty(std::vector<Clause> selected) {
  GateOptions options = everything(Profile::xpack_5_4);
  if (!selected.empty()) options.selected = std::move(selected);
  options.principals.clear();
  HastyFactory factory;
  const std::atomic<bool> cancelled{false};
  return run_gate(options, factory, factory, {}, cancelled);
}

std::vector<std::string> names_of(const std::vector<Clause>& clauses) {
  std::vector<std::string> names;
  names.reserve(clauses.size());
  for (const Clause clause : clauses) names.emplace_back(id_of(clause));
  return names;
}

std::vector<std::string> violated(const RunRecord& record) {
  std::vector<Clause> clauses;
  clauses.reserve(record.violations.size());
  for (const ViolationRecord& violation : record.violations) clauses.push_back(violation.finding.clause);
  return names_of(clauses);
}

TEST(Proof, TellsWhatOnlyFollowsFromACloseThatDidNotCloseUnderThatClause) {
  const RunRecord record = run_hasty({});
  const std::vector<std::string> clauses = violated(record);

  ASSERT_THAT(clauses, Contains("close-ends-open-job"));
  for (const char* follower :
       {"closed-job-refuses-data", "closed-job-refuses-analysis", "job-reopens", "concurrent-requests-linearize"})
    EXPECT_THAT(clauses, Not(Contains(follower)));
  for (const ViolationRecord& violation : record.violations) {
    if (violation.finding.clause != Clause::close_ends_open_job) continue;
    EXPECT_THAT(names_of(violation.finding.also), Contains("closed-job-refuses-data"));
  }
  for (const ClauseRecord& clause : record.clauses) {
    if (clause.clause != Clause::closed_job_refuses_data) continue;
    EXPECT_EQ(clause.verdict, ClauseVerdict::inconclusive);
    EXPECT_EQ(clause.why, "what was seen follows from the violation of close-ends-open-job");
  }
}

// A smaller program that shows another broken clause must not hide the one that was looked for.
TEST(Proof, TellsOfEachOfTwoThingsThatAreBroken) {
  const std::vector<std::string> clauses = violated(run_hasty({}));

  EXPECT_THAT(clauses, Contains("unknown-job-refused"));
  EXPECT_THAT(clauses, Contains("close-ends-open-job"));
}

TEST(Proof, NeverLetsAClauseHoldOfWhichAViolationWasSeen) {
  for (const ClauseRecord& clause : run_hasty({}).clauses) {
    if (clause.clause == Clause::job_reopens) {
      EXPECT_EQ(clause.verdict, ClauseVerdict::inconclusive) << clause.why;
    }
    // Its own answer is wrong, whatever the job is.
    if (clause.clause == Clause::failed_job_needs_force) {
      EXPECT_EQ(clause.verdict, ClauseVerdict::violated) << clause.why;
    }
  }
}

/// The deviation of that name; without one, none.
sut::Deviation deviation_named(std::string_view name) {
  return name.empty() ? sut::Deviation{} : sut::deviation_named(name).value();
}

/// Services of which the first few deviate in one way, and later ones in another or not at all.
class MendedFactory final : public sut::SystemFactory {
 public:
  MendedFactory(int broken, sut::Deviation first, sut::Deviation later = {})
      : broken_(broken),
        broken_factory_(sut::make_in_process_factory({.deviation = first})),
        factory_(sut::make_in_process_factory({.deviation = later})) {}
  std::unique_ptr<sut::System> make(std::uint64_t seed) override {
    return broken_-- > 0 ? broken_factory_->make(seed) : factory_->make(seed);
  }

 private:
  std::atomic<int> broken_;
  std::unique_ptr<sut::SystemFactory> broken_factory_;
  std::unique_ptr<sut::SystemFactory> factory_;
};

/// What is proved of a close that was answered late by that many services, the first of them before.
Proofs prove_late_close(int broken, std::string_view later = "") {
  const Check check{"late", {Clause::timeout_bounds_wait}, {}, {}, {}, {}};
  MendedFactory factory(broken, deviation_named("ignores-timeout"), deviation_named(later));
  TrialRunner trials(environment_of(everything(Profile::xpack_5_4)), std::string(kNamePrefix), factory, factory);
  const auto runner = trials.make_runner();
  const auto late = std::make_shared<const Program>(
      Program(Steps{create(), open(), slow_close(10 * kSecond), close_within("1s"), stats()}));
  const Ran ran = trials.run(*runner, late, 7, true);
  CampaignResult campaign;
  campaign.checks.emplace_back().check = &check;
  campaign.checks.back().violations.push_back(trials.keep(*runner, ran));
  ProofOptions options;
  options.seed = 7;
  options.selected = {Clause::timeout_bounds_wait};
  return prove(campaign, options, trials);
}

TEST(Proof, ByAClockIsADoubtWhereItDoesNotComeThreeTimes) {
  constexpr Clause kClause = Clause::timeout_bounds_wait;
  const Proofs once = prove_late_close(1);
  const Proofs twice = prove_late_close(2);
  const Proofs always = prove_late_close(1'000'000);

  EXPECT_TRUE(once.violations.empty());
  ASSERT_EQ(once.doubts.count(kClause), 1U);
  EXPECT_FALSE(once.doubts.at(kClause).came_again);
  EXPECT_THAT(once.doubts.at(kClause).story, HasSubstr("in 1 of 2 repetitions"));
  EXPECT_TRUE(twice.violations.empty());
  ASSERT_EQ(twice.doubts.count(kClause), 1U);
  EXPECT_TRUE(twice.doubts.at(kClause).came_again);
  EXPECT_THAT(twice.doubts.at(kClause).story, HasSubstr("in 2 of 3 repetitions"));
  EXPECT_EQ(always.violations.size(), 1U);
}

// Two clauses of one clock, each of which comes once.
TEST(Proof, ByAClockIsNoDoubtWhereItOnlyComesUnderAnotherName) {
  const Proofs proofs = prove_late_close(1, "reads-timeout-as-milliseconds");

  ASSERT_EQ(proofs.violations.size(), 1U);
  EXPECT_TRUE(proofs.doubts.empty());
}

/// A check, and what it ran; empty: nothing.
struct Done {
  Check check;
  Steps steps;
};

/// What is proved live of what the first of these showed on a service that deviates in one way, where services deviate
/// in another one from then on.
Proofs prove_live(std::string_view first, std::string_view later, const std::vector<Done>& all) {
  MendedFactory factory(1, deviation_named(first), deviation_named(later));
  GateOptions gate = everything(Profile::xpack_6_3);
  gate.live = true;
  TrialRunner trials(environment_of(gate), std::string(kNamePrefix), factory, factory);
  const auto runner = trials.make_runner();
  CampaignResult campaign;
  for (const auto& [check, steps] : all) {
    campaign.checks.emplace_back().check = &check;
    if (Program(steps).steps.empty()) continue;
    const Ran ran = trials.run(*runner, std::make_shared<const Program>(Program(steps)), 7, true);
    campaign.checks.back().violations.push_back(trials.keep(*runner, ran));
  }
  ProofOptions options;
  options.seed = 7;
  options.selected = gate.selected;
  options.deadline = options.end = Clock::now() + std::chrono::minutes(10);
  return prove(campaign, options, trials);
}

/// ... of a snapshot that was missing while other programs ran.
Proofs prove_missing_snapshot(std::string_view later) {
  return prove_live("writes-no-snapshot", later,
                    {{{"alone", {Clause::close_persists_snapshot}, {}, {}, {}, {}},
                      {create(), open(), post(data(0, 4)), close(), snapshots()}},
                     {{"several", {Clause::close_touches_one_job}, {}, {}, {}, {}},
                      {create(), create(kOtherJob), open(kOtherJob), post(data(0, 4), kOtherJob), close(kOtherJob),
                       snapshots(kOtherJob), open(), close(), snapshots(kOtherJob)}}});
}

TEST(Proof, TellsWhatShowedBesideOthersAloneUnderWhatShowsAloneWithSeveralJobs) {
  const Proofs proofs = prove_missing_snapshot("close-hides-snapshots-of-others");

  ASSERT_EQ(proofs.violations.size(), 1U);
  EXPECT_EQ(proofs.violations.front().finding.clause, Clause::close_touches_one_job);
  EXPECT_EQ(proofs.follows.at(Clause::close_persists_snapshot), Clause::close_touches_one_job);
}

TEST(Proof, KeepsWhatShowedBesideOthersAloneWhereNothingElseDoes) {
  const Proofs proofs = prove_missing_snapshot("");

  ASSERT_EQ(proofs.violations.size(), 1U);
  EXPECT_EQ(proofs.violations.front().finding.clause, Clause::close_persists_snapshot);
}

TEST(Proof, TriesTheProgramsOfSeveralJobsThatHaveNotRunWhereWhatShowedDoesNotShowAlone) {
  const auto while_the_other_closes = [](const Environment&) -> std::vector<Program> {
    return {Steps{create(), create(kOtherJob), open(), open(kOtherJob), meanwhile(1, close()), pause(20 * kMillisecond),
                  post(data(0, 4), kOtherJob), close(kOtherJob), join_step(), stats(kOtherJob)}};
  };
  const Proofs proofs =
      prove_live("drops-buffered-records", "loses-data-beside-a-close",
                 {{{"alone", {Clause::close_flushes_buffers}, {}, {}, {}, {}},
                   {create(), open(), post(data(0, 4)), close(), stats()}},
                  {{"several", {Clause::close_touches_one_job}, {}, while_the_other_closes, {}, {}}, {}}});

  ASSERT_EQ(proofs.violations.size(), 1U);
  EXPECT_EQ(proofs.violations.front().finding.clause, Clause::close_flushes_buffers);
  EXPECT_TRUE(has_several_jobs(proofs.violations.front().reproduction.program));
}

TEST(Proof, NamesTheClauseThatWasAskedForWhereItsRootWasNot) {
  EXPECT_THAT(violated(run_hasty({Clause::closed_job_refuses_data})), Contains("closed-job-refuses-data"));
  EXPECT_THAT(violated(run_hasty({Clause::closed_means_closed})), Contains("closed-means-closed"));
}

}  // namespace
}  // namespace closecheck::properties
