#include "in_process/result_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "in_process/answers.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"

namespace closecheck::sut {
namespace {

/// One page of a list, by the API's defaults for what was not sent.
template <class Item>
std::optional<Response> cut_page(std::vector<Item>& all, std::optional<int> from_sent, std::optional<int> size_sent) {
  const int from = from_sent.value_or(0);
  const int size = size_sent.value_or(100);
  if (from < 0) return bad_request("Parameter [from] cannot be < 0");
  if (size < 0) return bad_request("Parameter [size] cannot be < 0");
  if (std::int64_t{from} + size > 10'000)
    return bad_request("The sum of parameters [from] and [size] cannot be higher than 10000.");
  const std::size_t first = std::min(all.size(), static_cast<std::size_t>(from));
  const std::size_t last = std::min(all.size(), first + static_cast<std::size_t>(size));
  all.resize(last);
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
  return std::nullopt;
}

double sort_key(const ResultBucket* bucket, std::string_view name) {
  if (name == "anomaly_score" || name == "initial_anomaly_score") return bucket->score;
  if (name == "event_count") return static_cast<double>(bucket->event_count);
  return static_cast<double>(bucket->start_ms);
}

double sort_key(const ResultRecord* record, std::string_view name) {
  if (name == "timestamp") return static_cast<double>(record->start_ms);
  if (name == "probability") return record->probability;
  if (name == "detector_index") return static_cast<double>(record->item);
  return record->score;
}

double sort_key(const StoredSnapshot* stored, std::string_view name) {
  const auto time = [](const std::optional<std::int64_t>& ms) { return static_cast<double>(ms.value_or(0)); };
  if (name == "latest_record_time_stamp") return time(stored->listed.latest_record_ms);
  if (name == "latest_result_time_stamp") return time(stored->listed.latest_result_ms);
  return time(stored->listed.timestamp_ms);
}

/// Buckets of one score are in the order of their times, whichever way it goes.
std::int64_t tie_key(const ResultBucket* bucket) {
  return bucket->start_ms;
}
template <class Item>
std::int64_t tie_key(const Item*) {
  return 0;
}

/// In the order that was asked for; of equals the first stays first.
template <class Item>
void sort_by(std::vector<Item>& items, std::string_view name, bool descending) {
  const auto before = [&](const Item& a, const Item& b) {
    const auto first = std::pair(sort_key(a, name), tie_key(a));
    const auto second = std::pair(sort_key(b, name), tie_key(b));
    return descending ? first > second : first < second;
  };
  if (!std::ranges::is_sorted(items, before)) std::ranges::stable_sort(items, before);
}

Response unknown_snapshot(std::string_view job, std::string_view snapshot) {
  return not_found(fmt::format("No model snapshot with id [{}] exists for job [{}]", snapshot, job));
}

bool within(const Selection& selection, std::int64_t time_ms) {
  return (!selection.at_ms || time_ms == *selection.at_ms) && (!selection.start_ms || time_ms >= *selection.start_ms) &&
         (!selection.end_ms || time_ms < *selection.end_ms);
}

/// The results that a read finds, in the order in which it shows them.
template <class Item>
std::vector<const Item*> found_among(const std::vector<Item>& all, const Selection& selection,
                                     const ListOptions& options, bool descending) {
  const bool finals_only = selection.exclude_interim.value_or(false);
  std::vector<const Item*> found;
  found.reserve(all.size());
  for (const Item& item : all)
    if (within(selection, item.start_ms) && item.score >= options.score_min && !(finals_only && item.interim))
      found.push_back(&item);
  sort_by(found, options.sort, descending);
  return found;
}

SnapshotDetails::Snapshot details_of(const Job& job, const StoredSnapshot& stored) {
  return {stored.description, stored.retain, stored.documents, model_size(job, stored.model.bytes())};
}

ServiceAnswer show(const Turn& turn, const Job& job, const StoredSnapshot& stored) {
  return turn.tell(accepted(Acknowledged{}), [&] {
    return ShownSnapshot{job.id(), stored.listed, details_of(job, stored)};
  });
}

std::int64_t span_s(const Job& job) {
  return job.analysis().plan().span_ms / 1'000;
}

RecordDetails::Record details_of(const Plan& plan, const ResultRecord& record) {
  const Plan::Item& item = plan.items[record.item];
  return {record.probability, record.typical, record.actual, record.item,          counts_records(item.function),
          item.field,         item.by_field,  record.by,     item.partition_field, record.partition};
}

}  // namespace

Answer ResultOperations::on(const GetBuckets& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/results/buckets/get", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const bool closed = job->state() == JobState::closed;
  auto from = ask.from;
  if (closed && turn_.manner.deviates(Deviation::second_page_repeats_first)) from = 0;
  std::vector<const ResultBucket*> found =
      found_among(job->analysis().results().buckets, ask.selection, turn_.detail_or_usual<ListOptions>(),
                  ask.selection.descending.value_or(false));
  if (ask.selection.at_ms && found.empty())
    return not_found(fmt::format("No bucket of job [{}] begins at [{}]", ask.job, *ask.selection.at_ms));
  if (closed && turn_.manner.deviates(Deviation::oldest_result_fades) && !found.empty() &&
      turn_.now - job->past().closed_at >= kSecond)
    found.erase(found.begin());
  BucketPage page{static_cast<std::int64_t>(found.size()), {}};
  if (auto refusal = cut_page(found, from, ask.size)) return refusal;
  if (closed && turn_.manner.deviates(Deviation::pages_hold_ten)) found.resize(std::min<std::size_t>(found.size(), 10));
  page.buckets.reserve(found.size());
  for (const ResultBucket* bucket : found) page.buckets.push_back(*bucket);
  if (closed && turn_.manner.deviates(Deviation::results_change_while_closed))
    job->change_analysis().lower_event_counts();
  return turn_.tell(accepted(std::move(page)), [&] {
    BucketDetails details{span_s(*job), {}};
    for (const ResultBucket* bucket : found) details.probabilities.push_back(bucket->probability);
    return details;
  });
}

Answer ResultOperations::on(const GetRecords& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/results/records/get", turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const ListOptions& options = turn_.detail_or_usual<ListOptions>();
  std::vector<const ResultRecord*> found = found_among(job->analysis().results().records, ask.selection, options,
                                                       options.selection.descending.value_or(true));
  RecordPage page{static_cast<std::int64_t>(found.size()), {}};
  auto from = ask.from;
  if (job->state() == JobState::closed && turn_.manner.deviates(Deviation::second_page_of_records_repeats_first))
    from = 0;
  if (auto refusal = cut_page(found, from, ask.size)) return refusal;
  for (const ResultRecord* record : found) page.records.push_back(*record);
  return turn_.tell(accepted(std::move(page)), [&] {
    RecordDetails details{span_s(*job), {}};
    for (const ResultRecord* record : found) details.records.push_back(details_of(job->analysis().plan(), *record));
    return details;
  });
}

Answer ResultOperations::on(const GetSnapshots& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/model_snapshots/get", turn_.who);
  const Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const ListOptions& options = turn_.detail_or_usual<SnapshotSelection>().list;
  const bool all = ask.snapshot.empty() || ask.snapshot == "_all";
  std::vector<const StoredSnapshot*> found;
  if (!turn_.manner.deviates(Deviation::writes_no_snapshot))
    for (const StoredSnapshot& stored : job->analysis().snapshots().all())
      if ((all || stored.listed.id == ask.snapshot) &&
          within(options.selection, stored.listed.timestamp_ms.value_or(0)))
        found.push_back(&stored);
  if (turn_.manner.deviates(Deviation::close_hides_snapshots_of_others) &&
      std::ranges::any_of(jobs_, [&](const Job& other) { return other.past().closed_at > job->past().closed_at; }))
    found.clear();
  if (turn_.manner.deviates(Deviation::snapshot_is_shown_late) && job->state() == JobState::closed && !found.empty() &&
      turn_.now - job->past().closed_at < 300 * kMillisecond)
    found.pop_back();
  // Of two of one time the later one is the newer.
  const bool descending = options.selection.descending.value_or(true);
  if (descending) std::ranges::reverse(found);
  sort_by(found, options.sort, descending);
  SnapshotList list{static_cast<std::int64_t>(found.size()), {}};
  if (auto refusal = cut_page(found, ask.from, ask.size)) return refusal;
  for (const StoredSnapshot* stored : found) list.snapshots.push_back(stored->listed);
  return turn_.tell(accepted(std::move(list)), [&] {
    SnapshotDetails details;
    for (const StoredSnapshot* stored : found) details.snapshots.push_back(details_of(*job, *stored));
    return details;
  });
}

Answer ResultOperations::on(const RevertSnapshot& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/model_snapshots/revert")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->state() != JobState::closed) return conflict("Can only revert to a model snapshot when the job is closed.");
  const StoredSnapshot* stored = job->change_analysis().snapshots().find(ask.snapshot);
  if (stored == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  const bool deletes = turn_.detail_or_usual<RevertOptions>().delete_intervening_results;
  job->change_analysis().revert_to(*stored, deletes);
  if (deletes && turn_.details != nullptr)
    remove_later_documents_of(indices_, *job, stored->listed.latest_result_ms.value_or(0));
  return show(turn_, *job, *stored);
}

Answer ResultOperations::on(const ResetJob& ask) {
  if (!may_manage(turn_.manner, turn_.who)) return forbidden("admin/xpack/ml/job/reset", turn_.who);
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->state() != JobState::closed) return conflict("Can only reset a job when it is closed.");
  job->change_analysis() = JobAnalysis(job->analysis().plan());
  return accepted(Acknowledged{});
}

Answer ResultOperations::on(const UpdateSnapshot& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/model_snapshots/update")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  StoredSnapshot* stored = job->change_analysis().snapshots().find(ask.snapshot);
  if (stored == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  if (ask.description) stored->description = *ask.description;
  if (ask.retain) stored->retain = *ask.retain;
  return show(turn_, *job, *stored);
}

Answer ResultOperations::on(const UpgradeSnapshot& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/model_snapshots/upgrade")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->change_analysis().snapshots().find(ask.snapshot) == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  return conflict(
      fmt::format("Cannot upgrade job [{}] snapshot [{}] as it is already compatible with current version {}", ask.job,
                  ask.snapshot, text_of(turn_.manner.profile.implemented_version())));
}

Answer ResultOperations::on(const GetSnapshotUpgrades& ask) {
  if (!may_read(turn_.manner, turn_.who))
    return forbidden("monitor/xpack/ml/job/model_snapshots/upgrade/stats/get", turn_.who);
  const bool is_pattern = ask.snapshot == "_all" || ask.snapshot.find('*') != std::string::npos;
  if (!is_pattern || !ask.allow_none)
    return not_found(fmt::format("No snapshot upgrade is running for [{}] of job [{}]", ask.snapshot, ask.job));
  return ServiceAnswer(accepted(Acknowledged{}), SnapshotUpgrades{});
}

Answer ResultOperations::on(const DeleteSnapshot& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/model_snapshots/delete")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->change_analysis().snapshots().find(ask.snapshot) == nullptr) return unknown_snapshot(ask.job, ask.snapshot);
  if (job->analysis().snapshots().current_id() == ask.snapshot)
    return bad_request(fmt::format("Model snapshot '{}' is the active snapshot for job '{}', so cannot be deleted",
                                   ask.snapshot, ask.job));
  job->change_analysis().snapshots().remove(ask.snapshot);
  if (Index* index = indices_.find(state_index(turn_.manner)))
    index->remove_if([state = fmt::format("{}_model_state_{}#", ask.job, ask.snapshot)](const Document& document) {
      return document.id.starts_with(state);
    });
  return accepted(Acknowledged{});
}

}  // namespace closecheck::sut
