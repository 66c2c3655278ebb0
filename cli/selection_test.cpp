#include "selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Selection, IsEverythingWithoutAPattern) {
  EXPECT_EQ(select_clauses({}).size(), kClauseCount);
}

TEST(Selection, NamesEachClauseOnceInCatalogueOrder) {
  EXPECT_THAT(select_clauses({"close-many", "job-reopens", "close-man?"}),
              ElementsAre(Clause::job_reopens, Clause::close_many));
  EXPECT_THAT(select_clauses({"force-*", "job-reopens"}),
              ElementsAre(Clause::job_reopens, Clause::force_returns_early, Clause::force_closes_failed_job,
                          Clause::force_closes_unresponsive_job, Clause::force_boolean_grammar));
}

TEST(Selection, RefusesWhatMatchesNothing) {
  EXPECT_THROW(select_clauses({"job-reopens", "no-such-*"}), UsageError);
  try {
    select_clauses({"job-reopen"});
    FAIL() << "an unknown id was taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'job-reopens'"));
  }
}

}  // namespace
}  // namespace closecheck::cli
