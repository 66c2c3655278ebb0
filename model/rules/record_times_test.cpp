// The times that a job reads in an upload, by its field and its format.
#include "rules/record_times.h"

#include <gtest/gtest.h>

namespace closecheck::model {
namespace {

const std::vector<Record> kRecords{{kDataStart, 1, ""}, {kDataStart + 1, 2, ""}};

/// The times, or nothing where nobody can tell them.
std::optional<std::vector<std::int64_t>> read(const UploadTimes& times, const TimeSource& source) {
  std::vector<Record> memory;
  const PostData post{"a", kRecords, false, times};
  const auto records = records_read(post, source, memory);
  if (!records) return std::nullopt;
  std::vector<std::int64_t> out;
  for (const Record& record : *records) out.push_back(record.time_ms);
  return out;
}

using Times = std::vector<std::int64_t>;

// accepted-data-is-kept: the records' time stands where the job says.
TEST(RecordTimes, StandInTheFieldThatTheJobNames) {
  const Times own{kDataStart, kDataStart + 1};
  const Times stamps{kDataStart + 5, Record::kInvalidTime};
  const UploadTimes times{TimeUnit::milliseconds, {{"@timestamp", TimeUnit::milliseconds, stamps}}};
  EXPECT_EQ(read(times, {"time", "epoch_ms"}), own);
  EXPECT_EQ(read(times, {"@timestamp", "epoch_ms"}), stamps);
  EXPECT_EQ(read(times, {"stamp", "epoch_ms"}), std::nullopt);
}

TEST(RecordTimes, AreThoseOfNumbersThatTheJobsFormatMeans) {
  const auto in_unit = [](TimeUnit unit, const char* format) { return read({unit, {}}, {"time", format}).has_value(); };
  EXPECT_TRUE(in_unit(TimeUnit::milliseconds, "epoch_ms"));
  EXPECT_FALSE(in_unit(TimeUnit::seconds, "epoch_ms"));
  EXPECT_TRUE(in_unit(TimeUnit::seconds, "epoch"));
  EXPECT_TRUE(in_unit(TimeUnit::milliseconds, "epoch"));
  EXPECT_FALSE(in_unit(TimeUnit::unclear, "epoch"));
}

TEST(RecordTimes, OfDocumentsAreDatesWhateverTheFormat) {
  std::vector<Record> memory;
  const IndexDocuments in_seconds{"i", kRecords, true, {TimeUnit::seconds, {}}};
  EXPECT_FALSE(records_read(in_seconds, TimeSource{"time", "epoch"}, memory));
  EXPECT_TRUE(records_read(IndexDocuments{"i", kRecords, true}, TimeSource{"time", "epoch"}, memory));
}

TEST(RecordTimes, OfAJobThatNobodyFollowsAreNotKnown) {
  std::vector<Record> memory;
  EXPECT_FALSE(records_read(PostData{"a", {}, false}, std::nullopt, memory));
}

TEST(RecordTimes, OfNoRecordsAreClear) {
  std::vector<Record> memory;
  EXPECT_TRUE(records_read(PostData{"a", {}, false}, TimeSource{"@timestamp", "epoch_ms"}, memory));
}

}  // namespace
}  // namespace closecheck::model
