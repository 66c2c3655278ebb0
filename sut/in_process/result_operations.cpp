#include "in_process/result_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "in_process/answers.h"
#include "in_process/privileges.h"
#include "service/service_answers.h"

namespace closecheck::sut {
namespace {

/// One page of a list, by the API's defaults for what was not sent.
template <class Stored, class Item>
std::optional<Response> cut_page(const std::vector<Stored>& all, std::optional<int> from_sent,
                                 std::optional<int> size_sent, std::vector<Item>& page) {
  const int from = from_sent.value_or(0);
  const int size = size_sent.value_or(100);
  if (from < 0) return bad_request("Parameter [from] cannot be < 0");
  if (size < 0) return bad_request("Parameter [size] cannot be < 0");
  if (std::int64_t{from} + size > 10'000)
    return bad_request("The sum of parameters [from] and [size] cannot be higher than 10000.");
  const std::size_t first = std::min(all.size(), static_cast<std::size_t>(from));
  const std::size_t last = std::min(all.size(), first + static_cast<std::size_t>(size));
  page.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last));
  return std::nullopt;
}

double sort_key(const ResultBucket& bucket, std::string_view name) {
  if (name == "anomaly_score" || name == "initial_anomaly_score") return bucket.score;
  if (name == "event_count") return static_cast<double>(bucket.event_count);
  return static_cast<double>(bucket.start_ms);
}

double sort_key(const ResultRecord& record, std::string_view name) {
  if (name == "timestamp") return static_cast<double>(record.start_ms);
  if (name == "probability") return record.probability;
  if (name == "detector_index") return static_cast<double>(record.item);
  return record.score;
}

double sort_key(const StoredSnapshot* stored, std::string_view name) {
  const auto time = [](const std::optional<std::int64_t>& ms) { return static_cast<double>(ms.value_or(0)); };
  if (name == "latest_record_time_stamp") return time(stored->listed.latest_record_ms);
  if (name == "latest_result_time_stamp") return time(stored->listed.latest_result_ms);
  return time(stored->listed.timestamp_ms);
}

/// In the order that was asked for; of equals the first stays first.
template <class Item>
void sort_by(std::vector<Item>& items, std::string_view name, bool descending) {
  std::ranges::stable_sort(items, [&](const Item& a, const Item& b) {
    return descending ? sort_key(a, name) > sort_key(b, name) : sort_key(a, name) < sort_key(b, name);
  });
}

Response unknown_snapshot(std::string_view job, std::string_view snapshot) {
  return not_found(fmt::format("No model snapshot with id [{}] exists for job [{}]", snapshot, job));
}

bool within(const Selection& selection, std::int64_t time_ms) {
  return (!selection.at_ms || time_ms == *selection.at_ms) && (!selection.start_ms || time_ms >= *selection.start_ms) &&
         (!selection.end_ms || time_ms < *selection.end_ms);
}

template <class Item>
std::vector<Item> selected(const std::vector<Item>& all, const Selection& selection, double score_min) {
  const bool finals_only = selection.exclude_interim.value_or(false);
  std::vector<Item> out;
  for (const Item& item : all)
    if (within(selection, item.start_ms) && item.score >= score_min && !(finals_only && item.interim))
      out.push_back(item);
  return out;
}

}  // namespace

Answer ResultOperations::on(const GetBuckets& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/results/buckets/get", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const bool closed = job->state() == JobState::closed;
  BucketPage page;
  page.count = static_cast<std::int64_t>(job->analysis().results().buckets.size());
  auto from = ask.from;
  if (closed && turn_.manner.deviates(Deviation::second_page_repeats_first)) from = 0;
  const auto* options = turn_.detail<ListOptions>();
  if (options != nullptr || ask.selection != Selection{}) {
    const ListOptions given = options != nullptr ? *options : ListOptions{};
    std::vector<ResultBucket> found = selected(job->analysis().results().buckets, ask.selection, given.score_min);
    if (ask.selection.at_ms && found.empty())
      return not_found(fmt::format("No bucket of job [{}] begins at [{}]", ask.job, *ask.selection.at_ms));
    sort_by(found, given.sort, ask.selection.descending.value_or(false));
    std::vector<ResultBucket> cut;
    if (auto refusal = cut_page(found, from, ask.size, cut)) return refusal;
    if (closed && turn_.manner.deviates(Deviation::results_change_while_closed))
      job->change_analysis().lower_event_counts();
    if (options != nullptr) return wire::tell_buckets(*job, static_cast<std::int64_t>(found.size()), cut);
    page.count = static_cast<std::int64_t>(found.size());
    page.buckets.assign(cut.begin(), cut.end());
    return accepted(std::move(page));
  }
  if (auto refusal = cut_page(job->analysis().results().buckets, from, ask.size, page.buckets)) return refusal;
  if (closed && turn_.manner.deviates(Deviation::results_change_while_closed))
    job->change_analysis().lower_event_counts();
  return accepted(std::move(page));
}

Answer ResultOperations::on(const GetRecords& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/results/records/get", turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  RecordPage page;
  const auto* options = turn_.detail<ListOptions>();
  if (options != nullptr || ask.selection != Selection{}) {
    const ListOptions given = options != nullptr ? *options : ListOptions{};
    std::vector<ResultRecord> found = selected(job->analysis().results().records, ask.selection, given.score_min);
    if (options != nullptr) sort_by(found, given.sort, given.selection.descending.value_or(true));
    std::vector<ResultRecord> cut;
    if (auto refusal = cut_page(found, ask.from, ask.size, cut)) return refusal;
    if (options != nullptr) return wire::tell_records(*job, static_cast<std::int64_t>(found.size()), cut);
    page.count = static_cast<std::int64_t>(found.size());
    page.records.assign(cut.begin(), cut.end());
    return accepted(std::move(page));
  }
  page.count = static_cast<std::int64_t>(job->analysis().results().records.size());
  if (auto refusal = cut_page(job->analysis().results().records, ask.from, ask.size, page.records)) return refusal;
  return accepted(std::move(page));
}

Answer ResultOperations::on(const GetSnapshots& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/model_snapshots/get", turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (const auto* asked = turn_.detail<SnapshotSelection>()) {
    std::vector<const StoredSnapshot*> found;
    if (!turn_.manner.deviates(Deviation::writes_no_snapshot))
      for (const StoredSnapshot& stored : job->analysis().snapshots().all())
        if ((asked->snapshot.empty() || asked->snapshot == "_all" || stored.listed.id == asked->snapshot) &&
            within(asked->list.selection, stored.listed.timestamp_ms.value_or(0)))
          found.push_back(&stored);
    const bool one = !asked->snapshot.empty() && asked->snapshot != "_all";
    if (one && found.empty()) return unknown_snapshot(ask.job, asked->snapshot);
    // Of two of one time the later one is the newer.
    const bool descending = asked->list.selection.descending.value_or(true);
    if (descending) std::ranges::reverse(found);
    sort_by(found, asked->list.sort, descending);
    std::vector<const StoredSnapshot*> cut;
    if (auto refusal = cut_page(found, asked->list.from, asked->list.size, cut)) return refusal;
    return wire::tell_snapshots(*job, static_cast<std::int64_t>(found.size()), cut);
  }
  const bool all = ask.snapshot.empty() || ask.snapshot == "_all";
  std::vector<Snapshot> found;
  if (!turn_.manner.deviates(Deviation::writes_no_snapshot))
    for (const StoredSnapshot& stored : job->analysis().snapshots().all())
      if (all || stored.listed.id == ask.snapshot) found.push_back(stored.listed);
  if (!all && found.empty()) return unknown_snapshot(ask.job, ask.snapshot);
  std::ranges::reverse(found);
  SnapshotList list;
  list.count = static_cast<std::int64_t>(found.size());
  if (!ask.from && !ask.size)
    list.snapshots = std::move(found);
  else if (auto refusal = cut_page(found, ask.from, ask.size, list.snapshots))
    return refusal;
  return accepted(std::move(list));
}

Answer ResultOperations::on(const RevertSnapshot& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/model_snapshots/revert", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->state() != JobState::closed) return conflict("Can only revert to a model snapshot when the job is closed.");
  const StoredSnapshot* stored = job->change_analysis().snapshots().find(ask.snapshot);
  if (stored == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  const auto* options = turn_.detail<RevertOptions>();
  job->change_analysis().revert_to(*stored, options != nullptr && options->delete_intervening_results);
  if (turn_.details != nullptr) return wire::tell_snapshot(*job, *stored);
  return accepted(Acknowledged{});
}

Answer ResultOperations::on(const UpdateSnapshot& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/model_snapshots/update", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  StoredSnapshot* stored = job->change_analysis().snapshots().find(ask.snapshot);
  if (stored == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  if (ask.description) stored->description = *ask.description;
  if (ask.retain) stored->retain = *ask.retain;
  return wire::tell_snapshot(*job, *stored);
}

Answer ResultOperations::on(const DeleteSnapshot& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/model_snapshots/delete", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->change_analysis().snapshots().find(ask.snapshot) == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  if (job->analysis().snapshots().current_id() == ask.snapshot)
    return bad_request(fmt::format("Model snapshot '{}' is the active snapshot for job '{}', so cannot be deleted",
                                   ask.snapshot, ask.job));
  job->change_analysis().snapshots().remove(ask.snapshot);
  return accepted(Acknowledged{});
}

}  // namespace closecheck::sut
