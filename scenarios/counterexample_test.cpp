// How a counterexample looks to the engineer who gets it.
#include <gtest/gtest.h>

#include "closecheck/scenarios/scenario.h"

namespace closecheck::scenarios {
namespace {

CloseJob close_of(std::string job, Parameter force = std::nullopt, Parameter timeout = std::nullopt) {
  CloseJob close;
  close.job = std::move(job);
  close.force = std::move(force);
  close.timeout = std::move(timeout);
  return close;
}

/// A violation whose finding points at the answer to the program's `accused` step.
ViolationRecord violation_of(Program program, std::size_t accused) {
  ViolationRecord violation;
  violation.finding.clause = Clause::closed_job_refuses_data;
  violation.finding.expected = "a refusal (409), since the job was\nclosed";
  violation.finding.observed = "202 with one record";
  violation.finding.event = 1;
  violation.seed = 7;
  Event event;
  violation.history.events.push_back(event);
  event.type = EventType::ok;
  event.request = std::make_shared<const Request>(program.steps.at(accused).request);
  violation.history.events.push_back(event);
  violation.program = std::move(program);
  return violation;
}

TEST(Counterexample, ReadsLikeAScenarioWrittenByHand) {
  JobConfig config;
  config.description = "a job: of one's own";
  Program program;
  program.steps.push_back(call(CreateJob{"closecheck-a", config}));
  program.steps.push_back(call(OpenJob{"closecheck-a"}));
  program.steps.push_back(call(PostData{"closecheck-a", {{kDataStart, 1, ""}, {kDataStart + 60'000, 2.5, "web-1"}}}));
  program.steps.push_back(fault_step(Fault::slow_close, "closecheck-a", 3 * kSecond));
  program.steps.push_back(detached_call(1, close_of("closecheck-a")));
  program.steps.push_back(detached_call(1, OpenJob{"closecheck-a"}, Principal::manage));
  program.steps.push_back(wait_step(500 * kMillisecond));
  program.steps.push_back(detached_call(2, close_of("closecheck-a", "true", "10s")));
  program.steps.push_back(detached_call(1, JobStats{"closecheck-a"}));
  program.steps.push_back(join_step());
  program.steps.push_back(settle_step("closecheck-a", 10 * kSecond));
  Step fresh = call(
      RawRequest{
          "GET", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {{"force", "maybe not"}}, "{x", "text/plain"},
      Principal::none);
  fresh.fresh_connection = true;
  program.steps.push_back(fresh);
  program.steps.push_back(call(PostData{"closecheck-a", {{kDataStart + 120'000, 3, ""}}}));

  EXPECT_EQ(write_counterexample(violation_of(program, 12), Profile::xpack_5_4, "accepts-data-after-close"),
            R"(# closed-job-refuses-data: )" +
                std::string(text_of(Clause::closed_job_refuses_data)
                                .says.substr(0, text_of(Clause::closed_job_refuses_data).says.size() - 1)) +
                R"(. Expected a refusal (409), since the job was closed; observed 202 with one record.
closecheck: {clause: closed-job-refuses-data, seed: 7, profile: xpack-5.4, deviation: accepts-data-after-close, oracle: true}
---
closed-job-refuses-data:
  - do:
      xpack.ml.put_job:
        job_id: closecheck-a
        body: {description: "a job: of one's own", analysis_config: {bucket_span: 60s, detectors: [{function: count}]}, data_description: {time_field: time, time_format: epoch_ms}}
  - do:
      xpack.ml.open_job: {job_id: closecheck-a}
  - do:
      xpack.ml.post_data:
        job_id: closecheck-a
        body:
          - {time: 1500000000000, value: 1}
          - {time: 1500000060000, value: 2.5, entity: web-1}
  - fault: {slow_close: closecheck-a, duration: 3s}
  - meanwhile:
      - do:
          xpack.ml.close_job: {job_id: closecheck-a}
      - do:
          as: manage
          xpack.ml.open_job: {job_id: closecheck-a}
  - wait: 500ms
  - meanwhile:
      - do:
          xpack.ml.close_job: {job_id: closecheck-a, force: true, timeout: 10s}
  - meanwhile:
      client: 1
      steps:
        - do:
            xpack.ml.get_job_stats: {job_id: closecheck-a}
  - wait: answers
  - wait: {settled: closecheck-a, at_most: 10s}
  - do:
      as: none
      fresh_connection: true
      request:
        method: GET
        path: /_xpack/ml/anomaly_detectors/closecheck-a/_close
        query: {force: "maybe not"}
        body: "{x"
        content_type: text/plain
  # expected: a refusal (409), since the job was closed
  # observed: 202 with one record
  - do:
      xpack.ml.post_data:
        job_id: closecheck-a
        body: {time: 1500000120000, value: 3}
)");
}

TEST(Counterexample, TellsHowLongAForcedCloseHadToComeToRest) {
  Program program;
  program.steps.push_back(call(close_of("closecheck-a", "true")));
  ViolationRecord violation = violation_of(program, 0);
  violation.rest_after_force = 7'453'867'504;
  const std::string text = write_counterexample(violation, Profile::xpack_6_3, "");
  EXPECT_EQ(Scenario::parse(text, "f.yml").header().rest_after_force, violation.rest_after_force) << text;
}

TEST(Counterexample, PointsAtTheAccusedCallEvenWithinMeanwhile) {
  Program program;
  program.steps.push_back(detached_call(1, close_of("closecheck-a")));
  program.steps.push_back(call(OpenJob{"closecheck-a"}));
  const std::string text = write_counterexample(violation_of(program, 0), Profile::xpack_6_3, "");
  EXPECT_NE(text.find("  - meanwhile:\n      # expected: a refusal"), std::string::npos) << text;
  EXPECT_EQ(text.find("deviation"), std::string::npos) << text;
}

TEST(Counterexample, SurvivesTextsThatAreNoText) {
  Program program;
  program.steps.push_back(call(OpenJob{"closecheck-a"}));
  ViolationRecord violation = violation_of(program, 0);
  violation.finding.observed = "\xFF\xFE \x01 -- #\n---\n";
  const std::string text = write_counterexample(violation, Profile::xpack_6_3, "");
  EXPECT_NO_THROW(Scenario::parse(text, "f.yml")) << text;
}

}  // namespace
}  // namespace closecheck::scenarios
