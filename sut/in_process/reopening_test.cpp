// What is analysed must not depend on whether the job was closed in between.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "in_process/wire_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kJobs = "/_xpack/ml/anomaly_detectors/";
const std::string kConfig =
    R"({"analysis_config":{"bucket_span":"1m","model_prune_window":"40m","detectors":[)"
    R"({"function":"count","by_field_name":"host"},{"function":"low_count","partition_field_name":"zone"},)"
    R"({"function":"mean","field_name":"load","by_field_name":"host","partition_field_name":"zone"},)"
    R"({"function":"max","field_name":"load"},{"function":"sum","field_name":"load","by_field_name":"host"},)"
    R"({"function":"high_count"}]},"data_description":{"time_format":"epoch_ms"}})";

/// Uploads of a random stream: entities come and go, gaps, records too late, without a field and without a date.
std::vector<std::string> random_uploads(unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&random](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  std::vector<std::string> uploads(60);
  std::int64_t time_ms = kDataStart;
  for (std::string& upload : uploads) {
    for (int i = pick(12); i >= 0; --i) {
      time_ms += pick(40'000);
      if (pick(60) == 0) time_ms += 60'000L * pick(90);
      const std::int64_t told = pick(15) == 0 ? time_ms - 200'000 : time_ms;
      upload += pick(25) == 0 ? R"({"time":"?")" : R"({"time":)" + std::to_string(told);
      if (pick(12) != 0) upload += R"(,"host":"h)" + std::to_string(pick(30) * pick(2)) + "\"";
      upload += R"(,"zone":"z)" + std::to_string(pick(3)) + "\"";
      if (pick(12) != 0) upload += R"(,"load":)" + std::to_string(pick(40) == 0 ? 5'000 : 10 + pick(5));
      upload += "}";
    }
  }
  return uploads;
}

/// All results and counts of the job, closed.
std::string outcome(WireForTest& service) {
  std::string text;
  for (const char* what : {"results/buckets?size=10000", "results/records?size=10000&sort=timestamp&desc=false"})
    text += service.ask("GET", kJobs + "j/" + what) + "\n";
  const std::string statistics = service.ask("GET", kJobs + "j/_stats");
  const std::size_t begin = statistics.find("\"processed_record_count\"");
  return text + statistics.substr(begin, statistics.find("\"last_data_time\"") - begin);
}

std::string run(unsigned seed, bool closes) {
  WireForTest service(Profile::xpack_6_3);
  service.ask("PUT", kJobs + "j", kConfig);
  service.ask("POST", kJobs + "j/_open");
  std::mt19937 random(seed);
  for (const std::string& upload : random_uploads(seed)) {
    EXPECT_EQ(service.send("POST", kJobs + "j/_data", upload).status, 202);
    const unsigned next = random() % 8;
    if (next == 0) service.ask("POST", kJobs + "j/_flush?calc_interim=true");
    if (!closes || next > 2) continue;
    EXPECT_EQ(service.ask("POST", kJobs + "j/_close"), R"(200 {"closed":true})");
    EXPECT_EQ(service.ask("POST", kJobs + "j/_open"), R"(200 {"opened":true})");
  }
  EXPECT_EQ(service.ask("POST", kJobs + "j/_close"), R"(200 {"closed":true})");
  return outcome(service);
}

// reopen-continues-analysis, accepted-data-is-kept
TEST(Reopening, AtRandomPointsChangesNoResultAndNoCount) {
  std::size_t records = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const std::string without = run(seed, false);
    ASSERT_EQ(run(seed, true), without) << "seed " << seed;
    for (std::size_t at = 0; (at = without.find("\"record_score\"", at)) != std::string::npos; ++at) ++records;
  }
  // Without anomalies the test would say little.
  EXPECT_GT(records, 100U);
}

}  // namespace
}  // namespace closecheck::sut
