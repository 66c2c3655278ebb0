#include "rules/result_expectations.h"

#include <gtest/gtest.h>

namespace closecheck::model {
namespace {

constexpr std::int64_t kSpan = 60'000;

std::vector<Record> at(std::initializer_list<std::int64_t> offsets_ms) {
  std::vector<Record> records;
  for (const std::int64_t offset : offsets_ms) records.push_back({kDataStart + offset, 1, ""});
  return records;
}

ResultExpectations fresh(const std::string& span = "60s") {
  JobConfig config;
  config.bucket_span = span;
  ResultExpectations results;
  results.create(&config);
  results.reopen();
  return results;
}

/// As a post that nothing overlaps.
void book(ResultExpectations& results, std::initializer_list<std::int64_t> offsets_ms, Fate fate = Fate::taken) {
  results.book(at(offsets_ms), fate, results.newest().sure_ms, results.newest().possible_ms);
}

// close-flushes-buffers: a bucket is passed once a later one has a record.
TEST(ResultExpectations, KnowWhatTheDataHasPassed) {
  ResultExpectations results = fresh();
  book(results, {0, 1, kSpan - 1});
  EXPECT_FALSE(results.has_passed(kDataStart));
  book(results, {kSpan});

  EXPECT_TRUE(results.has_passed(kDataStart));
  EXPECT_FALSE(results.has_passed(kDataStart + kSpan));
  EXPECT_EQ(results.find(kDataStart)->lo, 3);
  EXPECT_EQ(results.find(kDataStart)->hi, 3);
}

TEST(ResultExpectations, LeaveOutWhatIsOutOfOrderOrHasNoTime) {
  ResultExpectations results = fresh();
  std::vector<Record> records = at({10, 5, 10});
  records.push_back({Record::kInvalidTime, 1, ""});
  const ProcessedRange range = results.processed_of(records, INT64_MIN, INT64_MIN);

  EXPECT_EQ(range.surely, 2);
  EXPECT_EQ(range.at_most, 2);
  EXPECT_EQ(results.processed_of(at({9, 10}), kDataStart + 10, kDataStart + 10).at_most, 1);
}

// Of two posts that overlap the later records may come first, and drop the earlier ones.
TEST(ResultExpectations, BoundWhatOverlappingPostsBring) {
  ResultExpectations results = fresh();
  const ProcessedRange range = results.processed_of(at({0, kSpan}), INT64_MIN, kDataStart + kSpan);
  EXPECT_EQ(range.surely, 1);
  EXPECT_EQ(range.at_most, 2);

  results.book(at({kSpan}), Fate::taken, INT64_MIN, kDataStart);
  results.book(at({0}), Fate::taken, INT64_MIN, kDataStart + kSpan);
  EXPECT_EQ(results.find(kDataStart)->lo, 0);
  EXPECT_EQ(results.find(kDataStart)->hi, 1);
  EXPECT_EQ(results.find(kDataStart + kSpan)->lo, 1);
}

TEST(ResultExpectations, CountAnyPartOfWhatIsPostedToAJobOfUnknownConfiguration) {
  ResultExpectations results;
  results.create(nullptr);
  const ProcessedRange range = results.processed_of(at({0, 1}), INT64_MIN, INT64_MIN);

  EXPECT_EQ(range.surely, 0);
  EXPECT_EQ(range.at_most, 2);
  EXPECT_FALSE(results.is_readable());
  EXPECT_FALSE(results.is_bounded());
}

TEST(ResultExpectations, ReadSpansInEveryUnitAndJudgeNoOthers) {
  for (const auto& [span, next] : {std::pair{"5m", 300'000}, {"1h", 3'600'000}}) {
    ResultExpectations results = fresh(span);
    const std::int64_t start = kDataStart / next * next;
    book(results, {start - kDataStart, start + next - 1 - kDataStart});
    EXPECT_FALSE(results.has_passed(start));
    book(results, {start + next - kDataStart});
    EXPECT_TRUE(results.has_passed(start));
  }
  EXPECT_FALSE(fresh("soon").is_readable());
}

// force-returns-early: what was behind a normal close is kept, what came since may be lost.
TEST(ResultExpectations, LoseOnlyWhatWasNotPersisted) {
  ResultExpectations results = fresh();
  book(results, {0, 1});
  results.end_cleanly();
  results.reopen();
  book(results, {2, kSpan});
  results.lose();

  EXPECT_EQ(results.find(kDataStart)->lo, 2);
  EXPECT_EQ(results.find(kDataStart)->hi, 3);
  EXPECT_EQ(results.find(kDataStart + kSpan)->lo, 0);
  EXPECT_EQ(results.find(kDataStart + kSpan)->hi, 1);
  EXPECT_FALSE(results.has_passed(kDataStart));
}

// accepted-data-is-kept: whoever queues while closing owes the records after the next re-open.
TEST(ResultExpectations, OweQueuedRecordsAfterTheReopen) {
  ResultExpectations results = fresh();
  book(results, {0}, Fate::queued);
  EXPECT_EQ(results.find(kDataStart)->lo, 0);
  EXPECT_EQ(results.find(kDataStart)->hi, 1);
  results.end_cleanly();
  results.reopen();

  EXPECT_EQ(results.find(kDataStart)->lo, 1);
  EXPECT_EQ(results.find(kDataStart)->hi, 1);
}

// reopen-continues-analysis
TEST(ResultExpectations, RememberTheBucketThatACloseCut) {
  ResultExpectations results = fresh();
  book(results, {0, kSpan});
  results.end_cleanly();
  results.reopen();
  book(results, {kSpan + 1, 2 * kSpan});

  const BucketExpectation& first = *results.find(kDataStart);
  const BucketExpectation& second = *results.find(kDataStart + kSpan);
  EXPECT_FALSE(first.cut);
  EXPECT_EQ(results.early_of(first), 1);
  EXPECT_TRUE(second.cut);
  EXPECT_EQ(results.early_of(second), 1);
  EXPECT_EQ(second.lo, 2);
  EXPECT_EQ(results.passed_since_open(), 1U);
}

// refused-request-changes-nothing
TEST(ResultExpectations, RememberWhatWasRefused) {
  ResultExpectations results = fresh();
  book(results, {0, 1}, Fate::refused);

  EXPECT_EQ(results.find(kDataStart)->refused, 2);
  EXPECT_EQ(results.find(kDataStart)->hi, 0);
}

// A revert may take away what was there, and may let the same data come again.
TEST(ResultExpectations, DemandNothingThatMayHaveBeenTakenBack) {
  ResultExpectations results = fresh();
  book(results, {0, kSpan});
  results.forget();

  EXPECT_EQ(results.find(kDataStart)->lo, 0);
  EXPECT_FALSE(results.is_bounded());
  EXPECT_FALSE(results.has_passed(kDataStart));
}

// Nothing blinds for life: what a closed job shows of itself is the new ground.
TEST(ResultExpectations, StandOnWhatAClosedJobShowsOnceNothingElseIsKnown) {
  ResultExpectations results = fresh();
  results.book_unknown();
  book(results, {0});
  EXPECT_EQ(results.find(kDataStart)->lo, 0);
  DataCounts counts;
  counts.processed_records = 3;
  counts.latest_record_ms = kDataStart + kSpan;
  results.rebase(counts);
  const std::vector<Bucket> shown{{kDataStart, 2, false, 0}};
  results.rebase(shown);

  ASSERT_TRUE(results.is_bounded());
  EXPECT_EQ(results.find(kDataStart)->lo, 2);
  EXPECT_EQ(results.find(kDataStart)->hi, 2);
  EXPECT_GT(results.find(kDataStart + kSpan)->hi, 1'000'000) << "the unfinished bucket may count more than is shown";
  results.reopen();
  book(results, {2 * kSpan, 3 * kSpan});
  EXPECT_EQ(results.find(kDataStart + 2 * kSpan)->lo, 1);
  EXPECT_EQ(results.find(kDataStart + 2 * kSpan)->hi, 1);
}

// What is known needs no new ground.
TEST(ResultExpectations, KeepWhatTheyKnowWhateverAJobShows) {
  ResultExpectations results = fresh();
  book(results, {0, kSpan});
  DataCounts counts;
  counts.latest_record_ms = kDataStart;
  results.rebase(counts);
  const std::vector<Bucket> shown{{kDataStart, 7, false, 0}};
  results.rebase(shown);

  EXPECT_EQ(results.find(kDataStart)->hi, 1);
  EXPECT_EQ(results.newest().sure_ms, kDataStart + kSpan);
}

}  // namespace
}  // namespace closecheck::model
