// What must be read of a closed job, and what a conforming server may do besides.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;

/// Buckets 0 and 1 are passed, with 2 and 3 records; bucket 2 has one and is unfinished.
JudgedHistory three_buckets() {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(1, 3)).posted(records_in(2));
  return story;
}
JudgedHistory three_buckets_closed() {
  JudgedHistory story = three_buckets();
  story.closed();
  return story;
}

// close-flushes-buffers
TEST(JudgeResults, TakesCountsAndBucketsTogetherAsEvidence) {
  JudgedHistory story = three_buckets_closed();
  story.reads(kClosed, 6);
  EXPECT_EQ(story.evidence(Clause::close_flushes_buffers), 0U);
  story.shows({bucket(0, 2), bucket(1, 3)});

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_flushes_buffers), 1U);
  EXPECT_EQ(story.evidence(Clause::close_finalizes_results), 1U);
  EXPECT_GE(story.evidence(Clause::close_waits_for_housekeeping), 1U);
}

// close-flushes-buffers
TEST(JudgeResults, AccusesABucketThatNeverComes) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2)});
  EXPECT_EQ(story.last(), Judgement::missing);
  story.waits(kMinute).shows({bucket(0, 2)});

  expect_violates(story, Clause::close_flushes_buffers);
}

// close-flushes-buffers
TEST(JudgeResults, AccusesABucketWithTooFewRecordsThatIsNotReadAgain) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 2)});
  EXPECT_EQ(story.last(), Judgement::missing);

  expect_violates(story, Clause::close_flushes_buffers);
}

// close-waits-for-housekeeping
TEST(JudgeResults, AccusesABucketThatComesLate) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2)}).waits(kMinute).shows({bucket(0, 2), bucket(1, 3)});

  expect_violates(story, Clause::close_waits_for_housekeeping);
  EXPECT_EQ(story.findings().front().also.front(), Clause::close_flushes_buffers);
}

// close-waits-for-housekeeping: a page that has more behind it when it is read again.
TEST(JudgeResults, AccusesAPageThatComesLate) {
  JudgedHistory story = three_buckets_closed();
  story.pages(0, 1, {}, 0).waits(kMinute).pages(0, 1, {bucket(0, 2)}, 2);

  expect_violates(story, Clause::close_waits_for_housekeeping);
}

// close-waits-for-housekeeping: who was told that the time was up was promised nothing.
TEST(JudgeResults, LetsResultsOfATimedOutCloseComeLate) {
  JudgedHistory story = three_buckets();
  story.closes({}, "50ms", gave_up(), 50 * kMillisecond).waits(kSecond).reads(kClosed, 6);
  story.shows({bucket(0, 2)}).waits(kMinute).shows({bucket(0, 2), bucket(1, 3)});

  expect_fits(story);
}

// timed-out-close-goes-on
TEST(JudgeResults, AccusesResultsThatATimedOutCloseLost) {
  JudgedHistory story = three_buckets();
  story.closes({}, "50ms", gave_up(), 50 * kMillisecond).waits(kSecond).settles().reads(kClosed, 6);
  story.shows({bucket(0, 2)}).waits(kMinute).shows({bucket(0, 2)});

  expect_violates(story, Clause::timed_out_close_goes_on);
}

// close-finalizes-results
TEST(JudgeResults, AccusesAnInterimResultOfAPassedBucket) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3, true)}).waits(kMinute).shows({bucket(0, 2), bucket(1, 3, true)});

  expect_violates(story, Clause::close_finalizes_results);
}

// close-finalizes-results: the unfinished bucket may be left over, interim or not; empty buckets may be shown.
TEST(JudgeResults, AllowsAnInterimResultOfTheUnfinishedBucket) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(3)).closed();
  story.shows({bucket(0, 2), bucket(1, 0), bucket(2, 0), bucket(3, 1, true)});

  expect_fits(story);
}

// accepted-data-is-kept
TEST(JudgeResults, AccusesABucketWithTooManyRecords) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 4)});

  expect_violates(story, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept
TEST(JudgeResults, AccusesABucketThatStandsTwice) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3), bucket(1, 3)});

  expect_violates(story, Clause::accepted_data_is_kept);
}

// refused-request-changes-nothing
TEST(JudgeResults, AccusesRefusedRecordsThatAreAnalysed) {
  JudgedHistory story = three_buckets_closed();
  story.does(PostData{kJob, records_in(2, 2), false}, refusal(409));
  story.shows({bucket(0, 2), bucket(1, 3), bucket(2, 3)});

  expect_violates(story, Clause::refused_request_changes_nothing);
}

// closed-job-keeps-results
TEST(JudgeResults, AccusesResultsThatChangeWhileClosed) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).waits(kSecond).shows({bucket(0, 2), bucket(1, 2)});

  expect_violates(story, Clause::closed_job_keeps_results);
}

// closed-job-keeps-results
TEST(JudgeResults, AccusesABucketThatGrowsBeyondWhatWasSentWhileClosed) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).waits(kSecond).shows({bucket(0, 2), bucket(1, 4)});

  expect_violates(story, Clause::closed_job_keeps_results);
  EXPECT_EQ(story.findings().front().also.back(), Clause::accepted_data_is_kept);
}

// closed-job-keeps-results: shrinking is no lateness.
TEST(JudgeResults, AccusesResultsThatShrinkWhileTheyAreAwaited) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 2)}).waits(kMinute).shows({bucket(0, 2), bucket(1, 1)});

  expect_violates(story, Clause::closed_job_keeps_results);
}

// closed-job-keeps-results
TEST(JudgeResults, TakesAnEqualSecondReadingAsEvidence) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).waits(kHour).shows({bucket(0, 2), bucket(1, 3)});

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_keeps_results), 1U);
}

// closed-job-keeps-results
TEST(JudgeResults, AccusesASecondPageThatRepeatsTheFirst) {
  JudgedHistory story = three_buckets_closed();
  story.pages(0, 1, {bucket(0, 2)}, 2).pages(1, 1, {bucket(0, 2)}, 2);

  expect_violates(story, Clause::closed_job_keeps_results);
}

// closed-job-keeps-results
TEST(JudgeResults, AccusesAPageThatEndsTooEarly) {
  JudgedHistory story = three_buckets_closed();
  story.pages(0, 1, {bucket(0, 2)}, 2).pages(1, 2, {}, 2);

  expect_violates(story, Clause::closed_job_keeps_results);
}

// closed-job-keeps-results
TEST(JudgeResults, PutsPagesTogether) {
  JudgedHistory story = three_buckets_closed();
  story.reads(kClosed, 6).pages(0, 1, {bucket(0, 2)}, 2).pages(1, 1, {bucket(1, 3)}, 2);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_keeps_results), 1U);
  EXPECT_EQ(story.evidence(Clause::close_flushes_buffers), 1U);
}

// closed-job-keeps-results: some servers count only the page itself.
TEST(JudgeResults, AllowsCountsOfThePageAlone) {
  JudgedHistory story = three_buckets_closed();
  story.pages(0, 1, {bucket(0, 2)}, 1).pages(1, 1, {bucket(1, 3)}, 1).pages(2, 1, {}, 0);

  expect_fits(story);
}

// closed-job-keeps-results
TEST(JudgeResults, AccusesResultsThatAClosedJobNoLongerShows) {
  JudgedHistory story = three_buckets();
  story.shows({}).closed().does(GetBuckets{kJob, {}, {}}, refusal(404));

  expect_violates(story, Clause::closed_job_keeps_results);
}

// An endpoint that was never there is no violation, but no evidence either.
TEST(JudgeResults, AccusesNobodyOfAMissingEndpoint) {
  JudgedHistory story = three_buckets_closed();
  story.does(GetBuckets{kJob, {}, {}}, refusal(404)).does(GetSnapshots{kJob}, refusal(405));

  expect_fits(story);
  EXPECT_NE(story.why(), "");
  EXPECT_EQ(story.evidence(Clause::close_flushes_buffers), 0U);
}

// closed-job-refuses-analysis
TEST(JudgeResults, AccusesResultsThatAreAddedWhileClosed) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).waits(5 * kSecond).shows({bucket(0, 2), bucket(1, 3), bucket(2, 1)});

  expect_violates(story, Clause::closed_job_refuses_analysis);
}

// closed-job-refuses-analysis
TEST(JudgeResults, AccusesASnapshotThatIsAddedWhileClosed) {
  JudgedHistory story = three_buckets_closed();
  const std::int64_t newest = bucket(2, 0).start_ms;
  story.does(GetSnapshots{kJob}, ok(SnapshotList{1, {{"1", {}, newest, {}}}}));
  story.does(GetSnapshots{kJob}, ok(SnapshotList{2, {{"1", {}, newest, {}}, {"2", {}, newest, {}}}}));

  expect_violates(story, Clause::closed_job_refuses_analysis);
}

// close-touches-one-job
TEST(JudgeResults, AccusesACloseThatChangesANeighboursResults) {
  JudgedHistory story = three_buckets_closed();
  story.created("closecheck-b").opened("closecheck-b").shows({bucket(0, 2), bucket(1, 3)});
  story.closed("closecheck-b").shows({bucket(0, 2)});

  expect_violates(story, Clause::close_touches_one_job);
}

// close-persists-snapshot
TEST(JudgeResults, AccusesASnapshotThatIsNeverWritten) {
  JudgedHistory story = three_buckets_closed();
  story.does(GetSnapshots{kJob}, ok(SnapshotList{}));
  EXPECT_EQ(story.last(), Judgement::missing);

  expect_violates(story, Clause::close_persists_snapshot);
}

// close-persists-snapshot
TEST(JudgeResults, AccusesASnapshotThatLacksTheLastRecords) {
  JudgedHistory story = three_buckets_closed();
  const Response old = ok(SnapshotList{1, {{"1", {}, bucket(1, 0).start_ms, {}}}});
  story.does(GetSnapshots{kJob}, old).waits(kMinute).does(GetSnapshots{kJob}, old);

  expect_violates(story, Clause::close_persists_snapshot);
}

// close-persists-snapshot
TEST(JudgeResults, TakesASnapshotThatCoversEverythingAsEvidence) {
  JudgedHistory story = three_buckets_closed();
  story.does(GetSnapshots{kJob}, ok(SnapshotList{1, {{"1", {}, bucket(2, 0).start_ms, {}}}}));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_persists_snapshot), 1U);
}

// close-persists-snapshot: without new data none is owed, and nobody must tell what a snapshot covers.
TEST(JudgeResults, OwesNoSnapshotWithoutData) {
  JudgedHistory story = three_buckets_closed();
  story.does(GetSnapshots{kJob}, ok(SnapshotList{1, {{"1", {}, {}, {}}}}));
  EXPECT_EQ(story.evidence(Clause::close_persists_snapshot), 0U);
  story.opened().closed().does(GetSnapshots{kJob}, ok(SnapshotList{}));

  expect_fits(story);
}

// reopen-continues-analysis: bucket 2 was cut in two by the close.
TEST(JudgeResults, AccusesABucketThatLostWhatItHadBeforeTheReopen) {
  JudgedHistory story = three_buckets_closed();
  story.opened().posted(records_in(2, 4)).posted(records_in(3)).closed();
  story.shows({bucket(0, 2), bucket(1, 3), bucket(2, 4)});

  expect_violates(story, Clause::reopen_continues_analysis);
}

// reopen-continues-analysis: nothing was added to bucket 2 after the re-open, but it was finished only then.
TEST(JudgeResults, AccusesAnUnfinishedBucketThatDidNotComeBack) {
  JudgedHistory story = three_buckets_closed();
  story.opened().posted(records_in(3)).closed().shows({bucket(0, 2), bucket(1, 3)});

  expect_violates(story, Clause::reopen_continues_analysis);
}

// reopen-continues-analysis
TEST(JudgeResults, AccusesABucketThatHasItsEarlierRecordsTwice) {
  JudgedHistory story = three_buckets_closed();
  story.opened().posted(records_in(2, 4)).posted(records_in(3)).closed();
  story.shows({bucket(0, 2), bucket(1, 3), bucket(2, 6)});

  expect_violates(story, Clause::reopen_continues_analysis);
}

// reopen-continues-analysis
TEST(JudgeResults, AccusesEarlierResultsThatVanishWithTheReopen) {
  JudgedHistory story = three_buckets_closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).opened().shows({bucket(1, 3)});

  expect_violates(story, Clause::reopen_continues_analysis);
}

// reopen-continues-analysis
TEST(JudgeResults, TakesABucketThatIsWholeAgainAsEvidence) {
  JudgedHistory story = three_buckets_closed();
  story.opened().posted(records_in(2, 4)).posted(records_in(3)).closed();
  story.shows({bucket(0, 2), bucket(1, 3), bucket(2, 5)});

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::reopen_continues_analysis), 1U);
}

// force-returns-early: what a forced close loses is nobody's fault, but nothing may be invented.
TEST(JudgeResults, AllowsAForcedCloseToLoseWhatWasNotPersisted) {
  JudgedHistory story = three_buckets();
  story.forced().settles().reads(kClosed, 2).shows({bucket(0, 2)}).does(GetSnapshots{kJob}, ok(SnapshotList{}));

  expect_fits(story);
}

// force-returns-early: the job may read closed, and be quiet for a while, before what it had begun is done.
TEST(JudgeResults, LetsAForcedCloseFinishItsWorkWellAfterTheJobReadsClosed) {
  JudgedHistory story = three_buckets();
  story.forced().settles().reads(kClosed, 2).shows({}).waits(kSecond);
  story.does(GetSnapshots{kJob}, ok(SnapshotList{})).shows({bucket(0, 2)});

  expect_fits(story);
}

// closed-job-refuses-analysis
TEST(JudgeResults, AccusesWorkThatGoesOnLongAfterAForcedClose) {
  JudgedHistory story = three_buckets();
  story.forced().settles().waits(kMinute).shows({}).waits(kMinute).shows({bucket(0, 2)});

  expect_violates(story, Clause::closed_job_refuses_analysis);
}

TEST(JudgeResults, AccusesResultsThatAForcedCloseInvents) {
  JudgedHistory story = three_buckets();
  story.forced().settles().shows({bucket(0, 3)});

  expect_violates(story, Clause::accepted_data_is_kept);
}

// force-returns-early: a force that overlaps a normal close may take the data from it, whoever is answered first.
TEST(JudgeResults, AllowsAForceToTakeTheDataFromANormalCloseThatItOverlaps) {
  JudgedHistory story = three_buckets();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).asks(2, CloseJob{kJob, "true", {}, {}, {}});
  story.hears(1, ok()).hears(2, ok()).opened().posted(records_in(5)).closed().reads(kClosed, 1).shows({});

  expect_fits(story);
}

// accepted-data-is-kept, close-flushes-buffers: bounds are judged all the same.
TEST(JudgeResults, AccusesCountsBeyondTheBoundsOfOverlappingPosts) {
  const auto counts = [](std::int64_t processed) {
    JudgedHistory story;
    story.created().opened();
    story.asks(1, PostData{kJob, records_in(0, 2), false}).asks(2, PostData{kJob, records_in(1, 2), false});
    story.hears(1, ok(DataCounts{}, 202)).hears(2, ok(DataCounts{}, 202)).closed().reads(kClosed, processed);
    return story;
  };
  for (const std::int64_t fitting : {2, 3, 4}) {
    JudgedHistory story = counts(fitting);
    expect_fits(story);
  }
  JudgedHistory too_few = counts(1);
  expect_violates(too_few, Clause::close_flushes_buffers);
  JudgedHistory too_many = counts(5);
  expect_violates(too_many, Clause::accepted_data_is_kept);
}

// Overlapping posts may be answered in another order than they were sent.
TEST(JudgeResults, KnowsNoOrderOfOverlappingPosts) {
  JudgedHistory story;
  story.created().opened();
  story.asks(1, PostData{kJob, records_in(0), false}).asks(2, PostData{kJob, records_in(2), false});
  story.hears(2, ok(DataCounts{}, 202)).hears(1, ok(DataCounts{}, 202)).closed().shows({bucket(0, 1)});

  expect_fits(story);
}

TEST(JudgeResults, JudgesNoContentAfterARevert) {
  JudgedHistory story = three_buckets_closed();
  story.does(RevertSnapshot{kJob, "1"}, ok()).shows({bucket(0, 1)});

  expect_fits(story);
}

// Overlapping posts may drop each other's records as out of order.
TEST(JudgeResults, KeepsToBoundsAfterOverlappingPosts) {
  JudgedHistory story;
  story.created().opened();
  story.asks(1, PostData{kJob, records_in(0, 2), false}).asks(2, PostData{kJob, records_in(1, 2), false});
  story.hears(1, ok(DataCounts{}, 202)).hears(2, ok(DataCounts{}, 202));
  story.posted(records_in(2)).closed().reads(kClosed, 3).shows({bucket(1, 2)});

  expect_fits(story);
}

// accepted-data-is-kept: a closing job may queue what it takes, but not lose it.
TEST(JudgeResults, AccusesDataThatAClosingJobTookAndLost) {
  JudgedHistory story = three_buckets();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).posted(records_in(3, 2)).hears(1, ok());
  story.opened().closed().reads(kClosed, 6);
  EXPECT_EQ(story.last(), Judgement::missing);

  expect_violates(story, Clause::accepted_data_is_kept);
}

TEST(JudgeResults, AllowsAClosingJobToQueueData) {
  JudgedHistory story = three_buckets();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).posted(records_in(3, 2)).hears(1, ok());
  story.reads(kClosed, 6).shows({bucket(0, 2), bucket(1, 3)}).opened().closed().reads(kClosed, 8);
  story.shows({bucket(0, 2), bucket(1, 3), bucket(2, 1)});

  expect_fits(story);
}

Operation selected(Selection selection) {
  return GetBuckets{kJob, {}, {}, selection};
}

// close-flushes-buffers, close-finalizes-results: whoever asks for some gets all of these, and final.
TEST(JudgeResults, HoldsAReadingOfSomeBucketsToThose) {
  const Selection from_1{{}, kDataStart + 60'000, {}, {}, {}};
  const Selection before_1{{}, {}, kDataStart + 60'000, {}, {}};
  JudgedHistory right = three_buckets_closed();
  right.does(selected(from_1), bucket_page({bucket(1, 3)})).does(selected(before_1), bucket_page({bucket(0, 2)}));
  right.does(selected({{}, {}, {}, true, true}), bucket_page({bucket(1, 3), bucket(0, 2)}));
  expect_fits(right);

  JudgedHistory lacking = three_buckets_closed();
  lacking.does(selected(before_1), bucket_page({}));
  expect_violates(lacking, Clause::close_flushes_buffers);
  JudgedHistory interim = three_buckets_closed();
  interim.does(selected(from_1), bucket_page({bucket(1, 3, true)}));
  expect_violates(interim, Clause::close_finalizes_results);
  JudgedHistory excess = three_buckets_closed();
  excess.does(selected(from_1), bucket_page({bucket(1, 4)}));
  expect_violates(excess, Clause::accepted_data_is_kept);
}

// close-flushes-buffers: whether the bucket at the very beginning is meant, two servers may read in two ways.
TEST(JudgeResults, DemandsNoBucketThatARangeOnlyTouches) {
  JudgedHistory story = three_buckets_closed();
  story.does(selected({{}, kDataStart, {}, {}, {}}), bucket_page({bucket(1, 3)}));

  expect_fits(story);
}

// closed-job-keeps-results: also where only some are read again.
TEST(JudgeResults, HoldsAReadingOfSomeBucketsAgainstWhatWasReadBefore) {
  const Selection one{kDataStart, {}, {}, {}, {}};
  JudgedHistory right = three_buckets_closed();
  right.shows({bucket(0, 2), bucket(1, 3)}).does(selected(one), bucket_page({bucket(0, 2)}));
  expect_fits(right);

  JudgedHistory less = three_buckets_closed();
  less.shows({bucket(0, 2), bucket(1, 3)}).does(selected(one), bucket_page({bucket(0, 1)}));
  expect_violates(less, Clause::closed_job_keeps_results);
  JudgedHistory gone = three_buckets_closed();
  gone.shows({bucket(0, 2), bucket(1, 3)}).does(selected(one), refusal(404));
  expect_violates(gone, Clause::closed_job_keeps_results);
}

}  // namespace
}  // namespace closecheck::model
