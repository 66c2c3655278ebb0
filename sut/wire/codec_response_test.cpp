// The server's answers held to literal texts that were written by hand from the facts.
#include <gtest/gtest.h>

#include "closecheck/sut/wire.h"

namespace closecheck::sut::wire {
namespace {

constexpr Profile k54 = Profile::xpack_5_4;
constexpr Profile k63 = Profile::xpack_6_3;

std::string written(const Content& content, const Operation& operation, Profile profile = k63, int status = 0) {
  Response response;
  response.outcome = Outcome::accepted;
  response.status = status;
  response.content = content;
  const WireAnswer answer = encode(response, Request{Principal::manage_ml, operation, nullptr}, profile);
  EXPECT_EQ(answer.headers.front().first, "content-type");
  return std::to_string(answer.status) + " " + answer.body;
}

WireAnswer refusal(int status, const std::string& type, const std::string& reason, const Operation& operation,
                   Profile profile) {
  Response response;
  response.outcome = Outcome::refused;
  response.status = status;
  response.error_type = type;
  response.reason = reason;
  return encode(response, Request{Principal::manage_ml, operation, nullptr}, profile);
}

const CloseJob kClose{"j", {}, {}, {}, {}};

TEST(EncodesResponses, OfWhatIsMerelyDone) {
  EXPECT_EQ(written(Acknowledged{}, kClose), "200 {\"closed\":true}");
  EXPECT_EQ(written(std::monostate{}, OpenJob{"j"}), "200 {\"opened\":true}");
  EXPECT_EQ(written(Acknowledged{}, DeleteJob{"j", {}}), "200 {\"acknowledged\":true}");
  EXPECT_EQ(written(Acknowledged{}, StartDatafeed{"f", {}, {}}), "200 {\"started\":true}");
  EXPECT_EQ(written(Acknowledged{}, StopDatafeed{"f", {}}), "200 {\"stopped\":true}");
  EXPECT_EQ(written(FlushResult{}, FlushJob{"j", {}}, k54), "200 {\"flushed\":true}");
  EXPECT_EQ(written(FlushResult{}, FlushJob{"j", {}}), "200 {\"flushed\":true,\"last_finalized_bucket_end\":0}");
  EXPECT_EQ(written(FlushResult{1500000060000}, FlushJob{"j", {}}),
            "200 {\"flushed\":true,\"last_finalized_bucket_end\":1500000060000}");
}

TEST(EncodesResponses, WithCounts) {
  EXPECT_EQ(written(DataCounts{7, 2, 1, 4, 3, 5, 1403481600000, 1403481700000}, PostData{"j", {}, false}, k54),
            R"(202 {"job_id":"j","processed_record_count":2,"processed_field_count":2,"input_bytes":0,)"
            R"("input_field_count":7,"invalid_date_count":1,"missing_field_count":3,"out_of_order_timestamp_count":4,)"
            R"("empty_bucket_count":0,"sparse_bucket_count":0,"bucket_count":5,)"
            R"("earliest_record_timestamp":1403481600000,"latest_record_timestamp":1403481700000,)"
            R"("input_record_count":7})");
}

// closed-job-is-idle: a closed job has neither node nor open time on the wire.
TEST(EncodesResponses, WithStatistics) {
  JobStatistics job;
  job.job = "j";
  job.state = JobState::closed;
  constexpr const char* kCommon =
      R"(200 {"count":1,"jobs":[{"job_id":"j","data_counts":{"job_id":"j","processed_record_count":0,)"
      R"("processed_field_count":0,"input_bytes":0,"input_field_count":0,"invalid_date_count":0,)"
      R"("missing_field_count":0,"out_of_order_timestamp_count":0,"empty_bucket_count":0,"sparse_bucket_count":0,)"
      R"("bucket_count":0,"input_record_count":0},"model_size_stats":{"job_id":"j","result_type":"model_size_stats",)"
      R"("model_bytes":0,"total_by_field_count":0,"total_over_field_count":0,"total_partition_field_count":0,)"
      R"("bucket_allocation_failures_count":0,"memory_status":"ok"},"state":")";
  EXPECT_EQ(written(JobStatisticsList{1, {job}}, JobStats{"j"}), std::string(kCommon) + "closed\"}]}");

  job.state = JobState::opened;
  job.node = "node-1";
  job.open_time = "37s";
  EXPECT_EQ(written(JobStatisticsList{1, {job}}, JobStats{"j"}),
            std::string(kCommon) +
                R"(opened","node":{"id":"node-1","name":"node-1","ephemeral_id":"node-1",)"
                R"("transport_address":"127.0.0.1:9300","attributes":{"ml.machine_memory":"1073741824",)"
                R"("ml.max_open_jobs":"20","ml.enabled":"true","xpack.installed":"true"}},)"
                R"("assignment_explanation":"",)"
                R"("open_time":"37s"}]})");
}

TEST(EncodesResponses, WithTheJobItself) {
  const JobDescription job{"j",
                           {{"analysis_config.bucket_span", "\"60s\""},
                            {"analysis_config.detectors", "[{\"function\":\"count\"}]"},
                            {"custom_settings.a", "{}"}},
                           "1500000000"};
  constexpr const char* kJob =
      R"({"job_id":"j","analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
      R"("custom_settings":{"a":{}},"model_snapshot_id":"1500000000"})";
  EXPECT_EQ(written(JobDescriptionList{1, {job}}, CreateJob{"j", {}}), std::string("200 ") + kJob);
  EXPECT_EQ(written(JobDescriptionList{1, {job}}, GetJob{"j"}),
            std::string("200 {\"count\":1,\"jobs\":[") + kJob + "]}");
}

TEST(EncodesResponses, WithResults) {
  EXPECT_EQ(written(BucketPage{4, {{1500000000000, 3, true, 0.5}}}, GetBuckets{"j", {}, {}}),
            R"(200 {"count":4,"buckets":[{"job_id":"j","timestamp":1500000000000,"anomaly_score":0.5,"bucket_span":60,)"
            R"("initial_anomaly_score":0.5,"event_count":3,"is_interim":true,"bucket_influencers":[],)"
            R"("processing_time_ms":0,"result_type":"bucket"}]})");
  EXPECT_EQ(written(SnapshotList{1, {{"15", 1500000000000, 1499999999000, {}}}}, GetSnapshots{"j"}),
            R"(200 {"count":1,"model_snapshots":[{"job_id":"j","timestamp":1500000000000,)"
            R"("description":"State persisted","snapshot_id":"15","snapshot_doc_count":1,)"
            R"("latest_record_time_stamp":1499999999000}]})");
  EXPECT_EQ(written(DatafeedStatisticsList{1, {{"f", "stopped"}}}, DatafeedStats{"f"}),
            R"(200 {"count":1,"datafeeds":[{"datafeed_id":"f","state":"stopped"}]})");
}

// wire-error-envelope: every byte of an error.
TEST(EncodesRefusals, InTheEnvelope) {
  const WireAnswer answer =
      refusal(409, "status_exception", "cannot close job, because job [j] is not open", kClose, k54);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, R"({"error":{"root_cause":[{"type":"status_exception",)"
                         R"("reason":"cannot close job, because job [j] is not open"}],"type":"status_exception",)"
                         R"("reason":"cannot close job, because job [j] is not open"},"status":409})");
}

// wire-path-and-method: what the core refuses without words is for routing to word.
TEST(EncodesRefusals, OfRoutingByProfile) {
  const RawRequest raw{"GET", "/_xpack/ml/anomaly_detectors/j/_close", {{"a", "b"}}, {}, {}};
  const WireAnswer old = refusal(400, "", "", raw, k54);
  EXPECT_EQ(old.status, 400);
  EXPECT_EQ(old.headers.front().second, "text/plain; charset=UTF-8");
  EXPECT_EQ(old.body, "No handler found for uri [/_xpack/ml/anomaly_detectors/j/_close?a=b] and method [GET]");

  const WireAnswer answer = refusal(405, "", "", raw, k63);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.back(), (std::pair<std::string, std::string>{"allow", "POST"}));
  EXPECT_EQ(answer.body,
            R"({"error":"Incorrect HTTP method for uri [/_xpack/ml/anomaly_detectors/j/_close?a=b] and method [GET], )"
            R"(allowed: [POST]","status":405})");
}

TEST(EncodesResponses, WithAnyBytesInAName) {
  EXPECT_EQ(refusal(404, "t", "\xff\"\n", kClose, k63).body,
            "{\"error\":{\"root_cause\":[{\"type\":\"t\",\"reason\":\"\xEF\xBF\xBD\\\"\\n\"}],\"type\":\"t\","
            "\"reason\":\"\xEF\xBF\xBD\\\"\\n\"},\"status\":404}");
}

}  // namespace
}  // namespace closecheck::sut::wire
