// What continuous integration asks of `closecheck run`: reports in its forms, annotations, and waivers that live.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// One clause, which holds or is violated.
std::vector<std::string> run_of(bool holds, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"run",        "closed-job-refuses-data", "--effort", "quick", "--seed", "7",
                                     "--deviation"};
  arguments.emplace_back(holds ? "none" : "accepts-data-after-close");
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(ContinuousIntegration, WaiverThatARunOffersCoversItsViolation) {
  const TestFolder folder;
  const std::string json = folder.path("report.json");
  const Finished violating = run_closecheck(run_of(false, {"--json", json}));
  ASSERT_EQ(violating.code, 1);
  const std::size_t at = violating.out.find("- {clause: ");
  ASSERT_NE(at, std::string::npos) << violating.out;
  const std::string waivers =
      folder.write("waivers.yml", violating.out.substr(at, violating.out.find('\n', at) - at) + "\n");

  const Finished waived = run_closecheck(run_of(false, {"--waivers", waivers, "--strict-waivers", "--json", json}));
  EXPECT_EQ(waived.code, 2);  // the one clause is waived: nothing holds
  EXPECT_THAT(waived.out, HasSubstr("\nwaived: closed-job-refuses-data"));
  const nlohmann::json report = nlohmann::json::parse(folder.read("report.json"));
  EXPECT_FALSE(report["waived"][0]["violation"]["history"].empty());

  EXPECT_EQ(run_closecheck(run_of(true, {"--waivers", waivers})).code, 0);
  const Finished strict = run_closecheck(run_of(true, {"--waivers", waivers, "--strict-waivers"}));
  EXPECT_EQ(strict.code, 1);
  EXPECT_THAT(strict.out, HasSubstr("--strict-waivers: the waiver of closed-job-refuses-data ("));
}

TEST(ContinuousIntegration, WaiverThatHasExpiredFailsWhereWaiversAreStrict) {
  const TestFolder folder;
  const std::string waivers = folder.write(
      "waivers.yml", "- {clause: closed-job-refuses-data, reason: why, owner: who, expires: 2020-01-01}\n");
  const Finished expired = run_closecheck(run_of(true, {"--waivers", waivers}));
  EXPECT_EQ(expired.code, 0) << expired.out << expired.err;
  const Finished strict = run_closecheck(run_of(true, {"--waivers", waivers, "--strict-waivers"}));
  EXPECT_EQ(strict.code, 1);
  EXPECT_THAT(strict.out, HasSubstr("expired on 2020-01-01"));
}

TEST(ContinuousIntegration, GitHubReadsAnnotationsAndASummaryByItself) {
  const TestFolder folder;
  const std::string summary = folder.write("summary.md", "of the step before\n");
  const Finished finished =
      run_closecheck(run_of(false, {}), {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", summary}});

  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out, HasSubstr("\n::error title=closecheck%3A closed-job-refuses-data::"));
  EXPECT_THAT(folder.read("summary.md"), StartsWith("of the step before\n### "));
  EXPECT_THAT(run_closecheck(run_of(false, {})).out, Not(HasSubstr("::error")));
}

TEST(ContinuousIntegration, EveryFormIsWritten) {
  const TestFolder folder;
  std::vector<std::string> options;
  for (const std::string form : {"json", "junit", "sarif", "html", "badge"}) {
    options.push_back("--" + form);
    options.push_back(folder.path(form));
  }
  EXPECT_EQ(run_closecheck(run_of(false, options)).code, 1);
  for (const std::string form : {"json", "junit", "sarif", "html", "badge"})
    EXPECT_GT(std::filesystem::file_size(folder.path(form)), 0U) << form;
}

TEST(ContinuousIntegration, FingerprintIsTheSameInRunsOfOtherSeeds) {
  const TestFolder folder;
  std::string first;
  for (const std::string seed : {"1", "2", "3"}) {
    std::vector<std::string> arguments = run_of(false, {"--json", folder.path("report.json")});
    arguments[5] = seed;
    EXPECT_EQ(run_closecheck(arguments).code, 1);
    const nlohmann::json report = nlohmann::json::parse(folder.read("report.json"));
    const std::string fingerprint = report["violations"][0]["fingerprint"];
    if (first.empty()) first = fingerprint;
    EXPECT_EQ(fingerprint, first) << seed;
  }
}

TEST(ModelCommand, PaintsWhatARunMetAndRefusesWhatIsNoReport) {
  const TestFolder folder;
  const std::string json = folder.path("report.json");
  ASSERT_EQ(run_closecheck(run_of(true, {"--json", json})).code, 0);

  const Finished painted = run_closecheck({"model", "--format", "svg", "--coverage", json});
  EXPECT_EQ(painted.code, 0);
  EXPECT_THAT(painted.out, HasSubstr("class=\"box met\""));
  EXPECT_EQ(run_closecheck({"model", "--format", "png"}).code, 3);
  folder.write("report.json", R"({"schema": "closecheck-replay/1"})");
  const Finished refused = run_closecheck({"model", "--coverage", json});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("is no report of a run"));
}

}  // namespace
}  // namespace closecheck::cli
