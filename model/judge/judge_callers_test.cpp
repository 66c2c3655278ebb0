// A caller who was let in before and is refused: a word about the caller, or only about lost credentials.
#include <gtest/gtest.h>

#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

const CloseJob kClose{kJob, {}, {}, {}, {}};

JudgedHistory opened_job(JudgeOptions options = {}) {
  JudgedHistory story(options);
  story.created().opened();
  return story;
}

// manage-ml-may-close
TEST(JudgeCallers, JudgesARefusalOnlyIfTheSameCallerIsLetInAfterwards) {
  for (const int status : {401, 403}) {
    JudgedHistory let_in = opened_job();
    let_in.does(kClose, refusal(status));
    EXPECT_EQ(let_in.last(), Judgement::caller_in_doubt);
    let_in.reads(JobState::opened, 0);
    if (status == 401) let_in.does(kClose, refusal(status)).reads(JobState::opened, 0);
    expect_violates(let_in, Clause::manage_ml_may_close);

    JudgedHistory refused = opened_job();
    refused.does(kClose, refusal(status)).does(JobStats{kJob}, refusal(401)).reads(JobState::opened, 0);
    expect_fits(refused);

    JudgedHistory last = opened_job();
    last.does(kClose, refusal(status));
    expect_fits(last);
  }
}

// manage-ml-may-close: once, a login may have forgotten everybody for a while.
TEST(JudgeCallers, JudgesALoginThatForgotOnlyIfItForgetsAgain) {
  JudgedHistory once = opened_job();
  once.does(kClose, refusal(401)).reads(JobState::opened, 0).does(kClose, ok()).reads(JobState::closed, 0);
  expect_fits(once);
}

TEST(JudgeCallers, LetsNoOtherAnswerDecide) {
  JudgedHistory other = opened_job();
  other.does(kClose, refusal(401)).as(Principal::setup, JobStats{kJob}, statistics(JobState::opened, 0));
  expect_fits(other);
  JudgedHistory earlier = opened_job();
  earlier.asks(1, JobStats{kJob}).does(kClose, refusal(401)).hears(1, statistics(JobState::opened, 0));
  expect_fits(earlier);
  JudgedHistory lost = opened_job();
  lost.does(kClose, refusal(401)).loses(JobStats{kJob}).does(JobStats{kJob}, refusal(503));
  expect_fits(lost);
}

// Who lost the credentials before the close has not been refused it.
TEST(JudgeCallers, SeesThatTheCredentialsWereLostBefore) {
  JudgedHistory story;
  story.does(CreateJob{kJob, {}}, refusal(401)).does(kClose, refusal(401)).does(JobStats{kJob}, refusal(401));
  expect_fits(story);
}

// wire-status-codes: the preflight saw a caller without privileges known, and a login that forgets says 401.
TEST(JudgeCallers, JudgesA401OfOneWithoutPrivilegesOnlyWhoIsStillKnown) {
  JudgedHistory forgotten = opened_job({.callers_are_known = true});
  forgotten.as(Principal::none, kClose, refusal(401)).as(Principal::none, JobStats{kJob}, refusal(401));
  expect_fits(forgotten);
  JudgedHistory remembered = opened_job({.callers_are_known = true});
  remembered.as(Principal::none, kClose, refusal(401)).as(Principal::none, JobStats{kJob}, refusal(403));
  remembered.as(Principal::none, kClose, refusal(403)).as(Principal::none, JobStats{kJob}, refusal(403));
  expect_fits(remembered);
  JudgedHistory known = opened_job({.callers_are_known = true});
  for (int time = 0; time < 2; ++time)
    known.as(Principal::none, kClose, refusal(401)).as(Principal::none, JobStats{kJob}, refusal(403));
  expect_departs(known, Clause::wire_status_codes);
}

// manage-may-close: nobody was let in before in this history; the preflight of a live run says more.
TEST(JudgeCallers, JudgesACallerAtOnceWhomNobodySawLetIn) {
  JudgedHistory unknown = opened_job();
  unknown.as(Principal::manage, kClose, refusal(403));
  expect_violates(unknown, Clause::manage_may_close);
  JudgedHistory known = opened_job({.callers_are_known = true});
  known.as(Principal::manage, kClose, refusal(403)).as(Principal::manage, JobStats{kJob}, refusal(403));
  expect_fits(known);
}

// close-requires-privilege: a reader who lost the credentials proves nothing, and departs from no status.
TEST(JudgeCallers, TakesARefusalAsEvidenceOnlyOfACallerWhoIsStillLetIn) {
  const Principal reader = Principal::monitor_ml;
  JudgedHistory let_in = opened_job({.callers_are_known = true});
  let_in.as(reader, kClose, refusal(403)).as(reader, JobStats{kJob}, statistics(JobState::opened, 0));
  expect_fits(let_in);
  EXPECT_EQ(let_in.evidence(Clause::close_requires_privilege), 1U);

  JudgedHistory refused = opened_job({.callers_are_known = true});
  refused.as(reader, kClose, refusal(401)).as(reader, JobStats{kJob}, refusal(401)).reads(JobState::opened, 0);
  expect_fits(refused);
  EXPECT_EQ(refused.evidence(Clause::close_requires_privilege), 0U);
}

// close-requires-privilege: the refused close was honoured all the same.
TEST(JudgeCallers, NamesTheRefusedCloseThatClosedTheJob) {
  JudgedHistory story = opened_job({.callers_are_known = true});
  story.as(Principal::monitor_ml, kClose, refusal(403));
  story.as(Principal::monitor_ml, JobStats{kJob}, statistics(JobState::closed, 0));
  expect_violates(story, Clause::close_requires_privilege);
}

// refused-request-changes-nothing: whatever it was that was refused to its caller.
TEST(JudgeCallers, NamesWhatWasRefusedToItsCallerAndDoneAllTheSame) {
  JudgedHistory post = opened_job();
  post.as(Principal::none, PostData{kJob, records_in(0, 1), false}, refusal(403)).reads(JobState::opened, 1);
  expect_violates(post, Clause::refused_request_changes_nothing);

  JudgedHistory open = opened_job();
  open.closed().as(Principal::none, OpenJob{kJob}, refusal(403)).reads(JobState::opened, 0);
  expect_violates(open, Clause::refused_request_changes_nothing);
}

// anonymous-refused: whoever was never let in is judged at once.
TEST(JudgeCallers, JudgesStrangersAtOnce) {
  JudgedHistory story = opened_job({.callers_are_known = true});
  story.as(Principal::none, kClose, refusal(403));
  EXPECT_EQ(story.last(), Judgement::fits);
  story.as(Principal::anonymous, kClose, refusal(401)).reads(JobState::opened, 0);
  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_requires_privilege), 1U);
  EXPECT_EQ(story.evidence(Clause::anonymous_refused), 1U);
}

// wire-status-codes: credentials of an unusual form may be a bad request.
TEST(JudgeCallers, AllowsOtherRefusalsOfCredentialsOfAnUnusualForm) {
  for (const Principal who : {Principal::empty_password, Principal::unknown_token})
    for (const int status : {400, 401, 403}) {
      JudgedHistory story = opened_job();
      story.as(who, kClose, refusal(status)).reads(JobState::opened, 0);
      expect_fits(story);
    }
}

TEST(JudgeCallers, DoubtsNobodyInProcess) {
  JudgedHistory story = opened_job({.in_process = true});
  story.does(kClose, refusal(403));
  expect_violates(story, Clause::manage_ml_may_close);
}

}  // namespace
}  // namespace closecheck::model
