// What the judge forgets of a long history, and that its verdicts do not change by it.
#include <fmt/format.h>

#include "closecheck/vocabulary/program.h"
#include "judge/judged_history_for_test.h"
#include "rules/exchange_log.h"

namespace closecheck::model {
namespace {

constexpr std::size_t kKept = ExchangeLog::kKept;
constexpr JobState kClosed = JobState::closed;

/// So many requests, each life of a job six, that another job is created for, closed and deleted again.
void live_elsewhere(JudgedHistory& story, std::size_t requests) {
  for (std::size_t life = 0; life < requests / 6; ++life) {
    const std::string job = fmt::format("{}passing-{}", kNamePrefix, life);
    story.created(job).opened(job).posted(records_in(0), job).closed(job).reads(kClosed, 1, job);
    story.does(DeleteJob{job, {}}, ok());
  }
}

/// The job is opened, takes a record and is closed again, so many times; each time its count is read.
void live_again(JudgedHistory& story, std::size_t cycles, std::int64_t records_before = 0) {
  for (std::size_t i = 0; i < cycles; ++i) {
    const std::int64_t records = records_before + static_cast<std::int64_t>(i) + 1;
    story.opened().posted(records_in(records)).closed().reads(kClosed, records);
  }
}

TEST(JudgeForgetting, KeepsOfJobsThatAreDeletedOnlyTheNewest) {
  JudgedHistory story;

  live_elsewhere(story, 5 * kKept);

  EXPECT_LE(story.judge().requests_kept(), kKept + 10);
  expect_fits(story);
}

TEST(JudgeForgetting, KeepsOfAJobThatIsOpenedAgainAndAgainNoMoreThanItsLatestLives) {
  JudgedHistory story;
  story.created();

  live_again(story, kKept);

  EXPECT_LE(story.judge().requests_kept(), kKept + kKept / 2);
  expect_fits(story);
}

// accepted-data-is-kept
TEST(JudgeForgetting, RemembersWhatAJobCountedBeforeItForgotItsLives) {
  JudgedHistory story;
  story.created();

  live_again(story, kKept);
  story.opened().closed().reads(kClosed, kKept - 1);

  expect_violates(story, Clause::accepted_data_is_kept);
}

// refused-request-changes-nothing
TEST(JudgeForgetting, NamesARefusedRequestThatChangedAJobWhoseLivesItForgot) {
  JudgedHistory story;
  story.created();

  live_again(story, kKept);
  story.opened().reads(JobState::opened, kKept);
  story.closes({}, "soon", refusal(400)).reads(kClosed, kKept);

  expect_violates(story, Clause::refused_request_changes_nothing);
}

// close-touches-one-job
TEST(JudgeForgetting, NamesACloseOfAnotherJobThatClosedOneWhoseLivesItForgot) {
  const std::string other = kJob + "-other";
  JudgedHistory story;
  story.created().created(other).opened(other);

  live_again(story, kKept);
  story.opened().closed(other).reads(kClosed, kKept);

  expect_violates(story, Clause::close_touches_one_job);
}

// closed-job-refuses-data
TEST(JudgeForgetting, RemembersThatAJobIsClosedWhileOthersLive) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0)).closed().reads(kClosed, 1);

  live_elsewhere(story, 3 * kKept);
  story.posted(records_in(1));

  expect_violates(story, Clause::closed_job_refuses_data);
}

// close-ends-open-job
TEST(JudgeForgetting, HoldsARequestThatIsOpenAllTheTime) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0));
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}});

  live_elsewhere(story, 3 * kKept);
  story.hears(1, ok()).reads(JobState::opened, 1);

  expect_violates(story, Clause::close_ends_open_job);
}

TEST(JudgeForgetting, HoldsARefusalOverWhichItsCallerIsInDoubt) {
  JudgedHistory story;
  story.created();
  story.asks(1, CloseJob{"", {}, {}, {}, {}});

  live_elsewhere(story, 3 * kKept);
  story.hears(1, refusal(403)).reads(kClosed, 0);

  EXPECT_EQ(story.ends().last(), Judgement::fits) << describe(story);
}

TEST(JudgeForgetting, HoldsALostCloseOfManyThatMayComeToNameAJob) {
  JudgedHistory story;
  story.created().opened();
  story.loses(CloseJob{"_all", {}, {}, {}, {}});

  live_elsewhere(story, 3 * kKept);
  story.created(kJob + "-late").opened(kJob + "-late");
  story.reads(kClosed, 0, kJob + "-late");

  expect_fits(story);
}

TEST(JudgeForgetting, JudgesAJobThatIsCreatedOnceMoreLikeANewOne) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0)).closed().does(DeleteJob{kJob, {}}, ok());

  live_elsewhere(story, 3 * kKept);
  story.created().opened().posted(records_in(0)).closed().reads(kClosed, 1);

  expect_fits(story);
}

// unknown-job-refused
TEST(JudgeForgetting, StillKnowsThatADeletedJobCannotBeClosed) {
  JudgedHistory story;
  story.created().opened().closed().does(DeleteJob{kJob, {}}, ok());

  live_elsewhere(story, 3 * kKept);
  story.closed();

  expect_violates(story, Clause::unknown_job_refused);
}

}  // namespace
}  // namespace closecheck::model
