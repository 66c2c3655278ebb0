#include "reproduction.h"

#include <gtest/gtest.h>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

/// A closed job that takes data: the built-in service does so with a deviation alone.
constexpr const char* kScript = R"(closecheck: {clause: closed-job-refuses-data, profile: xpack-6.3, oracle: true}
---
"t":
  - do:
      xpack.ml.put_job:
        job_id: closecheck-a
        body: {analysis_config: {bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: time}}
  - do: {xpack.ml.post_data: {job_id: closecheck-a, body: [{time: 1500000000000}]}}
)";

class Reproduction : public testing::Test {
 protected:
  static Target target(const std::string& deviation) {
    TargetOptions options;
    options.profile = "xpack-6.3";
    options.deviation = deviation;
    return resolve_target(options);
  }
  RunRecord found(EventType last) const {
    RunRecord record;
    record.profile = Profile::xpack_6_3;
    record.clauses.emplace_back();
    record.clauses.back().clause = Clause::closed_job_refuses_data;
    record.clauses.back().verdict = ClauseVerdict::violated;
    ViolationRecord violation;
    violation.finding.clause = Clause::closed_job_refuses_data;
    violation.scenario = folder_.write("saved.yml", kScript);
    Event event;
    event.type = last;
    violation.history.events.push_back(event);
    record.violations.push_back(violation);
    record.verdict = RunVerdict::violates;
    return record;
  }

  const TestFolder folder_;
  LiveSession session_{Ends{}};
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

TEST_F(Reproduction, IsNotTriedWithoutAScenario) {
  RunRecord record = found(EventType::ok);
  record.violations[0].scenario = "";
  reproduce_violations(record, target(""), session_, progress_);
  EXPECT_EQ(record.violations[0].reproduced, "not tried");
}

}  // namespace
}  // namespace closecheck::cli
