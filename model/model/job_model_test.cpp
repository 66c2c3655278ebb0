#include "closecheck/model/job_model.h"

#include <gtest/gtest.h>

#include "model/cells.h"

namespace closecheck::model {
namespace {

/// A job as a row of accepted requests leaves it, each settled before the next.
JobValue job_after(std::initializer_list<RequestKind> requests) {
  JobModel model(Profile::xpack_5_4);
  JobValue job;
  for (const RequestKind request : requests) {
    const Sent sent = model.send(request, job, 3);
    EXPECT_NE(sent.reaction, Reaction::refused) << name(job.life) << ' ' << name_of_step(index_of(request));
    job = model.settled(sent.job);
  }
  return job;
}
const auto kCreated = {RequestKind::create};
const auto kOpened = {RequestKind::create, RequestKind::open};
const auto kFed = {RequestKind::create, RequestKind::open, RequestKind::create_feed, RequestKind::start_endless_feed};

Reaction reaction(RequestKind request, const JobValue& job, Profile profile = Profile::xpack_5_4) {
  return JobModel(profile).send(request, job).reaction;
}

TEST(JobModel, TellsWhatARequestWouldDo) {
  EXPECT_EQ(reaction(RequestKind::create, {}), Reaction::moves);
  EXPECT_EQ(reaction(RequestKind::open, job_after(kCreated)), Reaction::waits);
  EXPECT_EQ(reaction(RequestKind::post, job_after(kOpened)), Reaction::moves);
  EXPECT_EQ(reaction(RequestKind::stats, job_after(kOpened)), Reaction::answered);
  EXPECT_EQ(reaction(RequestKind::close, job_after(kOpened)), Reaction::waits);
  EXPECT_EQ(reaction(RequestKind::post, job_after(kCreated)), Reaction::refused) << "closed-job-refuses-data";
  EXPECT_EQ(reaction(RequestKind::close, {}), Reaction::refused) << "unknown-job-refused";
}

TEST(JobModel, AsksTheGuardsOfTheMachine) {
  EXPECT_EQ(reaction(RequestKind::close, job_after(kFed)), Reaction::refused) << "running-datafeed-blocks-close";
  EXPECT_EQ(reaction(RequestKind::remove, job_after(kFed)), Reaction::refused);
  EXPECT_EQ(reaction(RequestKind::remove, job_after(kCreated)), Reaction::moves);
}

TEST(JobModel, IsBusyWithACloseUntilItSettles) {
  JobModel model(Profile::xpack_6_3);
  const Sent sent = model.send(RequestKind::close, job_after(kOpened));

  EXPECT_EQ(sent.job.life, Life::closing);
  EXPECT_EQ(model.settled(sent.job).life, Life::closed);
}

TEST(JobModel, NeverSettlesACloseThatHangs) {
  JobModel model(Profile::xpack_5_4);
  JobValue job = model.after(Fault::hang_close, job_after(kOpened));
  job = model.settled(model.send(RequestKind::close, job).job);

  EXPECT_EQ(job.life, Life::closing);
  EXPECT_TRUE(job.has(JobValue::kHangs));
  EXPECT_EQ(model.settled(model.send(RequestKind::force_close, job).job).life, Life::closed);
}

TEST(JobModel, FailsTheJobWhoseProcessDied) {
  JobModel model(Profile::xpack_5_4);
  const JobValue failed = model.after(Fault::fail_job, job_after(kOpened));

  EXPECT_EQ(failed.life, Life::failed);
  EXPECT_EQ(reaction(RequestKind::close, failed), Reaction::refused) << "failed-job-needs-force";
  EXPECT_EQ(reaction(RequestKind::force_close, failed), Reaction::moves) << "force-closes-failed-job";
}

TEST(JobModel, ClosesTheJobWhoseDatafeedHasAnEnd) {
  const JobValue job =
      job_after({RequestKind::create, RequestKind::open, RequestKind::create_feed, RequestKind::start_feed});

  EXPECT_EQ(job.life, Life::closed) << "datafeed-end-closes-job";
  EXPECT_EQ(job.feed, Feed::stopped);
}

// The answers of every cell as the list has them, and a move wherever the list has one whose guard holds.
TEST(JobModel, SaysOfEveryStateAndRequestWhatTheListSays) {
  for (const Profile profile : kProfiles) {
    JobModel model(profile);
    for (std::size_t life = 0; life < kLifeCount; ++life)
      for (std::size_t kind = 0; kind < kRequestKindCount; ++kind) {
        const JobValue job{.life = static_cast<Life>(life)};
        const Cell& cell = cells(profile).at(kind, job);
        const Sent sent = model.send(static_cast<RequestKind>(kind), job);
        const bool is_moved = sent.reaction == Reaction::moves || sent.reaction == Reaction::waits;
        SCOPED_TRACE(std::string(name(job.life)) + " " + std::string(name_of_step(kind)));
        EXPECT_TRUE(is_moved || sent.job == job);
        EXPECT_TRUE(!is_moved || cell.changes);
        EXPECT_EQ(sent.reaction == Reaction::waits, is_moved && cell.waits);
        EXPECT_TRUE(cell.changes || (sent.reaction == Reaction::answered) == ((cell.allowed & kAccepted) != 0));
      }
  }
}

TEST(JobModel, SaysHowStatisticsMayShowAJobAsTheTableDoes) {
  const JobModel newer(Profile::xpack_6_3);
  EXPECT_TRUE(newer.reads_as({.life = Life::closed}, JobState::closed));
  EXPECT_FALSE(newer.reads_as({.life = Life::closed}, JobState::opened));
  EXPECT_TRUE(newer.reads_as({.life = Life::closing}, JobState::opened));
  EXPECT_FALSE(newer.reads_as({.life = Life::opening}, JobState::closed));
  EXPECT_TRUE(JobModel(Profile::xpack_5_4).reads_as({.life = Life::opening}, JobState::closed));
}

}  // namespace
}  // namespace closecheck::model
