#include "in_process/analysis.h"

#include <gtest/gtest.h>

namespace closecheck::sut {
namespace {

constexpr std::int64_t kSpan = 60'000;

Plan plan_of(Function function, const std::string& name, bool by_entity = false) {
  Plan plan;
  plan.span_ms = kSpan;
  plan.items.push_back({function, name, counts_records(function) ? "" : "value", by_entity ? "entity" : "", ""});
  return plan;
}

ReadRecord record(std::int64_t offset_ms, double value = 1, const std::string& entity = "") {
  return ReadRecord{{kDataStart + offset_ms, value, entity}, {}, 0, 0, 0};
}

struct Fixture {
  explicit Fixture(Plan plan_used) : plan(std::move(plan_used)) {}
  void take(std::int64_t offset_ms, double value = 1, const std::string& entity = "", bool report_empty = false) {
    model.take(plan, record(offset_ms, value, entity), report_empty, results);
  }
  Plan plan;
  Model model;
  Results results;
};

TEST(Analysis, FinishesABucketWhenTheDataHasPassedIt) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0);
  f.take(kSpan - 1);
  EXPECT_TRUE(f.results.buckets.empty());
  f.take(kSpan);

  ASSERT_EQ(f.results.buckets.size(), 1U);
  EXPECT_EQ(f.results.buckets[0], (Bucket{kDataStart, 2, false, 0}));
  EXPECT_EQ(f.model.latest_record_ms(), kDataStart + kSpan);
  EXPECT_EQ(f.model.latest_result_ms(), kDataStart);
}

TEST(Analysis, PutsTimesBeforeTheEpochIntoBucketsToo) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(-kDataStart - 1);
  f.take(-kDataStart);

  ASSERT_EQ(f.results.buckets.size(), 1U);
  EXPECT_EQ(f.results.buckets[0].start_ms, -kSpan);
}

TEST(Analysis, ReportsEmptyBucketsOnlyWhenAsked) {
  Fixture without(plan_of(Function::count, "count"));
  Fixture with(plan_of(Function::count, "count"));
  for (Fixture* f : {&without, &with}) {
    f->take(0, 1, "", f == &with);
    f->take(3 * kSpan, 1, "", f == &with);
  }

  EXPECT_EQ(without.results.buckets.size(), 1U);
  EXPECT_EQ(with.results.buckets.size(), 3U);
  EXPECT_EQ(with.results.buckets[1], (Bucket{kDataStart + kSpan, 0, false, 0}));
}

TEST(Analysis, NeverFillsAHugeGapWithEmptyBuckets) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0, 1, "", true);
  f.take(1'000'000 * kSpan, 1, "", true);

  EXPECT_LE(f.results.buckets.size(), 10'001U);
}

TEST(Analysis, ReplacesInterimResultsByFinalOnes) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0);
  f.model.write_interim(f.plan, f.results);
  f.model.write_interim(f.plan, f.results);
  ASSERT_EQ(f.results.buckets.size(), 1U);
  EXPECT_TRUE(f.results.buckets[0].interim);
  f.take(1);
  f.take(kSpan);

  ASSERT_EQ(f.results.buckets.size(), 1U);
  EXPECT_EQ(f.results.buckets[0], (Bucket{kDataStart, 2, false, 0}));
}

TEST(Analysis, ScoresWhatIsFarFromUsual) {
  for (const auto& [function, name] : {std::pair{Function::mean, "mean"}, std::pair{Function::min, "min"},
                                       std::pair{Function::max, "max"}, std::pair{Function::sum, "sum"}}) {
    Fixture f(plan_of(function, name, true));
    for (int i = 0; i < 10; ++i) f.take(i * kSpan, 10, "one");
    f.take(10 * kSpan, 900, "one");
    f.take(11 * kSpan, 10, "one");

    ASSERT_EQ(f.results.records.size(), 1U) << name;
    EXPECT_EQ(f.results.records[0].start_ms, kDataStart + 10 * kSpan);
    EXPECT_EQ(f.results.records[0].function, name);
    EXPECT_EQ(f.results.records[0].entity, "one");
    EXPECT_GT(f.results.records[0].score, 90);
    EXPECT_LE(f.results.records[0].score, 100);
    EXPECT_EQ(f.results.buckets.back().score, f.results.records[0].score);
  }
}

// close-prunes-model
TEST(Analysis, PrunesOnlyWhatNoLaterBucketIsJudgedBy) {
  Fixture f(plan_of(Function::count, "count"));
  for (int i = 0; i < 100; ++i) f.take(i * kSpan);
  Fixture pruned = f;
  pruned.model.prune(pruned.plan);
  EXPECT_LT(pruned.model.bytes(), f.model.bytes());
  for (Fixture* both : {&f, &pruned}) {
    for (int i = 0; i < 50; ++i) both->take(100 * kSpan + i);
    both->take(101 * kSpan);
  }

  EXPECT_EQ(pruned.results.buckets, f.results.buckets);
  EXPECT_EQ(pruned.results.records, f.results.records);
  EXPECT_FALSE(f.results.records.empty());
}

TEST(Analysis, ForgetsEntitiesThatWereNotSeenForLong) {
  Fixture f(plan_of(Function::count, "count", true));
  for (int i = 0; i < 10; ++i) f.take(0, 1, "entity-" + std::to_string(i));
  f.take(5'000 * kSpan, 1, "entity-0");
  const std::int64_t before = f.model.bytes();
  f.model.prune(f.plan);

  EXPECT_LT(f.model.bytes(), before);
}

TEST(Analysis, GoesOnBehindDataWhoseStateIsLost) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0);
  Model old = f.model;
  f.take(1);
  f.take(kSpan);
  old.skip_to(f.model.latest_record_ms(), f.results);
  old.take(f.plan, record(5 * kSpan), false, f.results);

  ASSERT_EQ(f.results.buckets.size(), 1U);
  EXPECT_EQ(f.results.buckets[0].event_count, 2);
}

TEST(Analysis, NeverPutsAnEmptyBucketInThePlaceOfAResultWhoseStateIsLost) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0);
  f.take(kSpan);
  Model old = f.model;
  f.take(2 * kSpan);
  old.skip_to(f.model.latest_record_ms(), f.results);
  old.take(f.plan, record(5 * kSpan), true, f.results);
  old.take(f.plan, record(7 * kSpan), true, f.results);

  EXPECT_EQ(f.results.buckets[1].event_count, 1);
  EXPECT_EQ(f.results.buckets.back().event_count, 0);
}

// close-prunes-model: what is left of a bucket that is given up is no history.
TEST(Analysis, CountsNothingForEntitiesOfWhichNothingIsKnown) {
  Fixture f(plan_of(Function::count, "count"));
  f.take(0);
  EXPECT_GT(f.model.bytes(), 0);
  f.model.drop_unfinished();
  EXPECT_EQ(f.model.bytes(), 0);
}

}  // namespace
}  // namespace closecheck::sut
