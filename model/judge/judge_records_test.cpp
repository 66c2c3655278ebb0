// Anomaly records: final when the data has passed them, and there from then on.
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

/// An opened job whose data ends in bucket 2.
JudgedHistory passed_two_buckets() {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(1, 3)).posted(records_in(2));
  return story;
}

/// The records of these buckets are read: each has one, final but for the last of all.
void read_records_of(JudgedHistory& story, std::initializer_list<int> buckets) {
  RecordPage page{static_cast<std::int64_t>(buckets.size()), {}};
  for (const int number : buckets) page.records.push_back({bucket(number, 0).start_ms, "count", "", 80, number == 2});
  story.does(GetRecords{kJob, {}, {}}, ok(std::move(page)));
}

// close-finalizes-results
TEST(JudgeRecords, AccusesAnInterimRecordOfAPassedBucket) {
  JudgedHistory story = passed_two_buckets();
  story.closed();
  const auto read = [&] {
    story.does(GetRecords{kJob, {}, {}}, ok(RecordPage{1, {{bucket(1, 0).start_ms, "count", "", 80, true}}}));
  };
  read();
  EXPECT_EQ(story.last(), Judgement::missing);
  story.waits(kMinute);
  read();

  expect_violates(story, Clause::close_finalizes_results);
}

// closed-job-keeps-results: what was final before the close stays; what was interim may go.
TEST(JudgeRecords, AccusesACloseThatDropsTheRecordsOfAPassedBucket) {
  JudgedHistory story = passed_two_buckets();
  read_records_of(story, {0, 1, 2});
  story.closed();
  read_records_of(story, {0, 1});
  expect_fits(story);
  story.opened();
  read_records_of(story, {0, 1, 2});
  story.closed();
  read_records_of(story, {1});
  EXPECT_EQ(story.last(), Judgement::missing);
  story.waits(kMinute);
  read_records_of(story, {1});

  expect_violates(story, Clause::closed_job_keeps_results);
}

// closed-job-keeps-results: they may come back, and a forced close may lose what was not persisted.
TEST(JudgeRecords, AllowsRecordsToBeReadLateOrToBeLostByAForcedClose) {
  JudgedHistory late = passed_two_buckets();
  read_records_of(late, {0, 1});
  late.closed();
  read_records_of(late, {});
  late.waits(kSecond);
  read_records_of(late, {0, 1});
  expect_violates(late, Clause::close_waits_for_housekeeping);

  JudgedHistory forced = passed_two_buckets();
  read_records_of(forced, {0, 1});
  forced.forced().settles().opened().closed();
  read_records_of(forced, {});
  forced.waits(kMinute);
  read_records_of(forced, {});
  expect_fits(forced);
}

// reopen-continues-analysis: a re-open that drops records is not excused by what is read while it lasts.
TEST(JudgeRecords, AccusesAReopenThatDropsRecords) {
  JudgedHistory story = passed_two_buckets();
  story.closed();
  read_records_of(story, {0, 1});
  story.opened();
  read_records_of(story, {1});
  story.closed();
  read_records_of(story, {1});
  story.waits(kMinute);
  read_records_of(story, {1});

  expect_violates(story, Clause::reopen_continues_analysis);
}

}  // namespace
}  // namespace closecheck::model
