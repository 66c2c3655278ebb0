// What got no answer may have been done, now, later or never; what was never sent was not. Nobody is accused of either.
#include <gtest/gtest.h>

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;
const std::string kOther = "closecheck-b";
const std::string kFeed = "closecheck-f";
const std::string kIndex = "closecheck-i";

CloseJob close_of(std::string job = kJob, Parameter force = {}, Parameter timeout = {}) {
  return {std::move(job), std::move(force), std::move(timeout), {}, {}};
}
PostData post_of(std::vector<Record> records) {
  return {kJob, std::move(records), false};
}

JudgedHistory opened_job(JudgeOptions options = {}) {
  JudgedHistory story(options);
  story.created().opened();
  return story;
}

JudgedHistory fed_job() {
  JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
  story.does(CreateIndex{kIndex}, ok()).does(IndexDocuments{kIndex, records_in(0, 4), true}, ok());
  story.created().does(CreateDatafeed{kFeed, kJob, kIndex}, ok()).opened();
  return story;
}
const StartDatafeed kStart{kFeed, kDataStart, kDataStart + 240'000};

// datafeed-end-closes-job: a start without an answer may never have arrived.
TEST(JudgeUnanswered, DoesNotAskADatafeedToCloseAJobThatItPerhapsNeverFed) {
  JudgedHistory story = fed_job();
  story.loses(kStart).reads(kOpened, 0).settles().reads(kOpened, 0);
  expect_fits(story);

  JudgedHistory answered = fed_job();
  answered.does(kStart, ok()).settles().reads(kOpened, 0);
  expect_violates(answered, Clause::datafeed_end_closes_job);
}

// datafeed-end-closes-job: nor may a stop have arrived, or it may stop another run of the feed.
TEST(JudgeUnanswered, ExpectsNoDataOfAFeedThatMayHaveBeenStopped) {
  JudgedHistory story = fed_job();
  story.does(kStart, ok()).loses(StopDatafeed{kFeed, {}}).waits(kMinute).reads(kClosed, 2).shows({bucket(0, 2)});
  expect_fits(story);
}

// close-many: the job may not exist, whatever the close of many says.
TEST(JudgeUnanswered, LeavesOpenWhetherACloseOfManyNamedAJobThatPerhapsIsNotThere) {
  for (const char* expression : {"closecheck-*", "_all", "closecheck-g", "closecheck-a,closecheck-b"}) {
    JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
    JobConfig in_group;
    in_group.groups = {"closecheck-g"};
    story.created(kJob, in_group).loses(CreateJob{kOther, in_group}).opened();
    story.does(close_of(expression), ok()).reads(kClosed, 0).does(JobStats{kOther}, refusal(404));
    expect_fits(story);
    EXPECT_EQ(story.evidence(Clause::close_many), 0U) << "one is not many";
  }
}

// close-many: who names a job that may not be there may be refused, and need not be.
TEST(JudgeUnanswered, AllowsEitherAnswerToAListWithAJobThatPerhapsIsNotThere) {
  for (const bool accepted : {true, false}) {
    JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
    story.created().loses(CreateJob{kOther, {}}).opened();
    story.does(close_of(kJob + "," + kOther), accepted ? ok() : refusal(404));
    expect_fits(story);
  }
}

// close-many: nor is a job surely in the group that only a lost creation would have put it into.
TEST(JudgeUnanswered, AllowsEitherAnswerToAGroupThatPerhapsHasNoJob) {
  for (const bool accepted : {true, false}) {
    JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
    JobConfig in_group;
    in_group.groups = {"closecheck-g"};
    story.created().loses(CreateJob{kJob, in_group}).opened().reads(kOpened, 0);
    story.does(close_of("closecheck-g"), accepted ? ok() : refusal(404)).reads(kOpened, 0);
    expect_fits(story);
  }
}

// close-touches-one-job: a close of many that is under way may yet name what is created meanwhile.
TEST(JudgeUnanswered, LetsALostCloseOfManyCloseAJobThatCameLater) {
  JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
  story.created().opened().loses(close_of("closecheck-*")).created(kOther).opened(kOther).reads(kClosed, 0, kOther);
  story.ends();
  EXPECT_TRUE(story.findings().empty()) << describe(story);
}

// close-flushes-buffers: after a re-open that perhaps never was, a force may lose what was accepted since.
TEST(JudgeUnanswered, ForgetsHowAJobCameToBeClosedOnceItMayHaveBeenOpened) {
  JudgedHistory story = opened_job();
  story.posted(records_in(0, 2)).closed().reads(kClosed, 2).loses(OpenJob{kJob}).reads(kOpened, 2);
  story.posted(records_in(2, 2)).forced().settles().waits(kMinute).reads(kClosed, 2).shows({bucket(0, 2)}).closed();
  story.reads(kClosed, 2).shows({bucket(0, 2)});
  expect_fits(story);
}

// accepted-data-is-kept: a forced close may come at any later time.
TEST(JudgeUnanswered, LetsALostForcedCloseStrikeInALaterPeriod) {
  JudgedHistory story = opened_job();
  story.loses(close_of(kJob, "true")).reads(kOpened, 0).closed().reads(kClosed, 0).opened();
  story.posted(records_in(0, 3)).posted(records_in(2, 1)).closed().settles().reads(kClosed, 0).shows({});
  expect_fits(story);
}

// close-flushes-buffers: a normal one as well, and what is accepted while it goes on counts only later.
TEST(JudgeUnanswered, LetsALostCloseQueueThePostsOfALaterPeriod) {
  JudgedHistory story = opened_job();
  story.loses(close_of()).reads(kOpened, 0).closed().opened().posted(records_in(0, 3));
  story.closed().reads(kClosed, 0).shows({});
  expect_fits(story);
}

// closed-job-keeps-metadata
TEST(JudgeUnanswered, ExpectsNoConfigurationThatALostUpdateMayChangeAtAnyTime) {
  const auto described = [](const char* text) {
    return ok(JobDescriptionList{1, {{kJob, {{"description", text}}, ""}}});
  };
  JudgedHistory story = opened_job();
  story.loses(UpdateJob{kJob, "new", {}}).does(GetJob{kJob}, described("old")).closed();
  story.does(GetJob{kJob}, described("new"));
  expect_fits(story);

  JudgedHistory answered = opened_job();
  answered.does(GetJob{kJob}, described("old")).closed().does(GetJob{kJob}, described("new"));
  expect_violates(answered, Clause::closed_job_keeps_metadata);
}

// accepted-data-is-kept: a body that broke off on the way may count in part.
TEST(JudgeUnanswered, LetsALostPostCountInPart) {
  for (const std::int64_t counted : {0, 1, 3}) {
    JudgedHistory story = opened_job();
    story.loses(post_of(records_in(0, 3))).reads(kOpened, counted).closed().opened().closed().reads(kClosed, counted);
    expect_fits(story);
  }
  JudgedHistory more = opened_job();
  more.loses(post_of(records_in(0, 3))).closed().reads(kClosed, 4);
  expect_violates(more, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept: ... and come to a job that was created only after it was given up.
TEST(JudgeUnanswered, LetsALostPostReachAJobThatIsCreatedLater) {
  JudgedHistory story;
  story.loses(post_of(records_in(0))).created().opened().closed().reads(kClosed, 1).shows({bucket(0, 1)});
  expect_fits(story);
}

// accepted-data-is-kept: what a lost forced close may have taken with it makes nothing out of order.
TEST(JudgeUnanswered, CountsOlderDataAfterALostForcedClose) {
  JudgedHistory story = opened_job();
  story.posted(records_in(2)).loses(close_of(kJob, "true")).reads(kClosed, 0).opened();
  story.posted(records_in(0, 3)).posted(records_in(3)).closed().reads(kClosed, 4);
  expect_fits(story);
}

// timed-out-close-goes-on: a close that was lost may arrive just before everything is said to have settled.
TEST(JudgeUnanswered, TakesNoJobForSettledToWhichALostRequestMayStillCome) {
  JudgedHistory story = opened_job();
  story.loses(close_of()).reads(kOpened, 0).reads(JobState::closing, 0).settles().reads(JobState::closing, 0);
  expect_fits(story);
}

// job-reopens, closed-job-refuses-data: documents of an index that were perhaps never written.
TEST(JudgeUnanswered, CountsNoDocumentsThatMayOrMayNotBeThere) {
  for (const bool before : {true, false}) {
    JudgedHistory story(JudgeOptions{.profile = Profile::xpack_6_3});
    story.does(CreateIndex{kIndex}, ok()).does(IndexDocuments{kIndex, records_in(0, 4), true}, ok());
    if (before) story.loses(IndexDocuments{kIndex, records_in(1, 4), true});
    story.created().does(CreateDatafeed{kFeed, kJob, kIndex}, ok()).opened().does(kStart, ok());
    if (!before) story.loses(DeleteIndex{kIndex});
    story.settles().reads(kClosed, before ? 8 : 1);
    expect_fits(story);
  }
}

TEST(JudgeUnanswered, TakesWhatWasNeverSentForNotDone) {
  JudgedHistory post = opened_job();
  post.never_sends(post_of(records_in(0, 3))).closed().reads(kClosed, 3);
  expect_violates(post, Clause::accepted_data_is_kept);
  JudgedHistory close = opened_job();
  close.posted(records_in(0, 3)).never_sends(close_of(kJob, "true")).closed().reads(kClosed, 0).waits(kMinute);
  close.reads(kClosed, 0);
  expect_violates(close, Clause::close_flushes_buffers);
  JudgedHistory start = fed_job();
  start.never_sends(kStart).settles().reads(kOpened, 0).closed().reads(kClosed, 0);
  expect_fits(start);
  EXPECT_EQ(start.evidence(Clause::close_ends_open_job), 1U) << "nothing is in doubt";
}

// refused-request-changes-nothing: 429 did nothing, 503 may have done everything.
TEST(JudgeUnanswered, TellsBusyFromUnavailable) {
  JudgedHistory busy = opened_job();
  busy.does(post_of(records_in(0)), refusal(429)).closed().reads(kClosed, 1);
  expect_violates(busy, Clause::refused_request_changes_nothing);
  for (const std::int64_t counted : {0, 1}) {
    JudgedHistory unavailable = opened_job();
    unavailable.does(post_of(records_in(0)), refusal(503)).closed().reads(kClosed, counted);
    expect_fits(unavailable);
  }
}

// job-reopens: an open for which there is no room breaks nothing, and proves nothing.
TEST(JudgeUnanswered, AccusesNobodyOfAnOpenForWhichThereIsNoRoom) {
  for (const int status : {429, 503}) {
    JudgedHistory first;
    first.created().does(OpenJob{kJob}, refusal(status)).reads(kClosed, 0);
    expect_fits(first);
    JudgedHistory again = opened_job();
    again.closed().does(OpenJob{kJob}, refusal(status)).reads(kClosed, 0);
    expect_fits(again);
    EXPECT_EQ(again.evidence(Clause::job_reopens), 0U);
  }
  JudgedHistory full = opened_job();
  full.closed().does(OpenJob{kJob}, refusal(500));
  expect_violates(full, Clause::job_reopens);
}

// close-ends-open-job: a gateway's answer is none, also where a history takes it for one.
TEST(JudgeUnanswered, TakesTheAnswerOfSomethingBetweenForNone) {
  Response between;
  between.outcome = Outcome::not_from_service;
  between.status = 504;
  for (const JobState state : {kOpened, kClosed}) {
    JudgedHistory story = opened_job();
    story.does(close_of(), between, kMinute).reads(state, 0);
    expect_fits(story);
  }
}

// timeout-bounds-wait, force-returns-early: what was lost on the way was not late for the service's sake.
TEST(JudgeUnanswered, HoldsNoLostAnswerToItsTime) {
  JudgedHistory bounded = opened_job();
  bounded.asks(1, close_of(kJob, {}, "2s")).loses(1, kMinute);
  expect_fits(bounded);
  JudgedHistory open = opened_job();
  open.asks(1, close_of(kJob, {}, "2s")).waits(kMinute).reads(kOpened, 0);
  expect_fits(open);
  JudgedHistory forced = opened_job();
  forced.fault(Fault::hang_close).asks(1, close_of(kJob, "true")).loses(1, 3 * kMinute);
  expect_fits(forced);

  JudgedHistory in_process = opened_job({.in_process = true});
  in_process.asks(1, close_of(kJob, {}, "2s")).loses(1, kMinute);
  expect_violates(in_process, Clause::timeout_bounds_wait);
}

// timed-out-close-goes-on: what was missing once may only have been late, where nobody could look again.
TEST(JudgeUnanswered, AccusesNobodyOfWhatNoSuccessPromisedAndNobodyCouldReadAgain) {
  JudgedHistory given_up = opened_job();
  given_up.posted(records_in(0, 3)).posted(records_in(2)).fault(Fault::slow_close, 2 * kSecond);
  given_up.closes({}, "1s", gave_up(), kSecond).waits(kMinute).reads(kClosed, 4).shows({});
  EXPECT_EQ(given_up.last(), Judgement::missing);
  given_up.loses(GetBuckets{kJob, {}, {}}).opened();
  expect_fits(given_up);

  JudgedHistory claimed = opened_job();
  claimed.posted(records_in(0, 3)).posted(records_in(2)).closed().reads(kClosed, 4).shows({});
  claimed.loses(GetBuckets{kJob, {}, {}}).opened();
  expect_violates(claimed, Clause::close_flushes_buffers);
}

}  // namespace
}  // namespace closecheck::model
