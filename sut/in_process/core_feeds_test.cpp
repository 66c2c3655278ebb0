// Datafeeds as a client sees them, in both dialects.
#include "in_process/service_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";
const std::string kFeed = "closecheck-f";
const std::string kIndex = "closecheck-i";
constexpr std::int64_t kFarFutureMs = 4'000'000'000'000;

class FeedTest : public ::testing::TestWithParam<Profile> {
 protected:
  FeedTest() {
    InProcessOptions options;
    options.profile = GetParam().implemented();
    service_.emplace(options);
    service_->ask(CreateIndex{kIndex}, Principal::setup);
    service_->create(kA);
    service_->ask(CreateDatafeed{kFeed, kA, kIndex});
  }
  void index(const std::vector<std::int64_t>& offsets_ms, bool refresh = true) {
    EXPECT_TRUE(is_accepted(
        service_->ask(IndexDocuments{kIndex, ServiceForTest::records_at(offsets_ms), refresh}, Principal::setup)));
  }
  Response start(std::optional<std::int64_t> end_ms) { return service_->ask(StartDatafeed{kFeed, kDataStart, end_ms}); }
  std::string feed_state() {
    const Response response = service_->ask(DatafeedStats{kFeed});
    return std::get<DatafeedStatisticsList>(response.content).feeds.at(0).state;
  }
  static bool stops_for_a_close() { return GetParam().implemented()->close_may_stop_feed; }
  std::optional<ServiceForTest> service_;
};

INSTANTIATE_TEST_SUITE_P(Both, FeedTest, ::testing::ValuesIn(profiles_for_test()),
                         [](const auto& instance) { return word_of(instance.param); });

// datafeed-end-closes-job
TEST_P(FeedTest, ClosesItsJobAtItsEndWithAllItsData) {
  std::vector<std::int64_t> offsets;
  for (int i = 1'200; i >= 0; --i) offsets.push_back(std::int64_t{i} * 1'000);
  index(offsets);
  service_->open(kA);
  EXPECT_TRUE(is_accepted(start(kDataStart + 1'000'000)));
  EXPECT_EQ(feed_state(), "started");
  service_->wait(kMinute);

  EXPECT_EQ(feed_state(), "stopped");
  EXPECT_EQ(service_->state(kA), JobState::closed);
  EXPECT_EQ(service_->processed(kA), 1'000) << "the end itself is outside";
  EXPECT_EQ(service_->statistics(kA).counts.out_of_order, 0);
  EXPECT_EQ(service_->buckets(kA).size(), 16U);
  EXPECT_EQ(service_->snapshots(kA).at(0).latest_record_ms, kDataStart + 999'000);
}

TEST_P(FeedTest, ClosesItsJobWhenStoppedBeforeItsEnd) {
  index({0, 1'000});
  service_->open(kA);
  start(kFarFutureMs);
  service_->wait(kMinute);
  EXPECT_EQ(service_->state(kA), JobState::opened);
  EXPECT_TRUE(is_accepted(service_->ask(StopDatafeed{kFeed, {}})));
  service_->wait(kMinute);

  EXPECT_EQ(service_->state(kA), JobState::closed);
  EXPECT_EQ(service_->processed(kA), 2);
}

TEST_P(FeedTest, LeavesItsJobOpenWithoutAnEnd) {
  index({0});
  service_->open(kA);
  start({});
  service_->wait(kSecond);
  index({5'000}, false);
  service_->wait(kSecond);
  EXPECT_EQ(service_->processed(kA), 1) << "what is not refreshed is not found";
  service_->ask(RefreshIndex{kIndex}, Principal::setup);
  service_->wait(kSecond);
  EXPECT_EQ(service_->processed(kA), 2) << "it follows in real time";
  service_->ask(StopDatafeed{kFeed, {}});
  service_->wait(kMinute);

  EXPECT_EQ(service_->state(kA), JobState::opened);
}

// running-datafeed-blocks-close
TEST_P(FeedTest, IsStoppedByACloseWhereTheDialectSaysSo) {
  if (!stops_for_a_close()) return;
  for (const bool forced : {false, true}) {
    service_->open(kA);
    start({});
    EXPECT_TRUE(is_accepted(forced ? service_->force_close(kA) : service_->close(kA)));
    EXPECT_EQ(feed_state(), "stopped");
    service_->wait(kMinute);
    EXPECT_EQ(service_->state(kA), JobState::closed);
  }
}

// running-datafeed-blocks-close
TEST_P(FeedTest, KeepsItsJobFromBeingClosed) {
  if (stops_for_a_close()) return;
  service_->open(kA);
  start({});
  const Response normal = service_->close(kA);
  EXPECT_TRUE(is_refused(normal, 409));
  EXPECT_EQ(normal.reason, "cannot close job [closecheck-a], datafeed hasn't been stopped");
  EXPECT_EQ(service_->state(kA), JobState::opened);
  const Response forced = service_->force_close(kA);
  service_->wait(kMinute);

  const bool kills = !GetParam()->has_expressions;
  EXPECT_EQ(is_accepted(forced), kills);
  EXPECT_EQ(service_->state(kA), kills ? JobState::closed : JobState::opened);
  EXPECT_EQ(feed_state(), kills ? "stopped" : "started");
}

TEST_P(FeedTest, GoesOnWhereItEndedBefore) {
  index({0, kSpanMs, 2 * kSpanMs});
  service_->open(kA);
  start(kDataStart + kSpanMs);
  service_->wait(kMinute);
  service_->open(kA);
  start(kDataStart + 10 * kSpanMs);
  service_->wait(kMinute);

  EXPECT_EQ(service_->processed(kA), 3);
  EXPECT_EQ(service_->statistics(kA).counts.input_records, 3);
}

TEST_P(FeedTest, StartsOnlyForAnOpenedJob) {
  EXPECT_EQ(start({}).reason, !GetParam()->has_expressions
                                  ? "cannot start datafeed [closecheck-f] because job [closecheck-a] hasn't been opened"
                                  : "cannot start datafeed [closecheck-f] because job [closecheck-a] is closed");
  service_->open(kA);
  EXPECT_TRUE(is_refused(start(kDataStart), 400));
  EXPECT_TRUE(is_accepted(start({})));
  EXPECT_TRUE(is_refused(start({}), 409));
  EXPECT_TRUE(is_refused(service_->ask(StartDatafeed{"closecheck-x", {}, {}}), 404));
}

TEST_P(FeedTest, IsStoppedTwiceByTheDialect) {
  const Response response = service_->ask(StopDatafeed{kFeed, {}});
  EXPECT_TRUE(GetParam()->stops_feed_twice ? is_accepted(response) : is_refused(response, 409));
}

TEST_P(FeedTest, IsDeletedWithItsJobWhereTheDialectSaysSo) {
  if (!GetParam().implemented()->delete_may_take_feed) return;
  service_->open(kA);
  start({});
  EXPECT_TRUE(is_refused(service_->ask(DeleteJob{kA, {}}), 409));
  service_->close(kA);
  EXPECT_TRUE(is_accepted(service_->ask(DeleteJob{kA, {}})));
  EXPECT_TRUE(is_refused(service_->ask(DatafeedStats{kFeed}), 404));
}

TEST_P(FeedTest, IsDeletedBeforeItsJob) {
  if (!GetParam().implemented()->delete_may_take_feed) {
    EXPECT_TRUE(is_refused(service_->ask(DeleteJob{kA, {}}), 409));
  }
  service_->open(kA);
  start({});
  EXPECT_TRUE(is_refused(service_->ask(DeleteDatafeed{kFeed, {}}), 409));
  service_->ask(StopDatafeed{kFeed, {}});
  EXPECT_TRUE(is_accepted(service_->ask(DeleteDatafeed{kFeed, {}})));
  service_->close(kA);
  EXPECT_TRUE(is_accepted(service_->ask(DeleteJob{kA, {}})));
  EXPECT_TRUE(is_refused(service_->ask(DatafeedStats{kFeed}), 404));
}

TEST_P(FeedTest, IsOneForAJob) {
  EXPECT_TRUE(is_refused(service_->ask(CreateDatafeed{kFeed, kA, kIndex}), 400));
  EXPECT_TRUE(is_refused(service_->ask(CreateDatafeed{"closecheck-x", kA, kIndex}), 409));
  EXPECT_TRUE(is_refused(service_->ask(CreateDatafeed{"closecheck-x", "closecheck-b", kIndex}), 404));
  EXPECT_TRUE(is_refused(service_->ask(CreateDatafeed{"closecheck-x", kA, kIndex}, Principal::monitor_ml), 403));
}

TEST_P(FeedTest, CannotReadAnIndexThatIsGone) {
  service_->open(kA);
  EXPECT_TRUE(is_refused(service_->ask(CreateIndex{kIndex}, Principal::manage_ml), 403));
  EXPECT_TRUE(is_refused(service_->ask(CreateIndex{kIndex}, Principal::setup), 400));
  EXPECT_TRUE(is_accepted(service_->ask(DeleteIndex{kIndex}, Principal::setup)));
  EXPECT_TRUE(is_refused(service_->ask(DeleteIndex{kIndex}, Principal::setup), 404));
  EXPECT_TRUE(is_refused(start({}), 404));
}

TEST_P(FeedTest, StopsWhenItsJobFails) {
  index({0});
  service_->open(kA);
  start(kFarFutureMs);
  service_->fault(Fault::fail_job, kA);
  service_->wait(kMinute);

  EXPECT_EQ(feed_state(), "stopped");
  EXPECT_EQ(service_->state(kA), JobState::failed);
}

}  // namespace
}  // namespace closecheck::sut
