#include "service/service_answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "in_process/answers.h"
#include "wire/answers.h"
#include "wire/json.h"
#include "wire/response_bodies.h"

namespace closecheck::sut::wire {
namespace {

Json whole_counts(const std::string& job, const DataCounts& counts, const MoreCounts& more) {
  Json body = counts_body(job, counts);
  body["processed_field_count"] = more.processed_fields;
  body["input_bytes"] = more.input_bytes;
  body["input_field_count"] = more.input_fields;
  body["empty_bucket_count"] = more.empty_buckets;
  put(body, "last_data_time", more.last_data_ms);
  return body;
}

Json model_size(const Job& job, std::int64_t model_bytes) {
  Json body = object_for(10);
  body["job_id"] = job.id();
  body["result_type"] = "model_size_stats";
  body["model_bytes"] = model_bytes;
  body["total_by_field_count"] = job.analysis().model().by_fields();
  body["total_over_field_count"] = 0;
  body["total_partition_field_count"] = job.analysis().model().partition_fields();
  body["bucket_allocation_failures_count"] = 0;
  body["memory_status"] = "ok";
  put(body, "log_time", job.analysis().more_counts().last_data_ms);
  put(body, "timestamp", job.analysis().model().latest_result_ms());
  return body;
}

Json whole_bucket(const Job& job, const ResultBucket& bucket) {
  Json body = bucket_body(job.id(), bucket);
  const std::int64_t span_s = job.analysis().plan().span_ms / 1'000;
  body["bucket_span"] = span_s;
  if (bucket.score <= 0) return body;
  Json influencer = Json::object();
  influencer["job_id"] = job.id();
  influencer["result_type"] = "bucket_influencer";
  influencer["influencer_field_name"] = "bucket_time";
  influencer["initial_anomaly_score"] = bucket.score;
  influencer["anomaly_score"] = bucket.score;
  influencer["raw_anomaly_score"] = bucket.score;
  influencer["probability"] = bucket.probability;
  influencer["timestamp"] = bucket.start_ms;
  influencer["bucket_span"] = span_s;
  influencer["is_interim"] = bucket.interim;
  body["bucket_influencers"].push_back(std::move(influencer));
  return body;
}

Json whole_record(const Job& job, const ResultRecord& record) {
  Json body = record_body(job.id(), record);
  body.erase("by_field_name");
  body.erase("by_field_value");
  const Plan::Item& item = job.analysis().plan().items[record.item];
  body["probability"] = record.probability;
  body["bucket_span"] = job.analysis().plan().span_ms / 1'000;
  body["detector_index"] = record.item;
  body["function"] = item.name;
  body["function_description"] = counts_records(item.function) ? "count" : item.name;
  body["typical"] = Json::array({record.typical});
  body["actual"] = Json::array({record.actual});
  if (!item.field.empty()) body["field_name"] = item.field;
  if (!item.by_field.empty()) {
    body["by_field_name"] = item.by_field;
    body["by_field_value"] = record.by;
  }
  if (!item.partition_field.empty()) {
    body["partition_field_name"] = item.partition_field;
    body["partition_field_value"] = record.partition;
  }
  return body;
}

Json whole_snapshot(const Job& job, const StoredSnapshot& stored) {
  Json body = snapshot_body(job.id(), stored.listed);
  body["description"] = stored.description;
  body["model_size_stats"] = model_size(job, stored.model.bytes());
  body["retain"] = stored.retain;
  return body;
}

Json feed_body(const Datafeed& feed, Profile profile) {
  Json body = Json::object();
  body["datafeed_id"] = feed.id;
  body["job_id"] = feed.job;
  body["query_delay"] = "60s";
  body["indices"] = feed.options.indices.empty() ? std::vector<std::string>{feed.index} : feed.options.indices;
  body["query"]["match_all"]["boost"] = 1.0;
  body["scroll_size"] = 1'000;
  if (profile != Profile::xpack_5_4) body["chunking_config"]["mode"] = "auto";
  for (const auto& [name, text] : feed.options.members) {
    auto value = parse_json(text);
    body[name] = value ? *std::move(value) : Json(text);
  }
  return body;
}

Json write_body(const WriteResult& result) {
  Json body = Json::object();
  body["_index"] = result.index;
  body["_type"] = result.type;
  body["_id"] = result.id;
  if (result.result.empty()) {
    body["status"] = result.status;
    body["error"]["type"] = "version_conflict_engine_exception";
    body["error"]["reason"] = result.reason;
    return body;
  }
  body["_version"] = 1;
  body["result"] = result.result;
  body["_shards"]["total"] = 1;
  body["_shards"]["successful"] = 1;
  body["_shards"]["failed"] = 0;
  return body;
}

const char* name_of(DocumentWrite::Kind kind) {
  switch (kind) {
    case DocumentWrite::Kind::create:
      return "create";
    case DocumentWrite::Kind::remove:
      return "delete";
    default:
      return "index";
  }
}

Json document_body(const std::string& index, const Document& document) {
  Json body = Json::object();
  body["_index"] = index;
  body["_type"] = document.type.empty() ? "doc" : document.type;
  body["_id"] = document.id;
  return body;
}

Json source_of(const Document& document) {
  if (auto source = parse_json(document.source)) return *std::move(source);
  Json source = Json::object();
  source["time"] = document.time_ms;
  source["value"] = document.value;
  if (!document.entity.empty()) source["entity"] = document.entity;
  return source;
}

Json shards() {
  Json body = Json::object();
  body["total"] = 1;
  body["successful"] = 1;
  body["skipped"] = 0;
  body["failed"] = 0;
  return body;
}

Json claims(const std::vector<std::pair<std::string, bool>>& privileges, bool& all) {
  Json body = Json::object();
  for (const auto& [privilege, has] : privileges) {
    body[privilege] = has;
    all = all && has;
  }
  return body;
}

Response ok(const Json& body, int status = 200) {
  return told(json_answer(status, body));
}

}  // namespace

Response told(WireAnswer answer) {
  Response response = accepted(Acknowledged{}, answer.status);
  response.wire = std::make_shared<const WireAnswer>(std::move(answer));
  return response;
}

Response tell_posted(const Job& job, const UploadCounts& upload) {
  return ok(whole_counts(job.id(), upload.counts, upload.more), 202);
}

Response tell_statistics(const JobStatisticsList& list, const std::vector<Job*>& jobs) {
  std::size_t place = 0;
  return ok(list_body(list.count, "jobs", list.jobs, [&](const JobStatistics& statistics) {
    const Job& job = *jobs[place++];
    return statistics_body(statistics, whole_counts(job.id(), statistics.counts, job.analysis().more_counts()),
                           model_size(job, statistics.model_bytes));
  }));
}

Response tell_buckets(const Job& job, std::int64_t count, const std::vector<ResultBucket>& page) {
  return ok(list_body(count, "buckets", page, [&](const ResultBucket& bucket) { return whole_bucket(job, bucket); }));
}

Response tell_records(const Job& job, std::int64_t count, const std::vector<ResultRecord>& page) {
  return ok(list_body(count, "records", page, [&](const ResultRecord& record) { return whole_record(job, record); }));
}

Response tell_snapshots(const Job& job, std::int64_t count, const std::vector<const StoredSnapshot*>& page) {
  return ok(list_body(count, "model_snapshots", page,
                      [&](const StoredSnapshot* stored) { return whole_snapshot(job, *stored); }));
}

Response tell_snapshot(const Job& job, const StoredSnapshot& snapshot) {
  Json body = Json::object();
  body["acknowledged"] = true;
  body["model"] = whole_snapshot(job, snapshot);
  return ok(body);
}

Response tell_feed(const Datafeed& feed, Profile profile) {
  return ok(feed_body(feed, profile));
}

Response tell_feeds(const std::vector<Datafeed*>& feeds, Profile profile) {
  return ok(list_body(static_cast<std::int64_t>(feeds.size()), "datafeeds", feeds,
                      [profile](const Datafeed* feed) { return feed_body(*feed, profile); }));
}

Response tell_feed_statistics(const std::vector<Datafeed*>& feeds) {
  return ok(list_body(static_cast<std::int64_t>(feeds.size()), "datafeeds", feeds, [](const Datafeed* feed) {
    Json body = Json::object();
    body["datafeed_id"] = feed->id;
    body["state"] = feed->started ? "started" : "stopped";
    if (feed->started) {
      body["node"] = node_body("node-1");
      body["assignment_explanation"] = "";
    }
    return body;
  }));
}

Response tell_cluster_state(const std::vector<Job>& jobs, const std::vector<Datafeed>& feeds) {
  Json tasks = Json::array();
  const auto add = [&tasks](std::string_view kind, std::string_view member, const std::string& id,
                            std::string_view state) {
    Json about = Json::object();
    about["params"][std::string(member)] = id;
    // The product has renamed the one to the other.
    about["status"]["state"] = state;
    about["state"]["state"] = state;
    Json task = Json::object();
    task["id"] = fmt::format("{}-{}", kind, id);
    task["task"][fmt::format("xpack/ml/{}", kind)] = std::move(about);
    task["allocation_id"] = tasks.size() + 1;
    task["assignment"]["executor_node"] = "node-1";
    task["assignment"]["explanation"] = "";
    tasks.push_back(std::move(task));
  };
  for (const Job& job : jobs)
    if (job.state() != JobState::closed) add("job", "job_id", job.id(), name(job.state()));
  for (const Datafeed& feed : feeds)
    if (feed.started) add("datafeed", "datafeed_id", feed.id, "started");
  Json body = Json::object();
  body["cluster_name"] = "closecheck";
  body["metadata"]["cluster_uuid"] = "_na_";
  body["metadata"]["persistent_tasks"]["last_allocation_id"] = tasks.size();
  body["metadata"]["persistent_tasks"]["tasks"] = std::move(tasks);
  return ok(body);
}

Response tell_bulk(const std::vector<WriteResult>& results) {
  Json body = Json::object();
  body["took"] = 1;
  body["errors"] = std::ranges::any_of(results, [](const WriteResult& result) { return result.result.empty(); });
  body["items"] = Json::array();
  for (const WriteResult& result : results) {
    Json item = write_body(result);
    item["status"] = result.status;
    body["items"].push_back(Json::object({{name_of(result.kind), std::move(item)}}));
  }
  return ok(body);
}

Response tell_write(const WriteResult& result) {
  if (result.result.empty()) return refused(409, "version_conflict_engine_exception", result.reason);
  return ok(write_body(result), result.status);
}

Response tell_document(const std::string& index, const Document& document) {
  Json body = document_body(index, document);
  body["_version"] = 1;
  body["found"] = true;
  body["_source"] = source_of(document);
  return ok(body);
}

Response tell_no_document(const std::string& index, const std::string& id) {
  Json body = Json::object();
  body["_index"] = index;
  body["_type"] = "_doc";
  body["_id"] = id;
  body["found"] = false;
  return ok(body, 404);
}

Response tell_found(std::int64_t total, const std::vector<std::pair<const Index*, const Document*>>& page) {
  Json body = Json::object();
  body["took"] = 1;
  body["timed_out"] = false;
  body["_shards"] = shards();
  body["hits"]["total"] = total;
  body["hits"]["max_score"] = page.empty() ? Json(nullptr) : Json(1.0);
  body["hits"]["hits"] = Json::array();
  for (const auto& [index, document] : page) {
    Json hit = document_body(index->name(), *document);
    hit["_score"] = 1.0;
    hit["_source"] = source_of(*document);
    body["hits"]["hits"].push_back(std::move(hit));
  }
  return ok(body);
}

Response tell_count(std::int64_t count) {
  Json body = Json::object();
  body["count"] = count;
  body["_shards"] = shards();
  return ok(body);
}

Response tell_index(const std::string& index) {
  Json body = Json::object();
  body[index]["aliases"] = Json::object();
  body[index]["mappings"] = Json::object();
  body[index]["settings"] = Json::object();
  return ok(body);
}

Response tell_privileges(
    const std::vector<std::pair<std::string, bool>>& cluster,
    const std::vector<std::pair<std::string, std::vector<std::pair<std::string, bool>>>>& indices) {
  bool all = true;
  Json of_cluster = claims(cluster, all);
  Json of_indices = Json::object();
  for (const auto& [index, privileges] : indices) of_indices[index].update(claims(privileges, all));
  Json body = Json::object();
  body["has_all_requested"] = all;
  body["cluster"] = std::move(of_cluster);
  body["index"] = std::move(of_indices);
  return ok(body);
}

}  // namespace closecheck::sut::wire
