// What a datafeed's description says, and what a preview of one shows, as a client reads it.
#include "in_process/datafeed_operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kFeed = R"({"job_id":"j","indices":["src"]})";
constexpr const char* kAsNobodySays =
    R"("indices_options":{"expand_wildcards":["open"],"ignore_unavailable":false,"allow_no_indices":true,)"
    R"("ignore_throttled":true})";

struct DescribedDatafeed : testing::Test {
  DescribedDatafeed() { wire.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob); }
  WireForTest wire{Profile::es_7.at({7, 17, 0})};
};

TEST_F(DescribedDatafeed, SaysHowItTakesItsIndicesFrom77On) {
  EXPECT_THAT(wire.ask("PUT", "/_ml/datafeeds/f", kFeed), HasSubstr(kAsNobodySays));

  WireForTest earlier(Profile::es_7.at({7, 6, 0}));
  earlier.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob);
  EXPECT_THAT(earlier.ask("PUT", "/_ml/datafeeds/f", kFeed), Not(HasSubstr("indices_options")));
  EXPECT_THAT(earlier.ask("POST", "/_ml/datafeeds/f/_update?ignore_throttled=true", "{}"), StartsWith("400 "));
}

TEST_F(DescribedDatafeed, TakesIndicesAsItsBodySays) {
  const std::string feed = R"({"job_id":"j","indices":["src"],"indices_options":{"expand_wildcards":"hidden,open"}})";
  EXPECT_THAT(wire.ask("PUT", "/_ml/datafeeds/f?expand_wildcards=closed", feed),
              HasSubstr(R"("expand_wildcards":["open","hidden"],"ignore_unavailable":false)"));
  EXPECT_THAT(wire.ask("POST", "/_ml/datafeeds/f/_update", R"({"indices_options":{"ignore_unavailable":true}})"),
              HasSubstr(R"("expand_wildcards":["open"],"ignore_unavailable":true)"));
}

TEST_F(DescribedDatafeed, TakesIndicesAsItsParametersSay) {
  EXPECT_THAT(
      wire.ask("PUT", "/_ml/datafeeds/f?ignore_throttled=false&expand_wildcards=all", kFeed),
      AllOf(HasSubstr(R"("expand_wildcards":["open","closed","hidden"])"), HasSubstr(R"("ignore_throttled":false)")));
  EXPECT_THAT(wire.ask("POST", "/_ml/datafeeds/f/_update?allow_no_indices=false",
                       R"({"indices_options":{"allow_no_indices":true}})"),
              AllOf(HasSubstr(R"("allow_no_indices":false)"), HasSubstr(R"("ignore_throttled":true)")));
}

TEST_F(DescribedDatafeed, LeavesOutWhatNobodySaidWhereThatIsAskedFor) {
  wire.ask("PUT", "/_ml/datafeeds/f", kFeed);
  EXPECT_THAT(
      wire.ask("GET", "/_ml/datafeeds/f?exclude_generated=true"),
      AllOf(HasSubstr(R"("datafeed_id":"f","job_id":"j")"), HasSubstr("scroll_size"), Not(HasSubstr("query_delay")),
            Not(HasSubstr("chunking_config")), Not(HasSubstr("indices_options"))));
  wire.ask("POST", "/_ml/datafeeds/f/_update", R"({"query_delay":"3s"})");
  EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f?exclude_generated=true"), HasSubstr(R"("query_delay":"3s")"));
  EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f"), HasSubstr(kAsNobodySays));
}

TEST(AuthorizedDatafeed, SaysFrom84OnWhoseNameItRunsInWhereThatMatters) {
  for (const auto& [version, secured, tells] :
       {std::tuple(Version{8, 3, 0}, true, false), std::tuple(Version{8, 4, 0}, true, true),
        std::tuple(Version{8, 4, 0}, false, false)}) {
    WireForTest wire(Profile::es_8.at(version), secured);
    wire.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob);
    const auto says = [&, shown = tells](const std::string& answer, const char* role) {
      EXPECT_THAT(answer, StartsWith("200 "));
      EXPECT_EQ(answer.find(std::string(R"("authorization":{"roles":[")") + role) != std::string::npos, shown)
          << answer;
    };
    says(wire.ask("PUT", "/_ml/datafeeds/f", kFeed), "manage_ml");
    says(wire.ask("POST", "/_ml/datafeeds/f/_update", "{}", Principal::setup), "superuser");
    says(wire.ask("GET", "/_ml/datafeeds/f"), "superuser");
    EXPECT_THAT(wire.ask("GET", "/_ml/datafeeds/f?exclude_generated=true"), Not(HasSubstr("authorization")));
  }
}

struct PreviewedDatafeed : testing::Test {
  PreviewedDatafeed() {
    wire.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob);
    for (const char* time : {"1500000001000", "1500000002000", "1500000003000"})
      wire.ask("POST", "/src/_doc?refresh=true", std::string(R"({"time":)") + time + R"(,"other":1,"value":2})");
  }
  std::string preview(const std::string& body, const std::string& query = "") {
    return wire.ask("POST", "/_ml/datafeeds/_preview" + query, body);
  }
  WireForTest wire{Profile::es_8.at({8, 13, 4})};
};

constexpr const char* kAll = R"(200 [{"time":1500000001000},{"time":1500000002000},{"time":1500000003000}])";
const std::string kSumOfValues =
    R"("analysis_config":{"detectors":[{"function":"sum","field_name":"value"}]},"data_description":{"time_field":"time"})";

TEST_F(PreviewedDatafeed, NeedsNeitherItselfNorItsJobToBeThere) {
  wire.ask("PUT", "/_ml/datafeeds/f", kFeed);
  EXPECT_EQ(wire.ask("GET", "/_ml/datafeeds/f/_preview"), kAll);
  EXPECT_EQ(preview(R"({"datafeed_config":{"job_id":"j","indices":"src"}})"), kAll);
  const std::string values =
      R"(200 [{"time":1500000001000,"value":2},{"time":1500000002000,"value":2},{"time":1500000003000,"value":2}])";
  EXPECT_EQ(preview(R"({"datafeed_config":{"indices":"src"},"job_config":{)" + kSumOfValues + "}}"), values);
  EXPECT_EQ(preview(R"({"job_config":{"datafeed_config":{"indices":"src"},)" + kSumOfValues + "}}"), values);
}

TEST_F(PreviewedDatafeed, IsOneAndNoOther) {
  const std::string job = R"("job_config":{)" + kSumOfValues + "}";
  const std::string both = R"("job_config":{"datafeed_config":{"indices":"src"},)" + kSumOfValues + "}";
  for (const std::string& body :
       {std::string("{}"), "{" + job + "}", R"({"datafeed_config":{"indices":"src"},)" + both + "}",
        std::string(R"({"datafeed_config":{"indices":"src"}})"), std::string(R"({"datafeed_config":{"job_id":"j"}})"),
        std::string(R"({"other":1})")})
    EXPECT_THAT(preview(body), StartsWith("400 ")) << body;
  wire.ask("PUT", "/_ml/datafeeds/f", kFeed);
  EXPECT_THAT(wire.ask("POST", "/_ml/datafeeds/f/_preview", "{" + job + "}"), StartsWith("400 "));
  EXPECT_THAT(preview(R"({"datafeed_config":{"job_id":"none","indices":"src"}})"), StartsWith("404 "));
}

TEST_F(PreviewedDatafeed, IsOfARangeFrom83On) {
  const std::string body = R"({"datafeed_config":{"job_id":"j","indices":"src"}})";
  EXPECT_EQ(preview(body, "?start=1500000002000&end=1500000003000"), R"(200 [{"time":1500000002000}])");
  WireForTest earlier(Profile::es_8.at({8, 2, 0}));
  earlier.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob);
  EXPECT_THAT(earlier.ask("POST", "/_ml/datafeeds/_preview?start=1500000002000", body), StartsWith("400 "));
  WireForTest first(Profile::es_7.at({7, 12, 0}));
  EXPECT_THAT(first.ask("POST", "/_ml/datafeeds/_preview", body), StartsWith("405 "));
}

}  // namespace
}  // namespace closecheck::sut
