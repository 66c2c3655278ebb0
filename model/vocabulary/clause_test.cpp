#include "closecheck/vocabulary/clause.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace closecheck {
namespace {

TEST(ClauseCatalogue, StandsInTheOrderOfTheEnumeration) {
  for (std::size_t i = 0; i < kClauseCount; ++i)
    EXPECT_EQ(clauses()[i].clause, static_cast<Clause>(i)) << clauses()[i].id;
}

TEST(ClauseCatalogue, HasUniqueIdsThatLeadBackToTheClause) {
  std::set<std::string_view> seen;
  for (const ClauseText& text : clauses()) {
    EXPECT_TRUE(seen.insert(text.id).second) << text.id;
    EXPECT_EQ(clause_named(text.id), text.clause);
    EXPECT_EQ(id_of(text.clause), text.id);
  }
  EXPECT_EQ(clause_named("close_ends_open_job"), std::nullopt);
  EXPECT_EQ(clause_named(""), std::nullopt);
}

TEST(ClauseCatalogue, SpellsIdsInLowerCaseWithDashes) {
  for (const ClauseText& text : clauses()) {
    EXPECT_EQ(text.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos) << text.id;
    EXPECT_LE(text.id.size(), 31U) << text.id;
  }
}

TEST(ClauseCatalogue, GoesFromStatedOverImpliedAndDialectToMeasured) {
  EXPECT_EQ(clauses().front().level, Level::stated);
  for (std::size_t i = 1; i < kClauseCount; ++i)
    EXPECT_GE(clauses()[i].level, clauses()[i - 1].level) << clauses()[i].id;
  EXPECT_EQ(clauses().back().level, Level::measured);
}

TEST(ClauseCatalogue, SaysWhatWhyAndHowOfEveryClauseInSentences) {
  for (const ClauseText& text : clauses()) {
    for (const std::string_view part : {text.says, text.why, text.how}) {
      ASSERT_FALSE(part.empty()) << text.id;
      EXPECT_EQ(part.back(), '.') << text.id;
    }
    if (text.level == Level::stated) {
      EXPECT_FALSE(text.section.empty()) << text.id;
    }
  }
}

TEST(ClauseCatalogue, NamesTheLevelsAsReportsSpellThem) {
  EXPECT_EQ(name(Level::stated), "stated");
  EXPECT_EQ(name(Level::measured), "measured");
  EXPECT_EQ(level_of(Clause::close_many), Level::dialect);
}

}  // namespace
}  // namespace closecheck
