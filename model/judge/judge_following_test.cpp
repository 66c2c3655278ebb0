// After overlaps and lost answers a job is followed again as soon as it can be: what went on then excuses nothing
// later.
#include <gtest/gtest.h>

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

JudgedHistory in_process(Profile profile = Profile::xpack_5_4) {
  return JudgedHistory(JudgeOptions{.profile = profile, .in_process = true});
}

Operation close_of(Parameter timeout = {}) {
  return CloseJob{kJob, {}, std::move(timeout), {}, {}};
}

// accepted-data-is-kept: a close without an answer is over once the job is closed, and records in order are counted.
TEST(JudgeFollowing, CountsExactlyAfterALostClose) {
  const auto after_loss = [](std::int64_t counted) {
    JudgedHistory story = in_process();
    story.created().opened().posted(records_in(0)).loses(close_of()).settles().reads(kClosed, 1);
    story.opened().posted(records_in(1, 2)).closed().reads(kClosed, counted);
    return story;
  };
  JudgedHistory right = after_loss(3);
  expect_fits(right);
  JudgedHistory wrong = after_loss(2);
  expect_violates(wrong, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept: what was lost of a job that is there makes no other job of it.
TEST(JudgeFollowing, CountsExactlyThoughACreationOfTheJobWasLost) {
  const auto after_loss = [](std::int64_t counted) {
    JudgedHistory story = in_process();
    story.created().opened().loses(CreateJob{kJob, {}}).posted(records_in(0, 2)).closed().reads(kClosed, counted);
    return story;
  };
  JudgedHistory right = after_loss(2);
  expect_fits(right);
  JudgedHistory wrong = after_loss(3);
  expect_violates(wrong, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept: of a creation and a deletion that overlap the creation came second, if the job is there.
TEST(JudgeFollowing, CountsExactlyWhatWasCreatedBeforeADeletionWasAnswered) {
  const auto recreated = [](std::int64_t counted) {
    JudgedHistory story = in_process();
    story.created().asks(1, DeleteJob{kJob, {}}).created().hears(1, ok());
    story.opened().posted(records_in(0, 2)).closed().reads(kClosed, counted);
    return story;
  };
  JudgedHistory right = recreated(2);
  expect_fits(right);
  JudgedHistory wrong = recreated(1);
  expect_violates(wrong, Clause::close_flushes_buffers);
}

// accepted-data-is-kept: what a closing job took comes before what it takes once it is open again.
TEST(JudgeFollowing, TakesUpWhatWasQueuedBeforeNewerData) {
  const auto reopened = [](std::int64_t counted) {
    JudgedHistory story = in_process();
    story.created().opened().asks(1, close_of()).posted(records_in(1)).hears(1, ok());
    story.asks(1, OpenJob{kJob}).asks(2, PostData{kJob, records_in(0, 3), false}).hears(1, ok());
    story.hears(2, ok(DataCounts{}, 202)).closed().reads(kClosed, counted);
    return story;
  };
  JudgedHistory right = reopened(1);
  expect_fits(right);
  JudgedHistory wrong = reopened(2);
  expect_violates(wrong, Clause::accepted_data_is_kept);
}

// accepted-data-is-kept: a count that is too low is not forgotten when all else is known again.
TEST(JudgeFollowing, RemembersWhatWasMissingWhenItIsKnownAgain) {
  JudgedHistory story = in_process();
  story.created().opened().posted(records_in(0, 2)).loses(close_of()).closes({}, "100micros", gave_up());
  story.settles().reads(kClosed, 0).opened();
  expect_violates(story, Clause::timed_out_close_goes_on);
}

// closing-closed-job: a post that is refused meanwhile explains nothing.
TEST(JudgeFollowing, HoldsACloseOfAClosedJobToItsAnswerThoughSomethingElseIsRefused) {
  JudgedHistory story = in_process(Profile::xpack_6_3);
  story.created().asks(1, close_of()).does(PostData{kJob, records_in(0), false}, refusal(409)).hears(1, refusal(409));
  story.ends();
  ASSERT_FALSE(story.findings().empty());
  EXPECT_EQ(id_of(story.findings().front().clause), "closing-closed-job") << describe(story);
}

// A deletion and an open that overlap may both be taken, whatever other opens are told.
TEST(JudgeFollowing, AccusesNobodyOfAnOpenAndADeletionThatOverlap) {
  JudgedHistory story = in_process();
  story.created().asks(1, DeleteJob{kJob, {}}).asks(2, OpenJob{kJob}).asks(3, OpenJob{kJob});
  story.hears(2, ok()).hears(3, refusal(409)).hears(1, ok()).reads(kOpened, 0);
  story.ends();
  EXPECT_TRUE(story.findings().empty()) << describe(story);
}

}  // namespace
}  // namespace closecheck::model
