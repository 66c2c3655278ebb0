#include "closecheck/reports/replay_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "sample_record_for_test.h"
#include "schema_validator_for_test.h"

namespace closecheck::reports {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<ReplayedFile> sample_files() {
  ReplayedFile failing;
  failing.file = "b.yml";
  failing.verdict = "still failing";
  failing.why = "closed-job-refuses-data";
  failing.findings = {sample_record().violations[0].finding};
  failing.history = sample_history();
  return {ReplayedFile{"a.yml", "fixed", "", {}, {}}, failing,
          ReplayedFile{"c.yml", "cannot tell", "the target answered 503", {}, {}}};
}

TEST(ReplayReport, NamesVerdictFileAndReasonOfEachFile) {
  EXPECT_EQ(write_replayed(sample_files()[0], false), "fixed: a.yml\n");
  EXPECT_EQ(write_replayed(sample_files()[2], false), "cannot tell: c.yml: the target answered 503\n");
  EXPECT_THAT(write_replayed(sample_files()[1], false), HasSubstr("  > "));
  EXPECT_THAT(write_replayed(sample_files()[1], true), Not(HasSubstr("history:")));
  EXPECT_EQ(write_replay_summary(sample_files()), "1 fixed, 1 still failing, 1 cannot tell");
}

TEST(ReplayReport, WritesTheSameVerdictsAsJsonAndJunit) {
  const nlohmann::json json = nlohmann::json::parse(write_replay_json(sample_files()));
  EXPECT_EQ(json["schema"], "closecheck-replay/1");
  EXPECT_EQ(json["files"][1]["verdict"], "still failing");
  EXPECT_EQ(json["files"][1]["findings"][0]["clause"], "closed-job-refuses-data");
  EXPECT_EQ(json["summary"]["cannot_tell"], 1);

  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(write_replay_junit(sample_files()).c_str()));
  const pugi::xml_node suite = document.child("testsuite");
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.select_nodes("testcase/failure").size(), 1U);
  EXPECT_EQ(suite.select_nodes("testcase/error").size(), 1U);
  EXPECT_EQ(suite.attribute("errors").as_int(), 1);
}

TEST(JudgementReport, NamesWhatStoodAndWhatWasLeftOut) {
  JudgedHistory judged;
  judged.title = "capture.har";
  judged.verdict = "violates";
  judged.findings = {sample_record().violations[0].finding};
  judged.history = sample_history();
  judged.requests = 4;
  judged.evidence.add(Clause::close_ends_open_job);
  judged.notes = {"job j existed before the capture: left out"};

  const std::string text = write_judged(judged);
  EXPECT_THAT(text, HasSubstr("violates: capture.har\n"));
  EXPECT_THAT(text, HasSubstr("job j existed before"));
  EXPECT_THAT(text, HasSubstr("put to the test and stood: close-ends-open-job (1)"));

  pugi::xml_document document;
  JudgedHistory untold;
  untold.verdict = "inconclusive";
  ASSERT_TRUE(document.load_string(write_judged_junit({judged, untold}).c_str()));
  EXPECT_EQ(document.select_nodes("testsuite/testcase/failure").size(), 1U);
  EXPECT_EQ(document.select_nodes("testsuite/testcase/error").size(), 1U);

  const nlohmann::json json = nlohmann::json::parse(write_judged_json({judged}, "violates"));
  EXPECT_EQ(json["verdict"], "violates");
  EXPECT_EQ(json["histories"][0]["requests"], 4);
  EXPECT_EQ(json["histories"][0]["evidence"]["close-ends-open-job"], 1);
}

TEST(JudgementReport, NumbersAnExcerptAsTheWholeHistory) {
  JudgedHistory judged;
  judged.title = "long.jsonl";
  judged.findings = {sample_record().violations[0].finding};
  judged.findings[0].event = 1'003;
  judged.history = sample_history();
  judged.events_before = 1'000;
  judged.requests_before = 490;

  const std::string text = write_judged(judged);
  EXPECT_THAT(text, HasSubstr("history, behind 490 requests:\n"));
  EXPECT_THAT(text, ContainsRegex("\n  >  *1.000 s  492\\. close job closecheck-a"));
}

nlohmann::json schema_named(const std::string& file) {
  std::ifstream in(std::string(CLOSECHECK_SCHEMAS) + "/" + file);
  return nlohmann::json::parse(in);
}

TEST(ReplayReport, FitsItsSchema) {
  SchemaValidator validator(schema_named("replay.schema.json"));
  nlohmann::json report = nlohmann::json::parse(write_replay_json(sample_files()));
  EXPECT_THAT(validator.errors(report), IsEmpty());
  report["files"][0]["verdict"] = "passed";
  EXPECT_THAT(validator.errors(report), Not(IsEmpty()));
}

TEST(JudgementReport, FitsItsSchema) {
  JudgedHistory judged;
  judged.title = "capture.har";
  judged.verdict = "violates";
  judged.findings = {sample_record().violations[0].finding};
  judged.evidence.add(Clause::close_ends_open_job);
  SchemaValidator validator(schema_named("judgement.schema.json"));
  nlohmann::json report = nlohmann::json::parse(write_judged_json({judged}, "violates"));
  EXPECT_THAT(validator.errors(report), IsEmpty());
  report["histories"][0]["surplus"] = 1;
  EXPECT_THAT(validator.errors(report), Not(IsEmpty()));
}

}  // namespace
}  // namespace closecheck::reports
