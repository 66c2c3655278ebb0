#include "in_process/job.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace closecheck::sut {
namespace {

/// Records wait in the buffer until the next upload finds so many there, or until a flush or a close.
constexpr std::size_t kBufferRecords = 64;
constexpr std::int64_t kBytesPerBufferedRecord = sizeof(Event);
constexpr std::size_t kSnapshotsKept = 10;
constexpr int kClosingSteps = 4;
constexpr Duration kSlowKill = 300 * kMillisecond;

}  // namespace

Job::Job(std::string id, JobConfig config, Plan plan, std::int64_t wall_ms)
    : Job(std::move(id), std::move(config), JobOptions{}, std::move(plan), wall_ms) {}

Job::Job(std::string id, JobConfig config, JobOptions options, Plan plan, std::int64_t wall_ms)
    : id_(std::move(id)),
      config_(std::move(config)),
      options_(std::move(options)),
      plan_(std::move(plan)),
      created_ms_(wall_ms) {}

std::int64_t Job::model_bytes() const {
  // The model tells its size with every bucket that the data passes, and when it is kept; not before.
  const auto bucket_of = [&](const std::optional<std::int64_t>& time_ms) {
    return time_ms.value_or(0) / plan_.span_ms;
  };
  const bool passed = bucket_of(counts_.earliest_record_ms) != bucket_of(counts_.latest_record_ms);
  if (state_ != JobState::closed && !passed && snapshots_.empty()) return 0;
  return model_.bytes() + kBytesPerBufferedRecord * static_cast<std::int64_t>(buffer_.size());
}

void Job::update(const UpdateJob& change) {
  note_change();
  if (change.description) config_.description = *change.description;
  if (change.custom_settings) config_.custom_settings = *change.custom_settings;
  if (change.groups) config_.groups = *change.groups;
}

void Job::update(const JobUpdate& change) {
  note_change();
  if (change.model_memory_limit) config_.model_memory_limit = *change.model_memory_limit;
  for (const auto& [path, value] : change.members) {
    // What was there under the path is replaced as a whole.
    std::erase_if(options_.members, [&path = path](const auto& member) {
      return member.first == path || member.first.starts_with(path + ".");
    });
    if (value != "null") options_.members.emplace_back(path, value);
  }
  options_.detectors.resize(config_.detectors.size());
  for (const auto& [place, description] : change.detectors) {
    Members& members = options_.detectors[place];
    std::erase_if(members, [](const auto& member) { return member.first == "detector_description"; });
    members.emplace_back("detector_description", description);
  }
}

void Job::open(const Manner& manner, Time now, std::int64_t wall_ms) {
  note_change();
  // Work that a forced close left in the background must not reach into the new process.
  while (step_ != JobStep::none) {
    step_due_ = now;
    advance(manner, now, wall_ms);
  }
  afterwards_due_ = kNever;
  state_ = JobState::opening;
  ++opens_;
  forced_ = false;
  step_ = JobStep::finish_opening;
  step_due_ = now + opening(manner);
}

Duration Job::opening(const Manner& manner) const {
  if (manner.varies(Variant::closes_instantly)) return 0;
  return manner.varies(Variant::opening_takes_a_second) ? kSecond : manner.housekeeping_base / 10;
}

void Job::resume(const Manner& manner, Time now) {
  note_change();
  waiting_opens.clear();
  waiting_closes.clear();
  // What hung was the process that is gone.
  hang_close_ = false;
  if (state_ == JobState::opened || state_ == JobState::opening) {
    if (step_ != JobStep::finish_resuming)
      step_ = state_ == JobState::opened ? JobStep::finish_resuming : JobStep::finish_opening;
    state_ = JobState::opening;
    step_due_ = now + opening(manner);
  } else if (step_ != JobStep::none && step_due_ == kNever) {
    step_due_ = now + step_length_;
  }
}

void Job::restore(const Manner& manner) {
  Model restored;
  for (const StoredSnapshot& stored : snapshots_)
    if (stored.listed.id == snapshot_id_) restored = stored.model;
  if (manner.deviates(Deviation::reopen_starts_from_scratch)) {
    restored = Model{};
    counts_ = DataCounts{};
    more_counts_ = MoreCounts{};
    results_ = Results{};
  }
  if (manner.deviates(Deviation::reopen_loses_unfinished_bucket)) restored.doubt_unfinished();
  if (manner.deviates(Deviation::reopen_repeats_unfinished_bucket)) restored.double_unfinished();
  if (manner.deviates(Deviation::counts_twice_at_second_reopen) && opens_ == 3) {
    counts_.input_records *= 2;
    counts_.processed_records *= 2;
  }
  restored.skip_to(counts_.latest_record_ms, results_);
  model_ = std::move(restored);
  analysed_counts_ = counts_;
  analysed_more_counts_ = more_counts_;
}

DataCounts Job::classify(const std::vector<Record>& records, std::optional<std::int64_t>& latest,
                         std::vector<Event>* kept) const {
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
    for (const Plan::Item& item : plan_.items)
      if (item.splits() && record.entity.empty()) ++upload.missing_fields;
    if (!upload.earliest_record_ms) upload.earliest_record_ms = record.time_ms;
    upload.latest_record_ms = record.time_ms;
    if (kept != nullptr) kept->push_back(Event{record, {}, 0, 0, 0});
  }
  return upload;
}

void Job::count(const DataCounts& upload) {
  note_change();
  counts_.input_records += upload.input_records;
  counts_.processed_records += upload.processed_records;
  counts_.invalid_dates += upload.invalid_dates;
  counts_.out_of_order += upload.out_of_order;
  counts_.missing_fields += upload.missing_fields;
  if (!counts_.earliest_record_ms) counts_.earliest_record_ms = upload.earliest_record_ms;
  if (upload.latest_record_ms) counts_.latest_record_ms = upload.latest_record_ms;
}

DataCounts Job::post(const Manner& manner, const std::vector<Record>& records) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  std::optional<std::int64_t> latest = taken_up_to();
  const DataCounts upload = classify(records, latest, &buffer_);
  count(upload);
  took_data_ = took_data_ || upload.processed_records > 0;
  return upload;
}

std::optional<std::int64_t> Job::taken_up_to() const {
  return std::max(counts_.latest_record_ms, model_.not_before_ms());
}

UploadCounts Job::take(std::vector<Event>& events, std::optional<std::int64_t> latest, std::int64_t wall_ms) {
  UploadCounts upload;
  DataCounts& counts = upload.counts;
  buffer_.reserve(buffer_.size() + events.size());
  for (Event& event : events) {
    ++counts.input_records;
    upload.more.input_fields += event.fields;
    if (event.time_ms == Record::kInvalidTime) {
      ++counts.invalid_dates;
      continue;
    }
    if (latest && event.time_ms < *latest) {
      ++counts.out_of_order;
      continue;
    }
    latest = event.time_ms;
    ++counts.processed_records;
    counts.missing_fields += event.missing_fields;
    upload.more.processed_fields += event.analysed_fields;
    if (!counts.earliest_record_ms) counts.earliest_record_ms = event.time_ms;
    counts.latest_record_ms = event.time_ms;
    buffer_.push_back(std::move(event));
  }
  upload.more.last_data_ms = wall_ms;
  count(counts);
  more_counts_.input_fields += upload.more.input_fields;
  more_counts_.processed_fields += upload.more.processed_fields;
  more_counts_.last_data_ms = wall_ms;
  took_data_ = took_data_ || counts.processed_records > 0;
  return upload;
}

UploadCounts Job::post(const Manner& manner, const PostedData& data, std::int64_t wall_ms) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  std::optional<std::int64_t> latest = taken_up_to();
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
  std::vector<Event> events = events_of(data.upload, plan_);
  UploadCounts upload = take(events, latest, wall_ms);
  upload.more.input_bytes = data.upload.bytes;
  more_counts_.input_bytes += data.upload.bytes;
  return upload;
}

void Job::post_events(const Manner& manner, std::vector<Event> events, std::int64_t wall_ms) {
  if (buffer_.size() >= kBufferRecords) drain(manner, results_);
  take(events, taken_up_to(), wall_ms);
}

DataCounts Job::post_queued(const std::vector<Record>& records) {
  note_change();
  std::optional<std::int64_t> latest = counts_.latest_record_ms;
  for (const Record& waiting : queue_)
    if (waiting.time_ms != Record::kInvalidTime && (!latest || waiting.time_ms > *latest)) latest = waiting.time_ms;
  queue_.insert(queue_.end(), records.begin(), records.end());
  return classify(records, latest, nullptr);
}

DataCounts Job::post_unseen(const std::vector<Record>& records) {
  std::optional<std::int64_t> latest = counts_.latest_record_ms;
  const DataCounts upload = classify(records, latest, nullptr);
  count(upload);
  analysed_counts_ = counts_;
  return upload;
}

void Job::drain(const Manner& manner, Results& results) {
  note_change();
  const std::int64_t before = results.final_buckets();
  for (const Event& event : buffer_)
    more_counts_.empty_buckets += model_.take(plan_, event, manner.varies(Variant::reports_empty_buckets), results);
  buffer_.clear();
  counts_.buckets += std::max<std::int64_t>(0, results.final_buckets() - before);
  analysed_counts_ = counts_;
  analysed_more_counts_ = more_counts_;
}

void Job::flush(const Manner& manner, bool calc_interim, const FlushOptions& options) {
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

Duration Job::housekeeping(const Manner& manner) const {
  if (manner.varies(Variant::closes_instantly)) return 0;
  const Duration base = manner.housekeeping_base * (manner.varies(Variant::housekeeping_takes_long) ? 20 : 1);
  return base + base / 1'000 * std::min<std::int64_t>(counts_.processed_records, 50'000);
}

void Job::begin_closing(Time now, Duration whole) {
  note_change();
  early_latest_ms_ = model_.latest_record_ms().value_or(counts_.earliest_record_ms.value_or(0) - plan_.span_ms);
  step_ = JobStep::flush_buffer;
  step_length_ = whole / kClosingSteps;
  step_due_ = now + step_length_;
}

void Job::close(const Manner& manner, Time now) {
  state_ = JobState::closing;
  forced_ = false;
  begin_closing(now, slow_close_ > 0 ? slow_close_ : housekeeping(manner));
  if (hang_close_) step_due_ = kNever;
  slow_close_ = 0;
}

void Job::close_in_background(const Manner& manner, Time now) {
  note_change();
  const bool under_way = state_ == JobState::closing;
  state_ = JobState::closing;
  forced_ = true;
  hang_close_ = false;
  if (under_way) {
    // What a first close has done need not be done again; what is left goes on at the usual pace.
    step_length_ = housekeeping(manner) / kClosingSteps;
    step_due_ = std::min(step_due_, now + step_length_);
  } else {
    begin_closing(now, housekeeping(manner));
  }
}

void Job::die() {
  note_change();
  buffer_.clear();
  counts_ = analysed_counts_;
  more_counts_ = analysed_more_counts_;
  took_data_ = false;
  step_ = JobStep::none;
  step_due_ = kNever;
}

void Job::kill(Time now) {
  die();
  hang_close_ = false;
  killed_slowly_ = false;
  state_ = JobState::closed;
  closed_at_ = now;
  forced_ = true;
}

void Job::kill_slowly(Time now) {
  kill(now);
  state_ = JobState::closing;
  killed_slowly_ = true;
  step_ = JobStep::persist_snapshot;
  step_due_ = now + kSlowKill;
}

void Job::fail() {
  die();
  hang_close_ = false;
  killed_slowly_ = false;
  state_ = JobState::failed;
}

void Job::read_closed_early(Time now) {
  note_change();
  if (state_ != JobState::closing) return;
  state_ = JobState::closed;
  closed_at_ = now;
}

void Job::stay_open() {
  note_change();
  state_ = JobState::opened;
  step_ = JobStep::none;
  step_due_ = kNever;
  hang_close_ = false;
}

void Job::revert_to(const StoredSnapshot& snapshot, bool delete_intervening_results) {
  note_change();
  snapshot_id_ = snapshot.listed.id;
  counts_.latest_record_ms = snapshot.listed.latest_record_ms;
  analysed_counts_ = counts_;
  model_ = snapshot.model;
  if (!delete_intervening_results) return;
  const auto is_later = [last = model_.latest_result_ms()](std::int64_t start_ms) { return !last || start_ms > *last; };
  std::erase_if(results_.buckets, [&](const ResultBucket& bucket) { return is_later(bucket.start_ms); });
  std::erase_if(results_.records, [&](const ResultRecord& record) { return is_later(record.start_ms); });
}

StoredSnapshot* Job::find_snapshot(std::string_view snapshot) {
  note_change();
  for (StoredSnapshot& stored : snapshots_)
    if (stored.listed.id == snapshot) return &stored;
  return nullptr;
}

void Job::delete_snapshot(std::string_view snapshot) {
  note_change();
  std::erase_if(snapshots_, [&](const StoredSnapshot& stored) { return stored.listed.id == snapshot; });
}

void Job::lower_event_counts() {
  note_change();
  for (ResultBucket& bucket : results_.buckets) bucket.event_count = std::max<std::int64_t>(0, bucket.event_count - 1);
}

void Job::persist(const Manner& manner, std::int64_t wall_ms) {
  if (!took_data_) return;
  // What a client is shown of the snapshot may be wrong; the job itself goes on from what is kept.
  const bool misses = manner.deviates(Deviation::snapshot_misses_last_records);
  Snapshot listed;
  listed.id = std::to_string(manner.varies(Variant::snapshot_ids_of_whole_seconds) ? wall_ms / 1'000 : wall_ms);
  listed.timestamp_ms = wall_ms;
  listed.latest_record_ms = misses ? early_latest_ms_ : model_.latest_record_ms();
  listed.latest_result_ms = model_.latest_result_ms();
  std::erase_if(snapshots_, [&](const StoredSnapshot& stored) { return stored.listed.id == listed.id; });
  snapshot_id_ = listed.id;
  StoredSnapshot& stored = snapshots_.emplace_back();
  stored.listed = std::move(listed);
  stored.number = ++last_snapshot_number_;
  stored.model = model_;
  if (snapshots_.size() > kSnapshotsKept) {
    const auto oldest = std::ranges::find(snapshots_, false, &StoredSnapshot::retain);
    if (oldest != snapshots_.end() && oldest->listed.id != snapshot_id_) snapshots_.erase(oldest);
  }
  took_data_ = false;
}

void Job::come_to_rest(const Manner& manner, Time now, std::int64_t wall_ms) {
  state_ = JobState::closed;
  closed_at_ = now;
  if (!forced_) finished_ms_ = wall_ms;
  if (manner.deviates(Deviation::loses_configuration_at_close)) {
    config_.description.clear();
    config_.custom_settings.clear();
  }
  if (manner.deviates(Deviation::closed_job_reopens_itself) && !waiting_closes.empty())
    afterwards_due_ = now + kSecond / 2;
  if (manner.deviates(Deviation::analyses_after_close)) afterwards_due_ = now + 700 * kMillisecond;
}

void Job::happen_afterwards(const Manner& manner, Time now, std::int64_t wall_ms) {
  afterwards_due_ = kNever;
  if (manner.deviates(Deviation::closed_job_reopens_itself)) {
    open(manner, now, wall_ms);
    step_due_ = now;
  } else {
    model_.finish_bucket(plan_, results_);
  }
}

bool Job::advance(const Manner& manner, Time now, std::int64_t wall_ms) {
  note_change();
  if (afterwards_due_ <= now) happen_afterwards(manner, now, wall_ms);
  while (step_due_ <= now) {
    switch (step_) {
      case JobStep::none:
        step_due_ = kNever;
        break;
      case JobStep::finish_opening:
        restore(manner);
        state_ = JobState::opened;
        opened_at_ = now;
        step_ = JobStep::none;
        step_due_ = kNever;
        if (!queue_.empty()) {
          const std::vector<Record> waiting = std::exchange(queue_, {});
          post(manner, waiting);
        }
        return true;
      case JobStep::finish_resuming:
        state_ = JobState::opened;
        opened_at_ = now;
        step_ = JobStep::none;
        step_due_ = kNever;
        return true;
      case JobStep::flush_buffer:
        if (manner.deviates(Deviation::drops_buffered_records)) {
          buffer_.clear();
          counts_ = analysed_counts_;
        }
        if (manner.deviates(Deviation::leaves_buffer_out_of_results)) {
          Results unseen;
          drain(manner, unseen);
        }
        drain(manner, results_);
        step_ = JobStep::finalize_results;
        break;
      case JobStep::finalize_results:
        drop_interim(results_);
        if (manner.varies(Variant::keeps_interim_result)) model_.write_interim(plan_, results_);
        if (manner.deviates(Deviation::leaves_passed_bucket_interim) && !results_.buckets.empty())
          results_.buckets.back().interim = true;
        step_ = JobStep::prune_model;
        break;
      case JobStep::prune_model:
        if (manner.deviates(Deviation::prunes_needed_history)) model_.forget();
        if (!manner.deviates(Deviation::prunes_nothing)) model_.prune(plan_);
        step_ = JobStep::persist_snapshot;
        break;
      case JobStep::persist_snapshot:
        if (!killed_slowly_) persist(manner, wall_ms);
        killed_slowly_ = false;
        come_to_rest(manner, now, wall_ms);
        step_ = JobStep::none;
        step_due_ = kNever;
        return true;
    }
    if (step_ != JobStep::none) step_due_ += step_length_;
  }
  return false;
}

}  // namespace closecheck::sut
