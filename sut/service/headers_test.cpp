#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kJobPath = "/_ml/anomaly_detectors/j";

std::vector<std::string> told(const WireAnswer& answer, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [header, value] : answer.headers)
    if (header == name) values.push_back(value);
  return values;
}

TEST(AnswerHeaders, NameTheProductFrom714OnButToNobodyUnknown) {
  for (const auto& [profile, names] :
       {std::pair(Profile::xpack_6_3, false), std::pair(Profile::es_7.at({7, 13, 4}), false),
        std::pair(Profile::es_7.at({7, 14, 0}), true), std::pair(Profile::es_8, true),
        std::pair(Profile::es_9, true)}) {
    WireForTest service(profile, true);
    EXPECT_EQ(!told(service.send("GET", "/"), "x-elastic-product").empty(), names) << describe(profile);
    EXPECT_EQ(!told(service.send("GET", "/_nothing/here"), "x-elastic-product").empty(), names) << describe(profile);
    EXPECT_THAT(told(service.send("GET", "/", "", Principal::anonymous), "x-elastic-product"), IsEmpty());
  }
}

TEST(AnswerHeaders, WarnOfWhatIsDeprecated) {
  WireForTest seven(Profile::es_7.at({7, 17, 1}));
  EXPECT_THAT(told(seven.send("POST", "/_xpack/ml/anomaly_detectors/j/_close"), "warning"),
              ElementsAre("299 Elasticsearch-7.17.1-unknown \"[POST /_xpack/ml/anomaly_detectors/{job_id}/_close] is "
                          "deprecated! Use [POST /_ml/anomaly_detectors/{job_id}/_close] instead.\""));
  EXPECT_THAT(told(seven.send("POST", kJobPath + "/_close"), "warning"), IsEmpty());
  EXPECT_THAT(told(seven.send("GET", "/_xpack/ml/anomaly_detectors/j/_close"), "warning"), IsEmpty())
      << "it has no route";
  EXPECT_THAT(told(seven.send("POST", kJobPath + "/_data", "{}"), "warning"),
              ElementsAre(StartsWith("299 Elasticsearch-7.17.1-unknown \"Posting data directly")));
  EXPECT_THAT(told(seven.send("POST", kJobPath + "/_flush"), "warning"), IsEmpty());
  WireForTest nine(Profile::es_9.at({9, 1, 0}));
  EXPECT_THAT(told(nine.send("POST", kJobPath + "/_flush"), "warning"), ElementsAre(StartsWith("299 ")));
  WireForTest six(Profile::xpack_6_3);
  EXPECT_THAT(told(six.send("POST", "/_ml/anomaly_detectors/j/_close"), "warning"), IsEmpty());
}

TEST(AnswerHeaders, WarnOfTheOlderNamesOfParameters) {
  const Manner manner{Profile::es_7.at({7, 17, 1}), Deviation::none, Variant::usual, kMillisecond, false};
  const std::map<std::string, const char*> old_names{{"/_ml/anomaly_detectors/none*", "allow_no_jobs"},
                                                     {"/_ml/datafeeds/none*", "allow_no_datafeeds"}};
  for (const auto& old : old_names) {
    const auto warnings = [&](const char* parameter) {
      const wire::HttpRequest http{"GET", old.first, {{parameter, "true"}}, "", ""};
      const Entered entered = enter(http, manner, Principal::manage_ml);
      EXPECT_FALSE(entered.answer) << old.first << " knows " << parameter;
      return told(leave(ServiceAnswer(accepted(Acknowledged{})), entered, manner), "warning");
    };
    EXPECT_THAT(warnings(old.second),
                ElementsAre(HasSubstr(std::string(old.second) + "] used, expected [allow_no_match]")));
    EXPECT_THAT(warnings("allow_no_match"), IsEmpty());
  }
}

TEST(AnswerHeaders, WarnOfTheOlderNamesOfMembers) {
  WireForTest seven(Profile::es_7.at({7, 17, 1}));
  const auto warnings = [&](const char* path, const char* body) {
    return told(seven.send("POST", path, body), "warning");
  };
  EXPECT_THAT(warnings("/_ml/anomaly_detectors/none*/_close", R"({"allow_no_jobs":true})"),
              ElementsAre(HasSubstr("[allow_no_jobs] used, expected [allow_no_match]")));
  EXPECT_THAT(warnings("/_ml/datafeeds/none*/_stop", R"({"allow_no_datafeeds":true})"),
              ElementsAre(HasSubstr("[allow_no_datafeeds] used, expected [allow_no_match]")));
  EXPECT_THAT(warnings("/_ml/anomaly_detectors/none*/_close", R"({"allow_no_match":true})"), IsEmpty());
  EXPECT_THAT(warnings("/_ml/datafeeds/none*/_stop", R"({"allow_no_match":true})"), IsEmpty());
}

TEST(AnswerHeaders, WarnOfFrozenIndicesFrom716On) {
  for (const auto& [version, warns] : {std::pair(Version{7, 15, 2}, 0U), std::pair(Version{7, 16, 0}, 1U)}) {
    const Manner manner{Profile::es_7.at(version), Deviation::none, Variant::usual, kMillisecond, false};
    const wire::HttpRequest http{
        "POST", "/_ml/datafeeds/f/_update", {{"ignore_throttled", "false"}}, "{}", "application/json"};
    const Entered entered = enter(http, manner, Principal::manage_ml);
    const auto warnings = told(leave(ServiceAnswer(accepted(Acknowledged{})), entered, manner), "warning");
    EXPECT_EQ(warnings.size(), warns);
    for (const std::string& warning : warnings) EXPECT_THAT(warning, HasSubstr("[ignore_throttled] parameter is"));
  }
}

TEST(AnswerHeaders, SayWhatKindOfJsonItIs) {
  WireForTest seven(Profile::es_7);
  EXPECT_THAT(told(seven.send("GET", "/"), "content-type"), ElementsAre("application/json; charset=UTF-8"));
  WireForTest eight(Profile::es_8);
  EXPECT_THAT(told(eight.send("GET", "/"), "content-type"), ElementsAre("application/json"));
}

}  // namespace
}  // namespace closecheck::sut
