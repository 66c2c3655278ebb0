// After the oracle could not follow a job it follows it again, and accuses nobody of what it did not see.
#include <gtest/gtest.h>

#include <string>

#include "model/random_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr Answer kAccept{.outcome = RequestOutcome::accepted};

/// Gives up after `first`, and goes on with `second`.
struct Recovered {
  Recovered(const char* first, const char* second, Profile profile = Profile::xpack_6_3) : oracle(profile, 100'000) {
    const Script before = parse_script(first);
    Script after = parse_script(second);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(tell(oracle, before, i), OracleVerdict::fits) << first;
    oracle.give_up("the answer was not recorded");
    for (ScriptEvent& event : after) event.id += 100;
    for (std::size_t i = 0; i < after.size() && verdict == OracleVerdict::fits; ++i)
      verdict = tell(oracle, after, i, before.size());
  }
  JobOracle oracle;
  OracleVerdict verdict = OracleVerdict::fits;
};

TEST(OracleRecovery, BeginsFromAnyStateAndAnyCounts) {
  EXPECT_EQ(Recovered("create ok; open ok", "stats closed:7; open ok; stats opened:9").verdict, OracleVerdict::fits);
  EXPECT_EQ(Recovered("create ok; open ok", "stats no; create ok; stats closed:0").verdict, OracleVerdict::fits);
  EXPECT_EQ(Recovered("create ok", "fstats started; stats opened; close no").verdict, OracleVerdict::fits);
}

TEST(OracleRecovery, ConvictsOfWhatFollowsAllTheSame) {
  EXPECT_EQ(Recovered("create ok; open ok", "settled; stats closed; post:5 ok").verdict, OracleVerdict::violated);
  EXPECT_EQ(
      Recovered("create ok; open ok", "settled; fstats no; stats opened; post:5 ok; close ok; stats closed:4").verdict,
      OracleVerdict::violated);
  EXPECT_EQ(Recovered("create ok; open ok", "force-remove ok; create ok; open ok; stats opened:3").verdict,
            OracleVerdict::violated);
}

TEST(OracleRecovery, WaitsUntilNoRequestIsOpen) {
  JobOracle oracle(Profile::xpack_6_3, 100'000);
  const Script script = parse_script("create ok; a>open; b>stats; b<closed; stats closed; a<ok; close ok; post:1 ok");
  for (std::size_t i = 0; i + 1 < script.size(); ++i) {
    EXPECT_EQ(tell(oracle, script, i), OracleVerdict::fits);
    if (i == 3) oracle.give_up("lost from sight");
    EXPECT_EQ(oracle.why(), i < 3 ? "" : "lost from sight");
  }
  EXPECT_EQ(tell(oracle, script, script.size() - 1), OracleVerdict::violated);
}

TEST(OracleRecovery, KeepsWhatMayStillTakeEffect) {
  EXPECT_EQ(Recovered("create ok; open ok; a>close; a!", "stats opened; stats closed; post:1 no").verdict,
            OracleVerdict::fits);
  EXPECT_EQ(Recovered("create ok; open ok", "settled; fstats no; stats opened; stats closed").verdict,
            OracleVerdict::violated);
  EXPECT_TRUE(Recovered("create ok; open ok; a>close; a!", "get ok").oracle.has_outstanding());
  EXPECT_FALSE(Recovered("create ok; open ok; a>get; a!", "get ok").oracle.has_outstanding());
}

TEST(OracleRecovery, KnowsThatACloseMayStillHang) {
  EXPECT_EQ(Recovered("create ok; open ok; hang", "stats opened; close:t late; settled; stats closing").verdict,
            OracleVerdict::fits);
  EXPECT_EQ(
      Recovered("create ok; open ok", "settled; fstats no; stats opened; close:t late; settled; stats closing").verdict,
      OracleVerdict::violated);
}

TEST(OracleRecovery, FollowsAJobWhoseWrongAnswerThePageDoesNotName) {
  JobOracle oracle(Profile::xpack_6_3, 100'000);
  const Script script = parse_script("create ok; open ok; remove ok; stats no; create ok; open ok; close no");
  std::vector<OracleVerdict> verdicts;
  for (std::size_t i = 0; i < script.size(); ++i) verdicts.push_back(tell(oracle, script, i));
  EXPECT_EQ(verdicts[5], OracleVerdict::inconclusive);
  EXPECT_EQ(std::ranges::count(verdicts, OracleVerdict::inconclusive), 1);
  EXPECT_EQ(verdicts.back(), OracleVerdict::violated);
}

TEST(OracleRecovery, SurvivesMoreLostRequestsThanItCanTellApart) {
  std::string script = "create ok; open ok";
  for (int i = 1; i <= 60; ++i)
    script += "; a>post:" + std::to_string(i) + "; a!; a>feed:" + std::to_string(i) + "; a!";
  EXPECT_EQ(Recovered(script.c_str(), "stats opened:7; close ok; stats closed:500; post:1 no").verdict,
            OracleVerdict::fits);
  EXPECT_EQ(Recovered(script.c_str(), "stats opened:7; close ok; close ok; post:1 ok").verdict,
            OracleVerdict::violated);
}

TEST(OracleRecovery, GoesOnBehindAReadThatIsForgiven) {
  JobOracle oracle(Profile::xpack_6_3, 100'000);
  // The open keeps everything behind it waiting.
  const Script script =
      parse_script("create ok; open ok; post:5 ok; close ok; a>get; stats closed:3; stats closed:5; post:1 ok; a<ok");
  OracleVerdict verdict = OracleVerdict::fits;
  for (std::size_t i = 0; i < script.size(); ++i) verdict = tell(oracle, script, i);
  ASSERT_EQ(verdict, OracleVerdict::violated);
  EXPECT_TRUE(oracle.finding().count_too_low);
  EXPECT_EQ(oracle.forgive(), OracleVerdict::violated);
  EXPECT_EQ(id_of(oracle.finding().clause), id_of(Clause::closed_job_refuses_data));
}

// Whatever a conforming server does, wherever the oracle loses its track.
TEST(OracleRecovery, AccusesNobodyOnRandomHistories) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 4'000; ++round) {
    const Profile profile = kProfiles.at(static_cast<std::size_t>(round) % kProfiles.size());
    const RandomHistory shape{
        .requests = 14, .clients = 1 + round % 4, .lost_percent = 8, .event_percent = 8, .feeds = round % 3 == 0};
    const Script script = random_history(random, cells(profile), shape);
    const std::size_t blind = random() % (script.size() + 1);
    JobOracle oracle(profile, 1'000'000);
    for (std::size_t i = 0; i < script.size(); ++i) {
      if (i == blind) oracle.give_up("lost from sight");
      ASSERT_EQ(tell(oracle, script, i), OracleVerdict::fits) << blind << " of " << write_script(script);
    }
    ASSERT_EQ(oracle.finish(), OracleVerdict::fits) << blind << " of " << write_script(script);
  }
}

// However small the budget.
TEST(OracleRecovery, AccusesNobodyWhenItGivesUpAgainAndAgain) {
  std::mt19937_64 random(12);
  std::size_t given_up = 0;
  for (int round = 0; round < 2'000; ++round) {
    const RandomHistory shape{.requests = 14, .clients = 3, .lost_percent = 20, .event_percent = 5};
    const Script script = random_history(random, cells(Profile::xpack_5_4), shape);
    JobOracle oracle(Profile::xpack_5_4, 3);
    for (std::size_t i = 0; i < script.size(); ++i) {
      const OracleVerdict verdict = tell(oracle, script, i);
      ASSERT_NE(verdict, OracleVerdict::violated) << write_script(script);
      given_up += verdict == OracleVerdict::inconclusive ? 1 : 0;
    }
  }
  EXPECT_GT(given_up, 100U);
}

TEST(OracleRecovery, SaysThatItLostTrackOnce) {
  JobOracle oracle(Profile::xpack_6_3, 100'000);
  oracle.invoke(1, {.kind = RequestKind::create}, 0);
  oracle.invoke(2, {.kind = RequestKind::get}, 1);
  oracle.give_up("first");
  oracle.give_up("second");
  EXPECT_EQ(oracle.why(), "first");
  EXPECT_TRUE(oracle.pending());
  EXPECT_EQ(oracle.certain().state, JobState::unknown);
  EXPECT_EQ(oracle.respond(1, kAccept, 2), OracleVerdict::fits);
  EXPECT_EQ(oracle.respond(2, kAccept, 3), OracleVerdict::fits);
  EXPECT_FALSE(oracle.pending());
}

// accepted-data-is-kept: what was queued may be in the count of the closed job, and is not counted twice.
TEST(OracleRecovery, LearnsACountThatMayHoldWhatWasQueued) {
  for (const std::int64_t learned : {2, 4, 6}) {
    for (const std::int64_t counted : {4, 5, 6, 7}) {
      JobOracle oracle(Profile::xpack_6_3, 100'000);
      const std::string text =
          "create ok; open ok; post:2+1 ok; a>close:t; post:3 ok; a<ok; stats closed:" + std::to_string(learned) +
          "; open ok; close ok; stats closed:" + std::to_string(counted);
      const Script script = parse_script(text);
      OracleVerdict verdict = OracleVerdict::fits;
      for (std::size_t i = 0; i < script.size() && verdict == OracleVerdict::fits; ++i) {
        verdict = tell(oracle, script, i);
        if (i == 11) oracle.learn_count(learned);
      }
      const bool is_right = counted == 6 || (counted == 5 && learned < 6);
      EXPECT_EQ(verdict == OracleVerdict::fits, is_right) << text;
    }
  }
}

}  // namespace
}  // namespace closecheck::model
