#include "wire/response_bodies.h"

#include <utility>

namespace closecheck::sut::wire {
namespace {

/// What is said where nobody knows the job's own.
constexpr std::int64_t kUsualSpanS = 60;

/// An empty object with room for so many members.
Json object_for(std::size_t members) {
  Json::object_t object;
  object.reserve(members);
  return object;
}

void put(Json& object, const char* name, const std::optional<std::int64_t>& value) {
  if (value) object[name] = *value;
}

Json model_body(const std::string& job, const ModelSize& model) {
  Json body = object_for(10);
  body["job_id"] = job;
  body["result_type"] = "model_size_stats";
  body["model_bytes"] = model.bytes;
  body["total_by_field_count"] = model.by_fields;
  body["total_over_field_count"] = 0;
  body["total_partition_field_count"] = model.partition_fields;
  body["bucket_allocation_failures_count"] = 0;
  body["memory_status"] = "ok";
  put(body, "log_time", model.last_data_ms);
  put(body, "timestamp", model.latest_result_ms);
  return body;
}

/// How long the job took for its buckets, of which nobody keeps a record.
Json timing_body(const JobStatistics& job) {
  Json body = object_for(8);
  body["job_id"] = job.job;
  body["bucket_count"] = job.counts.buckets;
  body["total_bucket_processing_time_ms"] = 0.0;
  if (job.counts.buckets > 0)
    for (const char* name : {"minimum_bucket_processing_time_ms", "maximum_bucket_processing_time_ms",
                             "average_bucket_processing_time_ms", "exponential_average_bucket_processing_time_ms"})
      body[name] = 0.0;
  body["exponential_average_bucket_processing_time_per_hour_ms"] = 0.0;
  return body;
}

Json record_begun(const std::string& job, const AnomalyRecord& record, std::int64_t span_s, std::uint32_t detector) {
  Json body = object_for(20);
  body["job_id"] = job;
  body["result_type"] = "record";
  body["record_score"] = record.score;
  body["initial_record_score"] = record.score;
  body["bucket_span"] = span_s;
  body["detector_index"] = detector;
  body["is_interim"] = record.interim;
  body["timestamp"] = record.start_ms;
  body["function"] = record.function;
  return body;
}

}  // namespace

void put_at(Json& object, std::string_view path, Json value) {
  const std::size_t dot = path.find('.');
  Json& inner = object[std::string(path.substr(0, dot))];
  if (dot == std::string_view::npos) {
    inner = std::move(value);
    return;
  }
  if (!inner.is_object()) inner = Json::object();
  put_at(inner, path.substr(dot + 1), std::move(value));
}

Json job_body(const JobDescription& job) {
  Json body = Json::object();
  body["job_id"] = job.job;
  for (const auto& [path, text] : job.members) {
    auto value = parse_json(text);
    put_at(body, path, value ? *std::move(value) : Json(text));
  }
  if (!job.snapshot.empty()) body["model_snapshot_id"] = job.snapshot;
  return body;
}

Json counts_body(const std::string& job, const DataCounts& counts, const MoreCounts* more) {
  Json body = object_for(16);
  body["job_id"] = job;
  body["processed_record_count"] = counts.processed_records;
  body["processed_field_count"] = more != nullptr ? more->processed_fields : counts.processed_records;
  body["input_bytes"] = more != nullptr ? more->input_bytes : 0;
  body["input_field_count"] = more != nullptr ? more->input_fields : counts.input_records;
  body["invalid_date_count"] = counts.invalid_dates;
  body["missing_field_count"] = counts.missing_fields;
  body["out_of_order_timestamp_count"] = counts.out_of_order;
  body["empty_bucket_count"] = more != nullptr ? more->empty_buckets : 0;
  body["sparse_bucket_count"] = 0;
  body["bucket_count"] = counts.buckets;
  put(body, "earliest_record_timestamp", counts.earliest_record_ms);
  put(body, "latest_record_timestamp", counts.latest_record_ms);
  body["input_record_count"] = counts.input_records;
  if (more != nullptr) put(body, "last_data_time", more->last_data_ms);
  return body;
}

Json node_body(const std::string& node, Profile profile) {
  Json body = Json::object();
  body["id"] = node;
  body["name"] = node;
  body["ephemeral_id"] = node;
  body["transport_address"] = "127.0.0.1:9300";
  Json& attributes = body["attributes"];
  if (profile->major > 5) attributes["ml.machine_memory"] = "1073741824";
  attributes["ml.max_open_jobs"] = "20";
  if (profile->major < 7) attributes["ml.enabled"] = "true";
  return body;
}

Json statistics_body(const JobStatistics& job, const StatisticsDetails::Job* more, Profile profile) {
  Json body = object_for(10);
  body["job_id"] = job.job;
  body["data_counts"] = counts_body(job.job, job.counts, more != nullptr ? &more->counts : nullptr);
  ModelSize model;
  model.bytes = job.model_bytes;
  body["model_size_stats"] = model_body(job.job, more != nullptr ? more->model : model);
  if (profile->tells_timing) body["forecasts_stats"] = Json({{"total", 0}, {"forecasted_jobs", 0}});
  body["state"] = name(job.state);
  if (!job.node.empty()) {
    body["node"] = node_body(job.node, profile);
    if (profile->major > 5) body["node"]["attributes"]["xpack.installed"] = "true";
    body["assignment_explanation"] = "";
  } else if (more != nullptr && !more->why_nowhere.empty()) {
    body["assignment_explanation"] = more->why_nowhere;
  }
  if (job.open_time) body["open_time"] = *job.open_time;
  if (profile->tells_timing) body["timing_stats"] = timing_body(job);
  return body;
}

Json bucket_body(const std::string& job, const Bucket& bucket) {
  Json body = object_for(10);
  body["job_id"] = job;
  body["timestamp"] = bucket.start_ms;
  body["anomaly_score"] = bucket.score;
  body["bucket_span"] = kUsualSpanS;
  body["initial_anomaly_score"] = bucket.score;
  body["event_count"] = bucket.event_count;
  body["is_interim"] = bucket.interim;
  body["bucket_influencers"] = Json::array();
  body["processing_time_ms"] = 0;
  body["result_type"] = "bucket";
  return body;
}

Json bucket_body(const std::string& job, const Bucket& bucket, std::int64_t span_s, double probability) {
  Json body = bucket_body(job, bucket);
  body["bucket_span"] = span_s;
  if (bucket.score <= 0) return body;
  Json influencer = Json::object();
  influencer["job_id"] = job;
  influencer["result_type"] = "bucket_influencer";
  influencer["influencer_field_name"] = "bucket_time";
  influencer["initial_anomaly_score"] = bucket.score;
  influencer["anomaly_score"] = bucket.score;
  influencer["raw_anomaly_score"] = bucket.score;
  influencer["probability"] = probability;
  influencer["timestamp"] = bucket.start_ms;
  influencer["bucket_span"] = span_s;
  influencer["is_interim"] = bucket.interim;
  body["bucket_influencers"].push_back(std::move(influencer));
  return body;
}

Json record_body(const std::string& job, const AnomalyRecord& record) {
  Json body = record_begun(job, record, kUsualSpanS, 0);
  if (record.entity.empty()) return body;
  body["by_field_name"] = "entity";
  body["by_field_value"] = record.entity;
  return body;
}

Json record_body(const std::string& job, const AnomalyRecord& record, std::int64_t span_s,
                 const RecordDetails::Record& more) {
  Json body = record_begun(job, record, span_s, more.detector);
  body["probability"] = more.probability;
  body["function_description"] = more.is_count ? "count" : record.function;
  body["typical"] = Json::array({more.typical});
  body["actual"] = Json::array({more.actual});
  if (!more.field.empty()) body["field_name"] = more.field;
  if (!more.by_field.empty()) {
    body["by_field_name"] = more.by_field;
    body["by_field_value"] = more.by;
  }
  if (!more.partition_field.empty()) {
    body["partition_field_name"] = more.partition_field;
    body["partition_field_value"] = more.partition;
  }
  return body;
}

Json snapshot_body(const std::string& job, const Snapshot& snapshot, const SnapshotDetails::Snapshot* more,
                   Profile profile) {
  Json body = Json::object();
  body["job_id"] = job;
  if (profile->tells_least_version) body["min_version"] = profile->product_version;
  put(body, "timestamp", snapshot.timestamp_ms);
  if (more == nullptr || !more->description.empty())
    body["description"] = more != nullptr ? more->description : "State persisted";
  body["snapshot_id"] = snapshot.id;
  body["snapshot_doc_count"] = more != nullptr ? more->documents : 1;
  put(body, "latest_record_time_stamp", snapshot.latest_record_ms);
  put(body, "latest_result_time_stamp", snapshot.latest_result_ms);
  if (more == nullptr) return body;
  body["model_size_stats"] = model_body(job, more->model);
  body["retain"] = more->retain;
  return body;
}

}  // namespace closecheck::sut::wire
