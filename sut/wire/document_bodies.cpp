#include "wire/document_bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "wire/response_bodies.h"

namespace closecheck::sut::wire {
namespace {

/// Types that somebody gave documents are told where there are types at all; of the others the dialect's own.
void add_type(Json& body, const std::string& type, const Dialect& dialect) {
  if (!dialect.document_type_told.empty())
    body["_type"] = type.empty() ? std::string(dialect.document_type_told) : type;
}

Json write_body(const WriteResult& result, const Dialect& dialect) {
  Json body = Json::object();
  body["_index"] = result.index;
  add_type(body, result.type, dialect);
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

Json address_of(const FoundDocument& found, const Dialect& dialect) {
  Json body = Json::object();
  body["_index"] = found.index;
  add_type(body, found.document.type, dialect);
  body["_id"] = found.document.id;
  return body;
}

Json shards() {
  Json body = Json::object();
  body["total"] = 1;
  body["successful"] = 1;
  body["skipped"] = 0;
  body["failed"] = 0;
  return body;
}

Json task_body(const ClusterTask& task, std::size_t number) {
  const bool is_job = task.kind == ClusterTask::Kind::job;
  const std::string kind = is_job ? "job" : "datafeed";
  Json about = Json::object();
  about["params"][is_job ? "job_id" : "datafeed_id"] = task.id;
  // The product has renamed the one to the other.
  about["status"]["state"] = task.state;
  about["state"]["state"] = task.state;
  Json body = Json::object();
  body["id"] = fmt::format("{}-{}", kind, task.id);
  body["task"][fmt::format("xpack/ml/{}", kind)] = std::move(about);
  body["allocation_id"] = number;
  body["assignment"]["executor_node"] = "node-1";
  body["assignment"]["explanation"] = "";
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

/// Aggregations within others under their full name, as the product wrote them while it understood them.
Json with_full_names(Json aggregations) {
  if (!aggregations.is_object()) return aggregations;
  Json out = Json::object();
  for (auto& [name, inner] : aggregations.items())
    out[name == "aggs" ? std::string("aggregations") : name] = with_full_names(std::move(inner));
  return out;
}

/// How a datafeed takes its indices: what was said, and the rest as it is where nobody says it. States that a wildcard
/// expands to stand in an order of their own.
Json indices_options(const std::string* told) {
  Json options{{"expand_wildcards", {"open"}},
               {"ignore_unavailable", false},
               {"allow_no_indices", true},
               {"ignore_throttled", true}};
  const std::optional<Json> said = told == nullptr ? std::nullopt : parse_json(*told);
  if (!said || !said->is_object()) return options;
  for (const auto& [name, value] : said->items()) options[name] = value;
  const Json asked = std::exchange(options["expand_wildcards"], Json::array());
  const auto asks_for = [&](std::string_view state) {
    if (asked.is_array())
      return std::ranges::any_of(asked, [&](const Json& one) { return one == state || one == "all"; });
    const std::vector<std::string_view> words =
        asked.is_string() ? divided(asked.get_ref<const std::string&>(), ',') : std::vector<std::string_view>{};
    return std::ranges::any_of(words, [&](std::string_view word) { return word == state || word == "all"; });
  };
  for (const char* state : {"open", "closed", "hidden"})
    if (asks_for(state)) options["expand_wildcards"].push_back(state);
  return options;
}

}  // namespace

Json source_of(const Document& document) {
  if (auto source = parse_json(document.source)) return *std::move(source);
  Json source = Json::object();
  source["time"] = document.time_ms;
  source["value"] = document.value;
  if (!document.entity.empty()) source["entity"] = document.entity;
  return source;
}

Json feed_body(const DatafeedDescription& feed, const FeedDetails::Feed* more, Profile profile) {
  Json body = Json::object();
  body["datafeed_id"] = feed.feed;
  body["job_id"] = feed.job;
  if (more == nullptr) return body;
  const auto told = [&](std::string_view name) {
    const auto at = std::ranges::find(more->members, name, &Members::value_type::first);
    return at == more->members.end() ? nullptr : &at->second;
  };
  const bool tells_all = !more->exclude_generated;
  if (tells_all) body["query_delay"] = "60s";
  body["indices"] = more->indices;
  body["query"]["match_all"] = Json::object();
  if (profile->tells_boosts) body["query"]["match_all"]["boost"] = 1.0;
  body["scroll_size"] = 1'000;
  if (profile->tells_chunking && tells_all) body["chunking_config"]["mode"] = "auto";
  if (profile->tells_delayed_data_check) body["delayed_data_check_config"]["enabled"] = true;
  for (const auto& [name, text] : more->members) {
    if (name == "authorization" && !tells_all) continue;
    auto value = parse_json(text);
    if (value && name == "aggregations" && profile->major < 7) value = with_full_names(*std::move(value));
    body[name] = value ? *std::move(value) : Json(text);
  }
  const std::string* const options = told("indices_options");
  if (profile->tells_indices_options && (tells_all || options != nullptr))
    body["indices_options"] = indices_options(options);
  return body;
}

Json feed_statistics_body(const DatafeedStatistics& feed, const FeedRuns::Feed* more, Profile profile) {
  Json body = Json::object();
  body["datafeed_id"] = feed.feed;
  body["state"] = feed.state;
  if (more == nullptr) return body;
  if (!more->node.empty()) body["node"] = node_body(more->node, profile);
  if (!more->node.empty() || !more->why_nowhere.empty()) body["assignment_explanation"] = more->why_nowhere;
  if (profile->tells_running && !more->node.empty())
    body["running_state"] = Json({{"real_time_configured", more->is_endless}, {"real_time_running", more->is_endless}});
  if (!profile->tells_timing || more->job.empty()) return body;
  Json& timing = body["timing_stats"];
  timing["job_id"] = more->job;
  timing["search_count"] = more->searches;
  timing["bucket_count"] = 0;
  timing["total_search_time_ms"] = 0.0;
  if (more->searches > 0) timing["average_search_time_per_bucket_ms"] = 0.0;
  timing["exponential_average_search_time_per_hour_ms"] = 0.0;
  return body;
}

Json document_body(const FoundDocument& found, const Dialect& dialect) {
  Json body = address_of(found, dialect);
  body["_version"] = 1;
  body["found"] = true;
  body["_source"] = source_of(found.document);
  return body;
}

Json document_body(const NoDocument& missing, const Dialect& dialect) {
  Json body = Json::object();
  body["_index"] = missing.index;
  add_type(body, "_doc", dialect);
  body["_id"] = missing.id;
  body["found"] = false;
  return body;
}

Json search_body(const FoundDocuments& found, const Dialect& dialect) {
  Json body = Json::object();
  body["took"] = 1;
  body["timed_out"] = false;
  body["_shards"] = shards();
  if (dialect.totals_are_objects && !found.total_is_number)
    body["hits"]["total"] = Json({{"value", found.total}, {"relation", "eq"}});
  else
    body["hits"]["total"] = found.total;
  body["hits"]["max_score"] = found.page.empty() ? Json(nullptr) : Json(1.0);
  body["hits"]["hits"] = Json::array();
  for (const FoundDocument& one : found.page) {
    Json hit = address_of(one, dialect);
    hit["_score"] = 1.0;
    hit["_source"] = source_of(one.document);
    body["hits"]["hits"].push_back(std::move(hit));
  }
  return body;
}

Json count_body(const DocumentCount& count) {
  Json body = Json::object();
  body["count"] = count.count;
  body["_shards"] = shards();
  return body;
}

Json writes_body(const WriteResults& writes, const Dialect& dialect) {
  if (writes.single) return write_body(writes.results.front(), dialect);
  Json body = Json::object();
  body["took"] = 1;
  body["errors"] = std::ranges::any_of(writes.results, [](const auto& result) { return result.result.empty(); });
  body["items"] = Json::array();
  for (const WriteResult& result : writes.results) {
    Json item = write_body(result, dialect);
    item["status"] = result.status;
    body["items"].push_back(Json::object({{name_of(result.kind), std::move(item)}}));
  }
  return body;
}

/// Of one index, or of a list of them.
Json index_body(const IndexShown& shown) {
  Json body = Json::object();
  for (const std::string_view index : divided(shown.index, ','))
    for (const char* const part : {"aliases", "mappings", "settings"})
      if (!index.empty()) body[std::string(index)][part] = Json::object();
  return body;
}

Json refresh_body() {
  Json body = Json::object();
  body["_shards"]["total"] = 1;
  body["_shards"]["successful"] = 1;
  body["_shards"]["failed"] = 0;
  return body;
}

Json aliases_body(const AliasesShown& shown, const Dialect& dialect) {
  Json body = Json::object();
  for (const AliasesShown::Alias& alias : shown.aliases) {
    Json one = Json::object();
    if (!alias.job.empty()) one["filter"]["term"]["job_id"] = Json({{"value", alias.job}, {"boost", 1.0}});
    if (dialect.hides_indices) one["is_hidden"] = true;
    body[alias.index]["aliases"][alias.name] = std::move(one);
  }
  return body;
}

Json alias_missing_body(const NoAlias& missing) {
  return Json({{"error", fmt::format("alias [{}] missing", missing.name)}, {"status", 404}});
}

Json index_opened_body(const IndexOpened& opened, const Dialect& dialect) {
  Json body = Json::object();
  body["acknowledged"] = true;
  if (!opened.closed || dialect.major >= 7) body["shards_acknowledged"] = true;
  if (!opened.closed || dialect.major < 7) return body;
  body["indices"] = Json::object();
  for (const std::string_view index : divided(opened.index, ','))
    if (!index.empty()) body["indices"][std::string(index)]["closed"] = true;
  return body;
}

Json settings_body(const SettingsShown& shown) {
  Json body = Json::object();
  if (shown.changed) body["acknowledged"] = true;
  for (const auto& [kind, members] :
       {std::pair("persistent", &shown.persistent), std::pair("transient", &shown.transient)}) {
    Json& settings = body[kind] = Json::object();
    for (const auto& [name, text] : *members) {
      Json value = parse_json(text).value_or(Json(text));
      if (!value.is_string() && !value.is_array()) value = dump(value);
      if (shown.flat)
        settings[name] = std::move(value);
      else
        put_at(settings, name, std::move(value));
    }
  }
  return body;
}

Json tasks_body(const ClusterTasks& running) {
  Json tasks = Json::array();
  for (const ClusterTask& task : running.tasks) tasks.push_back(task_body(task, tasks.size() + 1));
  Json body = Json::object();
  body["cluster_name"] = "closecheck";
  body["metadata"]["cluster_uuid"] = "_na_";
  body["metadata"]["persistent_tasks"]["last_allocation_id"] = tasks.size();
  body["metadata"]["persistent_tasks"]["tasks"] = std::move(tasks);
  return body;
}

Json health_body() {
  Json body = Json::object();
  body["cluster_name"] = "closecheck";
  body["status"] = "green";
  body["timed_out"] = false;
  body["number_of_nodes"] = 1;
  body["number_of_data_nodes"] = 1;
  body["active_primary_shards"] = 1;
  body["active_shards"] = 1;
  body["relocating_shards"] = 0;
  body["initializing_shards"] = 0;
  body["unassigned_shards"] = 0;
  body["delayed_unassigned_shards"] = 0;
  body["number_of_pending_tasks"] = 0;
  body["number_of_in_flight_fetch"] = 0;
  body["task_max_waiting_in_queue_millis"] = 0;
  body["active_shards_percent_as_number"] = 100.0;
  return body;
}

Json features_body() {
  const Json native = Json({{"version", "N/A"}, {"build_hash", "N/A"}});
  Json body = Json::object();
  body["build"] = Json({{"hash", "closecheck"}, {"date", "N/A"}});
  body["license"] = Json({{"uid", "closecheck"},
                          {"type", "trial"},
                          {"mode", "trial"},
                          {"status", "active"},
                          {"expiry_date_in_millis", 4'102'444'800'000}});
  body["features"]["ml"] = Json({{"available", true}, {"enabled", true}, {"native_code_info", native}});
  body["features"]["security"] = Json({{"available", true}, {"enabled", true}});
  body["tagline"] = "You know, for X";
  return body;
}

Json server_body(const ServerInfo& server) {
  Json body = Json::object();
  body["name"] = "closecheck";
  body["cluster_name"] = server.name;
  body["cluster_uuid"] = "closecheck";
  Json& version = body["version"];
  version["number"] = server.version;
  version["build_flavor"] = "default";
  version["build_type"] = "tar";
  version["build_hash"] = "closecheck";
  version["build_date"] = "1970-01-01T00:00:00.000Z";
  version["build_snapshot"] = false;
  version["lucene_version"] = "0.0.0";
  version["minimum_wire_compatibility_version"] = server.version;
  version["minimum_index_compatibility_version"] = server.version;
  body["tagline"] = "You Know, for Search";
  return body;
}

Json privileges_body(const PrivilegeList& cluster, const IndexPrivileges* indices) {
  bool all = true;
  Json of_cluster = claims(cluster.privileges, all);
  Json of_indices = Json::object();
  if (indices != nullptr)
    for (const auto& [index, privileges] : indices->indices) of_indices[index].update(claims(privileges, all));
  Json body = Json::object();
  if (indices != nullptr) body["has_all_requested"] = all;
  body["cluster"] = std::move(of_cluster);
  if (indices == nullptr) body["has_all_requested"] = all;
  body["index"] = std::move(of_indices);
  return body;
}

}  // namespace closecheck::sut::wire
