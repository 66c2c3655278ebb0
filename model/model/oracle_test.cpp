#include "model/oracle.h"

#include <gtest/gtest.h>

#include <sstream>

#include "model/history_script_for_test.h"
#include "model/oracle_corpus_for_test.h"

namespace closecheck::model {
namespace {

JobOracle oracle_for(Profile profile) {
  return {profile, 100'000};
}

TEST(Oracle, AcceptsWhatAConformingServerMayDo) {
  for (const Profile profile : kProfiles)
    for (const Conforming& example : conforming()) {
      if (!applies(example.in, profile)) continue;
      JobOracle oracle = oracle_for(profile);
      const OracleVerdict verdict = run_script(oracle, parse_script(example.script));
      EXPECT_EQ(verdict, OracleVerdict::fits)
          << name(profile) << ": " << example.script << "\n"
          << (verdict == OracleVerdict::violated ? std::string(id_of(oracle.finding().clause)) + ": " +
                                                       oracle.finding().expected + " / " + oracle.finding().observed
                                                 : oracle.why());
    }
}

TEST(Oracle, NamesTheClauseOfEachWrongAnswer) {
  for (const Profile profile : kProfiles)
    for (const Violating& example : violating()) {
      if (!applies(example.in, profile)) continue;
      JobOracle oracle = oracle_for(profile);
      const OracleVerdict verdict = run_script(oracle, parse_script(example.script));
      ASSERT_EQ(verdict, OracleVerdict::violated) << name(profile) << ": " << example.script << " " << oracle.why();
      EXPECT_EQ(id_of(oracle.finding().clause), id_of(example.clause)) << name(profile) << ": " << example.script;
      EXPECT_FALSE(oracle.finding().expected.empty());
      EXPECT_FALSE(oracle.finding().observed.empty());
    }
}

TEST(Oracle, SaysThatItCannotTellWhereThePageIsSilent) {
  for (const Profile profile : kProfiles)
    for (const Untold& example : untold()) {
      if (!applies(example.in, profile)) continue;
      JobOracle oracle = oracle_for(profile);
      EXPECT_EQ(run_script(oracle, parse_script(example.script)), OracleVerdict::inconclusive) << example.script;
      EXPECT_FALSE(oracle.why().empty());
    }
}

void expect_matrix(std::span<const AnswerLine> matrix, std::span<const StatePin> pins) {
  for (const Profile profile : kProfiles)
    for (const AnswerLine& line : matrix) {
      std::istringstream columns{std::string(line.answers)};
      for (const StatePin& pin : pins) {
        std::string column;
        ASSERT_TRUE(columns >> column) << line.request;
        const std::string_view allowed = answers_in(column, profile);
        for (const auto& [letter, answer] : {std::pair{'A', "ok"}, std::pair{'R', "no"}, std::pair{'X', "5xx"}}) {
          const std::string script =
              std::string(pin.reach) + "; " + std::string(line.request) + " " + answer + "; " + std::string(pin.still);
          JobOracle oracle = oracle_for(profile);
          EXPECT_EQ(run_script(oracle, parse_script(script)) == OracleVerdict::fits,
                    allowed.find(letter) != std::string_view::npos)
              << name(profile) << ": " << script;
        }
      }
    }
}

TEST(Oracle, AllowsInEachStateTheAnswersOfTheMatrixAndNoOthers) {
  expect_matrix(answer_matrix(), state_pins());
}

TEST(Oracle, AllowsInEachDatafeedStateTheAnswersOfTheMatrixAndNoOthers) {
  expect_matrix(feed_answer_matrix(), feed_state_pins());
}

TEST(Oracle, QuotesTheEventsAndTheStateInWords) {
  JobOracle oracle = oracle_for(Profile::xpack_5_4);
  ASSERT_EQ(run_script(oracle, parse_script("create ok; open ok; post:5 ok; close ok; post:3 ok")),
            OracleVerdict::violated);
  const OracleFinding& finding = oracle.finding();
  EXPECT_EQ(finding.id, 5);
  EXPECT_EQ(finding.event, 9U);
  EXPECT_EQ(finding.observed, "post of 3 records: accepted");
  EXPECT_EQ(finding.expected.substr(0, 78),
            "the job is closed with 5 records: refused (since #4, close: accepted); everyth");
}

// refused-request-changes-nothing: the answer that misleads is found by leaving each in turn open.
TEST(Oracle, NamesTheEarlierAnswerWhoseLossWouldExplainEverything) {
  JobOracle oracle = oracle_for(Profile::xpack_5_4);
  ASSERT_EQ(run_script(oracle, parse_script("create ok; open ok; post:4 ok; close ok; post:3 no; stats closed:4; "
                                            "open ok; stats opened:7")),
            OracleVerdict::violated);
  EXPECT_NE(oracle.finding().expected.find("#5 (post of 3 records, refused)"), std::string::npos)
      << oracle.finding().expected;
}

TEST(Oracle, WaitsForEarlierRequestsBeforeItJudges) {
  JobOracle oracle = oracle_for(Profile::xpack_6_3);
  oracle.invoke(1, {.kind = RequestKind::create}, 0);
  oracle.invoke(2, {.kind = RequestKind::stats}, 1);
  EXPECT_EQ(oracle.respond(2, {.outcome = RequestOutcome::accepted, .state = JobState::opened}, 2),
            OracleVerdict::fits);
  EXPECT_TRUE(oracle.pending());
  EXPECT_NE(oracle.respond(1, {.outcome = RequestOutcome::accepted}, 3), OracleVerdict::fits);
}

TEST(Oracle, JudgesOnAfterAReadIsForgiven) {
  JobOracle oracle = oracle_for(Profile::xpack_5_4);
  ASSERT_EQ(run_script(oracle, parse_script("create ok; open ok; post:5 ok; close ok; stats closed:3")),
            OracleVerdict::violated);
  EXPECT_TRUE(oracle.finding().count_too_low);
  oracle.forgive();
  oracle.invoke(99, {.kind = RequestKind::stats}, 20);
  EXPECT_EQ(oracle.respond(99, {.outcome = RequestOutcome::accepted, .state = JobState::closed, .processed = 5}, 21),
            OracleVerdict::fits);
  oracle.invoke(100, {.kind = RequestKind::stats}, 22);
  EXPECT_EQ(oracle.respond(100, {.outcome = RequestOutcome::accepted, .state = JobState::closed, .processed = 4}, 23),
            OracleVerdict::violated);
}

TEST(Oracle, IsCertainOnlyWhileNothingIsPendingOrUnderWay) {
  JobOracle oracle = oracle_for(Profile::xpack_6_3);
  run_script(oracle, parse_script("create ok; open ok; post:5 ok"));
  EXPECT_EQ(oracle.certain().state, JobState::opened);
  EXPECT_EQ(oracle.certain().records, 5);
  oracle.invoke(50, {.kind = RequestKind::close, .has_timeout = true}, 10);
  EXPECT_EQ(oracle.certain().state, JobState::unknown);
  oracle.respond(50, {.outcome = RequestOutcome::timed_out}, 11);
  EXPECT_EQ(oracle.certain().state, JobState::unknown);
  oracle.settled(12);
  EXPECT_EQ(oracle.certain().state, JobState::closed);
  EXPECT_EQ(oracle.certain().records, 5);
  oracle.invoke(51, {.kind = RequestKind::open}, 13);
  oracle.lose(51);
  EXPECT_EQ(oracle.certain().state, JobState::unknown);
}

TEST(Oracle, KnowsNoCountOnceAForcedCloseMayHaveLostSome) {
  JobOracle oracle = oracle_for(Profile::xpack_6_3);
  run_script(oracle, parse_script("create ok; open ok; post:5 ok; force ok; settled"));
  EXPECT_EQ(oracle.certain().state, JobState::closed);
  EXPECT_FALSE(oracle.certain().records.has_value());
}

TEST(Oracle, TakesACaptureThatBeginsAnywhere) {
  for (const char* script :
       {"close ok; stats closed:17; post:1 no", "stats opened:4; post:2 ok; close ok; stats closed",
        "stats no; create ok", "close no; stats failed; force ok"}) {
    JobOracle oracle = oracle_for(Profile::xpack_6_3);
    oracle.start_anywhere();
    EXPECT_EQ(run_script(oracle, parse_script(script)), OracleVerdict::fits) << script;
  }
  JobOracle oracle = oracle_for(Profile::xpack_6_3);
  oracle.start_anywhere();
  EXPECT_EQ(run_script(oracle, parse_script("stats opened:4; close ok; post:1 ok")), OracleVerdict::violated);
}

TEST(Oracle, GivesUpRatherThanGrowWithoutBound) {
  JobOracle oracle{Profile::xpack_6_3, 2};
  std::string script = "create ok; open ok";
  for (int i = 0; i < 12; ++i) script += "; a>open; a!; a>close; a!; a>force; a!; a>post:" + std::to_string(i) + "; a!";
  EXPECT_EQ(run_script(oracle, parse_script(script + "; close ok; stats closed")), OracleVerdict::inconclusive);
  EXPECT_FALSE(oracle.why().empty());
}

// Lost requests that may happen again and again need no memory of which did.
TEST(Oracle, WidensLostRequestsOfEveryKindBeforeItGivesUp) {
  std::string script = "create ok; open ok";
  for (int i = 0; i < 20; ++i) script += "; a>open; a!; a>close; a!; a>revert; a!";
  JobOracle oracle{Profile::xpack_6_3, 1'000};
  EXPECT_EQ(
      run_script(oracle, parse_script(script + "; close ok; stats opened; stats closed; stats opened; stats closed")),
      OracleVerdict::fits);
  JobOracle other{Profile::xpack_6_3, 1'000};
  EXPECT_EQ(run_script(other, parse_script(script + "; close ok; stats closed:1")), OracleVerdict::violated);
}

// A lost post of its own size each: only the bound keeps this small.
TEST(Oracle, WidensLostPostsBeforeItGivesUp) {
  std::string script = "create ok; open ok";
  for (int i = 0; i < 20; ++i) script += "; a>post:" + std::to_string(1 << i) + "; a!";
  JobOracle oracle{Profile::xpack_6_3, 1'000};
  EXPECT_EQ(run_script(oracle, parse_script(script + "; close ok; stats closed:77")), OracleVerdict::fits);
  JobOracle other{Profile::xpack_6_3, 1'000};
  EXPECT_EQ(run_script(other, parse_script(script + "; close ok; stats closed:9999999")), OracleVerdict::violated);
}

TEST(Oracle, CountsTheStatesAndRowsThatItVisits) {
  JobOracle oracle = oracle_for(Profile::xpack_5_4);
  run_script(oracle, parse_script("create ok; open ok; close ok"));
  std::uint64_t rows_visited = 0;
  for (const std::uint64_t visits : oracle.transition_visits()) rows_visited += visits;
  EXPECT_EQ(rows_visited, 5U);  // create, open, opened, close, housekeeping done
  EXPECT_EQ(oracle.state_visits()[static_cast<std::size_t>(Life::closed)], 2U);
}

}  // namespace
}  // namespace closecheck::model
