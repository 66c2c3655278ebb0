// "Would the history fit if": one request taken otherwise, against the same history judged anew.
#include <gtest/gtest.h>

#include "model/brute_force_for_test.h"
#include "model/random_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr Answer kAccept{.outcome = RequestOutcome::accepted};
constexpr Answer kUnknown{.outcome = RequestOutcome::unknown};

JobOracle oracle_after(const char* script) {
  JobOracle oracle{Profile::xpack_6_3, 100'000};
  EXPECT_EQ(run_script(oracle, parse_script(script)), OracleVerdict::violated) << script;
  return oracle;
}

// refused-request-changes-nothing
TEST(Supposition, ThatARefusedRequestWasHonouredExplainsARead) {
  const JobOracle oracle = oracle_after("create ok; open ok; post:5 ok; open* no; close* no; stats closed:5");
  EXPECT_FALSE(oracle.suppose({.id = 4, .answer = kAccept}));
  EXPECT_TRUE(oracle.suppose({.id = 5, .answer = kAccept}));
}

TEST(Supposition, ThatARequestAskedForSomethingElseIsJudgedOnFrom) {
  JobOracle oracle = oracle_after("create ok; open ok; fail; close ok");
  std::optional<JobOracle> forced = oracle.suppose({.id = 3, .question = Question{.kind = RequestKind::force_close}});
  ASSERT_TRUE(forced);
  oracle = *std::move(forced);
  EXPECT_EQ(oracle.settled(50), OracleVerdict::fits);
  EXPECT_EQ(oracle.certain().state, JobState::closed);
  oracle.invoke(9, {.kind = RequestKind::post, .records = 1}, 51);
  EXPECT_EQ(oracle.respond(9, kAccept, 52), OracleVerdict::violated);
}

TEST(Supposition, ThatAnAnswerIsUnknownLeavesOpenWhatTheRequestDid) {
  JobOracle oracle = oracle_after("create ok; open ok; close no");
  std::optional<JobOracle> unknown = oracle.suppose({.id = 3, .answer = kUnknown});
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->has_outstanding());
  EXPECT_FALSE(oracle.suppose({.id = 1, .answer = kUnknown}));
}

// close-touches-one-job: the close of another job stands at its own events.
TEST(Supposition, ThatARequestNamedThisJobTooPutsItWhereItWas) {
  const JobOracle oracle = oracle_after("create ok; open ok; stats opened; stats closed");
  const Supposition close{.id = 40, .question = Question{.kind = RequestKind::close}, .answer = kAccept};
  const auto at = [&](std::size_t invoked, std::size_t answered) {
    Supposition other = close;
    other.invoked = invoked;
    other.answered = answered;
    return oracle.suppose(other).has_value();
  };
  EXPECT_TRUE(at(5, 5));   // behind `stats opened`
  EXPECT_TRUE(at(4, 7));   // while it was read
  EXPECT_FALSE(at(2, 2));  // while it was being opened
  EXPECT_FALSE(at(7, 7));  // after the read
  EXPECT_FALSE(oracle.suppose({.id = 41}));
}

TEST(Supposition, IsNotTriedOnALongLogNorOverItsBudget) {
  std::string script = "create ok; open ok; close no";
  EXPECT_TRUE(oracle_after(script.c_str()).suppose({.id = 3, .answer = kUnknown}));
  std::string reads = "create ok; open ok";
  for (int i = 0; i < 5'000; ++i) reads += "; get ok";
  EXPECT_FALSE(oracle_after((reads + "; close no").c_str()).suppose({.id = 5'003, .answer = kUnknown}));
}

/// Alters one answer of the script; its number.
int alter(std::mt19937_64& random, Script& script) {
  std::vector<ScriptEvent*> answers;
  for (ScriptEvent& event : script)
    if (event.type == ScriptEvent::Type::respond) answers.push_back(&event);
  if (answers.empty()) return 0;
  ScriptEvent& event = *answers[random() % answers.size()];
  event.answer = Answer{.outcome = std::array{RequestOutcome::accepted, RequestOutcome::refused, RequestOutcome::failed,
                                              RequestOutcome::timed_out, RequestOutcome::unknown}
                                       .at(random() % 5)};
  return event.id;
}

TEST(Supposition, HoldsExactlyWhereSomeOrderExplainsTheAlteredHistory) {
  std::mt19937_64 random(5);
  int held = 0;
  int refuted = 0;
  for (int round = 0; round < 3'000; ++round) {
    const Profile profile = kProfiles.at(static_cast<std::size_t>(round) % kProfiles.size());
    const RandomHistory shape{.requests = 5, .clients = 1 + round % 3, .lost_percent = 5, .feeds = round % 5 == 0};
    Script script = corrupted(random, random_history(random, cells(profile), shape));
    JobOracle oracle(profile, 1'000'000);
    std::size_t heard = 0;
    OracleVerdict verdict = OracleVerdict::fits;
    for (; heard < script.size() && verdict == OracleVerdict::fits; ++heard) verdict = tell(oracle, script, heard);
    if (verdict == OracleVerdict::fits) verdict = oracle.finish();
    if (verdict == OracleVerdict::inconclusive) continue;
    script.resize(heard);
    Script altered = script;
    const int id = alter(random, altered);
    if (id == 0) continue;
    Supposition supposition{.id = id};
    for (const ScriptEvent& event : altered)
      if (event.type == ScriptEvent::Type::respond && event.id == id) supposition.answer = event.answer;
    const bool expected = brute::explains(cells(profile), altered);
    // What is still open may yet be answered so that it fits.
    std::optional<JobOracle> supposed = oracle.suppose(supposition);
    const bool fits = supposed && supposed->finish() == OracleVerdict::fits;
    ASSERT_EQ(fits, expected) << name(profile) << ": " << write_script(altered);
    ++(expected ? held : refuted);
  }
  EXPECT_GT(held, 500);
  EXPECT_GT(refuted, 500);
}

}  // namespace
}  // namespace closecheck::model
