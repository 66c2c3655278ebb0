// Deviations that show only after several cycles, or in what a closed job takes, shows and becomes later.
#include <optional>
#include <string>

#include "in_process/deviation_shows_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";

/// Offsets of one record in each of so many buckets, from that bucket on.
std::vector<std::int64_t> buckets_from(int first, int count) {
  std::vector<std::int64_t> offsets;
  for (int bucket = first; bucket < first + count; ++bucket) offsets.push_back(bucket * kSpanMs);
  return offsets;
}

/// Ordinary buckets and one that stands out, passed by the data.
void post_anomalies(ServiceForTest& service) {
  std::vector<std::int64_t> offsets = buckets_from(0, 12);
  for (int i = 0; i < 60; ++i) offsets.push_back(12 * kSpanMs + i);
  offsets.push_back(13 * kSpanMs);
  service.post(kA, offsets);
}

std::size_t records_of(ServiceForTest& service, std::optional<int> from = {}) {
  const Response response = service.ask(GetRecords{kA, from, {}});
  const auto* page = std::get_if<RecordPage>(&response.content);
  return page == nullptr ? 0 : page->records.size();
}

std::string description_of(ServiceForTest& service) {
  const Response response = service.ask(GetJob{kA});
  for (const auto& [path, value] : std::get<JobDescriptionList>(response.content).jobs.front().members)
    if (path == "description") return value;
  return "";
}

}  // namespace

std::vector<Showing> showings_of_cycles() {
  using S = ServiceForTest;
  const auto p54 = Profile::xpack_5_4;
  return {
      {Deviation::second_reopen_refused, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         cycle(s, kA);
         return is_refused(s.open(kA), 409);
       }},
      {Deviation::manage_posts_to_closed_job, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         return is_accepted(s.ask(PostData{kA, S::records_at({0}), false}, Principal::manage));
       }},
      {Deviation::never_opened_job_takes_data, p54,
       [](S& s) {
         s.create(kA);
         return is_accepted(s.post(kA, {0}));
       }},
      {Deviation::single_record_leaves_no_snapshot, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.post(kA, {0});
         return is_accepted(s.close(kA)) && s.snapshots(kA).empty();
       }},
      {Deviation::forced_job_takes_data, p54,
       [](S& s) {
         s.create(kA);
         s.open(kA);
         s.force_close(kA);
         s.wait(kMinute);
         return is_accepted(s.post(kA, {0}));
       }},
      {Deviation::pages_hold_ten, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, buckets_from(0, 20));
         return s.buckets(kA).size() == 10;
       }},
      {Deviation::second_page_of_records_repeats_first, p54,
       [](S& s) {
         open_new(s, kA);
         post_anomalies(s);
         s.close(kA);
         return records_of(s, 50) > 0;
       }},
      {Deviation::close_drops_anomalies, p54,
       [](S& s) {
         open_new(s, kA);
         post_anomalies(s);
         s.ask(FlushJob{kA, {}});
         const std::size_t before = records_of(s);
         s.close(kA);
         return before > 0 && records_of(s) == 0;
       }},
      {Deviation::second_close_drops_anomalies, p54,
       [](S& s) {
         open_new(s, kA);
         post_anomalies(s);
         s.close(kA);
         const std::size_t before = records_of(s);
         cycle(s, kA);
         return before > 0 && records_of(s) == 0;
       }},
      {Deviation::oldest_result_fades, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, buckets_from(0, 3));
         const std::size_t before = s.buckets(kA).size();
         s.wait(kMinute);
         return s.buckets(kA).size() < before;
       }},
      {Deviation::second_close_lowers_count, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, {0, 1, kSpanMs});
         cycle(s, kA);
         return s.buckets(kA).front().event_count == 1;
       }},
      {Deviation::drops_records_over_a_hundred, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, buckets_from(0, 120));
         return s.buckets(kA, 0, 200).size() < 119;
       }},
      {Deviation::second_close_drops_buffer, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         cycle(s, kA, {0});
         return s.processed(kA) == 0;
       }},
      {Deviation::second_close_leaves_bucket_interim, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         cycle(s, kA, buckets_from(0, 2));
         return s.buckets(kA).back().interim;
       }},
      {Deviation::later_snapshots_are_stale, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, {0});
         cycle(s, kA, {1});
         return s.snapshots(kA).front().latest_record_ms == kDataStart;
       }},
      {Deviation::prunes_at_first_close_only, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         s.open(kA);
         s.post(kA, buckets_from(0, 100));
         s.ask(FlushJob{kA, {}});
         const auto before = s.statistics(kA).model_bytes;
         s.close(kA);
         return s.statistics(kA).model_bytes >= before;
       }},
      {Deviation::snapshot_is_shown_late, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, {0});
         return s.snapshots(kA).empty();
       }},
      {Deviation::close_forgets_invalid_dates, p54,
       [](S& s) {
         open_new(s, kA);
         s.ask(PostData{kA, {{Record::kInvalidTime, 1, ""}}, false});
         const std::int64_t before = s.statistics(kA).counts.invalid_dates;
         s.close(kA);
         return before == 1 && s.statistics(kA).counts.invalid_dates == 0;
       }},
      {Deviation::second_close_drops_description, p54,
       [](S& s) {
         JobConfig config;
         config.description = "what it is for";
         s.create(kA, config);
         cycle(s, kA);
         cycle(s, kA);
         return description_of(s).empty();
       }},
      {Deviation::loses_update_while_closing, p54,
       [](S& s) {
         open_new(s, kA);
         s.send(1, CloseJob{kA, {}, {}, {}, {}});
         s.wait(50 * kMillisecond);
         const bool took = is_accepted(s.ask(UpdateJob{kA, "new", {}}));
         s.await(1);
         return took && description_of(s).empty();
       }},
      {Deviation::ended_datafeed_drops_buffer, p54,
       [](S& s) {
         s.ask(IndexDocuments{"closecheck-i", S::records_at({0, 1}), true}, Principal::setup);
         s.create(kA);
         s.ask(CreateDatafeed{"closecheck-f", kA, "closecheck-i"});
         s.open(kA);
         s.ask(StartDatafeed{"closecheck-f", kDataStart, kDataStart + kSpanMs});
         s.wait(kMinute);
         return s.processed(kA) == 0;
       }},
      {Deviation::once_run_datafeed_bars_close, p54,
       [](S& s) {
         s.ask(CreateIndex{"closecheck-i"}, Principal::setup);
         s.create(kA);
         s.ask(CreateDatafeed{"closecheck-f", kA, "closecheck-i"});
         s.open(kA);
         s.ask(StartDatafeed{"closecheck-f", kDataStart, {}});
         s.ask(StopDatafeed{"closecheck-f", {}});
         return is_refused(s.close(kA), 409);
       }},
      {Deviation::late_reopen_refused, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         s.wait(kSecond);
         return is_refused(s.open(kA), 409);
       }},
      {Deviation::refused_post_wakes_job, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         s.post(kA, {0});
         return s.state(kA) == JobState::opened;
       }},
      {Deviation::closes_job_failed_later, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA);
         s.open(kA);
         s.fault(Fault::fail_job, kA);
         return is_accepted(s.close(kA));
       }},
      {Deviation::refused_delete_closes_job, p54,
       [](S& s) {
         open_new(s, kA);
         s.ask(DeleteJob{kA, {}});
         s.wait(kMinute);
         return s.state(kA) == JobState::closed;
       }},
      {Deviation::refused_create_closes_job, p54,
       [](S& s) {
         open_new(s, kA);
         s.create(kA);
         s.wait(kMinute);
         return s.state(kA) == JobState::closed;
       }},
      {Deviation::idle_cycle_loses_a_record, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, {0, 1});
         cycle(s, kA);
         return s.processed(kA) == 1;
       }},
      {Deviation::second_reopen_starts_from_scratch, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, {0});
         cycle(s, kA);
         s.open(kA);
         return s.processed(kA) == 0;
       }},
      {Deviation::reopen_drops_results, p54,
       [](S& s) {
         s.create(kA);
         cycle(s, kA, buckets_from(0, 3));
         s.open(kA);
         return s.buckets(kA).empty();
       }},
  };
}

}  // namespace closecheck::sut
