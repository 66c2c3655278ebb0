// What a job's configuration takes, refuses and tells, by version, as a client reads it.
#include "in_process/job_operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kJobPath = "/_ml/anomaly_detectors/j";
constexpr const char* kCategorizing =
    R"({"analysis_config":{"categorization_field_name":"message","categorization_filters":["a.*"],)"
    R"("detectors":[{"function":"count","by_field_name":"mlcategory"}]},"data_description":{"time_field":"time"}})";

TEST(CategorizingJob, CutsItsTextsAsItsVersionDoes) {
  const auto made = [](const Profile& profile) {
    WireForTest wire(profile);
    const std::string defaults = wire.ask("GET", "/_ml/info");
    return std::pair(wire.ask("PUT", kJobPath, kCategorizing), defaults);
  };
  const auto [early, early_defaults] = made(Profile::es_7.at({7, 13, 0}));
  EXPECT_THAT(early, AllOf(HasSubstr(R"("categorization_filters":["a.*"])"), Not(HasSubstr("tokenizer"))));
  EXPECT_THAT(early_defaults, AllOf(HasSubstr("ml_classic"), Not(HasSubstr("char_filter"))));
  for (const auto& [profile, filter] : {std::pair(Profile::es_7.at({7, 14, 0}), "first_non_blank_line"),
                                        std::pair(Profile::es_7.at({7, 16, 0}), "first_line_with_letters"),
                                        std::pair(Profile::es_8.at({8, 13, 4}), "first_line_with_letters")}) {
    const auto [later, later_defaults] = made(profile);
    EXPECT_THAT(later, AllOf(HasSubstr(std::string(R"("char_filter":[")") + filter + R"(",{"type":"pattern_replace",)"),
                             HasSubstr(R"("tokenizer":"ml_standard")"), Not(HasSubstr("categorization_filters"))));
    EXPECT_THAT(later_defaults, AllOf(HasSubstr("ml_standard"), HasSubstr(filter)));
  }
}

TEST(PruneWindowOfAJob, HasToFitItsBucketsWhenItIsUpdatedToo) {
  WireForTest wire(Profile::es_8.at({8, 13, 4}));
  wire.ask("PUT", kJobPath, kCountingJob);
  const auto update = [&](const char* window) {
    return wire.ask("POST", std::string(kJobPath) + "/_update",
                    std::string(R"({"model_prune_window":")") + window + "\"}");
  };
  EXPECT_THAT(update("60s"), AllOf(StartsWith("400 "), HasSubstr("at least 2 times greater than bucket_span [60s]")));
  EXPECT_THAT(update("90s"), AllOf(StartsWith("400 "), HasSubstr("must be a multiple of bucket_span [60s]")));
  EXPECT_THAT(update("8w"),
              AllOf(StartsWith("400 "), HasSubstr("[job_update] failed to parse field [model_prune_window]")));
  EXPECT_THAT(wire.ask("GET", kJobPath), Not(HasSubstr("model_prune_window")));
  EXPECT_THAT(update("30m"), AllOf(StartsWith("200 "), HasSubstr(R"("model_prune_window":"30m")")));
}

TEST(DatafeedOfANewJob, TakesIndicesAsParametersSayWhereItDoesNotSayItself) {
  WireForTest wire(Profile::es_8.at({8, 13, 4}));
  const auto put = [&](const char* job, const std::string& feed) {
    const std::string body = std::string(kCountingJob);
    return wire.ask("PUT", std::string("/_ml/anomaly_detectors/") + job + "?ignore_unavailable=true",
                    body.substr(0, body.size() - 1) + R"(,"datafeed_config":)" + feed + "}");
  };
  EXPECT_THAT(put("a", R"({"indices":"src"})"), HasSubstr(R"("ignore_unavailable":true)"));
  EXPECT_THAT(put("b", R"({"indices":"src","indices_options":{"allow_no_indices":false}})"),
              AllOf(HasSubstr(R"("ignore_unavailable":false)"), HasSubstr(R"("allow_no_indices":false)")));
  WireForTest earlier(Profile::es_7.at({7, 13, 0}));
  EXPECT_THAT(earlier.ask("PUT", std::string(kJobPath) + "?ignore_unavailable=true", kCountingJob), StartsWith("400 "));
}

TEST(JobWithoutWhatWasGenerated, IsToldWithItsDatafeedFrom8On) {
  for (const auto& [profile, tells] :
       {std::pair(Profile::es_7.at({7, 17, 0}), false), std::pair(Profile::es_8.at({8, 13, 4}), true)}) {
    WireForTest wire(profile);
    wire.ask("PUT", kJobPath, kCountingJob);
    wire.ask("PUT", "/_ml/datafeeds/f", R"({"job_id":"j","indices":"src"})");
    EXPECT_THAT(wire.ask("GET", kJobPath), HasSubstr("datafeed_config"));
    const std::string short_one = wire.ask("GET", std::string(kJobPath) + "?exclude_generated=true");
    EXPECT_EQ(short_one.find("datafeed_config") != std::string::npos, tells) << short_one;
  }
}

TEST(NewJob, SetsNoFieldThatIsTheServicesOwn) {
  const auto put = [](Version version) {
    WireForTest wire(Profile::es_8.at(version));
    const std::string body = std::string(kCountingJob);
    return wire.ask("PUT", kJobPath, body.substr(0, body.size() - 1) + R"(,"model_snapshot_id":"1"})");
  };
  EXPECT_THAT(put({8, 13, 4}), AllOf(StartsWith("400 "), HasSubstr("illegal to set at job creation")));
  EXPECT_THAT(put({8, 14, 0}), AllOf(StartsWith("400 "), HasSubstr("unknown field [model_snapshot_id]")));
}

TEST(CategoriesOfAJob, CanBeThoseOfOnePartitionFrom79On) {
  WireForTest wire(Profile::es_8.at({8, 13, 4}));
  wire.ask("PUT", kJobPath, kCategorizing);
  for (const char* id : {"1", "2"})
    wire.ask("PUT", std::string("/.ml-anomalies-shared/_doc/j_category_definition_") + id + "?refresh=true",
             std::string(R"({"job_id":"j","category_id":)") + id + R"(,"partition_field_value":"v)" + id + "\"}");
  const auto of = [&](const char* partition) {
    return wire.ask("GET", std::string(kJobPath) + "/results/categories?partition_field_value=" + partition);
  };
  EXPECT_THAT(of("v2"), AllOf(StartsWith(R"(200 {"count":1,)"), HasSubstr(R"("category_id":2)")));
  EXPECT_THAT(of("v3"), StartsWith(R"(200 {"count":0,)"));
  WireForTest earlier(Profile::es_7.at({7, 8, 0}));
  earlier.ask("PUT", kJobPath, kCountingJob);
  EXPECT_THAT(earlier.ask("GET", std::string(kJobPath) + "/results/categories?partition_field_value=v"),
              StartsWith("400 "));
}

TEST(SnapshotOfAJob, IsUpgradedFrom711OnWhereThereIsAnythingToUpgrade) {
  WireForTest wire(Profile::es_8.at({8, 13, 4}));
  const std::string snapshots = std::string(kJobPath) + "/model_snapshots/";
  EXPECT_THAT(wire.ask("POST", snapshots + "1/_upgrade"), AllOf(StartsWith("404 "), HasSubstr("No known job")));
  wire.ask("PUT", kJobPath, kCountingJob);
  EXPECT_THAT(wire.ask("POST", snapshots + "1/_upgrade"), StartsWith("404 "));
  wire.ask("POST", std::string(kJobPath) + "/_open");
  wire.ask("POST", std::string(kJobPath) + "/_data", R"({"time":1}{"time":200000})");
  wire.ask("POST", std::string(kJobPath) + "/_close");
  const std::string job = wire.ask("GET", kJobPath);
  const std::string name = R"("model_snapshot_id":")";
  const std::size_t at = job.find(name) + name.size();
  const std::string snapshot = job.substr(at, job.find('"', at) - at);
  EXPECT_THAT(wire.ask("POST", snapshots + snapshot + "/_upgrade?wait_for_completion=true"),
              AllOf(StartsWith("409 "), HasSubstr("already compatible with current version 8.13.4")));
  EXPECT_EQ(wire.ask("GET", snapshots + "_all/_upgrade/_stats"), R"(200 {"count":0,"model_snapshot_upgrades":[]})");
  EXPECT_THAT(wire.ask("GET", snapshots + snapshot + "/_upgrade/_stats"), StartsWith("404 "));
  WireForTest earlier(Profile::es_7.at({7, 10, 0}));
  EXPECT_THAT(earlier.ask("POST", snapshots + "1/_upgrade"), StartsWith("400 "));
}

}  // namespace
}  // namespace closecheck::sut
