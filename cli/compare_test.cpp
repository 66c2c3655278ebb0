// `closecheck compare`: deviations, profiles and reports side by side, each with its exit code, and what tells two
// apart replays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Finished compare(const TestFolder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  arguments.insert(arguments.end(), {"--save", folder.path("saved"), "--json", folder.path("comparison.json")});
  return run_closecheck(arguments, {{"XDG_STATE_HOME", folder.path("state")}});
}

nlohmann::json comparison_in(const TestFolder& folder) {
  return nlohmann::json::parse(folder.read("comparison.json"));
}

std::string verdict_in(const nlohmann::json& comparison, const std::string& clause, std::size_t side) {
  for (const nlohmann::json& entry : comparison["clauses"])
    if (entry["id"] == clause) return entry["sides"][side]["verdict"];
  return "";
}

void expect_refused(const TestFolder& folder, const std::vector<std::string>& arguments, const std::string& words) {
  const Finished finished = compare(folder, arguments);
  EXPECT_EQ(finished.code, 3) << finished.out << finished.err;
  EXPECT_THAT(finished.err, HasSubstr(words));
  EXPECT_THAT(finished.out, IsEmpty());
}

// closed-job-refuses-data, close-persists-snapshot
TEST(Compare, TellsEachTwoOfThreeImplementationsApartByTheShortestScenario) {
  const TestFolder folder;
  const Finished finished = compare(folder, {"none", "accepts-data-after-close", "writes-no-snapshot", "--seed", "7"});
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("regressed: what held on none is violated:"),
                                  HasSubstr("closed-job-refuses-data on accepts-data-after-close"),
                                  HasSubstr("close-persists-snapshot on writes-no-snapshot")));
  const nlohmann::json comparison = comparison_in(folder);
  EXPECT_EQ(verdict_in(comparison, "closed-job-refuses-data", 0), "holds");
  EXPECT_EQ(verdict_in(comparison, "closed-job-refuses-data", 1), "violated");
  EXPECT_EQ(verdict_in(comparison, "closed-job-refuses-data", 2), "holds");
  EXPECT_EQ(verdict_in(comparison, "close-persists-snapshot", 2), "violated");

  // Each of the two against each of the others.
  ASSERT_EQ(comparison["differences"].size(), 4U) << finished.out;
  for (const nlohmann::json& difference : comparison["differences"]) {
    SCOPED_TRACE(difference.dump(2));
    EXPECT_EQ(difference["replayed"], "still failing");
    EXPECT_EQ(difference["replayed_on_other"], "fixed");
    EXPECT_LE(difference["requests"].size(), 6U);
    EXPECT_THAT(difference["replay_on_other"].get<std::string>(),
                testing::EndsWith(" --deviation " + difference["not_on"].get<std::string>()));
    const std::string file = difference["scenario"];
    EXPECT_EQ(run_closecheck({"replay", file}).code, 1);
    EXPECT_EQ(run_closecheck({"replay", file, "--deviation", difference["not_on"].get<std::string>()}).code, 0);
  }
}

TEST(Compare, FindsNothingBetweenTwoOfAKindAndEndsWithZero) {
  const TestFolder folder;
  const Finished alike = compare(folder, {"none", "in-process"});
  EXPECT_EQ(alike.code, 0) << alike.out << alike.err;
  EXPECT_THAT(comparison_in(folder)["differences"], IsEmpty());
  EXPECT_THAT(alike.out, HasSubstr("unchanged: nothing that held on none is violated elsewhere"));

  const Finished mended = compare(folder, {"accepts-data-after-close", "none", "--clause", "close*"});
  EXPECT_EQ(mended.code, 0) << mended.out << mended.err;
  EXPECT_EQ(comparison_in(folder)["differences"].size(), 1U);
}

TEST(Compare, ShowsReportsAndRunsInAPage) {
  const TestFolder folder;
  const std::string report = folder.path("violates.json");
  run_closecheck({"run", "closed-job-refuses-data", "--effort", "quick", "--seed", "7", "--json", report, "--deviation",
                  "accepts-data-after-close"},
                 {{"XDG_STATE_HOME", folder.path("state")}});
  const std::string page = folder.path("page.html");
  const Finished finished =
      compare(folder, {"none", report, "--clause", "closed-job-refuses-data", "--html", page, "--quiet"});
  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  // What the report keeps of its history is told.
  EXPECT_THAT(folder.read("page.html"),
              AllOf(HasSubstr("no longer holds"), HasSubstr("\"told\": \"post 1 record to job closecheck-a\"")));
}

TEST(Compare, TakesProfiles) {
  const TestFolder folder;
  const Finished finished = compare(folder, {"xpack-5.4", "es-8", "--clause", "close-*"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_EQ(comparison_in(folder)["sides"][1]["profile"], "es-8");
}

TEST(Compare, HoldsReportsAgainstEachOtherAndRunsNothing) {
  const TestFolder folder;
  const std::string old_report = folder.path("old.json");
  const std::string new_report = folder.path("new.json");
  const Process::Variables variables{{"XDG_STATE_HOME", folder.path("state")}};
  const std::vector<std::string> clauses{"closed-job-refuses-data", "job-reopens"};
  run_closecheck({"run", clauses[0], clauses[1], "--effort", "quick", "--seed", "7", "--json", old_report}, variables);
  run_closecheck({"run", clauses[0], clauses[1], "--effort", "quick", "--seed", "7", "--json", new_report,
                  "--deviation", "accepts-data-after-close"},
                 variables);
  const Finished worse = compare(folder, {old_report, new_report, "--markdown", folder.path("comparison.md")});
  EXPECT_EQ(worse.code, 1) << worse.out << worse.err;
  EXPECT_THAT(worse.out, AllOf(HasSubstr("report of 20"), HasSubstr("nothing was sent to both")));
  EXPECT_THAT(folder.read("comparison.md"), HasSubstr("| closed-job-refuses-data | stated | holds | **violated** |"));
  EXPECT_EQ(comparison_in(folder)["seed"], nullptr);
  EXPECT_FALSE(std::filesystem::exists(folder.path("saved") + "/closed-job-refuses-data.yml"));

  EXPECT_EQ(compare(folder, {new_report, old_report}).code, 0);
  EXPECT_EQ(compare(folder, {old_report, "accepts-data-after-close", "--clause", clauses[0], "--seed", "7"}).code, 1);
}

TEST(Compare, RefusesWhatItCannotUseWithWords) {
  const TestFolder folder;
  expect_refused(folder, {"none"}, "two or more");
  expect_refused(folder, {"none", "accepts-data-after-clsoe"}, "did you mean 'accepts-data-after-close'");
  expect_refused(folder, {"none", folder.path("missing.json")}, "missing.json: cannot be read");
  expect_refused(folder, {"none", folder.write("cut.json", "{\"schema\": \"closecheck-report/1\", \"vers")},
                 "cut.json: it is no whole report");
  expect_refused(folder, {"none", folder.write("other.json", "{\"schema\": \"closecheck-replay/1\"}")},
                 "other.json: its schema is 'closecheck-replay/1'");
  expect_refused(folder, {"none", folder.write("later.json", "{\"schema\": \"closecheck-report/2\"}")},
                 "later.json: its schema is 'closecheck-report/2'");
  expect_refused(folder, {"none", "in-process", "--effort", "huge"}, "--effort takes quick");
}

TEST(Compare, KnowsTheTargetsOfAConfigurationByName) {
  const TestFolder folder;
  const std::string configuration = folder.write(
      "closecheck.yml", "targets:\n  old: {target: in-process}\n  new: {target: in-process, profile: xpack-6.3}\n");
  const Finished finished =
      compare(folder, {"old", "new", "--config", configuration, "--clause", "closed-job-refuses-data"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
  EXPECT_EQ(comparison_in(folder)["sides"][1]["profile"], "xpack-6.3");
  expect_refused(folder, {"old", "newt", "--config", configuration}, "did you mean 'new'");
}

}  // namespace
}  // namespace closecheck::cli
