#include "in_process/job_analysis.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "in_process/read_records.h"

namespace closecheck::sut {
namespace {

/// Records wait in the buffer until the next upload finds so many there, or until a flush or a close.
constexpr std::size_t kBufferRecords = 64;
constexpr std::int64_t kBytesPerBufferedRecord = sizeof(ReadRecord);

/// Counts an upload of a job that has taken records up to `latest`; `kept` gets what is to be analysed.
DataCounts classify(const Plan& plan, const std::vector<Record>& records, std::optional<std::int64_t> latest,
                    std::vector<ReadRecord>* kept) {
  DataCounts upload;
  for (const Record& record : records) {
    ++upload.input_records;
    if (record.time_ms == Record::kInvalidTime) {
      ++upload.invalid_dates;
      continue;
    }
    if (latest && record.time_ms < *latest) {
      ++upload.out_of_order;
      continue;
    }
    latest = record.time_ms;
    ++upload.processed_records;
    for (const Plan::Item& item : plan.items)
      if (item.splits() && record.entity.empty()) ++upload.missing_fields;
    if (!upload.earliest_record_ms) upload.earliest_record_ms = record.time_ms;
    upload.latest_record_ms = record.time_ms;
    if (kept != nullptr) kept->push_back(ReadRecord{record, {}, 0, 0, 0});
  }
  return upload;
}

void add(DataCounts& counts, const DataCounts& upload) {
  counts.input_records += upload.input_records;
  counts.processed_records += upload.processed_records;
  counts.invalid_dates += upload.invalid_dates;
  counts.out_of_order += upload.out_of_order;
  counts.missing_fields += upload.missing_fields;
  if (!counts.earliest_record_ms) counts.earliest_record_ms = upload.earliest_record_ms;
  if (upload.latest_record_ms) counts.latest_record_ms = upload.latest_record_ms;
}

/// What is older was taken before, or is left out.
std::optional<std::int64_t> taken_up_to(const DataCounts& counts, const Model& model) {
  return std::max(counts.latest_record_ms, model.not_before_ms());
}

}  // namespace

std::int64_t JobAnalysis::model_bytes(bool while_closed) const {
  // The model tells its size with every bucket that the data passes, and when it is kept; not before.
  const auto bucket_of = [&](const std::optional<std::int64_t>& time_ms) {
    return time_ms.value_or(0) / plan_.span_ms;
  };
  const bool passed = bucket_of(counts_.earliest_record_ms) != bucket_of(counts_.latest_record_ms);
  if (!while_closed && !passed && snapshots_.all().empty()) return 0;
  return model_.bytes() + kBytesPerBufferedRecord * static_cast<std::int64_t>(buffer_.size());
}

void JobAnalysis::start(const Manner& manner, int opens) {
  Model restored = snapshots_.current_model();
  if (manner.deviates(Deviation::reopen_starts_from_scratch) ||
      (manner.deviates(Deviation::second_reopen_starts_from_scratch) && opens == 3)) {
    restored = Model{};
    counts_ = DataCounts{};
    more_counts_ = MoreCounts{};
    results_ = Results{};
  }
  if (manner.deviates(Deviation::reopen_loses_unfinished_bucket)) restored.doubt_unfinished();
  if (manner.deviates(Deviation::reopen_repeats_unfinished_bucket)) restored.double_unfinished();
  if (manner.deviates(Deviation::counts_twice_at_second_reopen) && opens == 3) {
    counts_.input_records *= 2;
    counts_.processed_records *= 2;
  }
  restored.skip_to(counts_.latest_record_ms, results_);
  model_ = std::move(restored);
  if (manner.deviates(Deviation::reopen_drops_results)) results_ = Results{};
  analysed_counts_ = counts_;
  analysed_more_counts_ = more_counts_;
  if (queue_.empty()) return;
  const std::vector<Record> waiting = std::exchange(queue_, {});
  post(manner, waiting);
}

DataCounts JobAnalysis::post(const Manner& manner, const std::vector<Record>& records) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  const DataCounts upload = classify(plan_, records, taken_up_to(counts_, model_), &buffer_);
  add(counts_, upload);
  took_data_ = took_data_ || upload.processed_records > 0;
  return upload;
}

UploadCounts JobAnalysis::take(std::vector<ReadRecord>& records, std::optional<std::int64_t> latest,
                               std::int64_t wall_ms) {
  UploadCounts upload;
  DataCounts& counts = upload.counts;
  buffer_.reserve(buffer_.size() + records.size());
  for (ReadRecord& record : records) {
    ++counts.input_records;
    upload.more.input_fields += record.fields;
    if (record.time_ms == Record::kInvalidTime) {
      ++counts.invalid_dates;
      continue;
    }
    if (latest && record.time_ms < *latest) {
      ++counts.out_of_order;
      continue;
    }
    latest = record.time_ms;
    ++counts.processed_records;
    counts.missing_fields += record.missing_fields;
    upload.more.processed_fields += record.analysed_fields;
    if (!counts.earliest_record_ms) counts.earliest_record_ms = record.time_ms;
    counts.latest_record_ms = record.time_ms;
    buffer_.push_back(std::move(record));
  }
  upload.more.last_data_ms = wall_ms;
  add(counts_, counts);
  more_counts_.input_fields += upload.more.input_fields;
  more_counts_.processed_fields += upload.more.processed_fields;
  more_counts_.last_data_ms = wall_ms;
  took_data_ = took_data_ || counts.processed_records > 0;
  if (counts.processed_records > 0) told_size.reset();
  return upload;
}

UploadCounts JobAnalysis::post(const Manner& manner, const PostedData& data, std::int64_t wall_ms) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  std::optional<std::int64_t> latest = taken_up_to(counts_, model_);
  if (data.reset_start_ms || data.reset_end_ms) {
    drain(manner, results_);
    const auto unfinished = model_.unfinished_ms();
    const std::int64_t from = data.reset_start_ms.value_or(std::numeric_limits<std::int64_t>::min());
    const std::int64_t to = data.reset_end_ms.value_or(std::numeric_limits<std::int64_t>::max());
    if (unfinished && from < *unfinished + plan_.span_ms && to > *unfinished) {
      drop_interim(results_);
      model_.drop_unfinished();
      latest = *unfinished;
    }
  }
  std::vector<ReadRecord> records = read_records_of(data.upload, plan_);
  UploadCounts upload = take(records, latest, wall_ms);
  upload.more.input_bytes = data.upload.bytes;
  more_counts_.input_bytes += data.upload.bytes;
  return upload;
}

void JobAnalysis::post(const Manner& manner, std::vector<ReadRecord> records, std::int64_t wall_ms) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  take(records, taken_up_to(counts_, model_), wall_ms);
}

DataCounts JobAnalysis::post_queued(const std::vector<Record>& records) {
  std::optional<std::int64_t> latest = counts_.latest_record_ms;
  for (const Record& waiting : queue_)
    if (waiting.time_ms != Record::kInvalidTime && (!latest || waiting.time_ms > *latest)) latest = waiting.time_ms;
  queue_.insert(queue_.end(), records.begin(), records.end());
  return classify(plan_, records, latest, nullptr);
}

DataCounts JobAnalysis::post_unseen(const std::vector<Record>& records) {
  const DataCounts upload = classify(plan_, records, counts_.latest_record_ms, nullptr);
  add(counts_, upload);
  analysed_counts_ = counts_;
  return upload;
}

void JobAnalysis::drain(const Manner& manner, Results& results) {
  const std::int64_t before = results.final_buckets();
  for (const ReadRecord& record : buffer_)
    more_counts_.empty_buckets += model_.take(plan_, record, manner.varies(Variant::reports_empty_buckets), results);
  buffer_.clear();
  counts_.buckets += std::max<std::int64_t>(0, results.final_buckets() - before);
  analysed_counts_ = counts_;
  analysed_more_counts_ = more_counts_;
}

void JobAnalysis::flush(const Manner& manner, bool calc_interim, const FlushOptions& options) {
  drain(manner, results_);
  if (options.advance_ms || options.skip_ms) {
    const std::int64_t before = results_.final_buckets();
    if (options.advance_ms) model_.advance_to(plan_, *options.advance_ms, results_);
    if (options.skip_ms) {
      drop_interim(results_);
      model_.jump_to(plan_, *options.skip_ms);
    }
    counts_.buckets += std::max<std::int64_t>(0, results_.final_buckets() - before);
    analysed_counts_ = counts_;
  }
  const auto unfinished = model_.unfinished_ms();
  const bool asked = !unfinished || ((!options.start_ms || *options.start_ms < *unfinished + plan_.span_ms) &&
                                     (!options.end_ms || *options.end_ms > *unfinished));
  if (calc_interim && asked) model_.write_interim(plan_, results_);
}

void JobAnalysis::lose_unanalysed() {
  buffer_.clear();
  counts_ = analysed_counts_;
  more_counts_ = analysed_more_counts_;
  took_data_ = false;
}

void JobAnalysis::revert_to(const StoredSnapshot& snapshot, bool delete_intervening_results) {
  snapshots_.go_back_to(snapshot);
  counts_.latest_record_ms = snapshot.listed.latest_record_ms;
  analysed_counts_ = counts_;
  model_ = snapshot.model;
  if (!delete_intervening_results) return;
  const auto is_later = [last = snapshot.listed.latest_result_ms](std::int64_t start_ms) {
    return !last || start_ms > *last;
  };
  std::erase_if(results_.buckets, [&](const ResultBucket& bucket) { return is_later(bucket.start_ms); });
  std::erase_if(results_.records, [&](const ResultRecord& record) { return is_later(record.start_ms); });
}

void JobAnalysis::lower_event_counts() {
  for (ResultBucket& bucket : results_.buckets) bucket.event_count = std::max<std::int64_t>(0, bucket.event_count - 1);
}

void JobAnalysis::take_over(const ResultBucket& bucket) {
  const auto place = std::ranges::upper_bound(results_.buckets, bucket.start_ms, {}, &ResultBucket::start_ms);
  results_.buckets.insert(place, bucket);
}

void JobAnalysis::take_over(ResultRecord record) {
  const auto place = std::ranges::upper_bound(results_.records, record.start_ms, {}, &ResultRecord::start_ms);
  results_.records.insert(place, std::move(record));
}

void JobAnalysis::take_over(const UploadCounts& counts) {
  counts_ = analysed_counts_ = counts.counts;
  more_counts_ = analysed_more_counts_ = counts.more;
}

void JobAnalysis::drop_old(std::optional<std::int64_t> snapshot_age_ms, std::optional<std::int64_t> result_age_ms) {
  if (snapshot_age_ms) snapshots_.drop_old(*snapshot_age_ms);
  if (!result_age_ms || results_.buckets.empty()) return;
  const std::int64_t first_ms = results_.buckets.back().start_ms - *result_age_ms;
  std::erase_if(results_.buckets, [first_ms](const ResultBucket& bucket) { return bucket.start_ms < first_ms; });
  std::erase_if(results_.records, [first_ms](const ResultRecord& record) { return record.start_ms < first_ms; });
}

void JobAnalysis::begin_housekeeping() {
  early_latest_ms_ = model_.latest_record_ms().value_or(counts_.earliest_record_ms.value_or(0) - plan_.span_ms);
}

void JobAnalysis::flush_buffer(const Manner& manner, int cycle) {
  if (manner.deviates(Deviation::drops_buffered_records) ||
      (manner.deviates(Deviation::second_close_drops_buffer) && cycle > 1)) {
    buffer_.clear();
    counts_ = analysed_counts_;
  }
  if (manner.deviates(Deviation::drops_records_over_a_hundred) && buffer_.size() > 100)
    buffer_.erase(buffer_.begin(), buffer_.end() - 100);
  if (manner.deviates(Deviation::leaves_buffer_out_of_results)) {
    Results unseen;
    drain(manner, unseen);
  }
  drain(manner, results_);
}

void JobAnalysis::finalize_results(const Manner& manner, int cycle) {
  drop_interim(results_);
  if (manner.varies(Variant::keeps_interim_result)) model_.write_interim(plan_, results_);
  const bool leaves_interim = manner.deviates(Deviation::leaves_passed_bucket_interim) ||
                              (manner.deviates(Deviation::second_close_leaves_bucket_interim) && cycle > 1);
  if (leaves_interim && !results_.buckets.empty()) results_.buckets.back().interim = true;
  if (manner.deviates(Deviation::second_close_lowers_count) && cycle == 2 && !results_.buckets.empty())
    --results_.buckets.front().event_count;
  if (manner.deviates(Deviation::close_drops_anomalies) ||
      (manner.deviates(Deviation::second_close_drops_anomalies) && cycle == 2))
    results_.records.clear();
}

void JobAnalysis::prune_model(const Manner& manner, int cycle) {
  if (manner.deviates(Deviation::prunes_needed_history)) model_.forget();
  const bool prunes = !manner.deviates(Deviation::prunes_nothing) &&
                      !(manner.deviates(Deviation::prunes_at_first_close_only) && cycle > 1);
  if (prunes) model_.prune(plan_);
}

void JobAnalysis::persist(const Manner& manner, int cycle, std::int64_t wall_ms) {
  if (manner.deviates(Deviation::close_forgets_invalid_dates)) counts_.invalid_dates = 0;
  if (!took_data_) {
    // The only record would be all that there is: a model that begins anew.
    if (manner.deviates(Deviation::idle_cycle_loses_a_record) && counts_.processed_records > 1) {
      --counts_.input_records;
      --counts_.processed_records;
    }
    return;
  }
  // What a client is shown of the snapshot may be wrong; the job itself goes on from what is kept.
  const bool misses = manner.deviates(Deviation::snapshot_misses_last_records);
  Snapshot listed;
  listed.id = std::to_string(manner.varies(Variant::snapshot_ids_of_whole_seconds) ? wall_ms / 1'000 : wall_ms);
  listed.timestamp_ms = wall_ms;
  listed.latest_record_ms = misses ? early_latest_ms_ : model_.latest_record_ms();
  listed.latest_result_ms = model_.latest_result_ms();
  const bool is_stale = manner.deviates(Deviation::later_snapshots_are_stale) && cycle > 1 && !snapshots_.all().empty();
  if (is_stale) listed.latest_record_ms = snapshots_.all().front().listed.latest_record_ms;
  snapshots_.keep(std::move(listed), model_);
  took_data_ = false;
}

}  // namespace closecheck::sut
