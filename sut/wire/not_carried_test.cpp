// What requests say beyond their operations, by name; and what is followed of reads and of times.
#include "wire/not_carried.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

constexpr Profile k63 = Profile::xpack_6_3;

Request parsed(const std::string& method, const std::string& target, const std::string& body = "") {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string query = target.substr(std::min(question + 1, target.size()));
  return parse({method, target.substr(0, question), split_query(query), body, body.empty() ? "" : "application/json"},
               k63, Principal::manage_ml);
}

Request of_job(const std::string& method, const std::string& target, const std::string& body = "") {
  return parsed(method, "/_xpack/ml/anomaly_detectors/j" + target, body);
}

/// The names in one line.
std::string names(const Request& request) {
  std::string text;
  for (const std::string& name : request.not_carried) text += (text.empty() ? "" : " ") + name;
  return text;
}

TEST(NamesNotCarried, AreThoseOfParametersInTheOrderSent) {
  EXPECT_EQ(names(of_job("POST", "/_open?timeout=5s&foo=1&timeout=6s")), "timeout foo");
  EXPECT_EQ(names(of_job("POST", "/_flush?calc_interim=true&skip_time=5&advance_time=")), "skip_time advance_time");
  EXPECT_EQ(names(of_job("POST", "/_data?reset_start=1500000000000", "{}")), "reset_start");
  EXPECT_EQ(names(of_job("DELETE", "?force=true&wait_for_completion=false")), "wait_for_completion");
  EXPECT_EQ(names(of_job("GET", "/_stats?allow_no_jobs=true")), "allow_no_jobs");
  EXPECT_EQ(names(of_job("GET", "/results/buckets?anomaly_score=5&from=1&size=2&expand=true")), "anomaly_score expand");
  EXPECT_EQ(names(of_job("POST", "/model_snapshots/1/_revert?delete_intervening_results")),
            "delete_intervening_results");
}

TEST(NamesNotCarried, LeaveOutWhatEveryApiTakes) {
  EXPECT_EQ(names(of_job("GET", "/_stats?pretty&human=false&error_trace=true&filter_path=a&format=yaml")), "");
  EXPECT_EQ(names(of_job("GET", "/_stats?pretty=maybe&source=x")), "pretty source");
}

// unknown-parameter-refused: a close carries its parameters, whatever they are, and no body.
TEST(NamesNotCarried, AreOfACloseThoseOfItsBody) {
  EXPECT_EQ(names(of_job("POST", "/_close?force=true&foo=1")), "");
  EXPECT_EQ(names(of_job("POST", "/_close?timeout=5s", R"({"force":true,"x":{"y":1}})")), "force x.y");
  EXPECT_EQ(names(of_job("POST", "/_close", "[1]")), "body");
  EXPECT_EQ(names(of_job("POST", "/_close?source=x")), "source");
}

TEST(NamesNotCarried, AreThoseOfAContentTypeThatIsNone) {
  HttpRequest close{"POST", "/_xpack/ml/anomaly_detectors/j/_close", {}, "", "foo"};
  EXPECT_EQ(names(parse(close, k63, Principal::manage_ml)), "content-type");
  close.content_type = "text/plain";
  EXPECT_EQ(names(parse(close, k63, Principal::manage_ml)), "");
}

TEST(NamesNotCarried, AreOfAConfigurationThePathsOfItsMembers) {
  const Request request = of_job(
      "PUT", "?foo",
      R"({"job_id":"j","description":"d","groups":["g"],"custom_settings":{"latency":"1h"},"model_plot_config":)"
      R"({"enabled":true},"analysis_config":{"bucket_span":"1h","latency":"5m","influencers":["a"],"detectors":[)"
      R"({"function":"mean","field_name":"f","by_field_name":"b","partition_field_name":"p"},)"
      R"({"function":"count","custom_rules":[{"actions":["skip_result"]}]}]},"analysis_limits":)"
      R"({"model_memory_limit":"16mb"},"data_description":{"time_field":"t","time_format":"epoch","format":"delimited"}})");
  EXPECT_EQ(names(request),
            "foo model_plot_config.enabled analysis_config.latency analysis_config.influencers "
            "analysis_config.detectors.custom_rules.actions data_description.format");
  EXPECT_EQ(names(of_job("PUT", "",
                         R"({"analysis_config":{"detectors":[{"function":"count"}]},)"
                         R"("data_description":{"format":"xcontent"}})")),
            "");
  EXPECT_EQ(names(of_job("POST", "/_update", R"({"description":"d","model_snapshot_retention_days":1})")),
            "model_snapshot_retention_days");
}

TEST(NamesNotCarried, AreOfADatafeedWhatMayChangeWhatItReads) {
  const auto of = [](const std::string& members) {
    return names(parsed("PUT", "/_xpack/ml/datafeeds/f", R"({"job_id":"j","indices":["i"],)" + members + "}"));
  };
  EXPECT_EQ(of(R"("types":["doc"],"query":{"match_all":{}})"), "");
  EXPECT_EQ(of(R"("types":["other"],"scroll_size":5,"query":{"term":{"a":"b"}},"aggregations":{"x":{"max":{}}})"),
            "types scroll_size query.term.a aggregations.x.max");
  const auto start = [](const std::string& query) {
    return names(parsed("POST", "/_xpack/ml/datafeeds/f/_start?" + query));
  };
  EXPECT_EQ(start("start=0&end=1500000060000"), "");
  EXPECT_EQ(start("start=2017-07-14T02:40:00Z&end="), "");
  EXPECT_EQ(start("start=now-1h&end=1500000060&timeout=5s"), "start end timeout");
}

TEST(NamesNotCarried, AreOfDocumentsWhatMayKeepThemFromASearch) {
  const auto of = [](const std::string& target, const std::string& action) {
    return names(parsed("POST", target, "{\"index\":{" + action + "}}\n{\"time\":1500000000000}\n"));
  };
  EXPECT_EQ(of("/i/_bulk?refresh=true", R"("_type":"doc")"), "");
  EXPECT_EQ(of("/i/_bulk?pipeline=p", R"("_type":"other","routing":"r")"), "pipeline _type routing");
  const auto index = [](const std::string& mapping) {
    return names(parsed("PUT", "/i", R"({"settings":{"number_of_shards":1},"mappings":)" + mapping + "}"));
  };
  EXPECT_EQ(index(R"({"doc":{"properties":{"a":{"type":"keyword"},"t":{"type":"date","format":"epoch_millis"}}}})"),
            "");
  EXPECT_EQ(index(R"({"doc":{"dynamic":"strict","properties":{"t":{"type":"date","format":"epoch_second"}}}})"),
            "mappings.doc.dynamic mappings.doc.properties.t.format");
}

TEST(NamesNotCarried, HoldWhatTwoServersMayReadInTwoWays) {
  const Request unclear = of_job("GET", "/results/buckets?start=1500000000&end=2017-07-14&exclude_interim=true");
  EXPECT_EQ(names(unclear), "start end");
  EXPECT_EQ(names(of_job("GET", "/results/buckets?start=now")), "start");
  EXPECT_EQ(names(of_job("GET", "/results/buckets/1500000000")), "timestamp");
  EXPECT_EQ(names(of_job("GET", "/results/buckets/today")), "timestamp");
  EXPECT_EQ(names(of_job("POST", "/results/buckets?size=1", R"({"end":"1500000000000"})")), "size");
  EXPECT_EQ(names(of_job("GET", "/results/buckets?sort=timestamp&desc=true")), "");
  EXPECT_EQ(names(of_job("GET", "/results/records?sort=timestamp&desc=true")), "sort desc");
}

TEST(Parse, ReadsWhichResultsAreAskedFor) {
  const auto buckets = [](const std::string& target, const std::string& body = "") {
    return std::get<GetBuckets>(of_job("GET", "/results/buckets" + target, body).operation);
  };
  EXPECT_EQ(buckets("").selection, Selection{});
  EXPECT_EQ(buckets("?start=1500000000000&end=1500000060000&desc=true").selection,
            (Selection{{}, kDataStart, kDataStart + 60'000, {}, true}));
  EXPECT_EQ(buckets("/1500000000000").selection.at_ms, kDataStart);
  EXPECT_EQ(buckets("?timestamp=1500000000000").selection.at_ms, kDataStart);
  const auto paged = buckets("", R"({"start":"1500000000000","exclude_interim":true,"page":{"from":1,"size":2}})");
  EXPECT_EQ(paged.from.value_or(0) * 10 + paged.size.value_or(0), 12);
  EXPECT_EQ(paged.selection, (Selection{{}, kDataStart, {}, true, {}}));
  const auto snapshots = std::get<GetSnapshots>(of_job("GET", "/model_snapshots/5?from=1&size=2").operation);
  EXPECT_EQ(snapshots.snapshot + std::to_string(*snapshots.from) + std::to_string(*snapshots.size), "512");
}

TEST(Parse, KeepsTheTimesOfAPostByEveryFieldThatMayHoldThem) {
  const auto times = [](const std::string& body) {
    return std::get<PostData>(of_job("POST", "/_data", body).operation).times;
  };
  EXPECT_EQ(times(R"({"time":1500000000000,"value":7}{"time":"no time"})"), UploadTimes{});
  EXPECT_EQ(times(R"({"time":1500000000})").unit, TimeUnit::seconds);
  EXPECT_EQ(times(R"({"time":1500000000}{"time":1500000000000})").unit, TimeUnit::unclear);
  EXPECT_EQ(times(R"({"time":"2017-07-14T02:40:00Z"})").unit, TimeUnit::unclear);
  const TimeColumn stamps{"@timestamp", TimeUnit::milliseconds, {kDataStart, Record::kInvalidTime, kDataStart + 1}};
  EXPECT_EQ(times(R"({"@timestamp":1500000000000,"value":7}{"value":8}{"@timestamp":"1500000000001"})").others,
            std::vector{stamps});
}

TEST(Parse, KeepsTheTimesOfDocumentsAsDates) {
  const Request request =
      parsed("POST", "/i/_bulk", "{\"index\":{}}\n{\"at\":\"2017-07-14T02:40:00Z\"}\n{\"index\":{}}\n{\"at\":5}\n");
  const TimeColumn at{"at", TimeUnit::unclear, {kDataStart, 5'000}};
  EXPECT_EQ(std::get<IndexDocuments>(request.operation).times.others, std::vector{at});
}

}  // namespace
}  // namespace closecheck::sut::wire
