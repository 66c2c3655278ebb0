// Deviations from what a close promises.
#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";
const std::string kFeed = "closecheck-f";
const std::string kIndex = "closecheck-i";
constexpr std::int64_t kFarFutureMs = 4'000'000'000'000;

/// Two buckets that the data has passed and an unfinished one.
const std::vector<std::int64_t> kThreeBuckets{0, 1'000, kSpanMs, 2 * kSpanMs};

void run_once(ServiceForTest& service, const std::vector<std::int64_t>& offsets_ms) {
  service.create(kA);
  service.open(kA);
  service.post(kA, offsets_ms);
  service.close(kA);
}

void start_feed(ServiceForTest& service, std::int64_t end_ms) {
  service.ask(IndexDocuments{kIndex, ServiceForTest::records_at(kThreeBuckets), true}, Principal::setup);
  service.create(kA);
  service.ask(CreateDatafeed{kFeed, kA, kIndex});
  service.open(kA);
  service.ask(StartDatafeed{kFeed, kDataStart, end_ms});
}

}  // namespace

std::vector<Showing> showings_of_closing() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  const auto p63 = Profile::xpack_6_3;
  return {
      {Deviation::refuses_to_close_unused, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         return is_refused(s.close(kA), 409);
       }},
      {Deviation::accepts_data_after_close, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         s.wait(kMinute);
         return is_accepted(s.post(kA, {0}));
       }},
      {Deviation::accepts_data_shortly_after_close, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         return is_accepted(s.post(kA, {0}));
       }},
      {Deviation::closed_job_flushes, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         return is_accepted(s.ask(FlushJob{kA, {}}));
       }},
      {Deviation::closed_job_forecasts, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         return is_accepted(s.ask(RawRequest{"POST", "/_xpack/ml/anomaly_detectors/" + kA + "/_forecast", {}, "", ""}));
       }},
      {Deviation::analyses_after_close, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         const auto before = s.buckets(kA);
         s.wait(10 * kSecond);
         return s.buckets(kA) != before;
       }},
      {Deviation::results_change_while_closed, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         const auto before = s.buckets(kA);
         return s.buckets(kA) != before;
       }},
      {Deviation::second_page_repeats_first, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         const auto first = s.buckets(kA, 0, 1);
         return s.buckets(kA, 1, 1) == first;
       }},
      {Deviation::drops_buffered_records, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         return s.processed(kA) < 4;
       }},
      {Deviation::leaves_buffer_out_of_results, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         return s.buckets(kA).size() < 2;
       }},
      {Deviation::leaves_passed_bucket_interim, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         const auto buckets = s.buckets(kA);
         return buckets.size() == 2 && buckets.back().interim;
       }},
      {Deviation::writes_no_snapshot, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         return s.snapshots(kA).empty();
       }},
      {Deviation::snapshot_misses_last_records, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         return s.snapshots(kA).front().latest_record_ms != kDataStart + 2 * kSpanMs;
       }},
      {Deviation::prunes_nothing, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         std::vector<std::int64_t> offsets(100);
         for (std::size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<std::int64_t>(i) * kSpanMs;
         s.post(kA, offsets);
         s.ask(FlushJob{kA, {}});
         const auto before = s.statistics(kA).model_bytes;
         s.close(kA);
         return s.statistics(kA).model_bytes >= before;
       }},
      {Deviation::prunes_needed_history, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         return s.statistics(kA).model_bytes == 0;
       }},
      {Deviation::answers_before_housekeeping, p54,
       [](S& s) {
         run_once(s, kThreeBuckets);
         const bool missing = s.buckets(kA).empty();
         s.wait(kMinute);
         return missing && s.buckets(kA).size() == 2;
       }},
      {Deviation::loses_configuration_at_close, p54,
       [](S& s) {
         JobConfig config;
         config.description = "what it is for";
         const auto before = std::get<JobDescriptionList>(s.create(kA, config).content).jobs.front();
         s.open(kA);
         s.close(kA);
         const Response response = s.ask(GetJob{kA});
         const auto after = std::get<JobDescriptionList>(response.content).jobs.front();
         for (const auto& member : before.members)
           if (std::find(after.members.begin(), after.members.end(), member) == after.members.end()) return true;
         return false;
       }},
      {Deviation::closed_job_keeps_node, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         return !s.statistics(kA).node.empty();
       }},
      {Deviation::ended_datafeed_leaves_job_open, p54,
       [](S& s) {
         start_feed(s, kDataStart + 10 * kSpanMs);
         s.wait(kMinute);
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::later_datafeeds_leave_job_open, p54,
       [](S& s) {
         start_feed(s, kDataStart + 10 * kSpanMs);
         s.wait(kMinute);
         const bool was_closed = s.state(kA) == JobState::closed;
         s.open(kA);
         s.ask(StartDatafeed{kFeed, kDataStart, kDataStart + 20 * kSpanMs});
         s.wait(kMinute);
         return was_closed && s.state(kA) == JobState::opened;
       }},
      {Deviation::feed_closed_job_takes_data, p54,
       [](S& s) {
         start_feed(s, kDataStart + 10 * kSpanMs);
         s.wait(kMinute);
         return is_accepted(s.post(kA, {20 * kSpanMs}));
       }},
      {Deviation::stopped_datafeed_leaves_job_open, p54,
       [](S& s) {
         start_feed(s, kFarFutureMs);
         s.ask(StopDatafeed{kFeed, {}});
         s.wait(kMinute);
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::force_waits_for_housekeeping, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         const Time asked = s.now();
         s.force_close(kA);
         return s.now() > asked;
       }},
      {Deviation::force_refused_on_failed_job, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.fault(Fault::fail_job, kA);
         return is_refused(s.force_close(kA), 409);
       }},
      {Deviation::force_cannot_close_hanging_job, p63,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.fault(Fault::hang_close, kA);
         s.close(kA, "1s");
         s.force_close(kA);
         s.wait(kHour);
         return s.state(kA) == JobState::closing;
       }},
      {Deviation::closed_job_reopens_itself, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.close(kA);
         s.wait(kSecond);
         return s.state(kA) == JobState::opened;
       }},
  };
}

}  // namespace closecheck::sut
