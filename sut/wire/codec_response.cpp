// Answers as a server writes them, member for member as the profiles have them.
#include <fmt/format.h>

#include <utility>

#include "closecheck/sut/wire.h"
#include "wire/answers.h"
#include "wire/json.h"
#include "wire/response_bodies.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

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
  Json operator()(const JobStatisticsList& o) const {
    return list_body(o.count, "jobs", o.jobs, [](const JobStatistics& job) { return statistics_body(job); });
  }
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
    case Refusal::unavailable:
      return 503;
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
