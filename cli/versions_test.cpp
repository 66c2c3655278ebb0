// One version of the product, meant or told, and what is judged by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kClause = "running-datafeed-blocks-close";

/// A run in process against the implementation of that version, and its recording.
Finished run_as(const std::string& version, const std::string& recording) {
  return run_closecheck({"run", kClause, "--effort", "quick", "--seed", "7", "--profile", "es-7", "--product-version",
                         version, "--record", recording});
}

Finished judge_as(const std::string& version, const std::string& recording) {
  std::vector<std::string> arguments{"judge", recording, "--profile", "es-7"};
  if (!version.empty()) arguments.insert(arguments.end(), {"--product-version", version});
  return run_closecheck(arguments);
}

// running-datafeed-blocks-close
TEST(Versions, AreEachJudgedByTheirOwnRuleForARunningDatafeed) {
  const TestFolder folder;
  for (const auto& [version, other] : {std::pair("7.13.4", "7.14.0"), std::pair("7.14.0", "7.13.4")}) {
    SCOPED_TRACE(version);
    const std::string recording = folder.path(std::string(version) + ".jsonl");
    const Finished run = run_as(version, recording);
    EXPECT_EQ(run.code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("es-7 (" + std::string(version) + ")"));

    EXPECT_EQ(run_closecheck({"judge", recording}).code, 0) << "the recording says which version it was";
    EXPECT_EQ(judge_as(version, recording).code, 0);
    EXPECT_EQ(judge_as("", recording).code, 0) << "without a version each way is right";
    const Finished accused = judge_as(other, recording);
    EXPECT_EQ(accused.code, 1) << accused.out << accused.err;
    EXPECT_THAT(accused.out, HasSubstr(kClause));
  }
}

TEST(Versions, MustBeOfTheirProfileAndNameOneWhereNothingElseDoes) {
  const auto dry_run = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"run", "job-reopens", "--dry-run"});
    return run_closecheck(arguments);
  };
  EXPECT_EQ(dry_run({"--product-version", "8.13.4"}).code, 0);
  EXPECT_EQ(dry_run({"--profile", "es-8", "--product-version", "8.13.4"}).code, 0);
  const Finished other = dry_run({"--profile", "es-8", "--product-version", "7.13.4"});
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, HasSubstr("7.13.4 is no version of the profile es-8"));
  EXPECT_EQ(dry_run({"--product-version", "4.0.0"}).code, 3);
  EXPECT_EQ(dry_run({"--product-version", "new"}).code, 3);
}

}  // namespace
}  // namespace closecheck::cli
