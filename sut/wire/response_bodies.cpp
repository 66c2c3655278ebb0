#include "wire/response_bodies.h"

#include <utility>

namespace closecheck::sut::wire {

void put(Json& object, const char* name, const std::optional<std::int64_t>& value) {
  if (value) object[name] = *value;
}

Json object_for(std::size_t members) {
  Json::object_t object;
  object.reserve(members);
  return object;
}

Json counts_body(const std::string& job, const DataCounts& counts) {
  Json body = object_for(16);
  body["job_id"] = job;
  body["processed_record_count"] = counts.processed_records;
  body["processed_field_count"] = counts.processed_records;
  body["input_bytes"] = 0;
  body["input_field_count"] = counts.input_records;
  body["invalid_date_count"] = counts.invalid_dates;
  body["missing_field_count"] = counts.missing_fields;
  body["out_of_order_timestamp_count"] = counts.out_of_order;
  body["empty_bucket_count"] = 0;
  body["sparse_bucket_count"] = 0;
  body["bucket_count"] = counts.buckets;
  put(body, "earliest_record_timestamp", counts.earliest_record_ms);
  put(body, "latest_record_timestamp", counts.latest_record_ms);
  body["input_record_count"] = counts.input_records;
  return body;
}

namespace {

Json size_body(const JobStatistics& job) {
  Json body = object_for(8);
  body["job_id"] = job.job;
  body["result_type"] = "model_size_stats";
  body["model_bytes"] = job.model_bytes;
  body["total_by_field_count"] = 0;
  body["total_over_field_count"] = 0;
  body["total_partition_field_count"] = 0;
  body["bucket_allocation_failures_count"] = 0;
  body["memory_status"] = "ok";
  return body;
}

}  // namespace

Json node_body(const std::string& node) {
  Json body = Json::object();
  body["id"] = node;
  body["name"] = node;
  body["ephemeral_id"] = node;
  body["transport_address"] = "127.0.0.1:9300";
  body["attributes"]["ml.max_open_jobs"] = "20";
  body["attributes"]["ml.enabled"] = "true";
  return body;
}

Json statistics_body(const JobStatistics& job) {
  return statistics_body(job, counts_body(job.job, job.counts), size_body(job));
}

Json statistics_body(const JobStatistics& job, Json counts, Json model_size) {
  Json body = object_for(8);
  body["job_id"] = job.job;
  body["data_counts"] = std::move(counts);
  body["model_size_stats"] = std::move(model_size);
  body["state"] = name(job.state);
  if (!job.node.empty()) {
    body["node"] = node_body(job.node);
    body["assignment_explanation"] = "";
  }
  if (job.open_time) body["open_time"] = *job.open_time;
  return body;
}

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

Json bucket_body(const std::string& job, const Bucket& bucket) {
  Json body = object_for(10);
  body["job_id"] = job;
  body["timestamp"] = bucket.start_ms;
  body["anomaly_score"] = bucket.score;
  body["bucket_span"] = 60;
  body["initial_anomaly_score"] = bucket.score;
  body["event_count"] = bucket.event_count;
  body["is_interim"] = bucket.interim;
  body["bucket_influencers"] = Json::array();
  body["processing_time_ms"] = 0;
  body["result_type"] = "bucket";
  return body;
}

Json record_body(const std::string& job, const AnomalyRecord& record) {
  Json body = object_for(16);
  body["job_id"] = job;
  body["result_type"] = "record";
  body["record_score"] = record.score;
  body["initial_record_score"] = record.score;
  body["bucket_span"] = 60;
  body["detector_index"] = 0;
  body["is_interim"] = record.interim;
  body["timestamp"] = record.start_ms;
  body["function"] = record.function;
  if (!record.entity.empty()) {
    body["by_field_name"] = "entity";
    body["by_field_value"] = record.entity;
  }
  return body;
}

Json snapshot_body(const std::string& job, const Snapshot& snapshot) {
  Json body = Json::object();
  body["job_id"] = job;
  put(body, "timestamp", snapshot.timestamp_ms);
  body["description"] = "State persisted";
  body["snapshot_id"] = snapshot.id;
  body["snapshot_doc_count"] = 1;
  put(body, "latest_record_time_stamp", snapshot.latest_record_ms);
  put(body, "latest_result_time_stamp", snapshot.latest_result_ms);
  return body;
}

}  // namespace closecheck::sut::wire
