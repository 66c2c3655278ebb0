#include "closecheck/reports/report_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "closecheck/reports/report.h"
#include "sample_record_for_test.h"

namespace closecheck::reports {
namespace {

using testing::HasSubstr;

/// Why it is refused; empty: it is not.
std::string refusal(const std::string& text) {
  try {
    read_report(text);
  } catch (const ReportError& error) {
    return error.what;
  }
  return "";
}

template <class Change>
std::string refusal_of(const Change& change) {
  nlohmann::json report = nlohmann::json::parse(write_json(sample_record()));
  change(report);
  return refusal(report.dump());
}

TEST(ReportReader, ReadsWhatTheWriterWrote) {
  const RunRecord record = sample_record();
  const RunRecord again = read_report(write_json(record));

  EXPECT_EQ(again.verdict, record.verdict);
  EXPECT_EQ(again.seed, record.seed);
  ASSERT_EQ(again.violations.size(), 1U);
  // The line that says what a history is does not stand in a report.
  EXPECT_EQ(again.violations[0].history_lines.size(), record.violations[0].history_lines.size() - 1);
  const auto json_of = [](const RunRecord& of) {
    nlohmann::json json = nlohmann::json::parse(write_json(of));
    // Of the program, which no report has.
    json["violations"][0].erase("fingerprint");
    return json;
  };
  EXPECT_EQ(json_of(again), json_of(record));
}

TEST(ReportReader, PassesOverMembersThatALaterVersionHas) {
  EXPECT_EQ(refusal_of([](auto& it) { it["clauses"][0]["surplus"] = 1; }), "");
}

TEST(ReportReader, SaysWhatIsWrongWithAReportThatCannotBeUsed) {
  const std::string whole = write_json(sample_record());
  EXPECT_THAT(refusal(whole.substr(0, whole.size() / 2)), HasSubstr("ends before its end"));
  EXPECT_THAT(refusal(""), HasSubstr("ends before its end"));
  EXPECT_THAT(refusal("profile: xpack-5.4"), HasSubstr("it is no JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("no report of closecheck"));
  EXPECT_THAT(refusal("{\"clauses\": []}"), HasSubstr("no report of closecheck"));
  EXPECT_THAT(refusal_of([](auto& it) { it["schema"] = "closecheck-report/2"; }),
              HasSubstr("its schema is 'closecheck-report/2'"));
  EXPECT_THAT(refusal_of([](auto& it) { it["schema"] = "closecheck-replay/1"; }), HasSubstr("closecheck-replay/1"));
  EXPECT_THAT(refusal_of([](auto& it) { it.erase("totals"); }), HasSubstr("the report lacks 'totals'"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"][0]["id"] = "close-nothing"; }), HasSubstr("'close-nothing'"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"][0]["verdict"] = "fine"; }), HasSubstr("'fine'"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"][0]["checks"] = -1; }), HasSubstr("below zero"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"][1] = it["clauses"][0]; }), HasSubstr("stands twice"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"][0]["level"] = "dialect"; }), HasSubstr("not dialect"));
  EXPECT_THAT(refusal_of([](auto& it) { it["profile"] = "es-99"; }), HasSubstr("'es-99' is no profile"));
  EXPECT_THAT(refusal_of([](auto& it) { it["violations"][0]["history"] = 1; }), HasSubstr("wrong type"));
  EXPECT_THAT(refusal_of([](auto& it) { it["clauses"] = nlohmann::json::array(); }), HasSubstr("'clauses' is empty"));
}

}  // namespace
}  // namespace closecheck::reports
