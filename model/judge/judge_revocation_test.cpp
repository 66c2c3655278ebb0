// A privilege that is taken away: who asks in the name of a user who had it is judged once it is surely gone.
#include <gtest/gtest.h>

#include "closecheck/vocabulary/run_as.h"
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr Duration kLongAfter = 31 * kSecond;

RawRequest put(const std::string& what, const std::string& body) {
  return {"PUT", "/_xpack/security/" + what, {}, body, "application/json"};
}

Request by_user(Operation operation) {
  Request request{Principal::setup, std::move(operation), nullptr};
  request.as_sent = std::make_shared<const RawRequest>(
      RawRequest{"POST", "/x", {}, "", "", {{std::string(kRunAsHeader), "closecheck-u"}}});
  return request;
}

const Request kClose = by_user(CloseJob{kJob, {}, {}, {}, {}});

/// A user who may close, and an opened job. `names_count`: he was refused before he was made.
JudgedHistory with_user(bool names_count = true) {
  JudgedHistory story;
  if (names_count) story.asks_exactly(by_user(JobStats{kJob}), refusal(403));
  story.as(Principal::setup, put("role/closecheck-r", R"({"cluster":["manage_ml"]})"), ok())
      .as(Principal::setup, put("user/closecheck-u", R"({"password_hash":"x", "roles": ["closecheck-r"]})"), ok());
  story.created().opened();
  return story;
}

const RawRequest kNoPrivilege = put("role/closecheck-r", R"({"cluster": [ ]})");

// close-requires-privilege
TEST(JudgeRevocation, AccusesWhoLetsAUserInLongAfterThePrivilegeWasGone) {
  for (const RawRequest& revoke : {kNoPrivilege, put("user/closecheck-u", R"({"roles":[]})"),
                                   RawRequest{"DELETE", "/_security/user/closecheck-u", {}, "", ""}}) {
    JudgedHistory story = with_user();
    story.as(Principal::setup, revoke, ok()).waits(kLongAfter).asks_exactly(kClose, ok());
    expect_violates(story, Clause::close_requires_privilege);
  }
}

// close-requires-privilege: refused, and done all the same.
TEST(JudgeRevocation, AccusesWhoRefusesAUserAndClosesAllTheSame) {
  JudgedHistory story = with_user();
  story.as(Principal::setup, kNoPrivilege, ok()).waits(kLongAfter).asks_exactly(kClose, refusal(403));
  story.reads(JobState::closed, 0);
  expect_violates(story, Clause::close_requires_privilege);
}

TEST(JudgeRevocation, TakesEitherRefusalForEvidence) {
  for (const int status : {401, 403}) {
    JudgedHistory story = with_user();
    story.as(Principal::setup, kNoPrivilege, ok()).waits(kLongAfter).asks_exactly(kClose, refusal(status));
    story.reads(JobState::opened, 0);
    expect_fits(story);
    EXPECT_GT(story.judge().evidence().of(Clause::close_requires_privilege), 0U);
  }
}

TEST(JudgeRevocation, SparesCredentialsThatAreCachedForAWhile) {
  JudgedHistory story = with_user();
  story.as(Principal::setup, kNoPrivilege, ok()).waits(20 * kSecond).asks_exactly(kClose, ok());
  story.reads(JobState::closed, 0);
  expect_fits(story);
}

TEST(JudgeRevocation, SparesWhoDoesNotKnowOfAskingInOthersNames) {
  JudgedHistory story = with_user(false);
  story.as(Principal::setup, kNoPrivilege, ok()).waits(kLongAfter).asks_exactly(kClose, ok());
  story.reads(JobState::closed, 0);
  expect_fits(story);
}

TEST(JudgeRevocation, SparesWhereThePrivilegeMayNotBeGone) {
  for (const auto& [body, answer] :
       std::vector<std::pair<std::string, Response>>{{R"({"cluster":[]})", refusal(403)},
                                                     {R"({"cluster":[]})", refusal(503)},
                                                     {R"({"cluster":["all"]})", ok()},
                                                     {R"({"cluster":[],"clu\u0073ter":["manage"]})", ok()},
                                                     {R"({"cluster":[],"cluster":["manage"]})", ok()},
                                                     {R"({"indices":[]})", ok()}}) {
    JudgedHistory story = with_user();
    story.as(Principal::setup, put("role/closecheck-r", body), answer).waits(kLongAfter).asks_exactly(kClose, ok());
    story.reads(JobState::closed, 0);
    expect_fits(story);
  }
  JudgedHistory given_back = with_user();
  given_back.as(Principal::setup, kNoPrivilege, ok())
      .as(Principal::setup, put("user/closecheck-u", R"({"roles":["closecheck-other"]})"), ok())
      .waits(kLongAfter)
      .asks_exactly(kClose, ok())
      .reads(JobState::closed, 0);
  expect_fits(given_back);
}

// timed-out-close-goes-on
TEST(JudgeRevocation, AccusesWhoStopsACloseThatWasUnderWay) {
  JudgedHistory story = with_user();
  story.asks(1, kClose).reads(JobState::closing, 0).as(Principal::setup, kNoPrivilege, ok());
  story.hears(1, refusal(403)).settles().reads(JobState::opened, 0);
  expect_violates(story, Clause::timed_out_close_goes_on);
}

TEST(JudgeRevocation, SparesWhoTellsTheWaitingOneSoAndGoesOn) {
  for (const JobState state : {JobState::closing, JobState::closed}) {
    JudgedHistory story = with_user();
    story.asks(1, kClose).reads(JobState::closing, 0).as(Principal::setup, kNoPrivilege, ok());
    story.hears(1, refusal(403)).reads(state, 0).reads(JobState::closed, 0);
    expect_fits(story);
  }
}

TEST(JudgeRevocation, SparesWhoRefusesACloseThatMeetsIt) {
  JudgedHistory story = with_user();
  story.asks(1, kClose).as(Principal::setup, kNoPrivilege, ok()).hears(1, refusal(403));
  story.settles().reads(JobState::opened, 0);
  expect_fits(story);
}

}  // namespace
}  // namespace closecheck::model
