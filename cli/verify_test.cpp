// `closecheck verify`: what a report tells follows from what it keeps, and a report in which anything was changed is
// refused, also where its digest was made anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>

#include "closecheck/reports/evidenced_report.h"
#include "process_for_test.h"
#include "signatures.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

class VerifyTest : public testing::Test {
 protected:
  Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"run", "--evidence", "--effort", "quick", "--seed", "7", "--json", path()});
    return run_closecheck(arguments, {{"XDG_STATE_HOME", folder_.path("state")}});
  }
  Finished verify(const std::vector<std::string>& arguments = {}) const {
    std::vector<std::string> words{"verify", path()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_closecheck(words);
  }

  /// Verifies the report with a change in it, and the digest that it then should have, or had before.
  Finished verify_changed(const std::function<void(Json&)>& change, bool with_new_digest = true) const {
    const std::string whole = folder_.read("report.json");
    Json report = Json::parse(whole);
    change(report);
    if (with_new_digest)
      report["evidence"]["digest"] = reports::read_evidenced_report(report.dump(), sha256).digest_now;
    folder_.write("report.json", report.dump());
    Finished finished = verify();
    folder_.write("report.json", whole);
    return finished;
  }
  void expect_refused(const std::string& words, const std::function<void(Json&)>& change,
                      bool with_new_digest = true) const {
    const Finished finished = verify_changed(change, with_new_digest);
    EXPECT_EQ(finished.code, 1) << words << "\n" << finished.out << finished.err;
    EXPECT_THAT(finished.out, AllOf(HasSubstr(words), HasSubstr("does not follow")));
  }

  static Json& clause(Json& report, const std::string& id) {
    for (Json& entry : report["clauses"])
      if (entry["id"] == id) return entry;
    throw std::logic_error("no such clause");
  }
  static Json& history_of(Json& report, const std::string& id) {
    for (Json& entry : report["evidence"]["histories"])
      if (entry["clause"] == id) return entry;
    throw std::logic_error("no such history");
  }
  /// The last event of a history that is an answer.
  static Json& last_answer(Json& history) {
    for (std::size_t i = history.size(); i-- > 0;)
      if (history[i]["type"] == "ok") return history[i]["response"];
    throw std::logic_error("no answer");
  }

  std::string path() const { return folder_.path("report.json"); }

  const TestFolder folder_;
};

TEST_F(VerifyTest, FollowsForARunThatConformsAndForOneThatViolates) {
  ASSERT_EQ(run({}).code, 0);
  const Finished conforms = verify();
  EXPECT_EQ(conforms.code, 0) << conforms.out << conforms.err;
  EXPECT_THAT(conforms.out, HasSubstr("follows: "));
  const Json report = Json::parse(folder_.read("report.json"));
  for (const Json& entry : report["clauses"])
    EXPECT_TRUE(entry["verdict"] == "holds" || !entry["kind"].is_null()) << entry.dump();

  ASSERT_EQ(run({"--deviation", "accepts-data-after-close"}).code, 1);
  const Finished violates = verify();
  EXPECT_EQ(violates.code, 0) << violates.out << violates.err;
  EXPECT_THAT(violates.out, HasSubstr("and 1 that are violated"));
}

TEST_F(VerifyTest, RefusesAReportInWhichAVerdictWasChanged) {
  ASSERT_EQ(run({"--deviation", "accepts-data-after-close", "clos*", "job-reopens"}).code, 1);
  ASSERT_EQ(verify().code, 0);
  expect_refused("and no history is kept that tells it", [](Json& report) {
    clause(report, "closed-job-refuses-data")["verdict"] = "holds";
    report["violations"] = Json::array();
  });
  expect_refused("its clauses make it conforms", [](Json& report) {
    report["require"] = "none";
    clause(report, "closed-job-refuses-data")["verdict"] = "holds";
  });
  expect_refused("and a violation of it", [](Json& report) {
    Json& entry = clause(report, "closed-job-refuses-data");
    entry["verdict"] = "inconclusive";
    entry["kind"] = "did-not";
  });
  expect_refused("no history is kept that shows it",
                 [](Json& report) { clause(report, "job-reopens")["verdict"] = "violated"; });
  expect_refused("a history is kept in which it stood", [](Json& report) {
    clause(report, "job-reopens")["verdict"] = "not-exercised";
    clause(report, "job-reopens")["kind"] = "cannot";
  });
  expect_refused("has no waiver", [](Json& report) { clause(report, "job-reopens")["verdict"] = "waived"; });
  expect_refused("the run is told to be conforms", [](Json& report) { report["verdict"] = "conforms"; });
  expect_refused("no history is kept that shows it", [](Json& report) { report["violations"] = Json::array(); });
}

TEST_F(VerifyTest, RefusesAReportThatSaysSomethingTwiceOrHalf) {
  ASSERT_EQ(run({"--deviation", "accepts-data-after-close", "clos*", "job-reopens"}).code, 1);
  expect_refused("has a kind of why", [](Json& report) { clause(report, "job-reopens")["kind"] = "cannot"; });
  expect_refused("two histories are kept for it", [](Json& report) {
    const Json kept = history_of(report, "job-reopens");
    report["evidence"]["histories"].push_back(kept);
  });
  expect_refused("it is told twice how it is violated", [](Json& report) {
    const Json violation = report["violations"][0];
    report["violations"].push_back(violation);
  });
  expect_refused("a history is kept for it, and no verdict", [](Json& report) {
    std::erase_if(report["clauses"].get_ref<Json::array_t&>(),
                  [](const Json& it) { return it["id"] == "job-reopens"; });
  });
  expect_refused("is counted twice", [](Json& report) {
    const Json tally = report["evidence"]["tallies"][0];
    report["evidence"]["tallies"].push_back(tally);
  });
  expect_refused("it is told to be holds, and has a waiver", [](Json& report) {
    report["waived"].push_back(Json{{"clause", "job-reopens"}, {"reason", "known"}});
  });
}

TEST_F(VerifyTest, WritesWhatItFoundAsJson) {
  ASSERT_EQ(run({"job-reopens"}).code, 0);
  const std::string json = folder_.path("verified.json");
  ASSERT_EQ(verify({"--json", json}).code, 0);
  EXPECT_EQ(Json::parse(folder_.read("verified.json"))["judged_again"]["holding"], 1);
  Json report = Json::parse(folder_.read("report.json"));
  report["totals"]["checks"] = 1'000;
  folder_.write("report.json", report.dump());
  ASSERT_EQ(verify({"--json", json}).code, 1);
  const Json verified = Json::parse(folder_.read("verified.json"));
  EXPECT_EQ(verified["follows"], false);
  EXPECT_EQ(verified["contradictions"].size(), 2U) << verified.dump();
  EXPECT_EQ(verify({"--json", folder_.path("")}).code, 4);
}

TEST_F(VerifyTest, RefusesAReportInWhichAHistoryWasChanged) {
  ASSERT_EQ(run({"--deviation", "accepts-data-after-close", "clos*", "job-reopens"}).code, 1);
  expect_refused("its history does not violate it", [](Json& report) {
    Json& answer = last_answer(report["violations"][0]["history"]);
    answer["status"] = 409;
    answer["body"] = Json::parse(R"({"error": {"type": "status_exception", "reason": "closed"}, "status": 409})");
  });
  expect_refused("job-reopens", [](Json& report) {
    Json& history = history_of(report, "job-reopens")["history"];
    history.erase(history.begin() + 2, history.end());
  });
  expect_refused("cannot be read", [](Json& report) {
    history_of(report, "job-reopens")["history"][0] = Json::parse(R"({"type": "invoke", "time": "now"})");
  });
  // A time that nothing hangs on: by the digest alone.
  expect_refused(
      "its digest is not that of what stands in it",
      [](Json& report) {
        Json& history = history_of(report, "job-reopens")["history"];
        history.back()["time"] = history.back()["time"].get<std::int64_t>() + 1;
      },
      false);
}

TEST_F(VerifyTest, RefusesAReportInWhichACountWasChanged) {
  ASSERT_EQ(run({"clos*", "job-reopens"}).code, 0);
  const auto one_more = [](Json& count) { count = count.get<std::int64_t>() + 1; };
  for (const char* total : {"exchanges", "sequences", "checks"})
    expect_refused(std::string(total) + " in all", [&](Json& report) { one_more(report["totals"][total]); });
  expect_refused("checks of job-reopens", [&](Json& report) { one_more(clause(report, "job-reopens")["checks"]); });
  expect_refused("exchanges of job-reopens",
                 [&](Json& report) { one_more(clause(report, "job-reopens")["exchanges"]); });
  expect_refused("is told to put it to the test",
                 [&](Json& report) { one_more(history_of(report, "job-reopens")["times"]); });
  expect_refused(
      "its digest", [&](Json& report) { one_more(report["coverage"]["states"]["closed"]); }, false);
}

TEST_F(VerifyTest, SaysWhatIsNoReportThatItCanVerify) {
  const auto expect_bad = [&](const std::string& text, const std::string& words) {
    const Finished finished = run_closecheck({"verify", folder_.write("bad.json", text)});
    EXPECT_EQ(finished.code, 3) << finished.out;
    EXPECT_THAT(finished.err, HasSubstr(words));
  };
  ASSERT_EQ(run({"job-reopens"}).code, 0);
  const std::string whole = folder_.read("report.json");
  expect_bad(whole.substr(0, whole.size() - 20), "it is no whole report");
  Json report = Json::parse(whole);
  report["version"] = "0.0.1";
  expect_bad(report.dump(), "was written by closecheck 0.0.1");
  report = Json::parse(whole);
  report["schema"] = "closecheck-report/2";
  expect_bad(report.dump(), "its schema is 'closecheck-report/2'");
  report = Json::parse(whole);
  report.erase("evidence");
  expect_bad(report.dump(), "it keeps no evidence");
  EXPECT_EQ(run_closecheck({"verify", folder_.path("missing.json")}).code, 3);
  EXPECT_EQ(run_closecheck({"run", "job-reopens", "--evidence"}).code, 3);
}

TEST_F(VerifyTest, ChecksSignaturesOfSshKeys) {
  const auto make_key = [&](const std::string& name) {
    const std::string command = "ssh-keygen -q -t ed25519 -N '' -C '' -f '" + folder_.path(name) + "'";
    return std::system(command.c_str()) == 0;
  };
  if (!make_key("key") || !make_key("other")) GTEST_SKIP() << "ssh-keygen is not there";
  const std::string key = folder_.path("key");
  ASSERT_EQ(run({"job-reopens", "--sign", key}).code, 0);
  EXPECT_EQ(run({"job-reopens", "--sign", key}).code, 0) << "a signature that is there is replaced";
  const Finished good = verify({"--check-signature", key + ".pub"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("signed with " + key + ".pub"));
  const Finished other = verify({"--check-signature", folder_.path("other.pub")});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("its signature is not by"));
  EXPECT_EQ(verify({"--check-signature", path()}).code, 3) << "no key";

  folder_.write("report.json", folder_.read("report.json") + " ");
  EXPECT_EQ(verify().code, 0) << "a blank changes nothing of what it says";
  EXPECT_EQ(verify({"--check-signature", key + ".pub"}).code, 1);
  EXPECT_EQ(run({"job-reopens", "--sign", folder_.path("missing")}).code, 3);
}

}  // namespace
}  // namespace closecheck::cli
