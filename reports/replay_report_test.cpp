#include "closecheck/reports/replay_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>

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
  EXPECT_EQ(write_replayed(sample_files()[0], {}), "fixed: a.yml\n");
  EXPECT_EQ(write_replayed(sample_files()[2], {}), "cannot tell: c.yml: the target answered 503\n");
  EXPECT_THAT(write_replayed(sample_files()[1], {}), HasSubstr("  > "));
  EXPECT_THAT(write_replayed(sample_files()[1], {.quiet = true}), Not(HasSubstr("history:")));
  EXPECT_EQ(write_replay_summary(sample_files()), "1 fixed, 1 still failing, 1 cannot tell");
}

TEST(ReplayReport, SaysTheCauseOfSeveralFilesOnce) {
  const ReplayedFile one{"a.yml", "cannot tell", "out of reach", {}, {}};
  const ReplayedFile other{"b.yml", "cannot tell", "out of reach", {}, {}};
  ASSERT_TRUE(have_one_cause(one, other));
  EXPECT_EQ(write_replayed(std::vector{one, other}, {}), "cannot tell: 2 files: out of reach\n  a.yml, b.yml\n");
  EXPECT_EQ(write_replayed(std::vector{one}, {}), write_replayed(one, {}));

  ReplayedFile another = other;
  another.why = "another";
  EXPECT_FALSE(have_one_cause(one, another));
  another = other;
  another.tests.push_back({"t", "cannot tell", "out of reach", ""});
  EXPECT_FALSE(have_one_cause(one, another));
  EXPECT_FALSE(have_one_cause(sample_files()[0], sample_files()[0])) << "each that is fixed is named";
}

TEST(ReplayReport, IsPaintedAndFitsTheWidthWhereThatIsWanted) {
  const std::vector<ReplayedFile> files = sample_files();
  EXPECT_EQ(write_replayed(files[0], {.colour = true}), "\x1b[32mfixed\x1b[0m: a.yml\n");
  EXPECT_THAT(write_replayed(files[1], {.colour = true}), HasSubstr("\x1b[1;31mstill failing\x1b[0m: b.yml"));
  EXPECT_EQ(write_replay_end(files, "; interrupted", {.colour = true}),
            "\x1b[1;31m1 fixed, 1 still failing, 1 cannot tell; interrupted\x1b[0m\n");
  std::istringstream lines(write_replayed(files[1], {.width = 60}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60U) << line;
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

  const std::string text = write_judged(judged, {});
  EXPECT_THAT(text, HasSubstr("violates: capture.har\n"));
  EXPECT_THAT(write_judged(judged, {.colour = true}), HasSubstr("\x1b[1;31mviolates\x1b[0m: capture.har\n"));
  EXPECT_EQ(write_judged_summary({judged}, "violates", {}), "violates: 1 of 1 histories violate a clause\n");
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

  const std::string text = write_judged(judged, {});
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
