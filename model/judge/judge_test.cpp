#include "closecheck/model/judge.h"

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

JudgedHistory closed_with(std::vector<Record> records) {
  JudgedHistory story;
  story.created().opened();
  if (!records.empty()) story.posted(std::move(records));
  story.closed();
  return story;
}

// close-ends-open-job
TEST(Judge, TakesTheReadingBehindACloseAsEvidenceThatItEndsTheJob) {
  JudgedHistory story = closed_with({});
  EXPECT_EQ(story.evidence(Clause::close_ends_open_job), 0U);
  story.reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_ends_open_job), 1U);
  EXPECT_EQ(story.evidence(Clause::manage_ml_may_close), 1U);
}

// close-ends-open-job
TEST(Judge, AccusesTheRefusalOfACloseThatNothingForbids) {
  JudgedHistory story;
  story.created().opened().closes({}, {}, refusal(409));

  expect_violates(story, Clause::close_ends_open_job);
}

// closed-means-closed
TEST(Judge, AccusesAJobThatOpensByItself) {
  JudgedHistory story = closed_with({});
  story.reads(kClosed, 0).waits(kSecond).reads(kOpened, 0);

  expect_violates(story, Clause::closed_means_closed);
}

// closed-means-closed
TEST(Judge, CountsEveryFurtherReadingOfAClosedJob) {
  JudgedHistory story = closed_with({});
  story.reads(kClosed, 0).reads(kClosed, 0).reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_means_closed), 2U);
}

// job-reopens
TEST(Judge, AccusesTheRefusalOfAReopen) {
  JudgedHistory story = closed_with({});
  story.does(OpenJob{kJob}, refusal(409));

  expect_violates(story, Clause::job_reopens);
}

// job-reopens
TEST(Judge, TakesTheFirstPostBehindAReopenAsEvidence) {
  JudgedHistory story = closed_with({});
  story.opened();
  EXPECT_EQ(story.evidence(Clause::job_reopens), 0U);
  story.posted(records_in(0));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::job_reopens), 1U);
}

// closed-job-refuses-data
TEST(Judge, AccusesAClosedJobThatTakesData) {
  JudgedHistory story = closed_with({});
  story.posted(records_in(0));

  expect_violates(story, Clause::closed_job_refuses_data);
}

// closed-job-refuses-data
TEST(Judge, TakesARefusedPostAsEvidenceOnlyOfAJobThatWasClosed) {
  JudgedHistory story;
  story.created().does(PostData{kJob, records_in(0), false}, refusal(409));
  EXPECT_EQ(story.evidence(Clause::closed_job_refuses_data), 0U);
  story.opened().closed().does(PostData{kJob, records_in(0), false}, refusal(409));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_refuses_data), 1U);
}

// closed-job-refuses-data: 429 and 503 mean that nothing happened.
TEST(Judge, TakesABusyAnswerForNothing) {
  JudgedHistory story = closed_with({});
  story.does(PostData{kJob, records_in(0), false}, refusal(429));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_refuses_data), 0U);
}

// closed-job-refuses-analysis
TEST(Judge, AccusesAClosedJobThatFlushes) {
  JudgedHistory story = closed_with({});
  story.does(FlushJob{kJob, {}}, ok(FlushResult{}));

  expect_violates(story, Clause::closed_job_refuses_analysis);
}

// closed-job-refuses-analysis
TEST(Judge, TakesARefusedFlushAsEvidence) {
  JudgedHistory story = closed_with({});
  story.does(FlushJob{kJob, {}}, refusal(409));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_refuses_analysis), 1U);
}

// close-flushes-buffers: what is too few at once may be late; never read again, or still too few, it is lost.
TEST(Judge, AsksToReadAgainWhenCountsAreTooLow) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.reads(kClosed, 3);
  EXPECT_EQ(story.last(), Judgement::missing);

  expect_violates(story, Clause::close_flushes_buffers);
}

// close-flushes-buffers
TEST(Judge, AccusesCountsThatStayTooLow) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.reads(kClosed, 3).waits(kMinute).reads(kClosed, 3);

  expect_violates(story, Clause::close_flushes_buffers);
}

// close-waits-for-housekeeping
TEST(Judge, AccusesCountsThatComeLate) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.reads(kClosed, 3).waits(kMinute).reads(kClosed, 5);

  expect_violates(story, Clause::close_waits_for_housekeeping);
}

// accepted-data-is-kept
TEST(Judge, AccusesCountsAboveWhatWasAccepted) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.reads(kClosed, 6);

  expect_violates(story, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept
TEST(Judge, AddsUpWhatSeveralPeriodsTook) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.opened().posted(records_in(1, 2)).closed().reads(kClosed, 7);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::accepted_data_is_kept), 1U);
}

// reopen-continues-analysis
TEST(Judge, AccusesAReopenedJobThatBeginsAnew) {
  JudgedHistory story = closed_with(records_in(0, 5));
  story.opened().reads(kOpened, 0);

  expect_violates(story, Clause::reopen_continues_analysis);
}

// refused-request-changes-nothing
TEST(Judge, AccusesARefusedPostThatCounts) {
  JudgedHistory story = closed_with({});
  story.does(PostData{kJob, records_in(0, 3), false}, refusal(409)).reads(kClosed, 3);

  expect_violates(story, Clause::refused_request_changes_nothing);
}

// refused-request-changes-nothing
TEST(Judge, AccusesARefusedDeleteThatCloses) {
  JudgedHistory story;
  story.created().opened().does(DeleteJob{kJob, {}}, refusal(409)).does(JobStats{kJob}, refusal(404));

  story.ends();
  EXPECT_NE(story.last(), Judgement::fits);
}

// refused-request-changes-nothing
TEST(Judge, TakesAReadingBehindARefusalAsEvidence) {
  JudgedHistory story;
  story.created().opened().does(OpenJob{kJob}, refusal(409)).reads(kOpened, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::refused_request_changes_nothing), 1U);
}

// unknown-job-refused
TEST(Judge, AccusesTheCloseOfAJobThatWasNeverThere) {
  JudgedHistory story;
  story.closed();

  expect_violates(story, Clause::unknown_job_refused);
}

// unknown-job-refused
TEST(Judge, TakesTheRefusedCloseOfNoJobAsEvidence) {
  JudgedHistory story;
  story.closes({}, {}, refusal(404));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::unknown_job_refused), 1U);
}

// unknown-job-refused: a close without an id may be answered in any way, but it closes nothing.
TEST(Judge, AccusesACloseWithoutAnIdThatClosesAJob) {
  JudgedHistory story;
  const RawRequest nobody{"POST", "/_xpack/ml/anomaly_detectors/_close", {}, "", ""};
  story.created().opened().does(nobody, ok()).reads(kClosed, 0);

  expect_violates(story, Clause::unknown_job_refused);
}

// close-touches-one-job
TEST(Judge, AccusesACloseThatClosesANeighbour) {
  JudgedHistory story;
  const std::string neighbour = "closecheck-ab";
  story.created().opened().created(neighbour).opened(neighbour).closed().reads(kClosed, 0, neighbour);

  expect_violates(story, Clause::close_touches_one_job);

  JudgedHistory slow;
  slow.created().opened().created(neighbour).opened(neighbour).closed().reads(JobState::closing, 0, neighbour);
  expect_violates(slow, Clause::close_touches_one_job);
}

// close-touches-one-job
TEST(Judge, TakesANeighbourThatStaysOpenAsEvidence) {
  JudgedHistory story;
  const std::string neighbour = "closecheck-ab";
  story.created().opened().created(neighbour).opened(neighbour).closed().reads(kOpened, 0, neighbour);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_touches_one_job), 1U);
}

// example-event-rate
TEST(Judge, NamesTheExampleWhenTheExampleFails) {
  JudgedHistory story;
  story.created("event_rate").opened("event_rate");
  story.does(CloseJob{"event_rate", {}, {}, {}, {}}, refusal(404));

  expect_violates(story, Clause::example_event_rate);
  EXPECT_EQ(story.findings().front().also.front(), Clause::close_ends_open_job);
}

// example-event-rate
TEST(Judge, TakesTheExampleAsEvidenceUnderAPrefixToo) {
  JudgedHistory story;
  const std::string job = "closecheck-7f-event_rate";
  story.created(job).opened(job).closed(job).reads(kClosed, 0, job);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::example_event_rate), 1U);
}

// A capture of a foreign target may begin anywhere.
TEST(Judge, KnowsNothingOfAForeignJobAtFirst) {
  JudgedHistory story;
  story.does(OpenJob{"orders"}, ok()).does(CloseJob{"orders", {}, {}, {}, {}}, ok());
  EXPECT_EQ(story.last(), Judgement::fits);
  story.posted(records_in(0), "orders");

  expect_violates(story, Clause::closed_job_refuses_data);
}

TEST(Judge, ForgetsEverythingOnReset) {
  JudgedHistory story = closed_with({});
  story.posted(records_in(0));
  ASSERT_EQ(story.last(), Judgement::violated);
  story.judge().reset();

  story.created().opened().posted(records_in(0)).closed().reads(kClosed, 1);
  expect_fits(story);
}

TEST(Judge, JudgesAWholeHistory) {
  History history;
  Event event;
  event.request =
      std::make_shared<const Request>(Request{Principal::manage_ml, CloseJob{kJob, {}, {}, {}, {}}, nullptr});
  history.events.push_back(event);
  event.type = EventType::ok;
  event.time = kMillisecond;
  event.response = std::make_shared<const Response>(ok());
  history.events.push_back(event);

  const Judged judged = model::judge(history, {});
  ASSERT_EQ(judged.judgement, Judgement::violated);
  EXPECT_EQ(judged.findings.front().clause, Clause::unknown_job_refused);
  EXPECT_EQ(judged.findings.front().event, 1U);
}

}  // namespace
}  // namespace closecheck::model
