#include "engine/trial_runner.h"

#include <gtest/gtest.h>

#include "checks/steps.h"
#include "closecheck/sut/deviation.h"
#include "closecheck/sut/in_process.h"

namespace closecheck::properties {
namespace {

TEST(WithoutPrefix, TakesBackWhatWithPrefixDid) {
  const Program program =
      Steps{create(kJob, {kGroup}), open(), raw(Environment{}, "GET", "/anomaly_detectors/closecheck-a/_close"),
            slow_close(kSecond)};

  const Program back =
      with_prefix(with_prefix(program, kNamePrefix, "closecheck-run-3-"), "closecheck-run-3-", kNamePrefix);

  ASSERT_EQ(back.steps.size(), program.steps.size());
  for (std::size_t i = 0; i < back.steps.size(); ++i) {
    EXPECT_EQ(describe(back.steps[i].request), describe(program.steps[i].request));
    EXPECT_EQ(back.steps[i].job, program.steps[i].job);
  }
  EXPECT_EQ(std::get<CreateJob>(back.steps[0].request.operation).config.groups, std::vector<std::string>{kGroup});
}

TEST(TrialRunner, GivesEveryLiveRunNamesOfItsOwn) {
  const auto factory = sut::make_in_process_factory({});
  Environment environment;
  environment.live = true;
  TrialRunner trials(environment, "closecheck-xyz-", *factory, *factory);
  const auto runner = trials.make_runner();
  const auto program = std::make_shared<const Program>(Program(Steps{create(), open(), close(), stats()}));

  const Ran first = trials.run(*runner, program, 1, true);
  const Reproduction kept = trials.keep(*runner, first);
  const Ran second = trials.run(*runner, program, 1, true);

  EXPECT_NE(first.prefix, second.prefix);
  EXPECT_EQ(first.prefix.rfind("closecheck-xyz-", 0), 0U);
  EXPECT_EQ(job_of(kept.history.events.front().request->operation), first.prefix + "a");
  EXPECT_EQ(job_of(kept.program.steps.front().request.operation), kJob);
  EXPECT_EQ(first.result.exchanges, 4U);
}

TEST(TrialRunner, HoldsThePlacesOfALiveProgramsJobsUntilItIsCleanedUp) {
  struct Counting : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      EXPECT_EQ(held, 2U);
      return inner->make(seed);
    }
    std::shared_ptr<void> reserve_jobs(std::size_t count) override {
      held += count;
      return {this, [count](Counting* factory) { factory->held -= count; }};
    }
    std::unique_ptr<sut::SystemFactory> inner = sut::make_in_process_factory({});
    std::size_t held = 0;
  } factory;
  Environment environment;
  environment.live = true;
  TrialRunner trials(environment, "closecheck-xyz-", factory, factory);
  const auto runner = trials.make_runner();

  trials.run(*runner, std::make_shared<const Program>(Program(Steps{create(), open(), open(kOtherJob)})), 1, true);
  EXPECT_EQ(factory.held, 0U);
}

// A forced close that ends nothing is awaited for the whole patience, or for a short while.
TEST(TrialRunner, WaitsLessInAHurry) {
  const auto factory =
      sut::make_in_process_factory({.deviation = *sut::deviation_named("force-cannot-close-hanging-job")});
  Environment environment;
  environment.live = true;
  environment.patience = 30 * kSecond;
  TrialRunner trials(environment, "closecheck-xyz-", *factory, *factory);
  const Program program =
      Steps{create(), open(), hang_close(), close_within("100ms"), force(), settle(environment), stats()};
  const auto run = [&](std::unique_ptr<Runner> runner, Program wanted) {
    const Ran ran = trials.run(*runner, std::make_shared<const Program>(std::move(wanted)), 1, true);
    EXPECT_TRUE(ran.result.violates());
    return runner->history().events.back().time;
  };

  EXPECT_GT(run(trials.make_runner(), program), 30 * kSecond);
  const Program hurried = trials.hurried(program);
  EXPECT_LT(run(trials.make_hurried_runner(), hurried), 5 * kSecond);
  EXPECT_GT(run(trials.make_runner(), trials.unhurried(hurried)), 30 * kSecond);
}

}  // namespace
}  // namespace closecheck::properties
