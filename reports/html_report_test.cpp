// Pages for a browser: whole in themselves, and nothing that a server sent can get out of its text. How they look and
// behave is tried in a browser, by `./test --preset formats`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "closecheck/reports/replay_report.h"
#include "closecheck/reports/report.h"
#include "page_data_for_test.h"
#include "sample_record_for_test.h"

namespace closecheck::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HtmlReport, HoldsTheWholeRunAndFetchesNothing) {
  RunReport report(sample_record());
  report.model.picture = "<svg>a picture</svg>";
  report.model.states = {"opened"};
  report.model.cells = {{"opened + close", "opened", "close", "closing", "accepted", Clause::close_ends_open_job}};
  const std::string page = write_html(report);

  EXPECT_THAT(page, HasSubstr("<svg>a picture</svg>"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  for (const char* fetching : {"src=", "<link", "@import", "url(http", "fetch("})
    EXPECT_THAT(page, Not(HasSubstr(fetching)));
  const nlohmann::json data = data_of(page);
  EXPECT_EQ(data["verdict"], "violates");
  EXPECT_EQ(data["clauses"].size(), 6U);
  EXPECT_EQ(data["violations"].size(), 1U);
  EXPECT_EQ(data["model"][0]["visits"], 4);
  EXPECT_EQ(data["states"][0], "opened");
}

TEST(HtmlReport, TellsEveryEventOfAViolation) {
  const nlohmann::json violation = data_of(write_html(sample_record()))["violations"][0];

  EXPECT_EQ(violation["event"], 9);
  ASSERT_EQ(violation["history"].size(), sample_history().events.size());
  EXPECT_EQ(violation["history"][3]["told"], "close job closecheck-a (timeout=10s)");
  EXPECT_EQ(violation["history"][6]["told"], "no answer (connection reset)");
}

TEST(HtmlReport, OffersAWaiverForWhatIsNotWaived) {
  RunRecord record = sample_record();
  EXPECT_THAT(data_of(write_html(record))["violations"][0]["waiver"].get<std::string>(),
              HasSubstr("- {clause: closed-job-refuses-data"));
  record.waived.push_back({Clause::closed_job_refuses_data, "known", "search", "2027-01-31"});
  nlohmann::json waived = data_of(write_html(record))["violations"][0];
  EXPECT_EQ(waived["waived"]["reason"], "known");
  EXPECT_EQ(waived["fingerprint"].get<std::string>().size(), 16U) << "what the JSON report has of it stands there";
  EXPECT_FALSE(waived.contains("waiver"));
}

TEST(HtmlReport, SaysHowMuchOfALongReplayIsNotShown) {
  ReplayedFile failing{"b.yml", "still failing", "", {sample_record().violations[0].finding}, sample_history()};
  std::vector<ReplayedFile> files(600, ReplayedFile{"a.yml", "fixed", "", {}, {}});
  std::fill_n(files.begin(), 50, failing);
  const nlohmann::json data = data_of(write_replay_html(files));
  EXPECT_EQ(data["items"].size(), 500U);
  EXPECT_EQ(data["violations"].size(), 40U);
  EXPECT_THAT(data["line"].get<std::string>(),
              HasSubstr("; 100 more are not shown here; 10 more violations are not shown here"));
}

TEST(HtmlReport, LetsNothingOutOfItsText) {
  RunRecord record = sample_record();
  record.violations[0].finding.observed = "</script><script>alert(1)</script><!-- \xE2\x80\xAE &amp;";
  record.notes = {"</title><img onerror=alert(1)>"};
  record.broken_off = "</noscript><b>";
  const std::string page = write_html(record);

  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("</noscript><b>")));
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_EQ(data_of(page)["violations"][0]["observed"], record.violations[0].finding.observed);
}

TEST(HtmlReport, CutsAnswersThatNobodyReads) {
  RunRecord record = sample_record();
  ViolationRecord& violation = record.violations[0];
  violation.history.events.resize(2);
  violation.history_lines = {
      R"({"process": 0, "type": "invoke", "time": 0, "request": {"method": "GET", "path": "/"}})",
      R"({"process": 0, "type": "ok", "time": 1, "response": {"status": 200, "text": ")" + std::string(1'000'000, 'x') +
          "\"}}"};
  EXPECT_LT(write_html(record).size(), 200'000U);
}

TEST(HtmlReport, IsWrittenOfReplaysAndOfRecordings) {
  ReplayedFile failing{"b.yml", "still failing", "", {sample_record().violations[0].finding}, sample_history()};
  const nlohmann::json replay = data_of(write_replay_html({failing, {"a.yml", "fixed", "", {}, {}}}));
  EXPECT_EQ(replay["verdict"], "still failing");
  EXPECT_EQ(replay["items"].size(), 2U);
  EXPECT_EQ(replay["violations"][0]["of"], "b.yml");

  JudgedHistory judged;
  judged.title = "run.jsonl";
  judged.verdict = "violates";
  judged.findings = failing.findings;
  judged.findings[0].event = 1'003;
  judged.history = sample_history();
  judged.events_before = 1'000;
  const nlohmann::json judgement = data_of(write_judged_html({judged}, "violates"));
  EXPECT_EQ(judgement["verdict"], "violates");
  EXPECT_EQ(judgement["violations"][0]["event"], 3);
}

}  // namespace
}  // namespace closecheck::reports
