#include "closecheck/sut/dangerous_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace closecheck::sut {
namespace {

using testing::HasSubstr;

std::string why(const std::string& method, const std::string& path, Parameters query = {}, const std::string& body = "",
                bool allows = false) {
  return why_dangerous({method, path, std::move(query), body, "application/json"}, Profile::es_7, allows);
}

TEST(DangerousRequests, NameEverythingOrNothing) {
  for (const char* path :
       {"/_ml/anomaly_detectors//_close", "/_ml/anomaly_detectors/%20/_close", "/_ml/anomaly_detectors/,/_close",
        "/_ml/anomaly_detectors/_all/_close", "/_ml/anomaly_detectors/*/_close", "/_ml/anomaly_detectors/%2A/_close",
        "/_ml/anomaly_detectors/a,_all/_close", "/_ml/anomaly_detectors/a*/_close/", "/_ml/datafeeds//_stop",
        "/_xpack/ml/datafeeds/_all/_stop", "/*/_delete_by_query"}) {
    EXPECT_THAT(why("POST", path), HasSubstr("names what is not ours, which is sent only with --allow-cluster-wide"))
        << path;
    EXPECT_EQ(why("POST", path, {}, "", true), "") << path;
    EXPECT_EQ(why("GET", path), "") << path;
  }
  EXPECT_THAT(why("POST", "/_ml/anomaly_detectors/_close"), HasSubstr("a close without an id may mean every job"));
  EXPECT_NE(why("DELETE", "/_all"), "");
  EXPECT_NE(why("DELETE", "/_ml/anomaly_detectors/*"), "");
}

TEST(DangerousRequests, NameNothingOfOthersWhereTheyNameWhatIsOurs) {
  for (const char* path :
       {"/_ml/anomaly_detectors/closecheck-1-a/_close", "/_ml/anomaly_detectors/closecheck-1-*/_close",
        "/_ml/anomaly_detectors/event_rate,,b/_close", "/_bulk", "/_refresh", "/"})
    EXPECT_EQ(why("POST", path), "") << path;
  EXPECT_EQ(why("POST", "/_all/_search"), "");
  EXPECT_EQ(why("PUT", "/_ml/anomaly_detectors/closecheck-1-a/"), "");
}

TEST(DangerousRequests, MakeUsersAndRolesOfOurNames) {
  for (const char* path : {"/_security/user/closecheck-1-u", "/_xpack/security/role/closecheck-1-r"}) {
    EXPECT_THAT(why("PUT", path), HasSubstr("users and roles belong to the whole cluster")) << path;
    EXPECT_NE(why("DELETE", path), "") << path;
    EXPECT_EQ(why("PUT", path, {}, "", true), "") << path;
    EXPECT_EQ(why("GET", path), "") << path;
  }
}

TEST(DangerousRequests, DeleteResultsByAReversion) {
  const std::string path = "/_ml/anomaly_detectors/closecheck-a/model_snapshots/1/_revert";
  for (const char* value : {"true", "", "maybe"})
    EXPECT_THAT(why("POST", path, {{"delete_intervening_results", value}}), HasSubstr("may delete those of others"));
  EXPECT_NE(why("POST", path, {}, R"({"delete_intervening_results": true})"), "");
  EXPECT_NE(why("POST", path, {}, "{"), "");
  EXPECT_EQ(why("POST", path, {{"delete_intervening_results", "true"}}, "", true), "");
  EXPECT_EQ(why("POST", path), "");
  EXPECT_EQ(why("POST", path, {{"delete_intervening_results", "false"}}, R"({"x": 1})"), "");
}

TEST(DangerousRequests, PostDataThatIsNoJsonWhateverIsAllowed) {
  const std::string path = "/_ml/anomaly_detectors/closecheck-a/_data";
  for (const char* body : {"not json", "{\"time\": 1}\n{\"time\"", "1", "{\"time\": 1} x"})
    EXPECT_THAT(why("POST", path, {}, body, true), HasSubstr("data that is no JSON")) << body;
  for (const char* body : {"", "{\"time\": 1}", "{\"time\": 1}\n{\"time\": 2}\n", "[{\"time\": 1}]"})
    EXPECT_EQ(why("POST", path, {}, body), "") << body;
}

TEST(DangerousRequests, TraceErrorsInNoWayThatIsKnown) {
  EXPECT_NE(why("GET", "/_ml/anomaly_detectors/a", {{"error_trace", "maybe"}}, "", true), "");
  for (const char* value : {"true", "false", ""})
    EXPECT_EQ(why("GET", "/_ml/anomaly_detectors/a", {{"error_trace", value}}), "");
}

}  // namespace
}  // namespace closecheck::sut
