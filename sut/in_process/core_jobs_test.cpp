// Jobs as a client sees them: creating, data, results, re-opening, in both dialects.
#include <algorithm>

#include "in_process/service_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";
const std::vector<std::int64_t> kThreeBuckets{0, 1'000, kSpanMs, 2 * kSpanMs};

class JobTest : public ::testing::TestWithParam<Profile> {
 protected:
  static InProcessOptions options() {
    InProcessOptions out;
    out.profile = GetParam();
    return out;
  }
  ServiceForTest service_{options()};
};

INSTANTIATE_TEST_SUITE_P(Both, JobTest, ::testing::ValuesIn(kProfiles),
                         [](const auto& instance) { return word_of(instance.param); });

TEST_P(JobTest, IsCreatedClosedAndOnlyOnce) {
  EXPECT_TRUE(is_accepted(service_.create(kA)));
  EXPECT_EQ(service_.state(kA), JobState::closed);
  const Response again = service_.create(kA);
  EXPECT_TRUE(is_refused(again, 400));
  EXPECT_EQ(again.error_type, "resource_already_exists_exception");
}

TEST_P(JobTest, IsRefusedWithAConfigurationThatMakesNoSense) {
  JobConfig config;
  config.detectors.clear();
  EXPECT_EQ(service_.create(kA, config).reason, "No detectors configured");
  config.detectors = {Detector{"median-ish", "", "", ""}};
  EXPECT_EQ(service_.create(kA, config).reason, "Unknown function 'median-ish'");
  config.detectors = {Detector{"mean", "", "", ""}};
  EXPECT_EQ(service_.create(kA, config).reason, "field_name must be set when the 'mean' function is used");
  config.detectors = {Detector{"mean", "time", "", ""}};
  EXPECT_TRUE(is_refused(service_.create(kA, config), 400));
  config = JobConfig{};
  config.bucket_span = "0s";
  EXPECT_TRUE(is_refused(service_.create(kA, config), 400));
  config.bucket_span = "often";
  EXPECT_TRUE(is_refused(service_.create(kA, config), 400));
  EXPECT_TRUE(is_refused(service_.create("Not-An-Id"), 400));
  EXPECT_TRUE(is_refused(service_.create(std::string(65, 'a')), 400));
}

TEST_P(JobTest, TakesTheFunctionThatSuitesOfTheOriginalUse) {
  JobConfig config;
  config.detectors = {Detector{"metric", "value", "entity", ""}};
  EXPECT_TRUE(is_accepted(service_.create(kA, config)));
  config.detectors = {Detector{"metric", "", "", ""}};
  EXPECT_TRUE(is_refused(service_.create("closecheck-b", config), 400));
}

TEST_P(JobTest, IsUnknownUntilItIsCreated) {
  for (const Operation& operation :
       {Operation(GetJob{kA}), Operation(UpdateJob{kA, "d", {}}), Operation(DeleteJob{kA, {}}), Operation(OpenJob{kA}),
        Operation(PostData{kA, {}, false}), Operation(FlushJob{kA, {}}), Operation(JobStats{kA}),
        Operation(GetBuckets{kA, {}, {}}), Operation(GetRecords{kA, {}, {}}), Operation(GetSnapshots{kA}),
        Operation(RevertSnapshot{kA, "1"})}) {
    const Response response = service_.ask(operation);
    const bool wants_open = std::holds_alternative<PostData>(operation) || std::holds_alternative<FlushJob>(operation);
    if (wants_open && GetParam()->post_to_unknown_may_conflict) {
      EXPECT_TRUE(is_refused(response, 409)) << operation.index();
      continue;
    }
    EXPECT_TRUE(is_refused(response, 404)) << operation.index();
    EXPECT_EQ(response.reason, "No known job with id 'closecheck-a'");
    EXPECT_EQ(response.error_type, "resource_not_found_exception");
  }
}

TEST_P(JobTest, TellsItsConfigurationInLexicalOrder) {
  JobConfig config;
  config.description = "what it is for";
  config.detectors = {Detector{"mean", "value", "entity", ""}};
  config.custom_settings = R"({"b":{"c":[1, 2]},"a":"x"})";
  config.model_memory_limit = "16mb";
  service_.create(kA, config);
  const Response response = service_.ask(GetJob{kA});
  const auto& job = std::get<JobDescriptionList>(response.content).jobs.at(0);

  EXPECT_TRUE(std::ranges::is_sorted(job.members));
  const auto member = [&](const std::string& path) {
    const auto found = std::ranges::find(job.members, path, &std::pair<std::string, std::string>::first);
    return found == job.members.end() ? "absent" : found->second;
  };
  EXPECT_EQ(member("description"), R"("what it is for")");
  EXPECT_EQ(member("analysis_config.bucket_span"), R"("60s")");
  EXPECT_EQ(member("analysis_config.detectors"),
            R"([{"by_field_name":"entity","detector_description":"mean(value) by entity","detector_index":0,)"
            R"("field_name":"value","function":"mean"}])");
  EXPECT_EQ(member("custom_settings.b.c"), "[1,2]");
  EXPECT_EQ(member("custom_settings.a"), R"("x")");
  EXPECT_EQ(member("finished_time"), "absent");
  EXPECT_EQ(job.snapshot, "");
}

TEST_P(JobTest, KeepsItsConfigurationOverACloseAndNamesItsSnapshot) {
  service_.create(kA);
  service_.ask(UpdateJob{kA, "changed", {}});
  service_.open(kA);
  service_.post(kA, kThreeBuckets);
  service_.close(kA);
  const Response response = service_.ask(GetJob{kA});
  const auto& job = std::get<JobDescriptionList>(response.content).jobs.at(0);

  EXPECT_TRUE(std::ranges::any_of(job.members, [](const auto& m) { return m.second == R"("changed")"; }));
  EXPECT_TRUE(std::ranges::any_of(job.members, [](const auto& m) { return m.first == "finished_time"; }));
  EXPECT_EQ(job.snapshot, service_.snapshots(kA).at(0).id);
}

TEST_P(JobTest, CountsRecordsByWhatBecomesOfThem) {
  service_.create(kA);
  service_.open(kA);
  std::vector<Record> records = ServiceForTest::records_at({0, kSpanMs, 10, kSpanMs});
  records.push_back(Record{Record::kInvalidTime, 1, ""});
  const Response response = service_.ask(PostData{kA, records, false});

  EXPECT_EQ(response.status, 202);
  const auto& upload = std::get<DataCounts>(response.content);
  EXPECT_EQ(upload.input_records, 5);
  EXPECT_EQ(upload.processed_records, 3);
  EXPECT_EQ(upload.out_of_order, 1);
  EXPECT_EQ(upload.invalid_dates, 1);
  EXPECT_EQ(upload.latest_record_ms, kDataStart + kSpanMs);
  EXPECT_EQ(service_.processed(kA), 3);
  service_.post(kA, {kSpanMs + 1});
  EXPECT_EQ(service_.processed(kA), 4);
  EXPECT_TRUE(is_refused(service_.ask(PostData{kA, {}, true}), 400));
  EXPECT_EQ(service_.processed(kA), 4);
}

TEST_P(JobTest, ShowsPassedBucketsOnceFlushed) {
  service_.create(kA);
  service_.open(kA);
  service_.post(kA, kThreeBuckets);
  EXPECT_TRUE(service_.buckets(kA).empty());
  const Response flushed = service_.ask(FlushJob{kA, {}});

  EXPECT_EQ(service_.buckets(kA).size(), 2U);
  EXPECT_EQ(std::get<FlushResult>(flushed.content).last_finalized_bucket_end_ms,
            GetParam()->tells_last_bucket ? std::optional(kDataStart + 2 * kSpanMs) : std::nullopt);
  service_.ask(FlushJob{kA, "true"});
  ASSERT_EQ(service_.buckets(kA).size(), 3U);
  EXPECT_TRUE(service_.buckets(kA)[2].interim);
}

// close-flushes-buffers, close-finalizes-results, close-persists-snapshot
TEST_P(JobTest, LeavesEverythingBehindWhenItsCloseIsAnswered) {
  service_.create(kA);
  service_.open(kA);
  service_.post(kA, kThreeBuckets);
  service_.ask(FlushJob{kA, "true"});
  const Time asked = service_.now();
  EXPECT_TRUE(is_accepted(service_.close(kA)));

  EXPECT_GE(service_.answered_at() - asked, 200 * kMillisecond);
  EXPECT_EQ(service_.state(kA), JobState::closed);
  EXPECT_EQ(service_.processed(kA), 4);
  const auto buckets = service_.buckets(kA);
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(buckets[0], (Bucket{kDataStart, 2, false, 0}));
  EXPECT_EQ(buckets[1], (Bucket{kDataStart + kSpanMs, 1, false, 0}));
  ASSERT_EQ(service_.snapshots(kA).size(), 1U);
  EXPECT_EQ(service_.snapshots(kA)[0].latest_record_ms, kDataStart + 2 * kSpanMs);
}

// closed-job-refuses-data, closed-job-refuses-analysis
TEST_P(JobTest, RefusesDataAndAnalysisWhileClosed) {
  service_.create(kA);
  service_.open(kA);
  service_.close(kA);

  EXPECT_EQ(service_.post(kA, {0}).reason, "Cannot perform requested action because job [closecheck-a] is not open");
  EXPECT_TRUE(is_refused(service_.ask(FlushJob{kA, {}}), 409));
  EXPECT_EQ(service_.processed(kA), 0);
}

// closed-job-is-idle
TEST_P(JobTest, NamesANodeOnlyWhileItIsOpen) {
  service_.create(kA);
  service_.open(kA);
  service_.wait(5 * kSecond);
  EXPECT_EQ(service_.statistics(kA).node, "node-1");
  EXPECT_EQ(service_.statistics(kA).open_time, "5s");
  service_.close(kA);

  EXPECT_EQ(service_.statistics(kA).node, "");
  EXPECT_EQ(service_.statistics(kA).open_time, std::nullopt);
}

// reopen-continues-analysis, accepted-data-is-kept, job-reopens
TEST_P(JobTest, GoesOnFromItsSnapshotWhenReopened) {
  service_.create(kA);
  for (std::int64_t round = 0; round < 3; ++round) {
    EXPECT_TRUE(is_accepted(service_.open(kA)));
    service_.post(kA, {round * 10'000});
    EXPECT_TRUE(is_accepted(service_.close(kA)));
    EXPECT_EQ(service_.processed(kA), round + 1);
  }
  service_.open(kA);
  service_.post(kA, {kSpanMs});
  service_.post(kA, {0});
  service_.close(kA);

  ASSERT_EQ(service_.buckets(kA).size(), 1U);
  EXPECT_EQ(service_.buckets(kA)[0].event_count, 3);
  EXPECT_EQ(service_.statistics(kA).counts.out_of_order, 1);
  EXPECT_EQ(service_.snapshots(kA).size(), 4U);
}

TEST_P(JobTest, ForgetsWhatCameAfterASnapshotItIsRevertedTo) {
  service_.create(kA);
  service_.open(kA);
  service_.post(kA, {0});
  service_.close(kA);
  service_.open(kA);
  service_.post(kA, {1'000, 3 * kSpanMs});
  EXPECT_TRUE(is_refused(service_.ask(RevertSnapshot{kA, "1"}), 409));
  service_.close(kA);
  EXPECT_TRUE(is_refused(service_.ask(RevertSnapshot{kA, "1"}), 404));
  EXPECT_TRUE(is_accepted(service_.ask(RevertSnapshot{kA, service_.snapshots(kA)[1].id})));
  service_.open(kA);
  service_.post(kA, {2'000, 3'000, kSpanMs});
  service_.close(kA);

  EXPECT_EQ(service_.buckets(kA).at(0).event_count, 3);
  EXPECT_EQ(service_.processed(kA), 6);
}

TEST_P(JobTest, GivesItsResultsInPages) {
  service_.create(kA);
  service_.open(kA);
  std::vector<std::int64_t> offsets;
  for (int i = 0; i <= 130; ++i) offsets.push_back(i * kSpanMs);
  service_.post(kA, offsets);
  service_.close(kA);

  EXPECT_EQ(service_.buckets(kA).size(), 100U);
  EXPECT_EQ(service_.buckets(kA, 100, 100).size(), 30U);
  EXPECT_EQ(service_.buckets(kA, 129, 1).at(0).start_ms, kDataStart + 129 * kSpanMs);
  EXPECT_TRUE(service_.buckets(kA, 500, 10).empty());
  const Response page = service_.ask(GetBuckets{kA, 5, 5});
  EXPECT_EQ(std::get<BucketPage>(page.content).count, 130);
  EXPECT_TRUE(is_refused(service_.ask(GetBuckets{kA, -1, {}}), 400));
  EXPECT_TRUE(is_refused(service_.ask(GetBuckets{kA, 9'000, 2'000}), 400));
}

TEST_P(JobTest, GivesTheResultsThatAreAskedFor) {
  service_.create(kA);
  service_.open(kA);
  service_.post(kA, {0, kSpanMs, 2 * kSpanMs, 3 * kSpanMs});
  service_.close(kA);

  const auto starts = [&](const Selection& selection) {
    const Response response = service_.ask(GetBuckets{kA, {}, {}, selection});
    std::vector<std::int64_t> spans;
    for (const Bucket& bucket : std::get<BucketPage>(response.content).buckets)
      spans.push_back((bucket.start_ms - kDataStart) / kSpanMs);
    return spans;
  };
  using Spans = std::vector<std::int64_t>;
  EXPECT_EQ(starts({{}, kDataStart + kSpanMs, {}, {}, {}}), (Spans{1, 2}));
  EXPECT_EQ(starts({{}, {}, kDataStart + kSpanMs, true, {}}), (Spans{0}));
  EXPECT_EQ(starts({{}, {}, {}, {}, true}), (Spans{2, 1, 0}));
  EXPECT_EQ(starts({kDataStart + kSpanMs, {}, {}, {}, {}}), (Spans{1}));
  EXPECT_TRUE(is_refused(service_.ask(GetBuckets{kA, {}, {}, {kDataStart + 1, {}, {}, {}, {}}}), 404));
  EXPECT_TRUE(is_accepted(service_.ask(GetRecords{kA, {}, {}, {{}, kDataStart, {}, {}, {}}})));
  const std::string snapshot = service_.snapshots(kA).front().id;
  const Response one = service_.ask(GetSnapshots{kA, snapshot, {}, {}});
  EXPECT_EQ(std::get<SnapshotList>(one.content).snapshots.front().id, snapshot);
  EXPECT_TRUE(std::get<SnapshotList>(service_.ask(GetSnapshots{kA, "none", {}, {}}).content).snapshots.empty());
  EXPECT_TRUE(std::get<SnapshotList>(service_.ask(GetSnapshots{kA, {}, 5, 5}).content).snapshots.empty());
}

TEST_P(JobTest, IsDeletedOnlyWhileClosed) {
  service_.create(kA);
  service_.open(kA);
  const Response refused = service_.ask(DeleteJob{kA, {}});
  EXPECT_EQ(refused.reason, "Cannot delete job [closecheck-a] because the job is opened");
  EXPECT_TRUE(is_refused(refused, 409));
  EXPECT_TRUE(GetParam()->has_delete_options ? is_accepted(service_.ask(DeleteJob{kA, "true"}))
                                             : is_refused(service_.ask(DeleteJob{kA, "true"}), 400));
  if (!GetParam()->has_delete_options) {
    service_.close(kA);
    EXPECT_TRUE(is_accepted(service_.ask(DeleteJob{kA, {}})));
  }
  EXPECT_TRUE(is_refused(service_.ask(JobStats{kA}), 404));
}

TEST_P(JobTest, IsListedWithTheOthers) {
  service_.create("closecheck-b");
  service_.create(kA);
  const Response response = service_.ask(JobStats{"_all"});
  const auto& list = std::get<JobStatisticsList>(response.content);

  ASSERT_EQ(list.jobs.size(), 2U);
  EXPECT_EQ(list.jobs[0].job, kA);
  EXPECT_EQ(is_refused(service_.ask(JobStats{"closecheck-*"}), 404), !GetParam()->has_expressions);
  EXPECT_EQ(is_refused(service_.ask(JobStats{"closecheck-a,closecheck-b"}), 404), !GetParam()->has_expressions);
}

TEST_P(JobTest, CannotBeOpenedTwice) {
  service_.create(kA);
  service_.open(kA);

  EXPECT_EQ(service_.open(kA).reason, "Cannot open job [closecheck-a] because it has already been opened");
}

}  // namespace
}  // namespace closecheck::sut
