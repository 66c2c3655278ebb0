// The server's reading of requests: literal request lines and bodies, and what is refused with which bytes.
#include "wire/routes.h"

#include <gtest/gtest.h>

#include "wire/bodies.h"
#include "wire/text.h"
#include "wire/upload.h"

namespace closecheck::sut::wire {
namespace {

constexpr Profile k54 = Profile::xpack_5_4;
constexpr Profile k63 = Profile::xpack_6_3;

HttpRequest http(const std::string& method, const std::string& target, const std::string& body = "",
                 const std::string& content_type = "application/json") {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string query = target.substr(std::min(question + 1, target.size()));
  return {method, target.substr(0, question), split_query(query), body, body.empty() ? "" : content_type};
}

template <class Wanted>
Wanted routed(const HttpRequest& request, Profile profile = k63) {
  const Routed result = route(request, profile);
  if (result.answer) {
    ADD_FAILURE() << request.path << ": " << describe(result.answer->response);
    return {};
  }
  const auto* operation = std::get_if<Wanted>(&result.request.request.operation);
  if (operation == nullptr) {
    ADD_FAILURE() << request.path << " is " << describe(result.request.request);
    return {};
  }
  return *operation;
}

std::string refused(const HttpRequest& request, Profile profile = k63) {
  const Routed result = route(request, profile);
  if (!result.answer) return describe(result.request.request);
  const WireAnswer answer = encode(*result.answer, result.request.request, profile);
  return std::to_string(answer.status) + " " + answer.body;
}

// close-many: how an expression says that it may name nothing has changed its name.
TEST(Routes, ReadWhetherAnExpressionMayNameNothingByTheNamesOfTheVersion) {
  const auto is_read = [](Profile profile, const char* name) {
    const HttpRequest http{
        "POST", std::string(profile->jobs.path) + "/anomaly_detectors/a/_close", {{name, "false"}}, "", ""};
    const auto close = std::get<CloseJob>(parse(http, profile, Principal::manage_ml).operation);
    EXPECT_NE(close.allow_no_jobs.has_value(), !close.other.empty());
    return close.allow_no_jobs.has_value();
  };
  EXPECT_TRUE(is_read(k63, "allow_no_jobs"));
  EXPECT_FALSE(is_read(k63, "allow_no_match"));
  EXPECT_TRUE(is_read(Profile::es_7.at({7, 9, 0}), "allow_no_jobs"));
  EXPECT_FALSE(is_read(Profile::es_7.at({7, 9, 0}), "allow_no_match"));
  for (const char* name : {"allow_no_jobs", "allow_no_match"})
    EXPECT_TRUE(is_read(Profile::es_7.at({7, 10, 0}), name)) << name;
  EXPECT_FALSE(is_read(Profile::es_8, "allow_no_jobs"));
  EXPECT_TRUE(is_read(Profile::es_8, "allow_no_match"));
}

TEST(Routes, NameNoTypesOfDocumentsFrom8On) {
  const HttpRequest typed{"PUT", "/i/doc/1", {}, "{}", "application/json"};
  EXPECT_FALSE(is_unrouted(typed, Profile::es_7));
  EXPECT_TRUE(is_unrouted(typed, Profile::es_8));
  EXPECT_FALSE(is_unrouted(HttpRequest{"PUT", "/i/_doc/1", {}, "{}", "application/json"}, Profile::es_8));
}

TEST(Routes, ReadACloseWithItsParametersAsSent) {
  const auto close =
      routed<CloseJob>(http("POST", "/_xpack/ml/anomaly_detectors/a%2Fb,c/_close?timeout=&force&foo=1&pretty"));
  EXPECT_EQ(close.job, "a/b,c");
  EXPECT_EQ(close.force, "");
  EXPECT_EQ(close.timeout, "");
  EXPECT_FALSE(close.allow_no_jobs);
  EXPECT_EQ(close.other, (Parameters{{"foo", "1"}}));
  EXPECT_EQ(routed<CloseJob>(http("POST", "/_xpack/ml/anomaly_detectors/j/_close/")).job, "j");
}

TEST(Routes, ReadAJobWithEverythingThatItsConfigurationCarries) {
  const auto create = routed<CreateJob>(http(
      "PUT", "/_xpack/ml/anomaly_detectors/j",
      R"({"job_id":"j","description":"d","groups":["g"],"analysis_config":{"bucket_span":"1h","detectors":[)"
      R"({"function":"mean","field_name":"f","by_field_name":"b","partition_field_name":"p","detector_description":"x"}],)"
      R"("influencers":[]},"analysis_limits":{"model_memory_limit":16},"data_description":{"time_field":"t",)"
      R"("time_format":"epoch"},"custom_settings":{"b":1,"a":{}}})"));
  EXPECT_EQ(create.job, "j");
  const JobConfig expected{"d", {"g"}, "1h", {{"mean", "f", "b", "p"}}, "t", "epoch", "16mb", R"({"b":1,"a":{}})"};
  EXPECT_EQ(create.config, expected);
}

TEST(Routes, RefuseAJobThatIsNone) {
  const auto of = [](const std::string& body) {
    return refused(http("PUT", "/_xpack/ml/anomaly_detectors/j", body)).substr(0, 3);
  };
  EXPECT_EQ(of("{}"), "400");
  EXPECT_EQ(of("{"), "400");
  EXPECT_EQ(of("[]"), "400");
  EXPECT_EQ(of(R"({"analysis_config":{"detectors":[]},"data_description":{}})"), "400");
  EXPECT_EQ(of(R"({"analysis_config":{"detectors":[3]},"data_description":{}})"), "400");
  EXPECT_EQ(of(R"({"analysis_config":{"detectors":[{"function":{}}]},"data_description":{}})"), "400");
  EXPECT_EQ(of(R"({"analysis_config":{"detectors":[{"function":"count"}]}})"), "400");
  EXPECT_NE(
      refused(http("PUT", "/_xpack/ml/anomaly_detectors/u",
                   R"({"job_id":"b","analysis_config":{"detectors":[{"function":"count"}]},"data_description":{}})"))
          .find("Inconsistent job_id; 'b' specified in the body differs from 'u' specified as a URL argument"),
      std::string::npos);
}

TEST(Routes, ReadRecordsHoweverTheyAreSpaced) {
  const std::vector<Record> expected{{kDataStart, 1, ""}, {kDataStart + 1000, 2.5, "x"}};
  const auto of = [](const std::string& body) {
    return routed<PostData>(http("POST", "/_xpack/ml/anomaly_detectors/j/_data", body));
  };
  EXPECT_EQ(
      of("{\"time\":1500000000000,\"value\":1}\n{\"time\":1500000001000,\"value\":2.5,\"entity\":\"x\"}\n").records,
      expected);
  EXPECT_EQ(of("{\"value\":1,\"time\":\"1500000000000\"}{\"entity\":\"x\",\"value\":\"2.5\",\"time\":1500000001000.0}")
                .records,
            expected);
  EXPECT_EQ(
      of(" [ {\"time\":1500000000,\"value\":1} ,\r\n{\"time\":\"1500000001\",\"value\":2.5,\"entity\":\"x\"}]").records,
      expected);
  EXPECT_EQ(of("{\"time\":\"2017-07-14T02:40:00Z\",\"rate\":1}"
               "{\"time\":\"2017-07-14T04:40:01.000+02:00\",\"rate\":2.5,\"airline\":\"x\"}")
                .records,
            expected);
  EXPECT_TRUE(of("").records.empty());
  EXPECT_FALSE(of("").malformed);
}

TEST(Routes, GiveARecordWithoutAUsableTimeAnInvalidOne) {
  for (const char* body : {"{}", "{\"time\":null}", "{\"time\":\"soon\"}", "{\"time\":{}}", "{\"time\":1e300}",
                           "{\"time\":\"2017-13-01\"}", "{\"time\":\"2017-07-14T25:00:00Z\"}", "{\"stamp\":5}"}) {
    const Upload read = read_upload(body);
    const std::vector<Record> records = plain_records(read);
    ASSERT_EQ(records.size(), 1U) << body;
    EXPECT_EQ(records.front().time_ms, Record::kInvalidTime) << body;
    EXPECT_FALSE(read.malformed) << body;
  }
}

TEST(Routes, MarkDataThatIsNoSequenceOfObjects) {
  for (const char* body : {"x", "{", "1", "[1]", "{\"time\":1} x", "{\"time\":1}}", "\"{}\"", "time,value\n1,2\n",
                           "{\"time\":1}{\"time\":", "[{\"time\":1}", "{}[{}]"})
    EXPECT_TRUE(read_upload(body).malformed) << body;
}

TEST(Routes, ReadPagesFromTheQueryAndFromTheBody) {
  const auto query = routed<GetBuckets>(http("GET", "/_xpack/ml/anomaly_detectors/j/results/buckets?from=5&size=0"));
  EXPECT_EQ(query.from, 5);
  EXPECT_EQ(query.size, 0);
  const auto body = routed<GetRecords>(
      http("POST", "/_xpack/ml/anomaly_detectors/j/results/records", R"({"page":{"from":1,"size":10},"desc":true})"));
  EXPECT_EQ(body.from, 1);
  EXPECT_EQ(body.size, 10);
  const auto none = routed<GetBuckets>(http("GET", "/_xpack/ml/anomaly_detectors/j/results/buckets"));
  EXPECT_FALSE(none.from || none.size);
  EXPECT_EQ(refused(http("GET", "/_xpack/ml/anomaly_detectors/j/results/buckets?from=x")).substr(0, 3), "400");
  EXPECT_EQ(refused(http("GET", "/_xpack/ml/anomaly_detectors/j/results/buckets?size=-1")).substr(0, 3), "400");
  EXPECT_EQ(
      refused(http("POST", "/_xpack/ml/anomaly_detectors/j/results/buckets", R"({"page":{"from":1e9}})")).substr(0, 3),
      "400");
}

TEST(Routes, ReadBulkBodiesThatDoMoreThanAddToOneIndexAsRequestsOfNoType) {
  const std::string add = "{\"index\":{\"_index\":\"i\"}}\n{\"time\":1}\n";
  for (const char* more :
       {"{\"index\":{\"_index\":\"k\"}}\n{\"time\":2}\n", "{\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n",
        "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"time\":2}\n"})
    EXPECT_EQ(routed<RawRequest>(http("POST", "/_bulk", add + more)).path, "/_bulk") << more;
}

TEST(Routes, TellWhetherADatafeedReadsAllOfOneIndex) {
  const auto reads_everything = [](const std::string& members) {
    return routed<CreateDatafeed>(http("PUT", "/_xpack/ml/datafeeds/f", R"({"job_id":"j",)" + members + "}"))
        .reads_everything;
  };
  EXPECT_TRUE(reads_everything(R"("indices":["i"],"types":["doc"],"query":{"match_all":{}},"scroll_size":5)"));
  EXPECT_FALSE(reads_everything(R"("indices":["i"],"query":{"range":{"time":{"gte":5}}})"));
  EXPECT_FALSE(reads_everything(R"("indices":["i","k"])"));
  EXPECT_FALSE(reads_everything(R"("indices":["i-*"])"));
  EXPECT_FALSE(reads_everything(R"("indices":["i"],"aggregations":{"a":{"composite":{}}})"));
}

TEST(Routes, ReadBulkBodiesOfOneIndex) {
  const auto bulk = routed<IndexDocuments>(
      http("POST", "/_bulk?refresh", "{\"index\":{\"_index\":\"i\",\"_type\":\"doc\"}}\n{\"time\":1500000000000}\n",
           "application/x-ndjson"));
  EXPECT_EQ(bulk.index, "i");
  EXPECT_TRUE(bulk.refresh);
  EXPECT_EQ(bulk.records, (std::vector<Record>{{kDataStart, 0, ""}}));
  EXPECT_EQ(routed<IndexDocuments>(http("PUT", "/k/doc/_bulk", "{\"create\":{}}\n{}\n")).index, "k");
  EXPECT_FALSE(routed<IndexDocuments>(http("POST", "/k/_bulk?refresh=false", "{\"index\":{}}\n{}\n")).refresh);
  EXPECT_EQ(refused(http("POST", "/_bulk", "{\"index\":{}}\n{}\n")).substr(0, 3), "400");
  EXPECT_EQ(refused(http("POST", "/_bulk", "{\"index\":{\"_index\":\"i\"}}\n")).substr(0, 3), "400");
  EXPECT_EQ(refused(http("POST", "/_bulk", "{\"delete\":{\"_index\":\"i\"}}\n{}\n")).substr(0, 3), "400");
}

TEST(Routes, ReadFeedsAndTheirTimes) {
  const auto feed = routed<CreateDatafeed>(
      http("PUT", "/_xpack/ml/datafeeds/f", R"({"job_id":"j","indexes":["i"],"types":["doc"]})"));
  EXPECT_EQ(feed.job + " " + feed.index, "j i");
  const auto start =
      routed<StartDatafeed>(http("POST", "/_xpack/ml/datafeeds/f/_start?start=2017-07-14T02:40:00Z&end=1500000060000"));
  EXPECT_EQ(start.start_ms, kDataStart);
  EXPECT_EQ(start.end_ms, kDataStart + 60'000);
  EXPECT_EQ(
      routed<StartDatafeed>(http("POST", "/_xpack/ml/datafeeds/f/_start", R"({"start":"1500000000000"})")).start_ms,
      kDataStart);
  EXPECT_EQ(refused(http("POST", "/_xpack/ml/datafeeds/f/_start?start=5&end=5")).substr(0, 3), "400");
  EXPECT_EQ(refused(http("POST", "/_xpack/ml/datafeeds/f/_start?start=now-ish")).substr(0, 3), "400");
  EXPECT_EQ(routed<StopDatafeed>(http("POST", "/_xpack/ml/datafeeds/f/_stop?force=true")).force, "true");
}

// wire-path-and-method: by profile.
TEST(Routes, RefuseAnotherMethodOnAPathByProfile) {
  EXPECT_EQ(refused(http("GET", "/_xpack/ml/anomaly_detectors/j/_close?x=1"), k54),
            "400 No handler found for uri [/_xpack/ml/anomaly_detectors/j/_close?x=1] and method [GET]");
  const auto result = route(http("DELETE", "/_xpack/ml/anomaly_detectors/j/_close"), k63);
  ASSERT_TRUE(result.answer);
  const WireAnswer answer = encode(*result.answer, result.request.request, k63);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.body,
            R"({"error":"Incorrect HTTP method for uri [/_xpack/ml/anomaly_detectors/j/_close] and method [DELETE], )"
            R"(allowed: [POST]","status":405})");
  EXPECT_EQ(answer.headers.back(), (std::pair<std::string, std::string>{"allow", "POST"}));
  EXPECT_EQ(refused(http("POST", "/_xpack/ml/anomaly_detectors/j/_closed")).substr(0, 32),
            R"(400 {"error":"no handler found f)");
  EXPECT_EQ(refused(http("POST", "/_xpack/ml/anomaly_detectors/_close")).substr(0, 3), "405");
  EXPECT_EQ(refused(http("POST", "/_xpack/ml/anomaly_detectors/_close"), k54).substr(0, 3), "400");
  EXPECT_EQ(refused(http("OPTIONS", "/_xpack/ml/anomaly_detectors/j/_close")), "200 ");
  EXPECT_EQ(refused(http("HEAD", "/_xpack/ml/anomaly_detectors/j")).substr(0, 3), "405");
}

// wire-path-and-method: only at its end may a path have empty segments.
TEST(Routes, KnowNoPathWithAGap) {
  for (const char* path : {"//_xpack/ml/anomaly_detectors/j/_close", "/_xpack/ml//anomaly_detectors/j/_close",
                           "/_xpack/ml/anomaly_detectors//_close", "/_xpack/ml/anomaly_detectors/j//_close"})
    EXPECT_EQ(refused(http("POST", path)).substr(0, 3), "400") << path;
  EXPECT_EQ(routed<CloseJob>(http("POST", "/_xpack/ml/anomaly_detectors/j/_close//")).job, "j");
}

// unknown-parameter-refused: but for the name of what stands in the path.
TEST(Routes, TakeTheNameOfAPartOfThePathInTheQuery) {
  EXPECT_EQ(routed<CloseJob>(http("POST", "/_xpack/ml/anomaly_detectors/j/_close?job_id=x")).job, "j");
}

// unknown-parameter-refused: sorted, plural, and never the common ones.
TEST(Routes, RefuseParametersThatTheApiDoesNotKnow) {
  EXPECT_NE(refused(http("POST", "/_xpack/ml/anomaly_detectors/j/_open?foo=1"))
                .find("request [/_xpack/ml/anomaly_detectors/j/_open] contains unrecognized parameter: [foo]"),
            std::string::npos);
  EXPECT_NE(
      refused(http("GET", "/_xpack/ml/anomaly_detectors/j?b=1&a=2&b=3")).find("unrecognized parameters: [a], [b]"),
      std::string::npos);
  routed<GetJob>(
      http("GET", "/_xpack/ml/anomaly_detectors/j?pretty&human=false&error_trace=true&filter_path=a&format=json"));
}

TEST(Routes, RefuseContentTypesFromSixOnWhereThereIsABody) {
  const std::string target = "/_xpack/ml/anomaly_detectors/j/_close";
  EXPECT_EQ(refused(http("POST", target, "x", "text/plain"), k63),
            R"(406 {"error":"Content-Type header [text/plain] is not supported","status":406})");
  EXPECT_EQ(refused(http("POST", target, "x", ""), k63).substr(0, 3), "406");
  routed<CloseJob>(http("POST", target, "x", "text/plain"), k54);
  routed<CloseJob>(http("POST", target, "{}", "Application/JSON; charset=utf-8"), k63);
  EXPECT_TRUE(route(http("POST", target, "x", "text/plain"), k63).before_identity);
  EXPECT_FALSE(route(http("POST", "/_xpack/ml/anomaly_detectors/j/_open?foo=1"), k63).before_identity);
}

TEST(Routes, LeadEveryOtherPathToItsOperation) {
  EXPECT_EQ(routed<JobStats>(http("GET", "/_xpack/ml/anomaly_detectors/_stats")).job, "");
  EXPECT_EQ(routed<JobStats>(http("GET", "/_xpack/ml/anomaly_detectors/j/_stats")).job, "j");
  EXPECT_EQ(routed<GetJob>(http("GET", "/_xpack/ml/anomaly_detectors")).job, "");
  EXPECT_EQ(routed<DeleteJob>(http("DELETE", "/_xpack/ml/anomaly_detectors/j?force=true")).force, "true");
  EXPECT_EQ(
      routed<FlushJob>(http("POST", "/_xpack/ml/anomaly_detectors/j/_flush", R"({"calc_interim":true})")).calc_interim,
      "true");
  EXPECT_EQ(
      routed<UpdateJob>(http("POST", "/_xpack/ml/anomaly_detectors/j/_update", R"({"description":"d"})")).description,
      "d");
  EXPECT_EQ(routed<RevertSnapshot>(http("POST", "/_xpack/ml/anomaly_detectors/j/model_snapshots/s/_revert")).snapshot,
            "s");
  EXPECT_EQ(routed<DatafeedStats>(http("GET", "/_xpack/ml/datafeeds/f/_stats")).feed, "f");
  EXPECT_EQ(routed<GetDatafeed>(http("GET", "/_xpack/ml/datafeeds/f")).feed, "f");
  EXPECT_EQ(routed<CreateIndex>(http("PUT", "/i", "{}")).index, "i");
  EXPECT_EQ(routed<RefreshIndex>(http("POST", "/i/_refresh")).index, "i");
  EXPECT_EQ(routed<DeleteIndex>(http("DELETE", "/i")).index, "i");
  routed<GetRoot>(http("GET", "/"));
  routed<Authenticate>(http("GET", "/_xpack/security/_authenticate"));
  routed<HasPrivileges>(http("POST", "/_xpack/security/user/_has_privileges", R"({"cluster":["manage_ml"]})"));
  EXPECT_EQ(refused(http("PUT", "/_hidden")).substr(0, 3), "400");
  EXPECT_TRUE(std::holds_alternative<ClusterHealth>(route(http("GET", "/_cluster/health"), k63).request.details));
}

// Every typed operation goes over the wire and comes back the same.
TEST(Routes, UndoTheClientsEncoding) {
  const Operation operations[] = {
      CreateJob{"j.1", {}},
      OpenJob{"a b/c"},
      PostData{"j", {{kDataStart, 17, "x"}, {Record::kInvalidTime, 0, ""}, {kDataStart, -0.25, "\"\n"}}, false},
      CloseJob{"j", "maybe", "10 s", {}, {{"a", "b=&c"}}},
      GetBuckets{"j", 3, 4},
      GetBuckets{"j", {}, {}, {{}, kDataStart, kDataStart + 1, true, false}},
      GetBuckets{"j", {}, {}, {kDataStart, {}, {}, {}, {}}},
      GetRecords{"j", {}, 5, {{}, kDataStart, {}, false, {}}},
      GetSnapshots{"j", "a b", 1, 2},
      UpdateJob{"j", "d", R"({"k":[1]})"},
      IndexDocuments{"i", {{kDataStart, 1, ""}}, false},
      CreateDatafeed{"f", "j", "i"},
      StartDatafeed{"f", kDataStart, kDataStart + 1},
      HasPrivileges{},
  };
  for (const Profile profile : kProfiles) {
    for (const Operation& operation : operations) {
      const Request request{Principal::manage_ml, operation, nullptr};
      const HttpRequest sent = encode(request, profile);
      const Request parsed = parse(sent, profile, Principal::manage);
      EXPECT_EQ(parsed.operation.index(), operation.index()) << sent.path;
      EXPECT_EQ(parsed.who, Principal::manage);
      EXPECT_TRUE(parsed.not_carried.empty()) << sent.path << ": " << parsed.not_carried.front();
      const HttpRequest again = encode(Request{Principal::manage_ml, parsed.operation, nullptr}, profile);
      EXPECT_EQ(target_of(again) + again.body, target_of(sent) + sent.body);
      EXPECT_EQ(target_of(encode(parsed, profile)), target_of(sent));
    }
  }
}

TEST(Parse, KeepsWhatIsNoOperationAsItIs) {
  const Request request = parse(http("GET", "/_xpack/ml/anomaly_detectors/j/_close"), k63, Principal::none);
  EXPECT_EQ(std::get<RawRequest>(request.operation).method, "GET");
  ASSERT_TRUE(request.as_sent);
  EXPECT_EQ(request.as_sent->path, "/_xpack/ml/anomaly_detectors/j/_close");
}

}  // namespace
}  // namespace closecheck::sut::wire
