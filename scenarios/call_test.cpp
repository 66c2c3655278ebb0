// From calls by name to requests, by the rules of the format.
#include "call.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "closecheck/scenarios/scenario.h"
#include "yaml.h"

namespace closecheck::scenarios {
namespace {

using testing::HasSubstr;

Value value_of(const std::string& yaml) {
  return parse_yaml(Source(yaml, "f.yml")).at(0);
}

/// The request of a call: `POST /path?query [type] body`.
std::string sent_by(const ApiTable& apis, const std::string& name, const std::string& arguments_yaml,
                    const std::string& body_yaml = {}) {
  const Api* api = apis.find(name);
  if (api == nullptr) return "no such API";
  try {
    std::optional<Value> body;
    if (!body_yaml.empty()) body = value_of(body_yaml);
    const auto request = make_request(apis, *api, value_of(arguments_yaml), body ? &*body : nullptr, {});
    std::string text = request.method + " " + request.path;
    for (const auto& [key, value] : request.query) text += fmt::format(" {}={}", key, value);
    if (!request.body.empty()) text += fmt::format(" [{}] {}", request.content_type, request.body);
    return text;
  } catch (const CallError& error) {
    return "error: " + error.what;
  }
}

std::string sent(const std::string& name, const std::string& arguments, const std::string& body = {}) {
  return sent_by(ApiTable::built_in(Profile::xpack_6_3), name, arguments, body);
}

TEST(Call, PutsArgumentsIntoThePathAndTheRestIntoTheQuery) {
  EXPECT_EQ(sent("xpack.ml.close_job", "{job_id: a, force: true, timeout: 2s}"),
            "POST /_xpack/ml/anomaly_detectors/a/_close force=true timeout=2s");
}

TEST(Call, TakesTheNewerNamesForTheSamePaths) {
  EXPECT_EQ(sent("ml.close_job", "{job_id: a}"), "POST /_xpack/ml/anomaly_detectors/a/_close");
}

TEST(Call, ChoosesThePathWithTheMostPlaceholders) {
  EXPECT_EQ(sent("xpack.ml.get_job_stats", "{}"), "GET /_xpack/ml/anomaly_detectors/_stats");
  EXPECT_EQ(sent("xpack.ml.get_job_stats", "{job_id: a}"), "GET /_xpack/ml/anomaly_detectors/a/_stats");
}

TEST(Call, EncodesASegmentAndNothingThatNeedNotBe) {
  EXPECT_EQ(sent("xpack.ml.get_jobs", "{job_id: 'a/b c'}"), "GET /_xpack/ml/anomaly_detectors/a%2Fb%20c");
  EXPECT_EQ(sent("xpack.ml.get_jobs", "{job_id: 'a*,b:_'}"), "GET /_xpack/ml/anomaly_detectors/a*,b:_");
}

TEST(Call, JoinsAListWithCommas) {
  EXPECT_EQ(sent("xpack.ml.close_job", "{job_id: [a, b]}"), "POST /_xpack/ml/anomaly_detectors/a,b/_close");
}

TEST(Call, SendsNumbersAndBooleansAsTheirText) {
  EXPECT_EQ(sent("xpack.ml.get_buckets", "{job_id: a, from: 0, size: 10, desc: false, anomaly_score: 1.5}"),
            "GET /_xpack/ml/anomaly_detectors/a/results/buckets from=0 size=10 desc=false anomaly_score=1.5");
}

TEST(Call, RefusesAnUnknownParameterWithoutARequest) {
  EXPECT_THAT(sent("xpack.ml.close_job", "{job_id: a, foo: 1}"),
              HasSubstr("error: xpack.ml.close_job has no parameter foo"));
}

TEST(Call, TakesTheCommonParametersEverywhere) {
  EXPECT_EQ(sent("xpack.ml.open_job", "{job_id: a, pretty: true, human: false}"),
            "POST /_xpack/ml/anomaly_detectors/a/_open pretty=true human=false");
}

TEST(Call, RefusesWhenThePathCannotBeFilled) {
  EXPECT_THAT(sent("xpack.ml.close_job", "{force: true}"),
              HasSubstr("error: expected the arguments of xpack.ml.close_job to have job_id"));
}

TEST(Call, RefusesABodyWhereNoneIsAllowedAndMissesOneWhereItIsNeeded) {
  EXPECT_EQ(sent("xpack.ml.get_jobs", "{job_id: a}", "{a: 1}"), "error: xpack.ml.get_jobs takes no body");
  EXPECT_EQ(sent("xpack.ml.put_job", "{job_id: a}"), "error: xpack.ml.put_job needs a body");
}

TEST(Call, PostsWhenThereIsABodyAndBothAreListed) {
  EXPECT_EQ(sent("xpack.ml.get_buckets", "{job_id: a}", "{desc: true}"),
            "POST /_xpack/ml/anomaly_detectors/a/results/buckets [application/json] {\"desc\":true}");
}

TEST(Call, PutsWhenAnIdIsInThePath) {
  EXPECT_EQ(sent("index", "{index: i, type: doc, id: 1}", "{a: 1}"), "PUT /i/doc/1 [application/json] {\"a\":1}");
  EXPECT_EQ(sent("index", "{index: i, type: doc}", "{a: 1}").substr(0, 4), "POST");
}

TEST(Body, AMapIsOneObjectInItsOrder) {
  EXPECT_EQ(write_body(value_of("{z: 1, a: [true, null, 1.5], 'x y': {b: text}}")),
            "{\"z\":1,\"a\":[true,null,1.5],\"x y\":{\"b\":\"text\"}}");
}

TEST(Body, AnEmptyMapIsTwoCharacters) {
  EXPECT_EQ(write_body(value_of("{}")), "{}");
}

TEST(Body, AListOfMapsIsNewlineDelimited) {
  EXPECT_EQ(write_body(value_of("[{a: 1}, {b: 2}]")), "{\"a\":1}\n{\"b\":2}\n");
}

TEST(Body, AListWithOneElementCountsAsOne) {
  EXPECT_EQ(write_body(value_of("[{a: 1}]")), "{\"a\":1}");
}

TEST(Body, ATextIsParsedAndWrittenAgain) {
  EXPECT_EQ(write_body(value_of("'{ \"a\" : 1 }'")), "{\"a\":1}");
  EXPECT_EQ(write_body(value_of(">\n  {\"a\":1}\n  {\"b\": 2}\n")), "{\"a\":1}\n{\"b\":2}\n");
}

TEST(Body, AMalformedTextIsAnErrorOfTheFile) {
  EXPECT_THROW(write_body(value_of("'{ \"a\" : '")), CallError);
  EXPECT_THROW(write_body(value_of("12")), CallError);
}

TEST(Body, WritesFloatingNumbersInTheirShortestForm) {
  EXPECT_EQ(write_body(value_of("{a: 132.2046, b: 1.0, c: 0.1, d: 1500000000000}")),
            "{\"a\":132.2046,\"b\":1.0,\"c\":0.1,\"d\":1500000000000}");
}

TEST(ApiTable, ProposesTheNearestName) {
  EXPECT_EQ(ApiTable::built_in(Profile::xpack_6_3).nearest("xpack.ml.close_jobs"), "xpack.ml.close_job");
  EXPECT_EQ(ApiTable::built_in(Profile::xpack_6_3).nearest("something.else.entirely.different"), "");
}

class ApiFiles : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(std::filesystem::path(directory_) / name) << text;
  }
  std::string problem() const {
    const std::vector<std::string> problems = ApiTable::load({directory_}).problems();
    return problems.empty() ? "no problem" : problems.front();
  }
  const std::string directory_ =
      testing::TempDir() + "closecheck_apis_" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ApiFiles, ReadTheOlderLayout) {
  write("widget.open.json", R"({"widget.open": {"documentation": "x", "methods": ["POST"],
    "url": {"path": "/w/{id}/_open", "paths": ["/w/{id}/_open"], "parts": {"id": {"required": true}, "odd": {}},
            "params": {"wait": {"type": "boolean"}, "must": {"required": true}}, "body": null},
    "body": {"required": true, "serialize": "bulk"}}})");
  const ApiTable apis = ApiTable::load({directory_});
  EXPECT_EQ(sent_by(apis, "widget.open", "{id: a, must: 1, odd: 2}", "[{a: 1}, {b: 2}]"),
            "POST /w/a/_open must=1 odd=2 [application/json] {\"a\":1}\n{\"b\":2}\n");
  EXPECT_THAT(sent_by(apis, "widget.open", "{id: a}", "{a: 1}"), HasSubstr("to have must"));
  EXPECT_TRUE(apis.find("widget.open")->newline_delimited);
}

TEST_F(ApiFiles, ReadTheNewerLayout) {
  write("widget.get.json",
        R"({"widget.get": {"stability": "stable", "headers": {"content_type": ["application/x-ndjson"]},
    "url": {"paths": [{"path": "/_ml/w", "methods": ["GET"]},
                      {"path": "/_old/w/{id}", "methods": ["GET"], "parts": {"id": {}}, "deprecated": {"version": "7"}},
                      {"path": "/_ml/w/{id}", "methods": ["get"], "parts": {"id": {}}}]},
    "params": {"force": {"type": "boolean"}}}})");
  write("_common.json", R"({"params": {"pretty": {}}})");
  const ApiTable apis = ApiTable::load({directory_});
  EXPECT_EQ(sent_by(apis, "widget.get", "{}"), "GET /_ml/w");
  EXPECT_EQ(sent_by(apis, "widget.get", "{id: a, force: true, pretty: true}"), "GET /_ml/w/a force=true pretty=true");
  EXPECT_TRUE(apis.find("widget.get")->newline_delimited);
}

TEST_F(ApiFiles, SayWhichFileCannotBeUsed) {
  write("bad.json", "{");
  EXPECT_THAT(problem(), HasSubstr("bad.json: expected a JSON object"));
  write("bad.json", "{}");
  EXPECT_THAT(problem(), HasSubstr("bad.json: expected one API by its name"));
  write("bad.json", R"({"a": {"url": {"paths": [{"methods": ["GET"]}]}}})");
  EXPECT_THAT(problem(), HasSubstr("bad.json: expected each of the paths"));
  write("bad.json", R"({"a": {"url": {"paths": ["/x"]}}})");
  EXPECT_THAT(problem(), HasSubstr("bad.json: expected `methods`"));
}

TEST_F(ApiFiles, ThatCannotBeUsedLeaveTheOthersAlone) {
  write("widget.bad.json", "{");
  write("widget.get.json", R"({"widget.get": {"url": {"paths": [{"path": "/w", "methods": ["GET"]}]}}})");
  const auto apis = std::make_shared<const ApiTable>(ApiTable::load({directory_}));
  EXPECT_EQ(sent_by(*apis, "widget.get", "{}"), "GET /w");
  EXPECT_THAT(apis->problems(), testing::ElementsAre(HasSubstr("widget.bad.json: expected a JSON object")));
  const Scenario scenario = Scenario::parse(
      "closecheck: {}\n---\nt:\n  - skip: {version: all, reason: x}\n  - do: {widget.bad: {}}\n", "f.yml", apis);
  try {
    std::ignore = scenario.program(0, Profile::es_7);
    ADD_FAILURE() << "the call of an API without a description was made";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what, HasSubstr("the description of \"widget.bad\" cannot be used"));
  }
}

TEST(ApiFilesError, NamesADirectoryThatIsNotThere) {
  EXPECT_THROW(ApiTable::load({"/nowhere/at/all"}), ScenarioError);
}

TEST(SameRequest, ComparesWhatIsMeantAndNotHowItIsWritten) {
  using sut::wire::HttpRequest;
  const HttpRequest request{"POST", "/a%2Fb/c", {{"x", "1"}}, "{\"a\":1}", "application/json"};
  EXPECT_TRUE(
      same_request(request, {"POST", "/%61%2fb/c", {{"x", "1"}}, "{ \"a\" : 1.0 }\n", "application/json"}, true));
  EXPECT_FALSE(same_request(request, {"POST", "/a/b/c", {{"x", "1"}}, "{\"a\":1}", "application/json"}, true));
  EXPECT_FALSE(same_request(request, {"PUT", "/a%2Fb/c", {{"x", "1"}}, "{\"a\":1}", "application/json"}, true));
  EXPECT_FALSE(same_request(request, {"POST", "/a%2Fb/c", {{"x", "2"}}, "{\"a\":1}", "application/json"}, true));
  EXPECT_FALSE(same_request(request, {"POST", "/a%2Fb/c", {{"x", "1"}}, "{\"a\":2}", "application/json"}, true));
  EXPECT_FALSE(same_request(request, {"POST", "/a%2Fb/c", {{"x", "1"}}, "", "application/json"}, true));
}

TEST(SameRequest, TakesJsonAndLinesOfJsonForOneTypeUnlessTheCallSaysWhich) {
  using sut::wire::HttpRequest;
  const HttpRequest json{"POST", "/a", {}, "{}", "application/json"};
  const HttpRequest lines{"POST", "/a", {}, "{}", "application/x-ndjson"};
  EXPECT_TRUE(same_request(json, lines, false));
  EXPECT_FALSE(same_request(json, lines, true));
  EXPECT_FALSE(same_request(json, {"POST", "/a", {}, "{}", "text/plain"}, false));
  EXPECT_FALSE(same_request({"POST", "/a", {}, "", "application/json"}, {"POST", "/a", {}, "", ""}, false));
}

TEST(NameRequest, FindsTheNameOfATypedRequest) {
  const auto call =
      name_request(ApiTable::built_in(Profile::xpack_6_3),
                   {"POST", "/_xpack/ml/anomaly_detectors/closecheck-a/_close", {{"force", "true"}}, "", ""});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->name, "xpack.ml.close_job");
}

TEST(NameRequest, FindsNoneForWhatNoApiSends) {
  const auto named = [](const char* method, const char* path, Parameters query, const char* body) {
    return name_request(ApiTable::built_in(Profile::xpack_6_3),
                        {method, path, std::move(query), body, "application/json"})
        .has_value();
  };
  EXPECT_FALSE(named("GET", "/_xpack/ml/anomaly_detectors/a/_close", {}, ""));
  EXPECT_FALSE(named("POST", "/_xpack/ml/anomaly_detectors/a/_close", {{"foo", "1"}}, ""));
  EXPECT_FALSE(named("POST", "/_xpack/ml/anomaly_detectors/a/_close", {{"force", "1"}, {"force", "2"}}, ""));
  EXPECT_FALSE(named("POST", "/_xpack/ml/anomaly_detectors/a/_data", {}, "{broken"));
  EXPECT_FALSE(named("POST", "/_xpack/ml/anomaly_detectors/_close", {}, ""));
}

}  // namespace
}  // namespace closecheck::scenarios
