// Nothing blinds the judge for life: an overlap or a loss blurs what it touches until the job is surely closed with
// nothing pending, and from there it is judged again.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

CloseJob close_of(Parameter force = {}) {
  return {kJob, std::move(force), {}, {}, {}};
}

JudgedHistory opened_job(JudgeOptions options = {}) {
  JudgedHistory history(options);
  history.created().opened();
  return history;
}

JudgedHistory& live_on(JudgedHistory& history, std::int64_t bucket_index, std::int64_t counted) {
  return history.opened().posted(records_in(bucket_index)).closed().reads(kClosed, counted);
}

/// A close and an open of the same job that overlap, both accepted.
JudgedHistory& crosses(JudgedHistory& history, Parameter force = {}) {
  return history.asks(0, close_of(std::move(force))).asks(1, OpenJob{kJob}).hears(0, ok()).hears(1, ok());
}

// accepted-data-is-kept
TEST(JudgeRecovery, CountsOnAfterAnOpenOverlappedAClose) {
  for (const char* force : {"", "true"}) {
    const Parameter sent = *force == '\0' ? Parameter{} : Parameter{force};
    JudgedHistory fitting = opened_job();
    crosses(fitting, sent).posted(records_in(0)).closed().reads(kClosed, 1);
    live_on(fitting, 1, 2);
    live_on(fitting, 2, 3);
    expect_fits(fitting);

    JudgedHistory wrong = opened_job();
    crosses(wrong, sent).posted(records_in(0)).closed().reads(kClosed, 1);
    live_on(wrong, 1, 2);
    live_on(wrong, 2, 1003);
    expect_violates(wrong, Clause::accepted_data_is_kept);
  }
}

// close-flushes-buffers: results too are demanded again.
TEST(JudgeRecovery, DemandsResultsAgainAfterAnOpenOverlappedAClose) {
  JudgedHistory fitting = opened_job();
  crosses(fitting).posted(records_in(0)).posted(records_in(1)).closed();
  fitting.reads(kClosed, 2).shows({bucket(0, 1)}).shows({bucket(0, 1)});
  expect_fits(fitting);

  JudgedHistory lacking = opened_job();
  crosses(lacking).posted(records_in(0)).posted(records_in(1)).closed();
  for (int i = 0; i < 2; ++i) lacking.reads(kClosed, 2).shows({}).waits(kMinute);
  expect_violates(lacking, Clause::close_flushes_buffers);
}

// accepted-data-is-kept: of overlapping posts out of order one may be dropped, and no more than were sent can count.
TEST(JudgeRecovery, BoundsTheCountsOfOverlappingPosts) {
  const auto crossing = [](JudgedHistory& history, std::int64_t counted) -> JudgedHistory& {
    history.asks(0, PostData{kJob, records_in(3, 2)}).asks(1, PostData{kJob, records_in(1, 4)});
    history.hears(0, ok(DataCounts{}, 202)).hears(1, ok(DataCounts{}, 202));
    return history.closed().reads(kClosed, counted);
  };
  for (const std::int64_t counted : {2, 4, 6}) {
    JudgedHistory fitting = opened_job();
    crossing(fitting, counted);
    expect_fits(fitting);
  }
  JudgedHistory too_many = opened_job();
  crossing(too_many, 7);
  expect_violates(too_many, Clause::accepted_data_is_kept);
  JudgedHistory too_few = opened_job();
  crossing(too_few, 1).waits(kMinute).reads(kClosed, 1);
  expect_violates(too_few, Clause::close_flushes_buffers);
}

// accepted-data-is-kept: what a closed job counts once nothing is known of it any more is the new ground.
TEST(JudgeRecovery, StandsOnWhatAClosedJobCounts) {
  const auto blurred = [](JudgedHistory& history) -> JudgedHistory& {
    RawRequest sent{"POST", "/_xpack/ml/anomaly_detectors/" + kJob + "/_data", {}, "", ""};
    sent.body_known = false;
    history.asks_exactly({Principal::manage_ml, PostData{kJob, {}}, std::make_shared<const RawRequest>(sent)},
                         ok(DataCounts{}, 202));
    return history.closed();
  };
  JudgedHistory moved = opened_job();
  blurred(moved).reads(kClosed, 7).opened().closed().reads(kClosed, 9);
  expect_violates(moved, Clause::accepted_data_is_kept);

  JudgedHistory fitting = opened_job();
  blurred(fitting).reads(kClosed, 7).opened().posted(records_in(5, 2)).closed().reads(kClosed, 9);
  expect_fits(fitting);
}

// accepted-data-is-kept, close-flushes-buffers: what is only the job's own word proves nothing of them.
TEST(JudgeRecovery, TakesNothingForProvedByTheNewGroundItself) {
  JudgedHistory history = opened_job();
  history.closed().opened();
  RawRequest sent{"POST", "/_xpack/ml/anomaly_detectors/" + kJob + "/_data", {}, "", ""};
  sent.body_known = false;
  history.asks_exactly({Principal::manage_ml, PostData{kJob, {}}, std::make_shared<const RawRequest>(sent)},
                       ok(DataCounts{}, 202));
  Response counts = statistics(kClosed, 7);
  std::get<JobStatisticsList>(counts.content).jobs.front().counts.latest_record_ms = bucket(1, 0).start_ms;
  history.closed().does(JobStats{kJob}, counts).does(JobStats{kJob}, counts).shows({bucket(0, 5)}).ends();

  EXPECT_EQ(history.last(), Judgement::fits) << describe(history);
  for (const Clause clause : {Clause::accepted_data_is_kept, Clause::close_flushes_buffers,
                              Clause::close_finalizes_results, Clause::reopen_continues_analysis})
    EXPECT_EQ(history.evidence(clause), 0U) << id_of(clause);
}

// accepted-data-is-kept: so are its buckets, once its statistics tell the newest record.
TEST(JudgeRecovery, StandsOnTheBucketsThatAClosedJobShows) {
  const auto later = [](JudgedHistory& history, std::int64_t shown) -> JudgedHistory& {
    RawRequest sent{"POST", "/_xpack/ml/anomaly_detectors/" + kJob + "/_data", {}, "", ""};
    sent.body_known = false;
    history.asks_exactly({Principal::manage_ml, PostData{kJob, {}}, std::make_shared<const RawRequest>(sent)},
                         ok(DataCounts{}, 202));
    Response counts = statistics(kClosed, 7);
    std::get<JobStatisticsList>(counts.content).jobs.front().counts.latest_record_ms = bucket(1, 0).start_ms;
    history.closed().does(JobStats{kJob}, counts).shows({bucket(0, 5)});
    history.opened().posted(records_in(5)).posted(records_in(6)).closed();
    return history.reads(kClosed, 9).shows({bucket(0, shown), bucket(1, 2), bucket(5, 1)});
  };
  JudgedHistory fitting = opened_job();
  later(fitting, 5);
  expect_fits(fitting);
  JudgedHistory grown = opened_job();
  later(grown, 6);
  expect_violates(grown, Clause::accepted_data_is_kept);
}

// closed-job-refuses-data: a lost close that surely took effect is over, and the job is judged again.
TEST(JudgeRecovery, JudgesAgainOnceALostCloseTookEffect) {
  JudgedHistory history = opened_job();
  history.loses(close_of()).reads(kClosed, 0).opened().posted(records_in(0)).posted(records_in(1)).closed();
  for (int i = 0; i < 2; ++i) history.reads(kClosed, 2).shows({}).waits(kMinute);
  expect_violates(history, Clause::close_flushes_buffers);
}

// timed-out-close-goes-on: what was to have come to rest and did not is a violation wherever it shows.
TEST(JudgeRecovery, ConvictsWhoeverIsStillOpenWhenAllHasSettled) {
  JudgedHistory history = opened_job();
  history.closes({}, "1s", gave_up(), kSecond).settles().reads(kOpened, 0);
  expect_violates(history, Clause::timed_out_close_goes_on);
}

// concurrent-requests-linearize: genuine servers take an open and a deletion that overlap.
TEST(JudgeRecovery, SaysNothingOfAnOpenAndADeletionThatOverlap) {
  for (const bool open_first : {true, false}) {
    JudgedHistory history;
    history.created().asks(0, DeleteJob{kJob, {}}).asks(1, OpenJob{kJob});
    history.hears(open_first ? 1 : 0, ok()).hears(open_first ? 0 : 1, ok());
    history.does(JobStats{kJob}, refusal(404)).ends();
    EXPECT_EQ(history.last(), Judgement::inconclusive) << describe(history);
    EXPECT_TRUE(history.findings().empty()) << describe(history);
  }
  JudgedHistory one_by_one;
  one_by_one.created().does(DeleteJob{kJob, {}}, ok()).does(OpenJob{kJob}, ok()).ends();
  EXPECT_FALSE(one_by_one.findings().empty()) << describe(one_by_one);
}

// closed-means-closed: a hook may do more than end a process that is not there.
TEST(JudgeRecovery, LetsAHookFailAJobThatIsClosed) {
  for (const JobState shown : {kClosed, JobState::failed}) {
    JudgedHistory story = opened_job();
    story.posted(records_in(0, 3)).closed().reads(kClosed, 3);
    story.fault(Fault::fail_job).reads(shown, 3).does(CloseJob{kJob, "true", {}, {}, {}}, ok()).settles();
    story.reads(kClosed, 3).does(OpenJob{kJob}, ok());
    expect_fits(story);
  }
}

}  // namespace
}  // namespace closecheck::model
