// What a close says that succeeds, and what was read of a job before a forced close or before another job's close.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

JudgedHistory opened_job() {
  JudgedHistory story;
  story.created().opened();
  return story;
}

/// A success that claims something else, as the codec decodes it.
Response other_claim(Outcome outcome) {
  Response response;
  response.outcome = outcome;
  response.status = 200;
  response.notes.push_back({Clause::close_ends_open_job, R"(`{"closed": true}`)", R"(status 200 with `{}`)"});
  return response;
}

Response timed_out_without_claim() {
  Response response = other_claim(Outcome::refused);
  response.refusal = Refusal::timed_out;
  return response;
}

// close-ends-open-job
TEST(JudgeClaims, AccusesACloseOfOtherWordsOnceTheJobIsClosed) {
  JudgedHistory story = opened_job();
  story.closes({}, {}, other_claim(Outcome::unreadable)).reads(kClosed, 0);
  expect_violates(story, Clause::close_ends_open_job);
  JudgedHistory with_timeout = opened_job();
  with_timeout.closes({}, "30m", timed_out_without_claim()).reads(kClosed, 0);
  expect_violates(with_timeout, Clause::close_ends_open_job);
}

// Whatever stands between us and the service may write a success, too.
TEST(JudgeClaims, SparesACloseOfOtherWordsThatDidNothing) {
  JudgedHistory story = opened_job();
  story.closes({}, {}, other_claim(Outcome::unreadable)).reads(kOpened, 0).closed().reads(kClosed, 0);
  expect_fits(story);
  JudgedHistory closed_by_another = opened_job();
  closed_by_another.closes({}, {}, other_claim(Outcome::unreadable)).closed().reads(kClosed, 0);
  expect_fits(closed_by_another);
}

// timed-out-close-is-no-success: whoever claims nothing when the time is up claims no success.
TEST(JudgeClaims, SparesOtherWordsWhenTheTimeIsUp) {
  JudgedHistory story = opened_job();
  story.closes({}, "2s", timed_out_without_claim(), 2 * kSecond).waits(kMinute).settles().reads(kClosed, 0);

  expect_fits(story);
}

// close-ends-open-job: `{"closed": "true"}`
TEST(JudgeClaims, AccusesAClaimOfAnotherTypeAtOnce) {
  JudgedHistory story = opened_job();
  story.closes({}, {}, other_claim(Outcome::accepted));

  expect_violates(story, Clause::close_ends_open_job);
}

/// Bucket 0 is passed and was read after the first close; then the job is opened and forced.
JudgedHistory forced_after_reading() {
  JudgedHistory story = opened_job();
  story.posted(records_in(0, 2)).posted(records_in(1)).closed().shows({bucket(0, 2)}).opened().forced();
  story.waits(kMinute).settles();
  return story;
}

// reopen-continues-analysis: earlier results stay
TEST(JudgeClaims, AccusesAForcedCloseThatDropsWhatWasReadBefore) {
  JudgedHistory story = forced_after_reading();
  story.shows({});

  expect_violates(story, Clause::reopen_continues_analysis);
}

TEST(JudgeClaims, SparesAForcedCloseThatDropsWhatIsRecent) {
  JudgedHistory story = forced_after_reading();
  story.shows({bucket(0, 2)});
  expect_fits(story);
  JudgedHistory recent = opened_job();
  recent.posted(records_in(0, 2)).posted(records_in(1)).forced().waits(kMinute).settles().shows({});
  expect_fits(recent);
}

// close-touches-one-job
TEST(JudgeClaims, TakesAClosedJobThatAnotherCloseLeavesAsItWasForEvidence) {
  const std::string other = "closecheck-b";
  JudgedHistory story = opened_job();
  story.posted(records_in(0)).closed().reads(kClosed, 1);
  story.created(other).opened(other).closed(other);
  EXPECT_EQ(story.evidence(Clause::close_touches_one_job), 0U);
  story.reads(kClosed, 1);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_touches_one_job), 1U);
}

}  // namespace
}  // namespace closecheck::model
