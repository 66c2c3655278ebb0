#include "closecheck/reports/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "page_data_for_test.h"
#include "sample_record_for_test.h"
#include "schema_validator_for_test.h"

namespace closecheck::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A run in which the clauses have these verdicts.
ComparedSide side(const std::string& name, const std::vector<std::pair<Clause, ClauseVerdict>>& verdicts) {
  ComparedSide made;
  made.name = name;
  made.record.version = "0.1.0";
  made.record.effort = "quick";
  made.record.require = Require::none;
  for (const auto& [clause, verdict] : verdicts) {
    made.record.clauses.push_back(clause_record(clause, verdict));
    if (verdict == ClauseVerdict::not_exercised) made.record.clauses.back().kind = Untold::cannot;
    if (verdict == ClauseVerdict::inconclusive) made.record.clauses.back().kind = Untold::did_not;
  }
  made.record.verdict = closecheck::verdict_of(made.record);
  return made;
}

Comparison comparison_of(std::vector<ComparedSide> sides) {
  Comparison comparison;
  comparison.version = "0.1.0";
  comparison.seed = 7;
  comparison.effort = "quick";
  comparison.sides = std::move(sides);
  return comparison;
}

Comparison with_each_verdict_behind_holds() {
  const Clause clause = Clause::closed_job_refuses_data;
  std::vector<ComparedSide> sides{side("old", {{clause, ClauseVerdict::holds}})};
  for (const ClauseVerdict verdict : {ClauseVerdict::violated, ClauseVerdict::waived, ClauseVerdict::not_exercised,
                                      ClauseVerdict::inconclusive, ClauseVerdict::holds})
    sides.push_back(side(std::string(name(verdict)), {{clause, verdict}}));
  return comparison_of(std::move(sides));
}

/// What two sides come to where the clause had the one verdict on the first and has the other on the second.
ComparisonVerdict verdict_behind(ClauseVerdict before, ClauseVerdict after) {
  const Clause clause = Clause::closed_job_refuses_data;
  const Clause other = Clause::close_ends_open_job;
  return verdict_of(comparison_of({side("old", {{other, ClauseVerdict::holds}, {clause, before}}),
                                   side("new", {{other, ClauseVerdict::holds}, {clause, after}})}));
}

TEST(Comparison, IsARegressionOnlyWhereWhatHeldIsViolated) {
  EXPECT_EQ(verdict_behind(ClauseVerdict::holds, ClauseVerdict::violated), ComparisonVerdict::regressed);
  EXPECT_EQ(verdict_behind(ClauseVerdict::holds, ClauseVerdict::holds), ComparisonVerdict::unchanged);
  EXPECT_EQ(verdict_behind(ClauseVerdict::violated, ClauseVerdict::violated), ComparisonVerdict::unchanged);
  EXPECT_EQ(verdict_behind(ClauseVerdict::violated, ClauseVerdict::holds), ComparisonVerdict::unchanged);
  EXPECT_EQ(verdict_behind(ClauseVerdict::inconclusive, ClauseVerdict::violated), ComparisonVerdict::unchanged);
  EXPECT_EQ(verdict_behind(ClauseVerdict::holds, ClauseVerdict::waived), ComparisonVerdict::unchanged);
}

TEST(Comparison, IsInconclusiveWhereWhatHeldCouldHaveBeenToldAndWasNot) {
  EXPECT_EQ(verdict_behind(ClauseVerdict::holds, ClauseVerdict::inconclusive), ComparisonVerdict::inconclusive);
  EXPECT_EQ(verdict_behind(ClauseVerdict::holds, ClauseVerdict::not_exercised), ComparisonVerdict::unchanged)
      << "nothing could tell it there";
}

TEST(Comparison, IsInconclusiveWhereNothingHeldOrARunWasBrokenOff) {
  const std::vector<std::pair<Clause, ClauseVerdict>> holds{{Clause::close_ends_open_job, ClauseVerdict::holds}};
  const std::vector<std::pair<Clause, ClauseVerdict>> violated{{Clause::close_ends_open_job, ClauseVerdict::violated}};
  EXPECT_EQ(verdict_of(comparison_of({side("old", violated), side("new", holds)})), ComparisonVerdict::inconclusive);
  Comparison broken = comparison_of({side("old", holds), side("new", holds)});
  broken.sides[1].record.broken_off = "the target is gone";
  EXPECT_EQ(verdict_of(broken), ComparisonVerdict::inconclusive);
  EXPECT_THAT(verdict_line(broken), HasSubstr("new: the target is gone"));
}

TEST(Comparison, LeavesAClauseAloneThatOneSideWasNotAskedFor) {
  const Comparison comparison = comparison_of({side("old", {{Clause::close_ends_open_job, ClauseVerdict::holds},
                                                            {Clause::closed_job_refuses_data, ClauseVerdict::holds}}),
                                               side("new", {{Clause::close_ends_open_job, ClauseVerdict::holds}})});
  EXPECT_EQ(verdict_of(comparison), ComparisonVerdict::unchanged);
  ASSERT_EQ(changes(comparison).size(), 1U);
  EXPECT_EQ(changes(comparison)[0].after, nullptr);
}

TEST(Comparison, SaysWhatIsViolatedWhere) {
  EXPECT_EQ(verdict_line(with_each_verdict_behind_holds()),
            "regressed: what held on old is violated: closed-job-refuses-data on violated");
}

Comparison with_a_difference() {
  Comparison comparison = with_each_verdict_behind_holds();
  Difference difference;
  difference.shows_on = 1;
  difference.not_on = 0;
  difference.violation = sample_record().violations.front();
  difference.other = sample_history();
  difference.replay_on_other = "./closecheck replay x.yml --deviation none";
  difference.replayed = "still failing";
  difference.replayed_on_other = "fixed";
  comparison.differences = {difference};
  return comparison;
}

TEST(ComparisonReports, FitTheSchemaOfTheirs) {
  SchemaValidator validator(nlohmann::json::parse(comparison_schema()));
  const nlohmann::json json = nlohmann::json::parse(write_comparison_json(with_a_difference()));
  EXPECT_THAT(validator.errors(json), IsEmpty());
  EXPECT_EQ(json["clauses"][0]["sides"].size(), 6U);
  EXPECT_EQ(json["changes"][0]["regression"], true);

  Comparison of_reports = with_a_difference();
  of_reports.effort.clear();
  for (ComparedSide& one : of_reports.sides) one.file = "report.json";
  of_reports.sides[1].record.clauses.clear();
  EXPECT_THAT(validator.errors(nlohmann::json::parse(write_comparison_json(of_reports))), IsEmpty());
  nlohmann::json surplus = json;
  surplus["surplus"] = 1;
  EXPECT_THAT(validator.errors(surplus), Not(IsEmpty()));
}

TEST(ComparisonReports, ShowATableWhatTellsTwoApartAndTheVerdictLast) {
  const std::string text = write_comparison(with_a_difference(), {});
  EXPECT_THAT(text,
              AllOf(StartsWith("seed 7, effort quick\nA  old (in process, xpack-5.4)\n"),
                    HasSubstr("* closed-job-refuses-data  holds     violated  waived    cannot    did-not   holds"),
                    HasSubstr("closed-job-refuses-data shows on B (violated)\n"), HasSubstr("  and not on A (old)\n"),
                    HasSubstr("  replay on A (fixed): ./closecheck replay x.yml --deviation none\n"),
                    testing::EndsWith("closed-job-refuses-data on violated\n")));
  EXPECT_THAT(write_comparison(with_a_difference(), {.quiet = true}), Not(HasSubstr("1. create job")));
}

TEST(ComparisonReports, LeadWithWhatIsNotAlikeAndFitTheWidth) {
  Comparison comparison = with_a_difference();
  for (ComparedSide& one : comparison.sides)
    one.record.clauses.insert(one.record.clauses.begin(),
                              clause_record(Clause::close_ends_open_job, ClauseVerdict::holds));
  const std::string text = write_comparison(comparison, {});
  EXPECT_LT(text.find("* closed-job-refuses-data"), text.find("  close-ends-open-job"));
  EXPECT_THAT(write_comparison(comparison, {.quiet = true}), HasSubstr("  1 more are told alike\n"));

  std::istringstream narrow(write_comparison(comparison, {.width = 60}));
  std::size_t longest = 0;
  for (std::string line; std::getline(narrow, line);)
    if (line.find("replay") == std::string::npos) longest = std::max(longest, line.size());
  EXPECT_LE(longest, 60U);
  EXPECT_THAT(write_comparison(comparison, {.width = 60}),
              HasSubstr("* closed-job-refuses-data\n"
                        "    A holds, B violated, C waived, D cannot, E did-not, F\n"
                        "    holds\n"
                        "  holds on all: close-ends-open-job\n"));
}

TEST(ComparisonReports, ShowInAPageEachViolationOnceWithEverySideOnWhichItIsNot) {
  Comparison comparison = with_a_difference();
  comparison.differences.push_back(comparison.differences.front());
  comparison.differences.back().not_on = 5;
  comparison.differences.back().other.reset();
  comparison.differences.back().why = "</script><script>alert(1)</script>";
  const std::string page = write_comparison_html(comparison);
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("{{"))));
  const nlohmann::json data = data_of(page);
  EXPECT_EQ(data["kind"], "comparison");
  EXPECT_EQ(data["verdict"], "regressed");
  ASSERT_EQ(data["sides"].size(), 6U);
  EXPECT_EQ(data["sides"][1]["letter"], "B");
  const nlohmann::json& clause = data["compared"][0];
  EXPECT_EQ(clause["changed"], true);
  EXPECT_FALSE(clause["sides"][0].contains("change"));
  EXPECT_EQ(clause["sides"][1]["change"], "no longer holds");
  EXPECT_EQ(clause["sides"][3]["change"], "changed");
  EXPECT_EQ(clause["sides"][4]["change"], "no longer told");
  ASSERT_EQ(data["differences"].size(), 1U);
  const nlohmann::json& difference = data["differences"][0];
  EXPECT_EQ(difference["side"], 1);
  EXPECT_EQ(difference["replayed"], "still failing");
  EXPECT_EQ(difference["history"].size(), sample_history().events.size());
  ASSERT_EQ(difference["others"].size(), 2U);
  EXPECT_EQ(difference["others"][0]["replayed"], "fixed");
  EXPECT_EQ(difference["others"][0]["history"].size(), sample_history().events.size());
  EXPECT_FALSE(difference["others"][1].contains("history"));
}

TEST(ComparisonReports, WriteMarkdownThatNothingOfAServersEscapesFrom) {
  Comparison comparison = with_a_difference();
  comparison.differences[0].violation.finding.observed = "| ``` <script> [x](y)\n# head";
  comparison.differences[0].violation.history.events[6].error = "```";
  const std::string text = write_comparison_markdown(comparison);
  EXPECT_THAT(text,
              AllOf(StartsWith("# closecheck: regressed: "),
                    HasSubstr("| closed-job-refuses-data | stated | holds "
                              "| **violated** | waived |"),
                    HasSubstr("````\n     0.000 s   1. create job"),
                    HasSubstr("- observed: \\| \\`\\`\\` \\<script\\> \\[x\\]\\(y\\)"), Not(HasSubstr("\n# head"))));
}

}  // namespace
}  // namespace closecheck::reports
