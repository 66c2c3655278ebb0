// Which bodies the service refuses for what stands in them, and in which words; and that whoever looks on refuses none.
#include "wire/body_members.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "closecheck/vocabulary/profile.h"
#include "wire/routes.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

constexpr Profile k54 = Profile::xpack_5_4;
constexpr Profile k63 = Profile::xpack_6_3;
const Profile k7 = Profile::es_7.at({7, 6, 0});

HttpRequest asked(Profile profile, const std::string& method, const std::string& below, const std::string& body) {
  const std::size_t question = std::min(below.find('?'), below.size());
  return {method, std::string(profile->jobs.path) + below.substr(0, question),
          split_query(std::string_view(below).substr(std::min(question + 1, below.size()))), body,
          body.empty() ? "" : "application/json"};
}

/// The types of an error and of its causes, from the outermost in; empty: the request was taken.
std::string types_of(Profile profile, const std::string& method, const std::string& below, const std::string& body) {
  const Routed result = route(asked(profile, method, below, body), profile);
  if (!result.answer) return "";
  const auto parsed = parse_json(encode(*result.answer, result.request.request, profile).body);
  std::string types;
  for (const Json* error = member(*parsed, "error"); error != nullptr; error = member(*error, "caused_by"))
    types += (types.empty() ? "" : " < ") + error->at("type").get<std::string>();
  return types;
}

std::string reason_of(Profile profile, const std::string& method, const std::string& below, const std::string& body) {
  const Routed result = route(asked(profile, method, below, body), profile);
  return result.answer ? result.answer->response.reason : "";
}

/// A job with more members, and with more in its analysis.
std::string job(const std::string& more = "", const std::string& analysis = "") {
  return fmt::format(
      R"({{"analysis_config":{{"bucket_span":"1h","detectors":[{{"function":"count"}}]{}}},"data_description":{{}}{}}})",
      analysis.empty() ? "" : "," + analysis, more.empty() ? "" : "," + more);
}

std::string create(Profile profile, const std::string& body) {
  return types_of(profile, "PUT", "/anomaly_detectors/j", body);
}

TEST(BodyMembers, RefuseWhatTheVersionDoesNotKnow) {
  EXPECT_EQ(create(k7, job()), "");
  EXPECT_EQ(create(k7, job(R"("foo":1)")), "x_content_parse_exception");
  EXPECT_EQ(create(k63, job(R"("foo":1)")), "illegal_argument_exception");
  EXPECT_EQ(reason_of(k63, "PUT", "/anomaly_detectors/j", job(R"("foo":1)")),
            "[job_details] unknown field [foo], parser not found");
  EXPECT_EQ(create(k7, job("", R"("foo":1)")), "x_content_parse_exception < x_content_parse_exception");
  EXPECT_EQ(create(k7, R"({"analysis_config":{"detectors":[{"function":"count","foo":1}]},"data_description":{}})"),
            "x_content_parse_exception < x_content_parse_exception < x_content_parse_exception");
  // What came, and what went.
  EXPECT_EQ(create(k63, job(R"("allow_lazy_open":true)")), "illegal_argument_exception");
  EXPECT_EQ(create(k7, job(R"("allow_lazy_open":true)")), "");
  EXPECT_EQ(create(k63, job(R"("established_model_memory":1)")), "");
  EXPECT_EQ(create(k7, job(R"("established_model_memory":1)")), "x_content_parse_exception");
  EXPECT_EQ(create(k54, job(R"("foo":1)")), "illegal_argument_exception");
}

TEST(BodyMembers, RefuseValuesThatAJobCannotHave) {
  for (const char* more : {R"("create_time":1)", R"("model_snapshot_id":"1")", R"("results_retention_days":-1)",
                           R"("background_persist_interval":"10m")", R"("results_index_name":"UPPER")"}) {
    EXPECT_EQ(create(k63, job(more)), "illegal_argument_exception") << more;
    EXPECT_EQ(create(k54, job(more)), "") << more;
  }
  EXPECT_EQ(create(k7, job(R"("description":5)")), "x_content_parse_exception");
  EXPECT_EQ(create(k7, job(R"("description":null)")), "");
  EXPECT_EQ(create(k7, job(R"("model_snapshot_retention_days":"x")")),
            "x_content_parse_exception < illegal_argument_exception");
  EXPECT_EQ(create(k7, job(R"("analysis_limits":{"model_memory_limit":"2048"})")),
            "x_content_parse_exception < x_content_parse_exception < parse_exception");
  EXPECT_EQ(create(k7, job(R"("analysis_limits":{"model_memory_limit":"1.5gb"})")), "");
  EXPECT_EQ(create(k7, job("", R"("latency":"-1h")")), "x_content_parse_exception < illegal_argument_exception");
}

TEST(BodyMembers, RefuseDetectorsWithoutTheirFields) {
  const auto with = [](const std::string& detector) {
    return create(k7, R"({"analysis_config":{"detectors":[)" + detector + R"(]},"data_description":{}})");
  };
  constexpr const char* kWithinDetectors = "x_content_parse_exception < x_content_parse_exception < status_exception";
  EXPECT_EQ(with(R"({"function":"mean"})"), kWithinDetectors);
  EXPECT_EQ(with(R"({"function":"rare"})"), kWithinDetectors);
  EXPECT_EQ(with(R"({"function":"count","field_name":"v"})"), kWithinDetectors);
  EXPECT_EQ(with(R"({"function":"count","by_field_name":"mlcategory"})"),
            "x_content_parse_exception < status_exception");
  EXPECT_EQ(with(R"({"function":"nzc"})"), "");
  EXPECT_EQ(with(R"({"function":"dc","field_name":"v"})"), "");
}

TEST(BodyMembers, TellFunctionsByTheirFullNames) {
  const HttpRequest request =
      asked(k7, "PUT", "/anomaly_detectors/j",
            R"({"analysis_config":{"detectors":[{"function":"low_nzc"}]},"data_description":{}})");
  const Routed result = route(request, k7);
  EXPECT_EQ(std::get<CreateJob>(result.request.request.operation).config.detectors.at(0).function,
            "low_non_zero_count");
}

TEST(BodyMembers, RefuseUpdatesThatTheyWouldIgnore) {
  const auto update = [](Profile profile, const std::string& body) {
    return types_of(profile, "POST", "/anomaly_detectors/j/_update", body);
  };
  for (const char* body : {R"({"analysis_config":{}})", R"({"model_snapshot_id":"x"})", R"({"create_time":1})",
                           R"({"results_index_name":"x"})", R"({"foo":1})"}) {
    EXPECT_EQ(update(k7, body), "x_content_parse_exception") << body;
    EXPECT_EQ(update(k63, body), "illegal_argument_exception") << body;
  }
  EXPECT_EQ(update(k63, R"({"allow_lazy_open":true})"), "illegal_argument_exception");
  EXPECT_EQ(update(k7, R"({"allow_lazy_open":true,"job_id":"another","model_plot_config":{"enabled":true}})"), "");
  EXPECT_EQ(types_of(k63, "POST", "/anomaly_detectors/_all/_update", R"({"description":"x"})"), "status_exception");
}

TEST(BodyMembers, RefuseDatafeedsAndOtherBodiesLikewise) {
  const auto feed = [](Profile profile, const std::string& more) {
    return types_of(profile, "PUT", "/datafeeds/f", R"({"job_id":"j","indices":["i"])" + more + "}");
  };
  EXPECT_EQ(feed(k7, R"(,"datafeed_id":"another")"), "");
  EXPECT_EQ(feed(k7, R"(,"types":["doc"])"), "x_content_parse_exception");
  EXPECT_EQ(feed(k63, R"(,"types":["doc"])"), "");
  EXPECT_EQ(feed(k7, R"(,"frequency":"0s")"), "x_content_parse_exception < illegal_argument_exception");
  EXPECT_EQ(feed(k7, R"(,"scroll_size":-1)"), "x_content_parse_exception < status_exception");
  EXPECT_EQ(feed(k7, R"(,"query":{"nosuch":{}})"), "x_content_parse_exception < parsing_exception");
  const std::string snapshot = "/anomaly_detectors/j/model_snapshots/1";
  EXPECT_EQ(types_of(k7, "POST", snapshot + "/_update", R"({"foo":1})"), "x_content_parse_exception");
  EXPECT_EQ(types_of(k7, "POST", snapshot + "/_revert", R"({"foo":1})"), "x_content_parse_exception");
  EXPECT_EQ(types_of(k7, "POST", "/anomaly_detectors/j/_flush", R"({"foo":1})"), "x_content_parse_exception");
  EXPECT_EQ(types_of(k7, "POST", "/anomaly_detectors/j/_flush", R"({"advance_time":1403532000000})"),
            "x_content_parse_exception");
  EXPECT_EQ(types_of(k7, "POST", "/anomaly_detectors/j/_flush?advance_time=1&skip_time=2", ""), "status_exception");
  EXPECT_EQ(types_of(k7, "POST", "/anomaly_detectors/j/_close", R"({"foo":1})"), "x_content_parse_exception");
  EXPECT_EQ(types_of(k7, "POST", "/anomaly_detectors/j/_close?force=true", "{}"), "illegal_argument_exception");
}

TEST(BodyMembers, RefuseIdsThatNoJobCanHaveFrom7On) {
  for (const char* id : {"_all", "*", "a,b", "UPPER"}) {
    const std::string path = std::string("/anomaly_detectors/") + id;
    EXPECT_EQ(types_of(k7, "DELETE", path, ""), "illegal_argument_exception") << id;
    EXPECT_EQ(types_of(k7, "POST", path + "/_open", ""), "illegal_argument_exception") << id;
    EXPECT_EQ(types_of(k7, "GET", path + "/results/buckets", ""), "illegal_argument_exception") << id;
    EXPECT_EQ(types_of(k63, "DELETE", path, ""), "") << id;
    EXPECT_EQ(types_of(k7, "POST", path + "/_close", ""), "") << id;
    EXPECT_EQ(types_of(k7, "GET", path, ""), "") << id;
  }
}

// What a recording or a script says is read as it is: another server may well have taken it.
TEST(BodyMembers, AreNoAffairOfWhoeverLooksOn) {
  const Request seen =
      parse(asked(k7, "PUT", "/anomaly_detectors/j", job(R"("vendor":{"x":1})")), k7, Principal::manage_ml);
  EXPECT_TRUE(std::holds_alternative<CreateJob>(seen.operation));
  const Request updated = parse(asked(k7, "POST", "/anomaly_detectors/j/_update", R"({"vendor":1,"description":"d"})"),
                                k7, Principal::manage_ml);
  EXPECT_TRUE(std::holds_alternative<UpdateJob>(updated.operation));
}

}  // namespace
}  // namespace closecheck::sut::wire
