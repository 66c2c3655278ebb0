#include "closecheck/reports/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "sample_record_for_test.h"
#include "schema_validator_for_test.h"
#include "wrapping.h"

namespace closecheck::reports {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Compares with golden/FILE; with CLOSECHECK_ACCEPT_GOLDEN set, writes it instead.
void expect_golden(const std::string& file, const std::string& text) {
  const std::string path = std::string(CLOSECHECK_GOLDEN) + "/" + file;
  if (std::getenv("CLOSECHECK_ACCEPT_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream in(path);
  std::ostringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str()) << "golden file: " << path;
}

SchemaValidator validator() {
  return SchemaValidator(nlohmann::json::parse(report_schema()));
}

TEST(JsonReport, FitsItsSchema) {
  EXPECT_THAT(validator().errors(nlohmann::json::parse(write_json(sample_record()))), IsEmpty());

  RunRecord in_process = sample_record();
  in_process.http = false;
  in_process.url.clear();
  in_process.violations.clear();
  EXPECT_THAT(validator().errors(nlohmann::json::parse(write_json(in_process))), IsEmpty());

  RunReport all(sample_record());
  all.record.waived.push_back({Clause::closed_job_refuses_data, "known", "search", ""});
  all.waiver_faults = {"the waiver of close-ends-open-job was not needed"};
  all.latencies = {{"close-job", {1.5, 20}}};
  EXPECT_THAT(validator().errors(nlohmann::json::parse(write_json(all))), IsEmpty());
}

TEST(JsonReport, LeavesOutTheHeaderLineOfAHistoryAndKeepsSeedsWhole) {
  const nlohmann::json report = nlohmann::json::parse(write_json(sample_record()));

  EXPECT_EQ(report["violations"][0]["history"].size(), 3U);
  EXPECT_EQ(report["violations"][0]["history"][0]["type"], "invoke");
  EXPECT_EQ(report["seed"].get<std::uint64_t>(), 18'446'744'073'709'551'615U);
}

TEST(JsonReport, IsWrittenEvenWhenAnAnswerWasNoUtf8) {
  RunRecord record = sample_record();
  record.violations[0].finding.observed = "200 \xff\xfe";

  EXPECT_THAT(validator().errors(nlohmann::json::parse(write_json(record))), IsEmpty());
}

// Each of these must be refused, or the schema says nothing.
TEST(ReportSchema, RefusesReportsThatAreWrong) {
  const nlohmann::json good = nlohmann::json::parse(write_json(sample_record()));
  const auto broken = [&good](auto change) {
    nlohmann::json report = good;
    change(report);
    return validator().errors(report);
  };

  EXPECT_THAT(broken([](auto& it) { it.erase("seed"); }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["seed"] = -1; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["seed"] = "7"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["verdict"] = "passes"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["schema"] = "closecheck-report/2"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["surplus"] = 1; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["clauses"].clear(); }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["clauses"][0]["id"] = "Not_An_Id"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["clauses"][0]["figures"]["x"] = "slow"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["violations"][0].erase("replay"); }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["violations"][0]["history"][0]["type"] = "call"; }), Not(IsEmpty()));
  EXPECT_THAT(broken([](auto& it) { it["coverage"]["states"]["closed"] = 1.5; }), Not(IsEmpty()));
}

TEST(ReportFormats, AreWrittenAsTheGoldenFilesShow) {
  for (const ReportFormat& format : kReportFormats)
    if (format.name != "html")  // it is mostly its script
      expect_golden("report." + std::string(format.name), format.write(sample_record()));
}

TEST(ReportFormats, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const ReportFormat& format : kReportFormats) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_FALSE(format.help.empty()) << format.name;
  }
}

TEST(JunitReport, CountsWhatItsCasesSay) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(write_junit(sample_record()).c_str()));
  const pugi::xml_node suite = document.child("testsuite");

  EXPECT_EQ(suite.attribute("tests").as_int(), 6);
  EXPECT_EQ(suite.select_nodes("testcase").size(), 6U);
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.select_nodes("testcase/failure").size(), 1U);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 3);
  EXPECT_EQ(suite.select_nodes("testcase/skipped").size(), 3U);
}

// What both Jenkins' and Surefire's schemas take, which is less than either takes alone.
TEST(JunitReport, HasOnlyWhatTheSchemasOfItsReadersKnow) {
  const std::map<std::string, std::set<std::string>> attributes{
      {"testsuite", {"name", "tests", "failures", "errors", "skipped", "time"}},
      {"properties", {}},
      {"property", {"name", "value"}},
      {"testcase", {"name", "classname", "time"}},
      {"failure", {"message", "type"}},
      {"error", {"message", "type"}},
      {"skipped", {"message"}},
      {"system-out", {}}};
  const std::map<std::string, std::set<std::string>> children{
      {"testsuite", {"properties", "testcase"}},
      {"properties", {"property"}},
      {"testcase", {"failure", "error", "skipped", "system-out"}}};
  RunRecord untold = sample_record();
  untold.require = Require::reachable;
  untold.violations.clear();
  untold.clauses[1].verdict = ClauseVerdict::inconclusive;
  untold.broken_off = "the run was interrupted";
  untold.verdict = verdict_of(untold);
  for (const RunRecord& record : {sample_record(), untold}) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(write_junit(record).c_str()));
    std::vector<pugi::xml_node> nodes{document.document_element()};
    ASSERT_STREQ(nodes.front().name(), "testsuite");
    while (!nodes.empty()) {
      const pugi::xml_node node = nodes.back();
      nodes.pop_back();
      ASSERT_TRUE(attributes.contains(node.name())) << node.name();
      std::set<std::string> seen;
      for (const pugi::xml_attribute& attribute : node.attributes()) seen.insert(attribute.name());
      EXPECT_EQ(seen, attributes.at(node.name())) << node.name();
      for (const pugi::xml_node& child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        ASSERT_TRUE(children.contains(node.name()) && children.at(node.name()).contains(child.name())) << child.name();
        nodes.push_back(child);
      }
    }
  }
}

std::size_t errors_of(const RunRecord& record) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(write_junit(record).c_str()));
  EXPECT_EQ(document.child("testsuite").attribute("errors").as_uint(), document.select_nodes("//error").size());
  return document.select_nodes("//error").size();
}

TEST(JunitReport, HasAnErrorWhereverTheRunIsInconclusive) {
  RunRecord record = sample_record();
  record.violations.clear();
  record.require = Require::reachable;
  record.clauses = {clause_record(Clause::close_ends_open_job, ClauseVerdict::holds),
                    clause_record(Clause::job_reopens, ClauseVerdict::inconclusive, "no answer"),
                    clause_record(Clause::force_closes_failed_job, ClauseVerdict::not_exercised, "no hook")};
  record.clauses[1].kind = Untold::did_not;
  record.clauses[2].kind = Untold::cannot;
  record.verdict = verdict_of(record);
  ASSERT_EQ(record.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(errors_of(record), 1U);
  EXPECT_THAT(write_junit(record), HasSubstr("inconclusive (did-not): no answer"));

  // Of whole runs: broken off, and with nothing told.
  record.clauses.erase(record.clauses.begin() + 1);
  record.broken_off = "the run was interrupted";
  record.verdict = verdict_of(record);
  EXPECT_EQ(errors_of(record), 1U);
  record.broken_off.clear();
  record.clauses.erase(record.clauses.begin());
  record.verdict = verdict_of(record);
  ASSERT_EQ(record.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(errors_of(record), 1U);
}

TEST(JunitReport, HasNoErrorInARunThatConforms) {
  RunRecord record = sample_record();
  record.violations.clear();
  record.clauses = {clause_record(Clause::close_ends_open_job, ClauseVerdict::holds),
                    clause_record(Clause::close_many, ClauseVerdict::inconclusive)};
  record.verdict = verdict_of(record);
  ASSERT_EQ(record.verdict, RunVerdict::conforms);
  EXPECT_EQ(errors_of(record), 0U);
}

TEST(ConsoleReport, IsWrittenAsTheGoldenFileShows) {
  expect_golden("console.txt", write_console(sample_record(), {}));
  expect_golden("console_quiet.txt", write_console(sample_record(), {.colour = false, .quiet = true}));
}

TEST(ConsoleReport, PutsSeedFirstAndVerdictLast) {
  const std::string text = write_console(sample_record(), {});

  EXPECT_THAT(text, StartsWith("seed     18446744073709551615\n"));
  const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_THAT(last, StartsWith("violates: 1 of 4 stated and implied clauses that can be told here hold"));
}

TEST(ConsoleReport, SaysWhatARunWasBrokenOffBy) {
  RunRecord record = sample_record();
  record.violations.clear();
  record.clauses = {clause_record(Clause::close_ends_open_job, ClauseVerdict::holds)};
  record.broken_off = "the run was interrupted";
  record.verdict = verdict_of(record);

  EXPECT_THAT(write_console(record, {}),
              HasSubstr("\ninconclusive: 1 of 1 stated and implied clauses hold; the run was interrupted\n"));
}

TEST(ConsoleReport, FitsAnyWidthFrom60ColumnsUp) {
  RunRecord record = sample_record();
  record.notes = {"a note that is longer than a line of a narrow terminal may be, so that it takes two of them"};
  for (const std::size_t width : {60U, 72U, 80U, 120U}) {
    SCOPED_TRACE(width);
    std::istringstream lines(write_console(record, {.colour = true, .quiet = false, .width = width}));
    for (std::string line; std::getline(lines, line);) {
      // Nothing is broken within a word of a command.
      if (line.ends_with(" \\")) line.resize(line.size() - 2);
      const bool is_one_word =
          line.find_first_of(' ', std::min(line.find_first_not_of(' '), line.size())) == std::string::npos;
      EXPECT_TRUE(columns_of(line) <= width || is_one_word) << line;
    }
  }
}

TEST(ConsoleReport, LeadsWithWhatDoesNotHoldAndTellsACauseOnce) {
  RunRecord record = sample_record();
  for (const Clause clause : {Clause::close_many, Clause::failed_job_answer}) {
    record.clauses.push_back(clause_record(clause, ClauseVerdict::not_exercised, "needs the hook fail_job"));
    record.clauses.back().kind = Untold::cannot;
  }
  const std::string text = write_console(record, {});
  EXPECT_LT(text.find("closed-job-refuses-data  stated"), text.find("close-ends-open-job      stated"));
  EXPECT_THAT(text,
              HasSubstr("3 clauses                          not-exercised       6        360  cannot: needs the hook "
                        "fail_job: force-closes-failed-job, close-many, failed-job-answer\n"));

  for (ClauseRecord& entry : record.clauses) {
    entry.verdict = ClauseVerdict::not_exercised;
    entry.kind = Untold::did_not;
    entry.why = "the target cannot be reached";
  }
  EXPECT_THAT(write_console(record, {}), HasSubstr("did-not: the target cannot be reached\n"));
}

TEST(ConsoleReport, SaysOnceWhatKeptARunFromBeginning) {
  RunRecord record = sample_record();
  record.violations.clear();
  record.broken_off = "the target cannot be reached";
  for (ClauseRecord& entry : record.clauses) {
    entry.verdict = ClauseVerdict::not_exercised;
    entry.kind = Untold::did_not;
    entry.why = record.broken_off;
  }
  record.verdict = verdict_of(record);
  const std::string text = write_console(record, {});
  EXPECT_EQ(text.find("cannot be reached"), text.rfind("cannot be reached")) << text;
  EXPECT_THAT(text, Not(HasSubstr("not-exercised")));
  record.clauses.front().why = "another";
  EXPECT_THAT(write_console(record, {}), HasSubstr("not-exercised"));
}

TEST(ConsoleReport, PaintsOnlyWhenAskedTo) {
  EXPECT_THAT(write_console(sample_record(), {}), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(write_console(sample_record(), {.colour = true, .quiet = false}), HasSubstr("\x1b[1;31mviolated:"));
}

}  // namespace
}  // namespace closecheck::reports
