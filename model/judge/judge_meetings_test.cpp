// Where things meet of which no order is told: feeds and posts, feeds and their own creation, closes of many and
// whatever else goes on. Nobody is accused of what any order explains.
#include <gtest/gtest.h>

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;
const std::string kOther = "closecheck-b";
const std::string kFeed = "closecheck-f";
const std::string kIndex = "closecheck-i";
const StartDatafeed kStart{kFeed, kDataStart, kDataStart + 240'000};
const CreateDatafeed kCreateFeed{kFeed, kJob, kIndex};
const IndexDocuments kDocuments{kIndex, records_in(0, 4), true};

JudgedHistory on_6_3() {
  return JudgedHistory(JudgeOptions{.profile = Profile::xpack_6_3});
}

JudgedHistory with_index() {
  JudgedHistory story = on_6_3();
  story.does(CreateIndex{kIndex}, ok()).does(kDocuments, ok()).created();
  return story;
}

// datafeed-end-closes-job: what is posted while a feed runs may make its records out of order, and the other way round.
TEST(JudgeMeetings, CountsNothingExactlyThatIsPostedWhileADatafeedRuns) {
  JudgedHistory story = with_index();
  story.does(kCreateFeed, ok()).opened().does(kStart, ok()).posted(records_in(3, 2)).settles();
  for (int i = 0; i < 2; ++i) story.waits(kMinute).reads(kClosed, 3).shows({bucket(0, 1), bucket(3, 2)});
  expect_fits(story);
}

// datafeed-end-closes-job: nor of documents that are being written when it starts.
TEST(JudgeMeetings, CountsNothingExactlyOfAnIndexThatIsBeingWritten) {
  JudgedHistory story = on_6_3();
  story.does(CreateIndex{kIndex}, ok()).created().does(kCreateFeed, ok()).opened().asks(1, kDocuments);
  story.does(kStart, ok()).settles().reads(kClosed, 4).hears(1, ok());
  expect_fits(story);
}

// wire-status-codes: that a job which is open can be opened again is against the dialect alone, overlapped or not.
TEST(JudgeMeetings, TakesASecondOpenThatIsAcceptedForADepartureOfTheDialect) {
  JudgedHistory beside = on_6_3();
  beside.created().asks(1, OpenJob{kJob}).asks(2, OpenJob{kJob}).hears(1, ok()).hears(2, ok()).reads(kOpened, 0);
  expect_departs(beside, Clause::wire_status_codes);

  JudgedHistory behind = on_6_3();
  behind.created().opened().does(OpenJob{kJob}, ok()).reads(kOpened, 0);
  expect_departs(behind, Clause::wire_status_codes);
}

// running-datafeed-blocks-close: a start may arrive just after the feed has come to be.
TEST(JudgeMeetings, GivesUpOnAFeedThatWasAskedForSomethingWhileItWasBeingCreated) {
  JudgedHistory story = with_index();
  story.opened().asks(1, kStart).does(kCreateFeed, ok()).does(CloseJob{kJob, {}, {}, {}, {}}, refusal(409));
  story.ends();
  EXPECT_EQ(story.last(), Judgement::inconclusive);
  EXPECT_TRUE(story.findings().empty()) << describe(story);
}

// datafeed-end-closes-job speaks of a stop, and of no deletion.
TEST(JudgeMeetings, GivesUpOnAJobWhoseFeedIsDeletedWhileItRuns) {
  JudgedHistory story = with_index();
  story.does(kCreateFeed, ok()).opened().does(kStart, ok()).does(DeleteDatafeed{kFeed, "true"}, ok());
  story.settles().reads(kClosed, 1);
  story.ends();
  EXPECT_EQ(story.last(), Judgement::inconclusive);
  EXPECT_TRUE(story.findings().empty()) << describe(story);
}

// unknown-job-refused: a name that is taken by another job's feed says nothing of this job.
TEST(JudgeMeetings, AllowsTheRefusalOfAFeedWhoseNameIsTaken) {
  JudgedHistory story = with_index();
  story.created(kOther).does(kCreateFeed, ok()).does(CreateDatafeed{kFeed, kOther, kIndex}, refusal(400));
  story.opened(kOther);
  expect_fits(story);
}

// A feed that was refused is not on file: what comes after it is another one.
TEST(JudgeMeetings, FollowsAFeedToTheJobThatItWasCreatedFor) {
  JudgedHistory story = with_index();
  story.created(kOther).opened(kOther).does(kCreateFeed, refusal(404));
  story.does(CreateDatafeed{kFeed, kOther, kIndex}, ok()).does(kStart, ok()).settles(kOther).reads(kClosed, 4, kOther);
  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::datafeed_end_closes_job), 1U);

  JudgedHistory lost = with_index();
  lost.created(kOther).opened(kOther).does(kCreateFeed, refusal(404));
  lost.loses(CreateDatafeed{kFeed, kOther, kIndex}).does(kStart, ok());
  expect_fits(lost);
}

// close-many: one of several may be killed while they close; the answer says nothing of the others.
TEST(JudgeMeetings, AllowsACloseOfManyToFailForOneJobWhenTheOthersAreClosed) {
  JudgedHistory story = on_6_3();
  story.created().created(kOther).opened().opened(kOther).asks(1, CloseJob{"closecheck-*", {}, {}, {}, {}});
  story.forced(kOther).hears(1, refusal(409)).reads(kClosed, 0);
  expect_fits(story);
}

// close-many: the group comes with a job that is being created.
TEST(JudgeMeetings, KnowsTheGroupsOfAJobThatIsBeingCreated) {
  JobConfig in_group;
  in_group.groups = {"closecheck-g"};
  const CloseJob close{"closecheck-g", {}, {}, {}, {}};
  JudgedHistory story = on_6_3();
  story.asks(1, CreateJob{kJob, in_group}).does(close, ok()).hears(1, ok()).reads(kClosed, 0);
  expect_fits(story);
  JudgedHistory named_before = on_6_3();
  named_before.does(close, refusal(404)).created(kJob, in_group).opened().does(close, ok()).reads(kClosed, 0);
  expect_fits(named_before);
}

// concurrent-requests-linearize: a close that was asked for after the job read `opening` comes after the open.
TEST(JudgeMeetings, NamesTheMeetingOfACloseWithTheOpenThatItOvertook) {
  JudgedHistory story = on_6_3();
  story.created().asks(1, OpenJob{kJob}).reads(JobState::opening, 0).does(CloseJob{kJob, {}, {}, {}, {}}, ok());
  story.hears(1, ok()).reads(kOpened, 0);
  expect_violates(story, Clause::concurrent_requests_linearize);

  JudgedHistory unseen = on_6_3();
  unseen.created().asks(1, OpenJob{kJob}).does(CloseJob{kJob, {}, {}, {}, {}}, ok()).hears(1, ok()).reads(kOpened, 0);
  expect_fits(unseen);
}

// close-flushes-buffers: of posts that overlap none may be lost; older records of the one that comes second may be
// dropped.
TEST(JudgeMeetings, CountsEachOfSeveralPostsThatOverlap) {
  const auto overlapping = [](std::int64_t first_bucket, std::int64_t second_bucket, std::int64_t counted) {
    JudgedHistory story;
    story.created().opened();
    story.asks(1, PostData{kJob, records_in(first_bucket, 3), false});
    story.asks(2, PostData{kJob, records_in(second_bucket, 4), false});
    story.hears(1, ok(DataCounts{}, 202)).hears(2, ok(DataCounts{}, 202)).closed().reads(kClosed, counted);
    return story;
  };
  JudgedHistory whole = overlapping(0, 0, 7);
  expect_fits(whole);
  JudgedHistory lost = overlapping(0, 0, 4);
  expect_violates(lost, Clause::close_flushes_buffers);
  JudgedHistory out_of_order = overlapping(0, 1, 4);
  expect_fits(out_of_order);
}

}  // namespace
}  // namespace closecheck::model
