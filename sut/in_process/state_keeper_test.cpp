// What is stored of a core, and the core that comes back from it.
#include "in_process/state_keeper.h"

#include <gtest/gtest.h>

#include "in_process/random_life_for_test.h"
#include "in_process/state_fields.h"
#include "store/memory_store_for_test.h"

namespace closecheck::sut {
namespace {

/// Every row, whatever was stored before.
Rows everything(Core core) {
  StateAccess::mark_all(core);
  Rows rows;
  apply_changes(StateKeeper().collect(core), rows);
  return rows;
}

/// The keys of the rows in which two states differ. The clock is only written when something else is.
std::string differences(const Rows& a, const Rows& b) {
  std::string keys;
  for (const auto& [key, value] : a)
    if (const auto other = b.find(key); key != "clock//" && (other == b.end() || other->second != value))
      keys += key + " ";
  for (const auto& [key, value] : b)
    if (!a.contains(key)) keys += key + " ";
  return keys;
}

TEST(State, ReadsBackEveryKindOfNumber) {
  StateWriter writer;
  writer(std::int64_t{0}, INT64_MIN, INT64_MAX, std::int64_t{-1}, 1.5, -0.0, true, std::uint32_t{300},
         std::optional<std::int64_t>(), std::string("a\0b", 3));
  const std::string bytes = writer.take();
  StateReader reader(bytes);
  std::int64_t a = 1, b = 1, c = 1, d = 1;
  double e = 0, f = 0;
  bool g = false;
  std::uint32_t h = 0;
  std::optional<std::int64_t> i = 3;
  std::string j;
  reader(a, b, c, d, e, f, g, h, i, j);
  reader.finish();
  EXPECT_EQ(std::tuple(a, b, c, d, e, g, h, i, j),
            std::tuple(0, INT64_MIN, INT64_MAX, -1, 1.5, true, 300U, std::nullopt, std::string("a\0b", 3)));
  EXPECT_TRUE(std::signbit(f));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    StateReader shorter(std::string_view(bytes).substr(0, size));
    EXPECT_THROW(shorter(a, b, c, d, e, f, g, h, i, j), StateUnreadable);
  }
}

// accepted-data-is-kept: a change that nobody notes would be lost at a crash.
TEST(State, StoresStepByStepWhatItWouldStoreAtOnce) {
  std::size_t commits = 0;
  int by_wire = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    RandomLife life(seed);
    Core core(life.manner());
    StateKeeper keeper;
    Rows stored;
    Time now = 0;
    std::uint64_t seen = core.changes();
    for (int step = 0; step < 80; ++step) {
      life.step(core, now);
      const bool quiet = core.changes() == seen;
      seen = core.changes();
      const RowChanges changes = keeper.collect(core);
      ASSERT_TRUE(!quiet || changes.empty()) << "seed " << seed << ", step " << step;
      if (!changes.empty()) ++commits;
      apply_changes(changes, stored);
      ASSERT_EQ(differences(stored, everything(core)), "") << "seed " << seed << ", step " << step;
    }
    by_wire += life.by_wire();
  }
  EXPECT_GT(commits, 3'000U);
  EXPECT_GT(by_wire, 1'000);
}

TEST(State, ComesBackWholeFromItsRows) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    RandomLife life(seed);
    const Manner manner = life.manner();
    Core core(manner);
    Time now = 0;
    for (int step = 0; step < 120; ++step) life.step(core, now);
    const Rows rows = everything(core);

    StateKeeper keeper;
    Core back = keeper.load(rows, manner, 1);

    EXPECT_EQ(differences(everything(back), rows), "") << "seed " << seed;
    EXPECT_TRUE(keeper.collect(back).empty()) << "seed " << seed;
    EXPECT_EQ(back.wall_start_ms(), core.wall_start_ms());
  }
}

// reopen-continues-analysis: a life that goes on from its rows is the same life.
TEST(State, GoesOnFromItsRowsAsIfNothingHadHappened) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomLife life(seed);
    const Manner manner = life.manner();
    Core core(manner);
    Time now = 0;
    for (int step = 0; step < 60; ++step) life.step(core, now);
    Core back = StateKeeper().load(everything(core), manner, 1);
    RandomLife same = life;
    Time same_now = now;
    for (int step = 0; step < 60; ++step) {
      // Whoever waited waits no more: his answer is nobody's.
      life.step(core, now);
      same.step(back, same_now);
    }
    EXPECT_EQ(differences(everything(back), everything(core)), "") << "seed " << seed;
  }
}

TEST(State, ResumesWhatWasOpenedAndWhatWasClosing) {
  Manner manner;
  manner.security = false;
  Core core(manner);
  Replies replies;
  Time now = 0;
  const auto ask = [&](Core& of, Operation operation) {
    replies.clear();
    of.handle(Request{Principal::manage_ml, std::move(operation), nullptr}, now, 1, replies);
    return replies.empty() ? Response{} : replies.front().answer.response;
  };
  const auto state = [&](Core& of, const std::string& job) {
    return std::get<JobStatisticsList>(ask(of, JobStats{job}).content).jobs.front().state;
  };
  for (const char* job : {"opened", "opening", "closing", "hanging"}) {
    ask(core, CreateJob{job, {}});
    if (std::string_view(job) != "opening") ask(core, OpenJob{job});
  }
  now = 10 * kSecond;
  core.fire(now, replies);
  ask(core, PostData{"opened", {Record{kDataStart, 1, ""}}, false});
  ask(core, PostData{"closing", {Record{kDataStart, 1, ""}}, false});
  core.inject(Fault::hang_close, "hanging", 0, now, replies);
  ask(core, OpenJob{"opening"});
  ask(core, CloseJob{"closing", std::nullopt, std::nullopt, std::nullopt, {}});
  ask(core, CloseJob{"hanging", std::nullopt, std::nullopt, std::nullopt, {}});

  Core back = StateKeeper().load(everything(core), manner, 1);
  now = 20 * kSecond;
  back.resume(now);

  EXPECT_EQ(state(back, "opened"), JobState::opening);
  EXPECT_EQ(state(back, "opening"), JobState::opening);
  now += kMinute;
  EXPECT_EQ(state(back, "opened"), JobState::opened);
  EXPECT_EQ(state(back, "opening"), JobState::opened);
  EXPECT_EQ(state(back, "closing"), JobState::closed);
  EXPECT_EQ(state(back, "hanging"), JobState::closed);
  EXPECT_EQ(std::get<SnapshotList>(ask(back, GetSnapshots{"closing"}).content).count, 1);
  EXPECT_EQ(std::get<DataCounts>(ask(back, PostData{"opened", {Record{kDataStart + 1, 1, ""}}, false}).content)
                .processed_records,
            1);
  ask(back, FlushJob{"opened", "true"});
  const auto page = std::get<BucketPage>(ask(back, GetBuckets{"opened", std::nullopt, std::nullopt}).content);
  ASSERT_EQ(page.buckets.size(), 1U);
  EXPECT_EQ(page.buckets[0].event_count, 2);
}

TEST(State, RefusesRowsThatAreNone) {
  Manner manner;
  Core core(manner);
  Replies replies;
  core.handle(Request{Principal::setup, CreateJob{"j", {}}, nullptr}, 0, 1, replies);
  const Rows rows = everything(core);
  const auto refused = [&](const std::string& key, const std::string& value) {
    Rows bad = rows;
    bad.insert_or_assign(key, value);
    EXPECT_THROW(StateKeeper().load(bad, manner, 0), StateUnreadable) << key;
  };
  refused("job//j", rows.at("job//j").substr(1));
  refused("job//j", rows.at("job//j") + "x");
  refused("job_buckets/0000000000/k", "");
  refused("surprise", "");
  refused("feed//f", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  Manner other = manner;
  other.profile = Profile::xpack_6_3;
  EXPECT_THROW(StateKeeper().load(rows, other, 0), StateUnreadable);
}

}  // namespace
}  // namespace closecheck::sut
