#include "endpoint/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace closecheck::sut {
namespace {

const Thing kJob{ThingKind::job, "closecheck-1-a"};
const Thing kFeed{ThingKind::feed, "closecheck-1-f"};

class JournalFile : public testing::Test {
 protected:
  ~JournalFile() override { std::filesystem::remove(path_); }
  std::size_t lines() const {
    std::ifstream file(path_);
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("closecheck-journal-" + std::to_string(::getpid()))).string();
};

TEST_F(JournalFile, NamesWhatWasCreatedAndNotRemoved) {
  Journal journal(path_);
  EXPECT_TRUE(journal.created(kJob));
  EXPECT_TRUE(journal.created(kFeed));
  journal.removed(kFeed);

  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{kJob});
}

TEST_F(JournalFile, TellsEachThingOnceUntilItIsRemoved) {
  Journal journal(path_);
  journal.created(kJob);
  journal.created(kJob);
  EXPECT_EQ(lines(), 1U);
  journal.removed(kJob);
  journal.created(kJob);

  EXPECT_EQ(lines(), 3U);
  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{kJob});
}

TEST_F(JournalFile, GoesOnWhereAnEarlierRunEnded) {
  Journal(path_).created(kJob);
  Journal(path_).created(kFeed);

  EXPECT_EQ(read_journal(path_).left, (std::set<Thing>{kFeed, kJob}));
}

TEST_F(JournalFile, NamesNothingThatWasCertainlyRefused) {
  Journal journal(path_);
  journal.created(kJob);
  journal.created(kFeed);
  journal.created(kFeed);
  journal.refused(kJob);
  journal.refused(kFeed);
  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{kFeed}) << "another creation of it is open";
  journal.may_be_there(kFeed);
  journal.created(kFeed);
  journal.refused(kFeed);

  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{kFeed}) << "it is there already";
}

TEST_F(JournalFile, TellsWhoseItIs) {
  write(journal_head({"abcdefgh", "http://127.0.0.1:9200", Profile::es_7, "2026-11-29T04:30:00Z"}));
  Journal(path_).created(kJob);
  const JournalContent content = read_journal(path_);

  ASSERT_TRUE(content.owner);
  EXPECT_EQ(content.owner->run_id, "abcdefgh");
  EXPECT_EQ(content.owner->url, "http://127.0.0.1:9200");
  EXPECT_EQ(content.owner->profile, Profile::es_7);
  EXPECT_EQ(content.left, std::set<Thing>{kJob});
}

TEST_F(JournalFile, HasNoOwnerWhereItsHeadLacks) {
  write("{\"event\":\"run\",\"run\":\"abcdefgh\"}\n");
  EXPECT_FALSE(read_journal(path_).owner);
}

TEST_F(JournalFile, SkipsLinesThatCannotBeRead) {
  Journal(path_).created(kJob);
  write("garbage\n[1]\n{\"event\":\"created\",\"kind\":\"moon\",\"name\":\"x\"}\n{\"event\":\"created\",\"kind\":1}\n");
  write("{\"event\":\"removed\",\"kind\":\"job\",\"name\":\"closecheck-1-");

  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{kJob});
}

TEST_F(JournalFile, KeepsNamesWithQuotesWhole) {
  const Thing odd{ThingKind::index, "closecheck-\"\n\\"};
  Journal(path_).created(odd);

  EXPECT_EQ(read_journal(path_).left, std::set<Thing>{odd});
}

TEST_F(JournalFile, IsEmptyWhereThereIsNone) {
  EXPECT_TRUE(read_journal(path_).left.empty());
  Journal none("");
  EXPECT_TRUE(none.created(kJob));
  EXPECT_THROW(Journal("/nowhere/at/all"), std::invalid_argument);
}

TEST_F(JournalFile, RefusesToCreateWhatItCannotTell) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no device that is always full";
  Journal full("/dev/full");

  EXPECT_FALSE(full.created(kJob));
}

}  // namespace
}  // namespace closecheck::sut
