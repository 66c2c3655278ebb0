#include "in_process/aggregations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct AggregatedFeeds : testing::Test {
  AggregatedFeeds() { wire.ask("PUT", "/_ml/anomaly_detectors/j", kCountingJob); }

  std::string created(const std::string& aggregations) {
    wire.ask("DELETE", "/_ml/datafeeds/f");
    return wire.ask("PUT", "/_ml/datafeeds/f",
                    R"({"job_id":"j","indices":["src"],"aggregations":)" + aggregations + "}");
  }

  WireForTest wire{Profile::es_7.at({7, 17, 0})};
};

// `fixed_interval` as much as `interval`, `aggs` as much as `aggregations`, and other groups around the histogram.
TEST_F(AggregatedFeeds, LeadToAHistogramThatKeepsTheLatestTime) {
  const std::string latest = R"("aggs":{"time":{"max":{"field":"time"}},"value":{"avg":{"field":"value"}}})";
  const std::string histogram = R"({"buckets":{"date_histogram":{"field":"time","interval":"60s"},)" + latest + "}}";
  EXPECT_THAT(created(histogram), StartsWith("200 "));
  EXPECT_THAT(created(R"({"buckets":{"histogram":{"field":"time","interval":60000},)" + latest + "}}"),
              StartsWith("200 "));
  EXPECT_THAT(created(R"({"all":{"terms":{"field":"entity"},"aggregations":)" + histogram + "}}"), StartsWith("200 "));
  EXPECT_THAT(created(R"({"all":{"composite":{"sources":[]}}})"), StartsWith("200 "));
}

TEST_F(AggregatedFeeds, AreRefusedWithoutEither) {
  for (const char* none : {"{}", R"({"all":{"terms":{"field":"entity"}}})", R"({"time":{"max":{"field":"time"}}})"})
    EXPECT_THAT(created(none), AllOf(StartsWith("400 "), HasSubstr("date_histogram (or histogram) aggregation is")));
  const std::string histogram = R"("date_histogram":{"field":"time","interval":"60s"})";
  for (const char* inner : {"", R"(,"aggs":{})", R"(,"aggs":{"time":{"min":{"field":"time"}}})",
                            R"(,"aggs":{"value":{"max":{"field":"value"}}})"})
    EXPECT_THAT(created("{\"buckets\":{" + histogram + inner + "}}"),
                AllOf(StartsWith("400 "), HasSubstr("must have nested max aggregation for time_field [time]")))
        << inner;
}

}  // namespace
}  // namespace closecheck::sut
