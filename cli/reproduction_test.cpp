#include "reproduction.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

/// A closed job that takes data: the built-in service does so with a deviation alone.
constexpr const char* kHead = R"(closecheck: {clause: closed-job-refuses-data, profile: xpack-6.3, oracle: true}
---
"t":
)";
constexpr const char* kSteps = R"(  - do:
      xpack.ml.put_job:
        job_id: closecheck-a
        body: {analysis_config: {bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: time}}
  - do: {xpack.ml.post_data: {job_id: closecheck-a, body: [{time: 1500000000000}]}}
)";

class Reproduction : public testing::Test {
 protected:
  explicit Reproduction(const Ends& ends = {}) : session_(ends) {}
  static Target target(const std::string& deviation) {
    TargetOptions options;
    options.profile = "xpack-6.3";
    options.deviation = deviation;
    return resolve_target(options);
  }
  RunRecord found(EventType last, const std::string& before = "") const {
    RunRecord record;
    record.profile = Profile::xpack_6_3;
    record.clauses.emplace_back();
    record.clauses.back().clause = Clause::closed_job_refuses_data;
    record.clauses.back().verdict = ClauseVerdict::violated;
    ViolationRecord violation;
    violation.finding.clause = Clause::closed_job_refuses_data;
    violation.scenario = folder_.write("saved.yml", kHead + before + kSteps);
    Event event;
    event.type = last;
    violation.history.events.push_back(event);
    record.violations.push_back(violation);
    record.verdict = RunVerdict::violates;
    return record;
  }

  const TestFolder folder_;
  LiveSession session_;
  ProgressLine progress_{false};
};

TEST_F(Reproduction, OfWhatIsWrongComesEachTime) {
  RunRecord record = found(EventType::ok);
  reproduce_violations(record, target("accepts-data-after-close"), session_, progress_);
  ASSERT_EQ(record.violations.size(), 1U);
  EXPECT_EQ(record.violations[0].reproduced, "3 of 3");
}

TEST_F(Reproduction, OfAnAnswerThatNothingExplainsMayFail) {
  RunRecord record = found(EventType::ok);
  reproduce_violations(record, target(""), session_, progress_);
  ASSERT_EQ(record.violations.size(), 1U) << "its own history is the proof";
  EXPECT_EQ(record.violations[0].reproduced, "0 of 10");
  EXPECT_EQ(record.verdict, RunVerdict::violates);
}

TEST_F(Reproduction, OfWhatLacksAnAnswerDecides) {
  RunRecord record = found(EventType::info);
  reproduce_violations(record, target(""), session_, progress_);
  EXPECT_TRUE(record.violations.empty());
  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_EQ(record.verdict, RunVerdict::inconclusive);
}

/// With time for one replay of four seconds, and not for two.
class ShortReproduction : public Reproduction {
 protected:
  ShortReproduction() : Reproduction(ends_in(std::chrono::seconds(8))) {
    ::setenv("XDG_STATE_HOME", folder_.path("state").c_str(), 1);
  }
  ~ShortReproduction() override { ::unsetenv("XDG_STATE_HOME"); }
  static Ends ends_in(std::chrono::seconds time) {
    const auto end_of_work = std::chrono::steady_clock::now() + time;
    return {end_of_work, end_of_work + std::chrono::minutes(1)};
  }
};

TEST_F(ShortReproduction, EndsWithItsShareOfTheTime) {
  const Served served({"--profile", "xpack-6.3", "--deviation", "accepts-data-after-close"});
  TargetOptions options;
  options.profile = "xpack-6.3";
  options.target = served.url();
  Target live = resolve_target(options);
  session_.bind(live);
  RunRecord record = found(EventType::ok, "  - wait: 4s\n");
  reproduce_violations(record, live, session_, progress_);
  ASSERT_EQ(record.violations.size(), 1U);
  EXPECT_EQ(record.violations[0].reproduced, "1 of 1");
}

TEST_F(Reproduction, OfWhatRestsOnAClockHasToComeEachTime) {
  RunRecord record = found(EventType::ok);
  record.violations[0].finding.timing = true;
  record.violations[0].finding.observed = "an answer after 2 s";
  reproduce_violations(record, target(""), session_, progress_);
  EXPECT_TRUE(record.violations.empty());
  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::inconclusive);
  EXPECT_NE(record.clauses[0].why.find("an answer after 2 s; replayed alone, in 0 of 1"), std::string::npos)
      << record.clauses[0].why;
  record = found(EventType::ok);
  record.violations[0].finding.timing = true;
  reproduce_violations(record, target("accepts-data-after-close"), session_, progress_);
  ASSERT_EQ(record.violations.size(), 1U);
  EXPECT_EQ(record.violations[0].reproduced, "3 of 3");
}

TEST_F(Reproduction, IsNotTriedWithoutAScenario) {
  RunRecord record = found(EventType::ok);
  record.violations[0].scenario = "";
  reproduce_violations(record, target(""), session_, progress_);
  EXPECT_EQ(record.violations[0].reproduced, "not tried");
}

}  // namespace
}  // namespace closecheck::cli
