// What continuous integration reads of a run: SARIF, annotations, step summary, badge, waivers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "sample_record_for_test.h"

namespace closecheck::reports {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

RunRecord waived_record() {
  RunRecord record = sample_record();
  record.clauses[1].verdict = ClauseVerdict::waived;
  record.waived.push_back({Clause::closed_job_refuses_data, "known", "search", "2027-01-31"});
  record.verdict = verdict_of(record);
  return record;
}

nlohmann::json sarif_run(const RunReport& report) {
  return nlohmann::json::parse(write_sarif(report))["runs"][0];
}

TEST(SarifReport, HasARuleForEachClauseAndAResultForEachViolation) {
  const nlohmann::json run = sarif_run(sample_record());

  const nlohmann::json& rules = run["tool"]["driver"]["rules"];
  EXPECT_EQ(rules.size(), 6U);
  ASSERT_EQ(run["results"].size(), 1U);
  const nlohmann::json& result = run["results"][0];
  EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["fingerprints"]["closecheck/v1"], fingerprint_of(sample_record().violations[0]));
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "counterexamples/closed-job-refuses-data.yml");
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
}

TEST(SarifReport, SuppressesWhatIsWaived) {
  const nlohmann::json result = sarif_run(waived_record())["results"][0];

  EXPECT_EQ(result["suppressions"][0]["status"], "accepted");
  EXPECT_EQ(result["suppressions"][0]["justification"], "known");
}

TEST(SarifReport, TellsARunThatToldNothingFromOneThatFoundNothing) {
  RunRecord record = sample_record();
  record.violations.clear();
  record.clauses[1].verdict = ClauseVerdict::inconclusive;
  record.broken_off = "the run was interrupted";
  record.verdict = verdict_of(record);
  const nlohmann::json run = sarif_run(record);

  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  EXPECT_THAT(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].get<std::string>(),
              HasSubstr("the run was interrupted"));
}

TEST(SarifReport, NamesAFileByItsUri) {
  RunRecord record = sample_record();
  record.violations[0].scenario = "/a b/c%[1].yml";
  EXPECT_EQ(sarif_run(record)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "file:///a%20b/c%25%5B1%5D.yml");
}

TEST(SarifReport, DidNotSucceedWhereAWaiverIsAtFault) {
  RunReport report(sample_record());
  report.waiver_faults = {"the waiver of job-reopens was not needed"};
  const nlohmann::json invocation = sarif_run(report)["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], false);
  const nlohmann::json& last = invocation["toolExecutionNotifications"].back();
  EXPECT_EQ(last["level"], "error");
  EXPECT_EQ(last["message"]["text"], report.waiver_faults[0]);
}

TEST(SarifReport, MakesNoLinksOfWhatAServerSent) {
  RunRecord record = sample_record();
  record.violations[0].finding.observed = "[here](http://example.org)";

  EXPECT_THAT(sarif_run(record)["results"][0]["message"]["text"].get<std::string>(),
              HasSubstr("\\[here\\](http://example.org)"));
}

TEST(Annotations, StandOnALineOfTheirOwnWithEveryViolation) {
  const std::string text = write_console(sample_record(), {.annotates = true});

  EXPECT_THAT(text, HasSubstr("\n::error title=closecheck%3A closed-job-refuses-data::A closed job receives no data"));
  EXPECT_THAT(text, HasSubstr("%0Aexpected: a refusal"));
  EXPECT_THAT(write_console(sample_record(), {}), Not(HasSubstr("::error")));
}

TEST(Annotations, AreNoErrorsWhereAViolationIsWaived) {
  const std::string text = write_console(waived_record(), {.annotates = true});
  EXPECT_THAT(text, HasSubstr("\n::notice title=closecheck%3A closed-job-refuses-data::"));
  EXPECT_THAT(text, HasSubstr("%0Awaived: known\n"));
  EXPECT_THAT(text, Not(HasSubstr("::error")));
}

TEST(Annotations, CannotBeForgedByAServer) {
  RunRecord record = sample_record();
  record.violations[0].finding.observed = "\n::error::x\r\n##[error]y %0A::warning::z";
  const std::string text = write_console(record, {.annotates = true});

  EXPECT_THAT(text, Not(ContainsRegex("\n *::error::x")));
  EXPECT_THAT(text, Not(HasSubstr("##[")));
  EXPECT_THAT(text, HasSubstr("%250A::warning"));
}

TEST(Annotations, SayThatARunWasInconclusiveAndThatWaiversAreAtFault) {
  RunReport report(sample_record());
  report.record.violations.clear();
  report.record.clauses = {clause_record(Clause::timeout_bounds_wait, ClauseVerdict::inconclusive)};
  report.record.verdict = verdict_of(report.record);
  report.waiver_faults = {"the waiver of close-ends-open-job was not needed"};
  const std::string text = write_console(report, {.annotates = true});

  EXPECT_THAT(text, HasSubstr("\n::warning title=closecheck%3A inconclusive::inconclusive: "));
  EXPECT_THAT(text, HasSubstr("\n::error title=closecheck%3A waivers::the waiver of close-ends-open-job"));
}

TEST(StepSummary, ShowsTextsOfAServerAsThemselves) {
  RunRecord record = sample_record();
  record.violations[0].finding.observed = "<img src=x> **bold** | `code` @team";
  record.violations[0].history.events[6].error = "</pre><b>";
  record.clauses[2].why = "a | cell";
  const std::string text = write_step_summary(record);

  EXPECT_THAT(text, HasSubstr("closecheck violates"));
  EXPECT_THAT(text, HasSubstr("| `timeout-bounds-wait` | stated | waived |"));
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_THAT(text, Not(HasSubstr("**bold**")));
  EXPECT_THAT(text, Not(HasSubstr("@team")));
  EXPECT_THAT(text, Not(HasSubstr("</pre><b>")));
  EXPECT_THAT(text, Not(HasSubstr("a | cell")));
}

TEST(StepSummary, StaysWithinWhatGitHubTakes) {
  RunRecord record = sample_record();
  record.violations.assign(2'000, record.violations[0]);

  EXPECT_LT(write_step_summary(record).size(), 600'000U);
}

TEST(Badge, IsAPictureOfTheVerdict) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(write_badge(sample_record()).c_str()));
  EXPECT_THAT(document.document_element().attribute("aria-label").value(), EndsWith("violates 1/4"));
}

TEST(Badge, HasAColourForEachVerdict) {
  const auto badge_of = [](RunVerdict verdict) {
    RunRecord record = sample_record();
    record.verdict = verdict;
    return write_badge(record);
  };
  EXPECT_THAT(badge_of(RunVerdict::conforms), HasSubstr("#1a7f37"));
  EXPECT_THAT(badge_of(RunVerdict::violates), HasSubstr("#b3261e"));
  EXPECT_THAT(badge_of(RunVerdict::inconclusive), HasSubstr("#8a5a00"));
}

TEST(ConsoleReport, OffersAWaiverForEachViolation) {
  const std::string line = "- {clause: closed-job-refuses-data, fingerprint: \"" +
                           fingerprint_of(sample_record().violations[0]) +
                           "\", reason: \"why\", owner: \"who\", expires: 2026-04-02}\n";
  EXPECT_THAT(write_console(sample_record(), {}), HasSubstr("  waiver:   " + line));
}

TEST(ConsoleReport, KeepsTheProofOfWhatIsWaived) {
  const std::string text = write_console(waived_record(), {});

  EXPECT_THAT(text, HasSubstr("waived: closed-job-refuses-data"));
  EXPECT_THAT(text, HasSubstr("  waived:   known (search), until 2027-01-31\n"));
  EXPECT_THAT(text, HasSubstr("  replay:   ./closecheck replay"));
  EXPECT_THAT(text, Not(HasSubstr("- {clause: closed-job-refuses-data")));
}

TEST(JsonReport, KeepsTheProofOfWhatIsWaived) {
  const nlohmann::json report = nlohmann::json::parse(write_json(waived_record()));

  EXPECT_TRUE(report["violations"].empty());
  const nlohmann::json& waived = report["waived"].back();
  EXPECT_EQ(waived["clause"], "closed-job-refuses-data");
  EXPECT_EQ(waived["fingerprint"], waived["violation"]["fingerprint"]);
  EXPECT_EQ(waived["violation"]["history"].size(), 3U);
}

TEST(JsonReport, SumsUpHowLongRequestsTook) {
  RunReport report(sample_record());
  for (int i = 1; i <= 100; ++i) report.latencies["close-job"].push_back(i);
  const nlohmann::json latency = nlohmann::json::parse(write_json(report))["latencies"][0];

  EXPECT_EQ(latency["request"], "close-job");
  EXPECT_EQ(latency["median_ms"], 51);
  EXPECT_EQ(latency["p95_ms"], 96);
  EXPECT_EQ(latency["longest_ms"], 100);
  int sum = 0;
  for (const nlohmann::json& bar : latency["histogram"]) sum += bar["count"].get<int>();
  EXPECT_EQ(sum, 100);
}

}  // namespace
}  // namespace closecheck::reports
