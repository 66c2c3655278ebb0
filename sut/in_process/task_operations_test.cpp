#include "in_process/task_operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kNowhere =
    R"("assignment_explanation":"persistent task cannot be assigned while upgrade mode is enabled.")";

struct Tasks : testing::Test {
  explicit Tasks(Version version = {7, 17, 0}) : wire(Profile::es_7.at(version)) {
    wire.ask("PUT", "/src");
    wire.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob);
    wire.ask("PUT", "/_ml/datafeeds/f", R"({"job_id":"j","indices":["src"]})");
    wire.ask("POST", "/_ml/anomaly_detectors/j/_open");
    wire.ask("POST", "/_ml/datafeeds/f/_start");
  }
  WireForTest wire;
};

/// Of a version that refuses less while it is upgraded.
struct EarlierTasks : Tasks {
  EarlierTasks() : Tasks({7, 7, 0}) {}
};

TEST_F(Tasks, AreThoseOfOpenJobsAndStartedDatafeeds) {
  EXPECT_THAT(wire.ask("GET", "/_tasks"),
              AllOf(HasSubstr(R"("action":"xpack/ml/job[c]")"), HasSubstr(R"("description":"datafeed-f")")));
  EXPECT_THAT(wire.ask("GET", "/_tasks?actions=*datafeed*"), Not(HasSubstr("job-j")));
  EXPECT_THAT(wire.ask("GET", "/_cat/tasks"), StartsWith("200 xpack/ml/job[c]      node-1:1 cluster:1 persistent "));
  wire.ask("POST", "/_ml/anomaly_detectors/j/_close");
  EXPECT_EQ(wire.ask("GET", "/_tasks?actions=xpack/ml/job*"), R"(200 {"nodes":{}})");
}

TEST_F(Tasks, AreLeftAloneWhileTheProductIsUpgraded) {
  wire.ask("POST", "/_ml/set_upgrade_mode?enabled=true");
  EXPECT_THAT(wire.ask("POST", "/_ml/anomaly_detectors/j/_close"),
              AllOf(StartsWith("429 "),
                    HasSubstr("Cannot perform cluster:admin/xpack/ml/job/close action while upgrade mode is enabled")));
  for (const auto& [method, path] : {std::pair{"PUT", "/_ml/anomaly_detectors/k"},
                                     {"POST", "/_ml/anomaly_detectors/j/_open"},
                                     {"POST", "/_ml/anomaly_detectors/j/_flush"},
                                     {"POST", "/_ml/anomaly_detectors/j/_forecast"},
                                     {"DELETE", "/_ml/anomaly_detectors/j"},
                                     {"POST", "/_ml/datafeeds/f/_stop"},
                                     {"DELETE", "/_ml/datafeeds/f"},
                                     {"DELETE", "/_ml/calendars/c"}})
    EXPECT_THAT(wire.ask(method, path, std::string_view(method) == "PUT" ? kCountingJob : ""), StartsWith("429 "))
        << path;
  EXPECT_THAT(wire.ask("GET", "/_ml/anomaly_detectors/j/_stats"),
              AllOf(HasSubstr(R"("state":"opened")"), HasSubstr(kNowhere)));
  EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f"), StartsWith("200 "));

  wire.ask("POST", "/_ml/set_upgrade_mode?enabled=false");
  EXPECT_EQ(wire.ask("POST", "/_ml/datafeeds/f/_stop"), R"(200 {"stopped":true})");
  EXPECT_EQ(wire.ask("POST", "/_ml/anomaly_detectors/j/_close"), R"(200 {"closed":true})");
}

TEST_F(EarlierTasks, RunNowhereWhileTheProductIsUpgraded) {
  EXPECT_EQ(wire.ask("POST", "/_ml/set_upgrade_mode?enabled=true&timeout=10s"), R"(200 {"acknowledged":true})");
  EXPECT_THAT(wire.ask("GET", "/_ml/info"), HasSubstr(R"("upgrade_mode":true)"));
  EXPECT_THAT(wire.ask("GET", "/_ml/anomaly_detectors/j/_stats"),
              AllOf(HasSubstr(R"("state":"opened")"), HasSubstr(kNowhere), Not(HasSubstr(R"("node")"))));
  EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f/_stats"),
              AllOf(HasSubstr(R"("state":"started")"), HasSubstr(kNowhere), Not(HasSubstr(R"("node")"))));
  EXPECT_EQ(wire.ask("GET", "/_tasks"), R"(200 {"nodes":{}})");
  EXPECT_THAT(wire.ask("POST", "/_ml/anomaly_detectors/j/_data", R"({"time":1})"), StartsWith("409 "));
  EXPECT_THAT(wire.ask("POST", "/_ml/anomaly_detectors/j/_flush"), StartsWith("409 "));
  EXPECT_THAT(wire.ask("POST", "/_ml/anomaly_detectors/j/_forecast"), StartsWith("409 "));
  EXPECT_THAT(wire.ask("DELETE", "/_ml/anomaly_detectors/j"), StartsWith("409 "));

  // Not even for what comes into its index.
  wire.ask("POST", "/src/_doc?refresh=true", R"({"time":1600000000000})");
  wire.wait(kMinute);
  EXPECT_THAT(wire.ask("GET", "/_ml/anomaly_detectors/j/_stats"), HasSubstr(R"("processed_record_count":0)"));

  wire.ask("POST", "/_ml/set_upgrade_mode?enabled=false");
  wire.wait(kMinute);
  EXPECT_THAT(wire.ask("GET", "/_ml/anomaly_detectors/j/_stats"),
              AllOf(HasSubstr(R"("processed_record_count":1)"), HasSubstr(R"("node")")));
  EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f/_stats"), HasSubstr(R"("node")"));
}

TEST_F(EarlierTasks, DoNotBeginWhileTheProductIsUpgradedAndMayEnd) {
  wire.ask("PUT", "/_ml/anomaly_detectors/k", kCountingJob);
  wire.ask("POST", "/_ml/set_upgrade_mode?enabled=true");
  EXPECT_THAT(wire.ask("POST", "/_ml/anomaly_detectors/k/_open"),
              AllOf(StartsWith("429 "), HasSubstr("Cannot open jobs when upgrade mode is enabled")));
  wire.ask("POST", "/_ml/datafeeds/f/_stop");
  EXPECT_EQ(wire.ask("POST", "/_ml/anomaly_detectors/j/_close?timeout=3s"), R"(200 {"closed":true})");
  EXPECT_THAT(wire.ask("GET", "/_ml/anomaly_detectors/j/_stats"),
              AllOf(HasSubstr(R"("state":"closed")"), Not(HasSubstr("assignment_explanation"))));
}

TEST_F(Tasks, AreShownAsTables) {
  EXPECT_EQ(wire.ask("GET", "/_cat/ml/anomaly_detectors"), "200 j opened 0 0b ok 0 0\n");
  EXPECT_EQ(wire.ask("GET", "/_cat/ml/datafeeds/f?v=true&h=id,s"), "200 id s\nf  started\n");
  EXPECT_EQ(wire.ask("GET", "/_cat/ml/anomaly_detectors/j?format=json&h=id,state"),
            R"(200 [{"id":"j","state":"opened"}])");
  EXPECT_THAT(wire.ask("GET", "/_cat/ml/anomaly_detectors/unknown"), StartsWith("404 "));
}

}  // namespace
}  // namespace closecheck::sut
