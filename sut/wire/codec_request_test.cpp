// Requests held to literal texts that were written by hand from the facts.
#include <gtest/gtest.h>

#include "closecheck/sut/wire.h"
#include "wire/routes.h"

namespace closecheck::sut::wire {
namespace {

/// The request as one text: the request line, the content type, the body.
std::string written(const Operation& operation, Profile profile) {
  const HttpRequest http = encode(Request{Principal::manage_ml, operation, nullptr}, profile);
  std::string text = http.method + " " + target_of(http);
  if (!http.content_type.empty()) text += "\n" + http.content_type;
  if (!http.body.empty()) text += "\n" + http.body;
  return text;
}

struct Golden {
  Operation operation;
  Profile profile;
  const char* text;
};

constexpr Profile k54 = Profile::xpack_5_4;
constexpr Profile k63 = Profile::xpack_6_3;
constexpr Profile k7 = Profile::es_7;

JobConfig rich_config() {
  JobConfig config;
  config.description = "rates";
  config.groups = {"closecheck-g"};
  config.model_memory_limit = "16mb";
  config.custom_settings = R"({"b":1,"a":[2]})";
  config.detectors = {Detector{"mean", "value", "entity", ""}, Detector{}};
  return config;
}

// wire-path-and-method: the page's own request line.
TEST(EncodesRequests, AsTheirGoldenTextsSay) {
  const Golden goldens[] = {
      {CloseJob{"event_rate", {}, {}, {}, {}}, k54, "POST /_xpack/ml/anomaly_detectors/event_rate/_close"},
      {CloseJob{"j", "true", "10s", {}, {}}, k54, "POST /_xpack/ml/anomaly_detectors/j/_close?force=true&timeout=10s"},
      {CloseJob{"j", "", {}, {}, {}}, k54, "POST /_xpack/ml/anomaly_detectors/j/_close?force="},
      {CloseJob{"a-*,b", {}, {}, "false", {{"foo", "x y&z"}}}, k63,
       "POST /_xpack/ml/anomaly_detectors/a-*,b/_close?allow_no_jobs=false&foo=x%20y%26z"},
      {CloseJob{"a*", {}, {}, "false", {}}, Profile::es_7, "POST /_ml/anomaly_detectors/a*/_close?allow_no_jobs=false"},
      {CloseJob{"a*", {}, {}, "false", {}}, Profile::es_7.at({7, 10, 0}),
       "POST /_ml/anomaly_detectors/a*/_close?allow_no_match=false"},
      {CloseJob{"a*", {}, {}, "false", {}}, Profile::es_9,
       "POST /_ml/anomaly_detectors/a*/_close?allow_no_match=false"},
      {CloseJob{"", {}, {}, {}, {}}, k63, "POST /_xpack/ml/anomaly_detectors/_close"},
      {CloseJob{"a/b c%", {}, {}, {}, {}}, k54, "POST /_xpack/ml/anomaly_detectors/a%2Fb%20c%25/_close"},
      {CreateJob{"j", {}}, k54,
       "PUT /_xpack/ml/anomaly_detectors/j\napplication/json\n"
       R"({"analysis_config":{"bucket_span":"60s","detectors":[{"function":"count"}]},)"
       R"("data_description":{"time_field":"time","time_format":"epoch_ms"}})"},
      {CreateJob{"j", rich_config()}, k54,
       "PUT /_xpack/ml/anomaly_detectors/j\napplication/json\n"
       R"({"description":"rates","analysis_config":{"bucket_span":"60s","detectors":[)"
       R"({"function":"mean","field_name":"value","by_field_name":"entity"},{"function":"count"}]},)"
       R"("analysis_limits":{"model_memory_limit":16},)"
       R"("data_description":{"time_field":"time","time_format":"epoch_ms"},"custom_settings":{"b":1,"a":[2]}})"},
      {CreateJob{"j", rich_config()}, k63,
       "PUT /_xpack/ml/anomaly_detectors/j\napplication/json\n"
       R"({"description":"rates","groups":["closecheck-g"],"analysis_config":{"bucket_span":"60s","detectors":[)"
       R"({"function":"mean","field_name":"value","by_field_name":"entity"},{"function":"count"}]},)"
       R"("analysis_limits":{"model_memory_limit":"16mb"},)"
       R"("data_description":{"time_field":"time","time_format":"epoch_ms"},"custom_settings":{"b":1,"a":[2]}})"},
      {GetJob{"j"}, k54, "GET /_xpack/ml/anomaly_detectors/j"},
      {UpdateJob{"j", "new", R"({"k":null})"}, k63,
       "POST /_xpack/ml/anomaly_detectors/j/_update\napplication/json\n"
       R"({"description":"new","custom_settings":{"k":null}})"},
      {DeleteJob{"j", {}}, k54, "DELETE /_xpack/ml/anomaly_detectors/j"},
      {DeleteJob{"j", "true"}, k63, "DELETE /_xpack/ml/anomaly_detectors/j?force=true"},
      {OpenJob{"j"}, k54, "POST /_xpack/ml/anomaly_detectors/j/_open"},
      {PostData{"j", {{kDataStart, 17, ""}, {kDataStart + 1, 0.5, "x"}, {Record::kInvalidTime, -2, ""}}, false}, k54,
       "POST /_xpack/ml/anomaly_detectors/j/_data\napplication/json\n"
       "{\"time\":1500000000000,\"value\":17}\n"
       "{\"time\":1500000000001,\"value\":0.5,\"entity\":\"x\"}\n"
       "{\"time\":\"no time\",\"value\":-2}\n"},
      {FlushJob{"j", "true"}, k63, "POST /_xpack/ml/anomaly_detectors/j/_flush?calc_interim=true"},
      {JobStats{"j"}, k54, "GET /_xpack/ml/anomaly_detectors/j/_stats"},
      {JobStats{"_all"}, k63, "GET /_xpack/ml/anomaly_detectors/_all/_stats"},
      {GetBuckets{"j", 0, 10}, k54, "GET /_xpack/ml/anomaly_detectors/j/results/buckets?from=0&size=10"},
      {GetRecords{"j", {}, {}}, k63, "GET /_xpack/ml/anomaly_detectors/j/results/records"},
      {GetSnapshots{"j"}, k54, "GET /_xpack/ml/anomaly_detectors/j/model_snapshots"},
      {RevertSnapshot{"j", "1500000000"}, k54,
       "POST /_xpack/ml/anomaly_detectors/j/model_snapshots/1500000000/_revert"},
      {CreateIndex{"i"}, k54,
       "PUT /i\napplication/json\n"
       R"({"settings":{"number_of_shards":1,"number_of_replicas":0},)"
       R"("mappings":{"doc":{"properties":{"time":{"type":"date","format":"epoch_millis"}}}}})"},
      {DeleteIndex{"i"}, k63, "DELETE /i"},
      {IndexDocuments{"i", {{kDataStart, 1, ""}, {kDataStart + 5, 2, ""}}, true}, k63,
       "POST /_bulk?refresh=true\napplication/x-ndjson\n"
       "{\"index\":{\"_index\":\"i\",\"_type\":\"doc\"}}\n{\"time\":1500000000000,\"value\":1}\n"
       "{\"index\":{\"_index\":\"i\",\"_type\":\"doc\"}}\n{\"time\":1500000000005,\"value\":2}\n"},
      {RefreshIndex{"i"}, k63, "POST /i/_refresh"},
      {CreateDatafeed{"f", "j", "i"}, k54,
       "PUT /_xpack/ml/datafeeds/f\napplication/json\n"
       R"({"job_id":"j","indices":["i"],"types":["doc"],"query":{"match_all":{}}})"},
      {GetDatafeed{"f"}, k54, "GET /_xpack/ml/datafeeds/f"},
      {DatafeedStats{"f"}, k54, "GET /_xpack/ml/datafeeds/f/_stats"},
      {StartDatafeed{"f", 1500000000000, 1500000060000}, k63,
       "POST /_xpack/ml/datafeeds/f/_start?start=1500000000000&end=1500000060000"},
      {StopDatafeed{"f", {}}, k63, "POST /_xpack/ml/datafeeds/f/_stop"},
      {DeleteDatafeed{"f", "true"}, k63, "DELETE /_xpack/ml/datafeeds/f?force=true"},
      {GetRoot{}, k54, "GET /"},
      {Authenticate{}, k54, "GET /_xpack/security/_authenticate"},
      {HasPrivileges{}, k63,
       "POST /_xpack/security/user/_has_privileges\napplication/json\n"
       R"({"cluster":["manage_ml","manage","monitor_ml"]})"},
      // 7.x: other bases, and documents without types.
      {CloseJob{"j", "true", "10s", {}, {}}, k7, "POST /_ml/anomaly_detectors/j/_close?force=true&timeout=10s"},
      {StopDatafeed{"f", "true"}, k7, "POST /_ml/datafeeds/f/_stop?force=true"},
      {Authenticate{}, k7, "GET /_security/_authenticate"},
      {CreateIndex{"i"}, k7,
       "PUT /i\napplication/json\n"
       R"({"settings":{"number_of_shards":1,"number_of_replicas":0},)"
       R"("mappings":{"properties":{"time":{"type":"date","format":"epoch_millis"}}}})"},
      {IndexDocuments{"i", {{kDataStart, 1, ""}}, true}, k7,
       "POST /_bulk?refresh=true\napplication/x-ndjson\n"
       R"({"index":{"_index":"i"}})"
       "\n"
       R"({"time":1500000000000,"value":1})"
       "\n"},
      {CreateDatafeed{"f", "j", "i"}, k7,
       "PUT /_ml/datafeeds/f\napplication/json\n"
       R"({"job_id":"j","indices":["i"],"query":{"match_all":{}}})"},
      {RawRequest{"GET", "/_xpack/ml/anomaly_detectors/j/_close", {{"a", ""}}, "{", "text/plain"}, k54,
       "GET /_xpack/ml/anomaly_detectors/j/_close?a=\ntext/plain\n{"},
  };
  for (const Golden& golden : goldens) EXPECT_EQ(written(golden.operation, golden.profile), golden.text);
}

TEST(EncodesRequests, ExactlyAsSentWhereThatIsGiven) {
  Request request{Principal::manage_ml, CloseJob{"j", {}, {}, {}, {}}, nullptr};
  request.as_sent = std::make_shared<const RawRequest>(
      RawRequest{"PUT", "/%2e", {{"b", "2"}, {"a", "1"}}, "bytes", "application/json"});

  const HttpRequest http = encode(request, Profile::xpack_6_3);

  EXPECT_EQ(http.method + " " + target_of(http) + " " + http.body, "PUT /%2e?b=2&a=1 bytes");
}

TEST(EncodesRequests, SoThatAMalformedPostTellsNoRecordBeforeItBreaks) {
  const auto routed = route(
      encode(Request{Principal::manage_ml, PostData{"j", {{kDataStart, 1, ""}}, true}, nullptr}, Profile::xpack_5_4),
      Profile::xpack_5_4);

  const auto& post = std::get<PostData>(routed.request.request.operation);
  EXPECT_TRUE(post.malformed);
  EXPECT_TRUE(post.records.empty());
}

TEST(WritesCurlLines, ThatAShellTakesAsTheyStand) {
  const Request close{Principal::manage_ml, CloseJob{"closecheck-a", "true", "2 s", {}, {}}, nullptr};
  EXPECT_EQ(curl_line(close, k54, "http://127.0.0.1:9200", "ml_admin", "ML_ADMIN_PASSWORD"),
            "curl -sS -u ml_admin:\"$ML_ADMIN_PASSWORD\" -X POST "
            "'http://127.0.0.1:9200/_xpack/ml/anomaly_detectors/closecheck-a/_close?force=true&timeout=2%20s'");

  const Request read{Principal::anonymous, GetJob{"j"}, nullptr};
  EXPECT_EQ(curl_line(read, k54, "http://h:1", "", ""), "curl -sS http://h:1/_xpack/ml/anomaly_detectors/j");

  const Request text{Principal::manage_ml, RawRequest{"POST", "/a/../{b}", {}, "it's\n{}", "text/plain"}, nullptr};
  EXPECT_EQ(curl_line(text, k63, "http://h:1", "o'neil", "P"),
            "curl -sS --globoff --path-as-is -u 'o'\\''neil':\"$P\" -X POST 'http://h:1/a/../{b}' "
            "-H 'Content-Type: text/plain' --data-binary $'it\\'s\\n{}'");
  const Request hostile{Principal::manage_ml, RawRequest{"GET", "/", {}, "\\\x1b[2J\u202E", "text/plain"}, nullptr};
  EXPECT_TRUE(curl_line(hostile, k63, "http://h:1", "", "").ends_with("$'\\\\\\x1b[2J\\xe2\\x80\\xae'"));
}

}  // namespace
}  // namespace closecheck::sut::wire
