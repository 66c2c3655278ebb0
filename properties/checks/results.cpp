// What a close leaves behind: final results that can be read whole, a snapshot that covers them, a model without
// history that is not needed, and all of that before it answers.
#include "checks/registry.h"
#include "checks/steps.h"

namespace closecheck::properties {
namespace {

using C = Clause;

/// A job with detectors by entity and enough ordinary data that its last bucket stands out.
Steps with_anomalies() {
  JobConfig config;
  config.detectors = {Detector{}, Detector{"max", "value", "entity", ""}};
  std::vector<Record> records = data(0, 12);
  for (int i = 0; i < 60; ++i) records.push_back({kDataStart + 12 * kSpanMs + std::int64_t{500} * i, 900.0 + i, "one"});
  records.push_back({kDataStart + 13 * kSpanMs, 1, "one"});
  for (Record& record : records)
    if (record.entity.empty()) record.entity = "one";
  return {create_with(kJob, config), open(), post(std::move(records))};
}

std::vector<Program> keeps_results(const Environment& environment) {
  const Duration later = environment.live ? kSecond : 30 * kSecond;
  return {
      Steps{with_anomalies(), close(), records_page(0, 1), records_page(1, 1), buckets(), buckets_page(0, 2),
            buckets_page(2, 2), buckets()},
      Steps{with_anomalies(), flush(), records(), close(), records()},
      Steps{closed(), buckets(), buckets_page(0, 2), buckets_page(2, 2), buckets()},
      Steps{with_anomalies(), close(), records(), records()},
      Steps{with_anomalies(), close(), records_page(0, 1), records_page(1, 1), records()},
      Steps{closed(), buckets(), buckets()},
      Steps{closed(), buckets_page(0, 2), buckets_page(2, 2)},
      Steps{closed(), buckets_page(0, 1), buckets_page(1, 1), buckets_page(2, 1), buckets_page(3, 1)},
      Steps{closed(), buckets(), pause(later), fresh(buckets())},
      Steps{closed(), buckets_page(1, 2), buckets_page(0, 3), buckets()},
      Steps{create(), open(), post(data(0, 25)), close(), buckets_page(0, 10), buckets_page(10, 10),
            buckets_page(20, 10), buckets()},
      Steps{create(), open(), post(data(0, 130)), close(), buckets(), buckets_page(100, 100), buckets_page(0, 100)},
      Steps{closed(), buckets(), post(data(4, 6)), flush(), buckets()},
      Steps{closed(), buckets(), close(), buckets()},
      Steps{closed(), on(1, buckets()), on(2, buckets()), stats(), on(1, buckets())},
      Steps{closed(), buckets(), create(kOtherJob), open(kOtherJob), post(data(0, 4), kOtherJob), close(kOtherJob),
            buckets(), buckets(kOtherJob)},
      Steps{fed(), force(), settle(environment), buckets(), pause(later), buckets()},
      Steps{closed(), open(), close(), buckets(), buckets_page(0, 2), buckets_page(2, 2)},
  };
}

std::vector<Program> finalizes_results(const Environment&) {
  return {
      Steps{create(), open(), post(data(0, 4)), flush(kJob, "true"), close(), buckets(), records()},
      Steps{with_anomalies(), close(), records(), buckets()},
      Steps{create(), open(), post(data(0, 2)), close(), buckets()},
      Steps{create(), open(), post(data(0, 2)), flush(kJob, "true"), post(data(2, 5)), close(), buckets()},
      Steps{create(), open(), post(data(0, 2)), flush(kJob, "true"), post(data(2, 5)), flush(kJob, "true"),
            post(data(5, 6)), close(), buckets()},
      Steps{with_anomalies(), flush(kJob, "true"), close(), records()},
      Steps{create(), open(), post(data(0, 3)), flush(kJob, "true"), close(), open(), post(data(3, 5)), close(),
            buckets()},
      Steps{create(), open(), post(data(0, 130)), close(), buckets_page(100, 100)},
  };
}

std::vector<Program> persists_snapshots(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 4)), close(), snapshots()},
      Steps{create(), open(), post(data(0, 1)), close(), snapshots()},
      Steps{create(), open(), post(data(0, 2)), post(data(2, 4, 5)), close(), snapshots(), get()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), post(data(2, 4)), close(), snapshots()},
      Steps{create(), open(), post(data(0, 4)), flush(), close(), snapshots()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), close(), snapshots()},
      Steps{create(), open(), post(data(0, 2)), close(), pause(2 * kSecond), stats(), open(), post(data(2, 4)), close(),
            snapshots()},
      Steps{create(), open(), post(data(0, 2)), close_within("30m"), fresh(snapshots()), on(1, snapshots())},
      Steps{create(), open(), close(), snapshots()},
      Steps{create(), open(), post(data(0, 2)), force(), settle(environment), snapshots(), open(), post(data(2, 4)),
            close(), snapshots()},
      Steps{create(), open(), post(data(0, 150, 2)), close(), snapshots()},
  };
}

/// The size is read a while after the close: pruning that is only late is another clause's matter.
std::vector<Program> prunes_model(const Environment& environment) {
  const Step rest = pause(environment.live ? 300 * kMillisecond : kMinute);
  std::vector<Program> programs{
      Steps{create(), open(), post(data(0, 60)), stats(), close(), rest, stats()},
      Steps{create(), open(), post(data(0, 60)), flush(), stats(), close(), rest, stats()},
      Steps{create(), open(), post(data(0, 4)), flush(), stats(), close(), rest, stats()},
      Steps{create(), open(), post(data(0, 60)), close(), open(), post(data(60, 62)), close(), buckets()},
      Steps{create(), open(), post(data(0, 30)), close(), open(), post(data(30, 90)), flush(), stats(), close(), rest,
            stats()},
      Steps{create(), open(), post(data(0, 40)), close(), rest, stats(), open(), post(data(40, 80)), close(), rest,
            stats(), open(), post(data(80, 120)), close(), rest, stats(), snapshots()},
  };
  if (!environment.live) {
    programs.push_back(Steps{create(), open(), post(data(0, 400)), flush(), stats(), close(), rest, stats()});
    programs.push_back(Steps{create(), open(), post(data(0, 1)), stats(), close(), open(), post(data(1, 3)), stats(),
                             close(), stats(), buckets()});
  }
  return programs;
}

void measure_model(const History& history, const Environment&, Samples& samples) {
  double opened = 0;
  for (const Event& event : history.events) {
    if (event.type != EventType::ok || !event.response) continue;
    const auto* list = std::get_if<JobStatisticsList>(&event.response->content);
    if (list == nullptr || list->jobs.size() != 1) continue;
    const JobStatistics& job = list->jobs.front();
    const auto bytes = static_cast<double>(job.model_bytes);
    if (job.state == JobState::opened) {
      opened = bytes;
    } else if (job.state == JobState::closed && bytes > 0) {
      samples[{C::close_prunes_model, "model_closed_bytes"}].push_back(bytes);
      if (opened > 0) samples[{C::close_prunes_model, "model_opened_bytes"}].push_back(opened);
    }
  }
}

/// Everything that housekeeping brings about, read the moment the close has answered.
std::vector<Program> waits_for_housekeeping(const Environment& environment) {
  return {
      Steps{create(), open(), post(data(0, 60, 4)), close(), on(1, snapshots()), on(2, buckets()), stats()},
      // What comes meanwhile and is refused does not end the wait.
      Steps{create(), open(), meanwhile(1, close()), pause(environment.normal_close / 6),
            meanwhile(2, post(data(0, 1))), join_step(), stats()},
      Steps{create(), open(), post(data(0, 4)), close(), stats()},
      Steps{create(), open(), post(data(0, 4)), close(), buckets()},
      Steps{create(), open(), post(data(0, 4)), close(), snapshots()},
      Steps{create(), open(), post(data(0, 4)), meanwhile(1, close()), join_step(), snapshots(), buckets(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), post(data(2, 6)), close(), snapshots(), buckets()},
      Steps{create(), open(), post(data(0, 4)), close_within("1d"), snapshots(), buckets()},
  };
}

std::vector<Program> waits_for_slow_housekeeping(const Environment& environment) {
  const Step slow = slow_close(environment.slow);
  return {
      Steps{create(), open(), post(data(0, 4)), slow, close(), stats(), buckets(), snapshots()},
      Steps{create(), open(), post(data(0, 4)), slow, close(), snapshots()},
      Steps{create(), open(), post(data(0, 4)), slow, close(), buckets()},
      Steps{create(), open(), post(data(0, 4)), slow, close_within("10m"), snapshots(), buckets(), stats()},
      Steps{create(), open(), slow, close(), stats()},
      Steps{create(), open(), slow, meanwhile(1, close()), pause(environment.slow / 3), flush(), join_step(), stats()},
      Steps{create(), open(), post(data(0, 2)), close(), open(), post(data(2, 4)), slow, close(), snapshots(),
            buckets()},
  };
}

}  // namespace

std::vector<Check> result_checks() {
  return {
      {"closed-jobs-keep-results",
       {C::closed_job_keeps_results, C::close_flushes_buffers, C::close_finalizes_results},
       {},
       keeps_results,
       {},
       {},
       2},
      {"closing-finalizes-results",
       {C::close_finalizes_results, C::close_flushes_buffers, C::closed_job_keeps_results},
       {},
       finalizes_results,
       {},
       {}},
      {"closing-persists-snapshots",
       {C::close_persists_snapshot, C::closed_job_keeps_metadata, C::reopen_continues_analysis},
       {},
       persists_snapshots,
       {},
       {},
       2},
      {"closing-prunes-the-model",
       {C::close_prunes_model, C::close_flushes_buffers, C::reopen_continues_analysis, C::close_persists_snapshot},
       {},
       prunes_model,
       {},
       measure_model},
      {"closing-waits-for-housekeeping",
       {C::close_waits_for_housekeeping, C::close_persists_snapshot, C::close_flushes_buffers,
        C::close_finalizes_results},
       {},
       waits_for_housekeeping,
       {},
       {},
       3},
      {"closing-waits-for-slow-housekeeping",
       {C::close_waits_for_housekeeping, C::close_persists_snapshot, C::close_flushes_buffers,
        C::close_finalizes_results, C::timeout_defaults_to_30m},
       {.faults = {Fault::slow_close}},
       waits_for_slow_housekeeping,
       {},
       {},
       0},
  };
}

}  // namespace closecheck::properties
