// Known defects upstream as scenarios: the service has none of them, and a service that has would be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/in_process.h"

namespace closecheck::scenarios {
namespace {

using testing::HasSubstr;

struct Regression {
  const char* issue;
  const char* deviation;  // one that the scenario finds
};

Replay replay_regression(const std::string& issue, Profile profile, const std::string& deviation) {
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(CLOSECHECK_REGRESSIONS))
    if (entry.path().filename().string().find("issue-" + issue + "-") == 0) path = entry.path().string();
  const Scenario scenario = Scenario::load(path);
  sut::InProcessOptions options;
  options.profile = profile;
  options.through_codec = true;
  if (!deviation.empty()) options.deviation = sut::deviation_named(deviation).value();
  sut::ExecutorOptions executor;
  executor.answer_patience = 72 * kHour;
  model::JudgeOptions judge;
  judge.profile = profile;
  judge.in_process = true;
  return replay(scenario, *sut::make_in_process_factory(options), executor, judge, kNamePrefix);
}

class Regressions : public testing::TestWithParam<Regression> {};

TEST_P(Regressions, AreFixedWhereTheServiceIsRight) {
  for (const Profile profile : kProfiles) {
    SCOPED_TRACE(std::string(name(profile)));
    const Replay result = replay_regression(GetParam().issue, profile, "");
    if (result.skipped)
      EXPECT_EQ(profile, Profile::xpack_5_4);
    else
      EXPECT_EQ(result.verdict, ReplayVerdict::fixed) << result.why;
  }
}

TEST_P(Regressions, StillFailWhereSomethingLikeItIsWrong) {
  const Replay result = replay_regression(GetParam().issue, Profile::xpack_6_3, GetParam().deviation);
  EXPECT_EQ(result.verdict, ReplayVerdict::still_failing) << result.why;
}

INSTANTIATE_TEST_SUITE_P(All, Regressions,
                         testing::Values(Regression{"42506", "reopen-refused"},
                                         Regression{"69136", "reopen-starts-from-scratch"},
                                         Regression{"71656", "force-waits-for-housekeeping"},
                                         Regression{"65947", "refuses-to-close-unused"},
                                         Regression{"120040", "force-cannot-close-hanging-job"},
                                         Regression{"30300", "refuses-to-close-unused"}),
                         [](const auto& regression) { return std::string(regression.param.issue); });

}  // namespace
}  // namespace closecheck::scenarios
