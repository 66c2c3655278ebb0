// The table of sub-cases in this room's README: it names every deviation once, every clause that is judged, every
// variant, and each check catches the deviation beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "closecheck/vocabulary/text.h"
#include "engine/campaign.h"
#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

/// As the README says what each of them is.
constexpr std::array<std::string_view, 13> kSubCases{
    "plain",  "members", "parameters", "several jobs",      "overlap",   "opening",   "force",
    "cycles", "reading", "deleting",   "callers and names", "datafeeds", "revocation"};

/// `| clause | sub-case | check | deviation | variant |`; a dash where there is none.
struct Row {
  std::string clause;
  std::string sub_case;
  std::string check;
  std::string deviation;
  std::string variant;
};

std::vector<Row> rows_of_readme() {
  std::vector<Row> rows;
  std::ifstream file(CLOSECHECK_SUB_CASES);
  bool in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| clause |")) in_table = true;
    if (!line.starts_with('|')) in_table = false;
    if (!in_table || line.starts_with("| clause |") || line.starts_with("| ---")) continue;
    std::vector<std::string> cells;
    for (const std::string_view cell : divided(line, '|')) cells.emplace_back(trimmed(cell));
    if (cells.size() != 7) throw std::runtime_error("a row of other length: " + line);
    rows.push_back({cells[1], cells[2], cells[3], cells[4], cells[5]});
  }
  return rows;
}

const Check* check_named(std::string_view name) {
  const auto found = std::ranges::find(all_checks(), name, &Check::name);
  return found == all_checks().end() ? nullptr : &*found;
}

TEST(SubCases, NameEveryDeviationOnceBesideItsClause) {
  std::multiset<std::string> named;
  for (const Row& row : rows_of_readme()) {
    if (row.deviation == "-") continue;
    named.insert(row.deviation);
    const auto deviation = sut::deviation_named(row.deviation);
    ASSERT_TRUE(deviation) << row.deviation;
    EXPECT_EQ(id_of(sut::text_of(*deviation)->clause), row.clause) << row.deviation;
  }
  for (const sut::DeviationText& text : sut::deviations())
    EXPECT_EQ(named.count(std::string(text.name)), 1U) << text.name;
}

TEST(SubCases, AreOfEveryJudgedClauseAndNameEveryVariant) {
  std::set<std::string> clauses_named;
  std::set<std::string> variants_named;
  for (const Row& row : rows_of_readme()) {
    clauses_named.insert(row.clause);
    variants_named.insert(row.variant);
    EXPECT_NE(std::ranges::find(kSubCases, row.sub_case), kSubCases.end()) << row.sub_case;
    EXPECT_TRUE(row.variant == "-" || sut::variant_named(row.variant)) << row.variant;
  }
  for (const ClauseText& clause : clauses())
    EXPECT_TRUE(clause.level == Level::measured || clauses_named.contains(std::string(clause.id))) << clause.id;
  for (const sut::VariantText& variant : sut::variants())
    EXPECT_TRUE(variant.variant == sut::Variant{} || variants_named.contains(std::string(variant.name)))
        << variant.name;
}

/// Whether the programs of that check alone show that something is wrong; which clause is named first takes all checks.
bool catches(const Check& check, sut::Deviation deviation, Profile profile) {
  const GateOptions options = everything(profile);
  Environment environment;
  environment.profile = profile;
  environment.principals = options.principals;
  environment.faults = options.faults;
  const auto factory = sut::make_in_process_factory({.profile = profile, .deviation = deviation});
  const auto codec_factory =
      sut::make_in_process_factory({.profile = profile, .deviation = deviation, .through_codec = true});
  TrialRunner trials(environment, std::string(kNamePrefix), *factory, *codec_factory);
  CampaignOptions campaign;
  campaign.seed = options.seed;
  const std::atomic<bool> cancelled{false};
  const CampaignResult result = run_campaign({&check}, campaign, trials, {}, cancelled);
  return !result.checks.front().violations.empty();
}

TEST(SubCases, AreToldByTheCheckThatStandsBeside) {
  for (const Row& row : rows_of_readme()) {
    const Check* const check = check_named(row.check);
    ASSERT_NE(check, nullptr) << row.check;
    if (row.deviation == "-") continue;
    const sut::DeviationText& text = *sut::text_of(sut::deviation_named(row.deviation).value());
    EXPECT_TRUE(check->serves_clause(text.clause)) << row.check << " and " << row.clause;
    EXPECT_TRUE(catches(*check, text.deviation, Profile::xpack_6_3)) << row.check << ": " << text.name;
  }
}

}  // namespace
}  // namespace closecheck::properties
