// The store on a real disk, and on one that loses what was not synced.
#include "store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>

#include "in_process/random_life_for_test.h"
#include "in_process/state_keeper.h"
#include "store/losing_disk_for_test.h"
#include "store/memory_store_for_test.h"

namespace closecheck::sut {
namespace {

/// A directory of one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "closecheck-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  SqliteSettings settings() const { return {path_ + "/data", "", true, 1'000}; }

 private:
  std::string path_;
};

std::string refusal(const SqliteSettings& settings) {
  try {
    const SqliteStore store(settings);
  } catch (const StoreRefused& refused) {
    return refused.what();
  }
  return "";
}

void run(const SqliteSettings& settings, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((settings.directory + "/closecheck.sqlite").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(SqliteStore, KeepsRowsFromOneLifeToTheNext) {
  const Folder folder;
  {
    SqliteStore store(folder.settings());
    EXPECT_TRUE(store.load().empty());
    store.commit({{"a", "1"}, {"b", std::string("\0x", 2)}, {"c", ""}});
    store.commit({{"a", std::nullopt}, {"b", "2"}, {"never there", std::nullopt}});
  }
  SqliteStore store(folder.settings());
  EXPECT_EQ(store.load(), (Rows{{"b", "2"}, {"c", ""}}));
}

TEST(SqliteStore, RefusesADirectoryThatIsInUse) {
  const Folder folder;
  const auto first = std::make_unique<SqliteStore>(folder.settings());
  EXPECT_NE(refusal(folder.settings()).find("in use by another server"), std::string::npos);
}

/// Makes a directory one that this process cannot write, for as long as this lives, whoever runs the tests.
class Unwritable {
 public:
  explicit Unwritable(const std::string& directory) : directory_(directory) {
    std::filesystem::permissions(std::filesystem::path(directory).parent_path(), kReadable);
    std::filesystem::permissions(directory, kReadable);
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      std::filesystem::permissions(entry.path(), kReadable);
    constexpr uid_t kNobody = 65'534;
    if (::geteuid() == 0) was_root_ = ::seteuid(kNobody) == 0;
  }
  ~Unwritable() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  }
  Unwritable(const Unwritable&) = delete;
  Unwritable& operator=(const Unwritable&) = delete;

 private:
  static constexpr std::filesystem::perms kReadable{0555};
  std::string directory_;
  bool was_root_ = false;
};

TEST(SqliteStore, ReadsWhatItCannotWrite) {
  const Folder folder;
  { SqliteStore(folder.settings()).commit({{"a", "1"}}); }
  {
    const Unwritable unwritable(folder.settings().directory);
    SqliteStore store(folder.settings());
    EXPECT_EQ(store.load(), (Rows{{"a", "1"}}));
    try {
      store.commit({{"a", "2"}});
      ADD_FAILURE() << "it was written";
    } catch (const StoreFailed& failed) {
      EXPECT_NE(std::string(failed.what()).find("cannot be written"), std::string::npos) << failed.what();
    }
    EXPECT_EQ(store.load(), (Rows{{"a", "1"}}));
    EXPECT_NE(refusal(folder.settings()).find("in use by another server"), std::string::npos);
  }
  EXPECT_EQ(SqliteStore(folder.settings()).load(), (Rows{{"a", "1"}}));
}

TEST(SqliteStore, RefusesChangesOfACrashThatItCannotTakeIn) {
  const Folder folder;
  { SqliteStore(folder.settings()).commit({{"a", "1"}}); }
  std::ofstream(folder.settings().directory + "/closecheck.sqlite-wal") << "changes";
  const Unwritable unwritable(folder.settings().directory);
  EXPECT_NE(refusal(folder.settings()).find("holds changes of a server that was killed"), std::string::npos);
}

TEST(SqliteStore, RefusesAnotherVersionAndSaysWhich) {
  const Folder folder;
  std::make_unique<SqliteStore>(folder.settings())->commit({{"a", "1"}});
  run(folder.settings(), "PRAGMA user_version = 99");
  EXPECT_NE(refusal(folder.settings()).find("has version 99, and this closecheck reads version"), std::string::npos);
  run(folder.settings(), "PRAGMA user_version = 5");
  EXPECT_EQ(refusal(folder.settings()), "");
}

std::string reading_failure(const SqliteSettings& settings) {
  try {
    SqliteStore(settings).load();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(SqliteStore, NamesARowThatIsNotAsItWasWritten) {
  const Folder folder;
  std::make_unique<SqliteStore>(folder.settings())->commit({{"job/a", "first"}, {"job/b", "second"}});
  run(folder.settings(), "UPDATE rows SET value = CAST('sebond' AS BLOB) WHERE key = 'job/b'");
  EXPECT_NE(reading_failure(folder.settings()).find("the row 'job/b' of the table 'rows' is damaged"),
            std::string::npos);
  run(folder.settings(), "DELETE FROM rows WHERE key = 'job/b'");
  EXPECT_EQ(reading_failure(folder.settings()), "");
  run(folder.settings(), "UPDATE rows SET key = 'job/c'");
  EXPECT_NE(reading_failure(folder.settings()).find("the row 'job/c'"), std::string::npos);
}

// Wherever it is in the file: it is noticed, or it changes nothing.
TEST(SqliteStore, NoticesEveryBitThatFlips) {
  const Folder folder;
  Rows rows;
  {
    SqliteStore store(folder.settings());
    RowChanges changes;
    for (int i = 0; i < 60; ++i)
      changes.push_back({"job/" + std::to_string(i) + "/part", std::string(static_cast<std::size_t>(i * 37), 'a')});
    apply_changes(changes, rows);
    store.commit(changes);
  }
  const std::string path = folder.settings().directory + "/closecheck.sqlite";
  std::string bytes;
  {
    std::ifstream file(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::mt19937_64 random(1);
  int noticed = 0;
  for (int i = 0; i < 600; ++i) {
    std::string flipped = bytes;
    const std::size_t bit = random() % (bytes.size() * 8);
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << flipped;
    try {
      SqliteStore store(folder.settings());
      ASSERT_EQ(store.load(), rows) << "bit " << bit % 8 << " of byte " << bit / 8;
    } catch (const std::runtime_error&) {
      ++noticed;
    }
  }
  EXPECT_GT(noticed, 150);
}

TEST(SqliteStore, RefusesWhatIsNotItsOwn) {
  const Folder folder;
  std::filesystem::create_directories(folder.settings().directory);
  run(folder.settings(), "CREATE TABLE theirs (x)");
  EXPECT_NE(refusal(folder.settings()).find("another program"), std::string::npos);
  std::ofstream(folder.settings().directory + "/closecheck.sqlite") << std::string(5'000, 'x');
  EXPECT_NE(refusal(folder.settings()).find("cannot be used"), std::string::npos);
  SqliteSettings blocked = folder.settings();
  blocked.directory += "/closecheck.sqlite/below";
  EXPECT_NE(refusal(blocked).find("cannot be made"), std::string::npos);
}

TEST(SqliteStore, IsAsItWasWhenThereIsNoRoom) {
  LosingDisk disk;
  SqliteStore store({"", LosingDisk::kName, true, 8});
  store.commit({{"a", "1"}});
  disk.fill(true);
  EXPECT_THROW(store.commit({{"a", "2"}, {"b", std::string(100'000, 'x')}}), StoreFailed);
  EXPECT_EQ(store.load(), (Rows{{"a", "1"}}));
  disk.fill(false);
  store.commit({{"a", "3"}});
  EXPECT_EQ(store.load(), (Rows{{"a", "3"}}));
}

/// What came of the power failures of one disk.
struct Ordeal {
  int failures = 0;     // of the power
  int lost = 0;         // a commit that had returned is not there
  int invented = 0;     // rows that no commit ever left
  int unreadable = 0;   // the store cannot be opened again, or no core comes of its rows
  int went_beyond = 0;  // a commit that had not returned is there all the same, whole
};

/// Random requests to a core whose changes are committed; at a random write, sync or truncation the power fails, and
/// everything begins anew from what the disk has left.
void suffer(std::uint64_t seed, int lives, bool sync, Ordeal& ordeal) {
  LosingDisk disk;
  std::mt19937_64 random(seed);
  RandomLife life(seed);
  const Manner manner = life.manner();
  std::vector<Rows> versions{Rows{}};  // after each commit; the last one may not have returned
  std::size_t returned = 0;            // the newest whose commit has
  Time now = 0;
  for (int i = 0; i < lives; ++i) {
    std::optional<SqliteStore> store;
    // A power failure may also meet the first steps, and the ones after the last failure.
    disk.fail_after(static_cast<int>(random() % (i == 0 ? 60 : 150)));
    try {
      store.emplace(SqliteSettings{"", LosingDisk::kName, sync, 8});
      StateKeeper keeper;
      Core core = keeper.load(store->load(), manner, kWallStartMs);
      core.resume(now);
      while (true) {
        for (std::uint64_t group = 1 + life.pick(3); group > 0; --group) life.step(core, now);
        const RowChanges changes = keeper.collect(core);
        if (changes.empty()) continue;
        versions.push_back(versions[returned]);
        apply_changes(changes, versions.back());
        store->commit(changes);
        returned = versions.size() - 1;
      }
    } catch (const StoreFailed&) {
    } catch (const StoreRefused&) {
    }
    ASSERT_TRUE(disk.is_off());
    ++ordeal.failures;
    store.reset();
    disk.restart(random);
    try {
      SqliteStore after({"", LosingDisk::kName, true, 8});
      const Rows rows = after.load();
      StateKeeper().load(rows, manner, kWallStartMs);
      const auto found = std::find(versions.rbegin(), versions.rend(), rows);
      if (found == versions.rend()) {
        ++ordeal.invented;
        return;
      }
      const std::size_t version = versions.size() - 1 - static_cast<std::size_t>(found - versions.rbegin());
      if (version < returned) ++ordeal.lost;
      if (version > returned) ++ordeal.went_beyond;
      versions = {rows};
      returned = 0;
    } catch (const std::runtime_error&) {
      ++ordeal.unreadable;
      return;
    }
  }
}

// accepted-data-is-kept: whatever the moment, what was acknowledged is there, and what was not is there whole or not
// at all.
TEST(SqliteStore, LosesNothingAcknowledgedWhenThePowerFails) {
  Ordeal ordeal;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) suffer(seed, 10, true, ordeal);
  EXPECT_EQ(ordeal.failures, 800);
  EXPECT_EQ(ordeal.lost, 0);
  EXPECT_EQ(ordeal.invented, 0);
  EXPECT_EQ(ordeal.unreadable, 0);
  EXPECT_GT(ordeal.went_beyond, 0);
  RecordProperty("power_failures", ordeal.failures);
}

TEST(SqliteStore, IsCaughtWhenItDoesNotSync) {
  Ordeal ordeal;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) suffer(seed, 10, false, ordeal);
  EXPECT_GT(ordeal.lost + ordeal.invented + ordeal.unreadable, 5);
}

}  // namespace
}  // namespace closecheck::sut
