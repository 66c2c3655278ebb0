#include "model/ledger.h"

#include <gtest/gtest.h>

namespace closecheck::model {
namespace {

constexpr std::int64_t kSpan = 60'000;

std::vector<Record> at(std::initializer_list<std::int64_t> offsets_ms) {
  std::vector<Record> records;
  for (const std::int64_t offset : offsets_ms) records.push_back({kDataStart + offset, 1, ""});
  return records;
}

Ledger fresh(const std::string& span = "60s") {
  JobConfig config;
  config.bucket_span = span;
  Ledger ledger;
  ledger.create(&config);
  ledger.reopen();
  return ledger;
}

// close-flushes-buffers: a bucket is passed once a later one has a record.
TEST(Ledger, KnowsWhatTheDataHasPassed) {
  Ledger ledger = fresh();
  ledger.book(at({0, 1, kSpan - 1}), Fate::taken);
  EXPECT_FALSE(ledger.has_passed(kDataStart));
  ledger.book(at({kSpan}), Fate::taken);

  EXPECT_TRUE(ledger.has_passed(kDataStart));
  EXPECT_FALSE(ledger.has_passed(kDataStart + kSpan));
  EXPECT_EQ(ledger.find(kDataStart)->lo, 3);
  EXPECT_EQ(ledger.find(kDataStart)->hi, 3);
}

TEST(Ledger, LeavesOutWhatIsOutOfOrderOrHasNoTime) {
  Ledger ledger = fresh();
  std::vector<Record> records = at({10, 5, 10});
  records.push_back({Record::kInvalidTime, 1, ""});
  EXPECT_EQ(ledger.processed_of(records), 2);
  ledger.book(records, Fate::taken);

  EXPECT_EQ(ledger.total_lo(), 2);
  EXPECT_EQ(ledger.total_hi(), 2);
  EXPECT_EQ(ledger.processed_of(at({9, 10})), 1);
}

TEST(Ledger, ReadsSpansInEveryUnitAndJudgesNoOthers) {
  EXPECT_EQ(fresh("5m").span_ms(), 300'000);
  EXPECT_EQ(fresh("1h").span_ms(), 3'600'000);
  EXPECT_FALSE(fresh("soon").is_readable());
}

// force-returns-early: what was behind a normal close is kept, what came since may be lost.
TEST(Ledger, LosesOnlyWhatWasNotPersisted) {
  Ledger ledger = fresh();
  ledger.book(at({0, 1}), Fate::taken);
  ledger.end_cleanly();
  ledger.reopen();
  ledger.book(at({2, kSpan}), Fate::taken);
  ledger.lose();

  EXPECT_EQ(ledger.find(kDataStart)->lo, 2);
  EXPECT_EQ(ledger.find(kDataStart)->hi, 3);
  EXPECT_EQ(ledger.find(kDataStart + kSpan)->lo, 0);
  EXPECT_EQ(ledger.find(kDataStart + kSpan)->hi, 1);
  EXPECT_FALSE(ledger.has_passed(kDataStart));
  EXPECT_EQ(ledger.total_lo(), 2);
  EXPECT_EQ(ledger.total_hi(), 4);
}

// accepted-data-is-kept: whoever queues while closing owes the records after the next re-open.
TEST(Ledger, OwesQueuedRecordsAfterTheReopen) {
  Ledger ledger = fresh();
  ledger.book(at({0}), Fate::queued);
  EXPECT_EQ(ledger.total_lo(), 0);
  EXPECT_EQ(ledger.total_hi(), 1);
  ledger.end_cleanly();
  ledger.reopen();

  EXPECT_EQ(ledger.total_lo(), 1);
  EXPECT_EQ(ledger.total_hi(), 1);
}

// reopen-continues-analysis
TEST(Ledger, RemembersTheBucketThatACloseCut) {
  Ledger ledger = fresh();
  ledger.book(at({0, kSpan}), Fate::taken);
  ledger.end_cleanly();
  ledger.reopen();
  ledger.book(at({kSpan + 1, 2 * kSpan}), Fate::taken);

  EXPECT_FALSE(ledger.find(kDataStart)->cut);
  EXPECT_TRUE(ledger.find(kDataStart + kSpan)->cut);
  EXPECT_EQ(ledger.find(kDataStart + kSpan)->early, 1);
  EXPECT_EQ(ledger.find(kDataStart + kSpan)->lo, 2);
}

// Of two posts that overlap the later records may come first, and drop the earlier ones.
TEST(Ledger, BoundsWhatOverlappingPostsBring) {
  Ledger ledger = fresh();
  ledger.book(at({kSpan}), Fate::taken, kDataStart);
  ledger.book(at({0}), Fate::taken, kDataStart + kSpan);

  EXPECT_EQ(ledger.find(kDataStart)->lo, 0);
  EXPECT_EQ(ledger.find(kDataStart)->hi, 1);
  EXPECT_EQ(ledger.find(kDataStart + kSpan)->lo, 1);
  EXPECT_FALSE(ledger.has_exact_counts());
}

// refused-request-changes-nothing
TEST(Ledger, RemembersWhatWasRefused) {
  Ledger ledger = fresh();
  ledger.book(at({0, 1}), Fate::refused);

  EXPECT_EQ(ledger.find(kDataStart)->refused, 2);
  EXPECT_EQ(ledger.find(kDataStart)->hi, 0);
}

TEST(Ledger, ExpectsNothingOnceItGaveUp) {
  Ledger ledger = fresh();
  ledger.book(at({0, kSpan}), Fate::taken);
  ledger.give_up();

  EXPECT_FALSE(ledger.is_readable());
  EXPECT_FALSE(ledger.has_exact_counts());
  EXPECT_TRUE(ledger.buckets().empty());
}

}  // namespace
}  // namespace closecheck::model
