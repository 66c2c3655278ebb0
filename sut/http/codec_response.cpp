// Answers as a server writes them, member for member as the profiles have them.
#include <fmt/format.h>

#include <utility>

#include "closecheck/sut/wire.h"
#include "http/answers.h"
#include "http/json.h"
#include "http/text.h"

namespace closecheck::sut::wire {
namespace {

void put(Json& object, const char* name, const std::optional<std::int64_t>& value) {
  if (value) object[name] = *value;
}

Json counts_body(const std::string& job, const DataCounts& counts) {
  Json body = Json::object();
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

Json size_body(const JobStatistics& job) {
  Json body = Json::object();
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

Json statistics_body(const JobStatistics& job) {
  Json body = Json::object();
  body["job_id"] = job.job;
  body["data_counts"] = counts_body(job.job, job.counts);
  body["model_size_stats"] = size_body(job);
  body["state"] = name(job.state);
  if (!job.node.empty()) {
    Json& node = body["node"];
    node["id"] = job.node;
    node["name"] = job.node;
    node["ephemeral_id"] = job.node;
    node["transport_address"] = "127.0.0.1:9300";
    node["attributes"] = Json::object();
    body["assignment_explanation"] = "";
  }
  if (job.open_time) body["open_time"] = *job.open_time;
  return body;
}

/// Puts `value` at a dotted path.
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

Json bucket_body(const std::string& job, const Bucket& bucket) {
  Json body = Json::object();
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
  Json body = Json::object();
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

/// `{"count": n, name: [...]}`.
template <class List, class Write>
Json list_body(std::int64_t count, const char* name, const List& list, const Write& write) {
  Json body = Json::object();
  body["count"] = count;
  body[name] = Json::array();
  for (const auto& one : list) body[name].push_back(write(one));
  return body;
}

Json one_claim(const char* name) {
  Json body = Json::object();
  body[name] = true;
  return body;
}

/// What an operation says that was done and has nothing else to tell.
struct Acknowledge {
  Json operator()(const OpenJob&) const { return one_claim("opened"); }
  Json operator()(const CloseJob&) const { return one_claim("closed"); }
  Json operator()(const FlushJob&) const { return one_claim("flushed"); }
  Json operator()(const StartDatafeed&) const { return one_claim("started"); }
  Json operator()(const StopDatafeed&) const { return one_claim("stopped"); }
  Json operator()(const PostData& o) const { return counts_body(o.job, {}); }
  Json operator()(const CreateIndex& o) const {
    Json body = one_claim("acknowledged");
    body["shards_acknowledged"] = true;
    body["index"] = o.index;
    return body;
  }
  Json operator()(const IndexDocuments& o) const {
    Json body = Json::object();
    body["took"] = 1;
    body["errors"] = false;
    body["items"] = Json::array();
    for (std::size_t i = 0; i < o.records.size(); ++i) {
      Json item = Json::object();
      item["_index"] = o.index;
      item["_type"] = "doc";
      item["result"] = "created";
      item["status"] = 201;
      body["items"].push_back(Json::object({{"index", std::move(item)}}));
    }
    return body;
  }
  Json operator()(const RefreshIndex&) const {
    Json body = Json::object();
    body["_shards"]["total"] = 1;
    body["_shards"]["successful"] = 1;
    body["_shards"]["failed"] = 0;
    return body;
  }
  Json operator()(const RevertSnapshot& o) const {
    Json body = one_claim("acknowledged");
    body["model"]["job_id"] = o.job;
    body["model"]["snapshot_id"] = o.snapshot;
    return body;
  }
  template <class Other>
  Json operator()(const Other&) const {
    return one_claim("acknowledged");
  }
};

struct Writer {
  const Operation& operation;
  Profile profile;

  Json operator()(const std::monostate&) const { return std::visit(Acknowledge{}, operation); }
  Json operator()(const Acknowledged&) const { return std::visit(Acknowledge{}, operation); }
  Json operator()(const DataCounts& o) const { return counts_body(job_of(operation), o); }
  Json operator()(const JobStatisticsList& o) const { return list_body(o.count, "jobs", o.jobs, statistics_body); }
  Json operator()(const JobDescriptionList& o) const {
    const bool written = std::holds_alternative<CreateJob>(operation) || std::holds_alternative<UpdateJob>(operation);
    if (written && o.jobs.size() == 1) return job_body(o.jobs.front());
    return list_body(o.count, "jobs", o.jobs, job_body);
  }
  Json operator()(const BucketPage& o) const {
    return list_body(o.count, "buckets", o.buckets,
                     [this](const Bucket& bucket) { return bucket_body(job_of(operation), bucket); });
  }
  Json operator()(const RecordPage& o) const {
    return list_body(o.count, "records", o.records,
                     [this](const AnomalyRecord& record) { return record_body(job_of(operation), record); });
  }
  Json operator()(const SnapshotList& o) const {
    return list_body(o.count, "model_snapshots", o.snapshots,
                     [this](const Snapshot& snapshot) { return snapshot_body(job_of(operation), snapshot); });
  }
  Json operator()(const DatafeedStatisticsList& o) const {
    return list_body(o.count, "datafeeds", o.feeds, [](const DatafeedStatistics& feed) {
      Json body = Json::object();
      body["datafeed_id"] = feed.feed;
      body["state"] = feed.state;
      return body;
    });
  }
  Json operator()(const DatafeedDescriptionList& o) const {
    const auto write = [](const DatafeedDescription& feed) {
      Json body = Json::object();
      body["datafeed_id"] = feed.feed;
      body["job_id"] = feed.job;
      return body;
    };
    if (std::holds_alternative<CreateDatafeed>(operation) && o.feeds.size() == 1) return write(o.feeds.front());
    return list_body(o.count, "datafeeds", o.feeds, write);
  }
  Json operator()(const FlushResult& o) const {
    Json body = one_claim("flushed");
    if (profile != Profile::xpack_5_4) body["last_finalized_bucket_end"] = o.last_finalized_bucket_end_ms.value_or(0);
    return body;
  }
  Json operator()(const ServerInfo& o) const {
    Json body = Json::object();
    body["name"] = "closecheck";
    body["cluster_name"] = o.name;
    body["cluster_uuid"] = "closecheck";
    body["version"]["number"] = o.version;
    body["tagline"] = "You Know, for Closing";
    return body;
  }
  Json operator()(const Identity& o) const {
    Json body = Json::object();
    body["username"] = o.username;
    body["roles"] = Json::array();
    body["full_name"] = nullptr;
    body["email"] = nullptr;
    body["metadata"] = Json::object();
    body["enabled"] = true;
    return body;
  }
  Json operator()(const PrivilegeList& o) const {
    Json body = Json::object();
    bool all = true;
    body["cluster"] = Json::object();
    for (const auto& [privilege, has] : o.privileges) {
      body["cluster"][privilege] = has;
      all = all && has;
    }
    body["has_all_requested"] = all;
    body["index"] = Json::object();
    return body;
  }
};

int status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_request:
      return 400;
    case Refusal::unauthenticated:
      return 401;
    case Refusal::forbidden:
      return 403;
    case Refusal::not_found:
      return 404;
    case Refusal::wrong_method:
      return 405;
    case Refusal::conflict:
      return 409;
    case Refusal::busy:
      return 429;
    default:
      return 500;
  }
}

}  // namespace

WireAnswer encode(const Response& response, const Request& request, Profile profile) {
  if (response.wire) return *response.wire;
  if (response.outcome != Outcome::accepted) {
    const int status = response.status != 0 ? response.status : status_of(response.refusal);
    const auto* raw = std::get_if<RawRequest>(&request.operation);
    if (raw != nullptr && response.error_type.empty())
      return unrouted_answer(encode(request, profile), status == 405 ? "POST" : "", profile);
    return error_answer(status, response.error_type.empty() ? "exception" : response.error_type, response.reason);
  }
  const int usual = std::holds_alternative<PostData>(request.operation) ? 202 : 200;
  return json_answer(response.status != 0 ? response.status : usual,
                     std::visit(Writer{request.operation, profile}, response.content));
}

}  // namespace closecheck::sut::wire
