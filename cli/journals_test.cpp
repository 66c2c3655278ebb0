#include "journals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "earlier_runs.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr const char* kUrl = "http://127.0.0.1:9200";

class Journals : public testing::Test {
 protected:
  Journals() { ::setenv("XDG_STATE_HOME", folder_.path("state").c_str(), 1); }
  ~Journals() override { ::unsetenv("XDG_STATE_HOME"); }

  static std::unique_ptr<JournalLock> make(const std::string& run, const std::string& url = kUrl) {
    return JournalLock::make({run, url, Profile::xpack_6_3, "2026-11-29T04:30:00Z"});
  }
  static void create(const JournalLock& journal, const std::string& job) {
    std::ofstream(journal.path(), std::ios::app) << R"({"event":"created","kind":"job","name":")" + job + "\"}\n";
  }

  const TestFolder folder_;
};

TEST_F(Journals, AreLockedForAsLongAsTheirRunLives) {
  auto journal = make("aaaaaaaa");
  create(*journal, "closecheck-aaaaaaaa-0-a");
  EXPECT_EQ(JournalLock::take(journal->path()), nullptr);
  EXPECT_TRUE(kept_journals().at(0).is_live);

  const std::string path = journal->path();
  journal.reset();
  EXPECT_FALSE(kept_journals().at(0).is_live);
  EXPECT_NE(JournalLock::take(path), nullptr);
}

TEST_F(Journals, OfOneRunAreOneForEachTarget) {
  const auto one = make("aaaaaaaa");
  const auto other = make("aaaaaaaa", "http://127.0.0.1:9201");
  EXPECT_NE(one->path(), other->path());
  EXPECT_EQ(kept_journals().at(0).run_id(), "aaaaaaaa");
  EXPECT_EQ(kept_journals().at(1).run_id(), "aaaaaaaa");
}

TEST_F(Journals, GoWhereNothingIsLeftAndNobodyLives) {
  make("aaaaaaaa");
  const auto live = make("bbbbbbbb");
  EXPECT_THAT(kept_journals(), SizeIs(1));
  EXPECT_EQ(kept_journals().at(0).run_id(), "bbbbbbbb");
}

TEST_F(Journals, TellOfTheRunsOnTheirOwnTarget) {
  create(*make("aaaaaaaa"), "closecheck-aaaaaaaa-0-a");
  create(*make("bbbbbbbb", "http://127.0.0.1:9201"), "closecheck-bbbbbbbb-0-a");
  const auto live = make("cccccccc");
  create(*live, "closecheck-cccccccc-0-a");

  const std::map<std::string, EarlierRun> runs = runs_by_journal(kUrl);
  ASSERT_THAT(runs, SizeIs(2));
  EXPECT_FALSE(runs.at("aaaaaaaa").is_live);
  EXPECT_THAT(runs.at("aaaaaaaa").things, ElementsAre(sut::Thing{sut::ThingKind::job, "closecheck-aaaaaaaa-0-a"}));
  EXPECT_TRUE(runs.at("cccccccc").is_live);
}

TEST(EarlierRuns, AreKnownByTheNamesThatTheyGive) {
  EXPECT_EQ(run_id_in("closecheck-k3j2h1g0-12-a"), "k3j2h1g0");
  for (const char* other : {"closecheck-a", "closecheck-preflight", "closecheck-K3J2H1G0-a", "closecheck-k3j2h1g0",
                            "closecheck-k3j-h1g0-a", "somebodys-k3j2h1g0-a", ""})
    EXPECT_EQ(run_id_in(other), "") << other;

  std::map<std::string, EarlierRun> runs;
  add_things({{sut::ThingKind::job, "closecheck-k3j2h1g0-12-a"}, {sut::ThingKind::job, "closecheck-a"}}, runs);
  EXPECT_THAT(runs, SizeIs(1));
}

}  // namespace
}  // namespace closecheck::cli
