// Which members of the core's values are stored, in order. Where a value is a plain aggregate its members are bound by
// name: a new member does not compile until somebody has decided here whether it is stored. A change of what is stored
// needs a new version of the store.
#pragma once

#include "in_process/core.h"
#include "in_process/job_configuration.h"
#include "in_process/state_archive.h"

namespace closecheck::sut {

template <class Archive, Is<Record> Value>
void fields(Archive& archive, Value& value) {
  auto& [time_ms, number, entity] = value;
  archive(time_ms, number, entity);
}
template <class Archive, Is<Reading> Value>
void fields(Archive& archive, Value& value) {
  auto& [number, by, partition, present] = value;
  archive(number, by, partition, present);
}

/// The base of a value, constant where the value is.
template <class Base, class Value>
auto& base_of(Value& value) {
  return static_cast<std::conditional_t<std::is_const_v<Value>, const Base&, Base&>>(value);
}

// Members of a value with a base cannot be bound: a twin that grows no further tells a new one.
struct ReadRecordTwin : Record {
  std::vector<Reading> readings;
  std::int32_t fields, analysed_fields, missing_fields;
};
static_assert(sizeof(ReadRecord) == sizeof(ReadRecordTwin), "what is stored of a record, and the store's version?");
template <class Archive, Is<ReadRecord> Value>
void fields(Archive& archive, Value& value) {
  fields(archive, base_of<Record>(value));
  archive(value.readings, value.fields, value.analysed_fields, value.missing_fields);
}

template <class Archive, Is<Bucket> Value>
void fields(Archive& archive, Value& value) {
  auto& [start_ms, event_count, interim, score] = value;
  archive(start_ms, event_count, interim, score);
}
struct ResultBucketTwin : Bucket {
  double probability;
};
static_assert(sizeof(ResultBucket) == sizeof(ResultBucketTwin), "what is stored of a bucket, and the store's version?");
template <class Archive, Is<ResultBucket> Value>
void fields(Archive& archive, Value& value) {
  fields(archive, base_of<Bucket>(value));
  archive(value.probability);
}
template <class Archive, Is<AnomalyRecord> Value>
void fields(Archive& archive, Value& value) {
  auto& [start_ms, function, entity, score, interim] = value;
  archive(start_ms, function, entity, score, interim);
}
struct ResultRecordTwin : AnomalyRecord {
  std::uint32_t item;
  std::string by, partition;
  double probability, typical, actual;
};
static_assert(sizeof(ResultRecord) == sizeof(ResultRecordTwin), "what is stored of a record, and the store's version?");
template <class Archive, Is<ResultRecord> Value>
void fields(Archive& archive, Value& value) {
  fields(archive, base_of<AnomalyRecord>(value));
  archive(value.item, value.by, value.partition, value.probability, value.typical, value.actual);
}

template <class Archive, Is<Entity> Value>
void fields(Archive& archive, Value& value) {
  auto& [item, by, partition, buckets, weight, mean, squares, last_seen_ms, count, sum, min, max] = value;
  archive(item, by, partition, buckets, weight, mean, squares, last_seen_ms, count, sum, min, max);
}
template <class Archive, Is<PastBucket> Value>
void fields(Archive& archive, Value& value) {
  auto& [start_ms, count] = value;
  archive(start_ms, count);
}

template <class Archive, Is<Detector> Value>
void fields(Archive& archive, Value& value) {
  auto& [function, field, by_field, partition_field] = value;
  archive(function, field, by_field, partition_field);
}
template <class Archive, Is<JobConfig> Value>
void fields(Archive& archive, Value& value) {
  auto& [description, groups, bucket_span, detectors, time_field, time_format, model_memory_limit, custom_settings] =
      value;
  archive(description, groups, bucket_span, detectors, time_field, time_format, model_memory_limit, custom_settings);
}
template <class Archive, Is<JobOptions> Value>
void fields(Archive& archive, Value& value) {
  auto& [members, detectors, prune_window] = value;
  archive(members, detectors, prune_window);
}
template <class Archive, Is<DataCounts> Value>
void fields(Archive& archive, Value& value) {
  auto& [input, processed, invalid_dates, out_of_order, missing_fields, buckets, earliest_ms, latest_ms] = value;
  archive(input, processed, invalid_dates, out_of_order, missing_fields, buckets, earliest_ms, latest_ms);
}
template <class Archive, Is<MoreCounts> Value>
void fields(Archive& archive, Value& value) {
  auto& [processed_fields, input_fields, input_bytes, empty_buckets, last_data_ms] = value;
  archive(processed_fields, input_fields, input_bytes, empty_buckets, last_data_ms);
}

template <class Archive, Is<ModelSize> Value>
void fields(Archive& archive, Value& value) {
  auto& [bytes, by_fields, partition_fields, last_data_ms, latest_result_ms] = value;
  archive(bytes, by_fields, partition_fields, last_data_ms, latest_result_ms);
}

template <class Archive, Is<Snapshot> Value>
void fields(Archive& archive, Value& value) {
  auto& [id, timestamp_ms, latest_record_ms, latest_result_ms] = value;
  archive(id, timestamp_ms, latest_record_ms, latest_result_ms);
}
/// Without the model, which has a row of its own.
template <class Archive, Is<StoredSnapshot> Value>
void fields(Archive& archive, Value& value) {
  auto& [listed, model, number, description, retain, documents] = value;
  archive(listed, number, description, retain, documents);
}

template <class Archive, Is<DocumentQuery> Value>
void fields(Archive& archive, Value& value) {
  auto& [field, above, from, below, up_to, values, others] = value;
  archive(field, above, from, below, up_to, values, others);
}
template <class Archive, Is<FeedOptions> Value>
void fields(Archive& archive, Value& value) {
  auto& [job, indices, query, members, is_update] = value;
  archive(job, indices, query, members, is_update);
}
template <class Archive, Is<Datafeed> Value>
void fields(Archive& archive, Value& value) {
  auto& [id, job, index, options, started, next_ms, end_ms, due, searches] = value;
  archive(id, job, index, options, started, next_ms, end_ms, due, searches);
}

struct DocumentTwin : Record {
  std::string id, type, source;
};
static_assert(sizeof(Document) == sizeof(DocumentTwin), "what is stored of a document, and the store's version?");
template <class Archive, Is<Document> Value>
void fields(Archive& archive, Value& value) {
  fields(archive, base_of<Record>(value));
  archive(value.id, value.type, value.source);
}

template <class Archive, Is<CalendarEvent> Value>
void fields(Archive& archive, Value& value) {
  auto& [id, description, start_ms, end_ms] = value;
  archive(id, description, start_ms, end_ms);
}
template <class Archive, Is<CalendarDescription> Value>
void fields(Archive& archive, Value& value) {
  auto& [id, description, jobs] = value;
  archive(id, description, jobs);
}
template <class Archive, Is<Calendar> Value>
void fields(Archive& archive, Value& value) {
  auto& [shown, events] = value;
  archive(shown, events);
}
template <class Archive, Is<Filter> Value>
void fields(Archive& archive, Value& value) {
  auto& [id, description, items] = value;
  archive(id, description, items);
}
template <class Archive, Is<CalendarList> Value>
void fields(Archive& archive, Value& value) {
  auto& [calendars, filters, last_event] = value;
  archive(calendars, filters, last_event);
}

/// What is not public.
struct StateAccess {
  template <class Archive, Is<Model> Value>
  static void model(Archive& archive, Value& value) {
    auto& [latest_record_ms, latest_result_ms, not_before_ms, forgotten, doubted, open, open_start_ms, open_count,
           entities, index, history] = value;
    archive(latest_record_ms, latest_result_ms, not_before_ms, forgotten, doubted, open, open_start_ms, open_count,
            entities, history);
    // Only a faster way to the entities.
    if constexpr (Archive::kReads) index.clear();
  }

  /// The job without its results and without the models of its snapshots.
  template <class Archive, Is<Job> Value>
  static void head(Archive& archive, Value& value) {
    auto& [waiting_opens, waiting_closes, close_fault, definition, analysis, state, past, step, step_due, step_length,
           afterwards_due, killed_slowly, difference] = value;
    auto& [slow_close, hang_close] = close_fault;
    auto& [id, config, options, created_ms] = definition;
    auto& [finished_ms, opens, opened_at, closed_at, forced, close_manner] = past;
    auto& [told_size, plan, took_data, counts, analysed_counts, more_counts, analysed_more_counts, buffer, queue, model,
           early_latest_ms, results, stored_snapshots] = analysis;
    auto& [snapshots, last_snapshot_number, snapshot_id] = stored_snapshots;
    archive(id, config, options, plan.prune_window_ms, created_ms, finished_ms, state, opens, opened_at, closed_at,
            forced, close_manner, took_data, step, step_due, step_length, afterwards_due, killed_slowly, slow_close,
            hang_close, counts, analysed_counts, more_counts, analysed_more_counts, buffer, queue, model,
            early_latest_ms, snapshots, last_snapshot_number, snapshot_id, told_size);
  }
  static Results& results(Job& job) { return job.analysis_.results_; }
  static std::vector<StoredSnapshot>& snapshots(Job& job) { return job.analysis_.snapshots_.snapshots_; }
  static Job::Difference difference(const Job& job) { return job.difference_; }
  static void mark_stored(Job& job) { job.difference_ = Job::Difference::none; }
  /// As if nothing of the core had ever been stored.
  static void mark_all(Core& core) {
    for (Job& job : core.jobs_) job.difference_ = Job::Difference::all;
    for (Index& index : core.indices_) index.changed_ = true;
  }
  static Job empty_job() { return Job(JobDefinition{}, Plan{}); }

  /// The plan follows from the configuration. Throws StateUnreadable when that is none.
  static void plan(Job& job) {
    PlanProblem problem;
    std::optional<Plan> plan = sut::make_plan(job.definition().config, problem);
    if (!plan)
      throw StateUnreadable("the stored job " + job.id() + " has a configuration that is none: " + problem.why);
    Plan& kept = job.analysis_.plan_;
    plan->prune_window_ms = kept.prune_window_ms;
    kept = *std::move(plan);
  }

  /// The index without its documents.
  template <class Archive, Is<Index> Value>
  static void head(Archive& archive, Value& value) {
    auto& [refresh_due, name, visible, waiting, ordered_by, ids, last_id, closed, expected, changed] = value;
    archive(refresh_due, name, ordered_by, last_id, closed, expected);
  }
  static std::vector<Document>& visible(Index& index) { return index.visible_; }
  static std::vector<Document>& waiting(Index& index) { return index.waiting_; }
  static void find_ids(Index& index) {
    for (const auto* documents : {&index.visible_, &index.waiting_})
      for (const Document& document : *documents)
        if (!document.id.empty()) index.ids_.insert(document.id);
  }
  static bool changed(const Index& index) { return index.changed_; }
  static void mark_stored(Index& index) { index.changed_ = false; }

  static void refresh_due(Core& core) { core.refresh_due(); }
  static JobList& jobs(Core& core) { return core.jobs_; }
  static IndexList& indices(Core& core) { return core.indices_; }
  static DatafeedList& feeds(Core& core) { return core.feeds_; }

  template <class Archive, Is<Core> Value>
  static void clock(Archive& archive, Value& value) {
    auto& [manner, wall_start_ms, now, due, jobs, waiting, indices, feeds, cluster_settings, calendars, users,
           changes] = value;
    archive(wall_start_ms, now);
  }
  /// Transient settings end with the process.
  template <class Archive, Is<ClusterSettings> Value>
  static void lasting(Archive& archive, Value& value) {
    auto& [persistent, transient, upgrade_mode] = value;
    archive(persistent, upgrade_mode);
  }
  static ClusterSettings& settings(Core& core) { return core.settings_; }
  static CalendarList& calendars(Core& core) { return core.calendars_; }
};

template <class Archive, Is<Model> Value>
void fields(Archive& archive, Value& value) {
  StateAccess::model(archive, value);
}

}  // namespace closecheck::sut
