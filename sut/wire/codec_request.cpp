// Requests as a client writes them.
#include <fmt/format.h>

#include "closecheck/sut/wire.h"
#include "wire/json.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

constexpr std::string_view kJsonType = "application/json";

/// `base/id/rest`; the id is one segment, and left out when it is empty.
std::string path_of(std::string_view base, const std::string& id, std::string_view rest = {}) {
  std::string path(base);
  if (!id.empty()) path += "/" + encode_segment(id);
  if (!rest.empty()) path += fmt::format("/{}", rest);
  return path;
}

HttpRequest plain(std::string_view method, std::string path, Parameters query = {}) {
  return {std::string(method), std::move(path), std::move(query), {}, {}};
}

HttpRequest with_body(std::string_view method, std::string path, const Json& body) {
  return {std::string(method), std::move(path), {}, dump(body), std::string(kJsonType)};
}

void add(Parameters& query, const char* name, const Parameter& value) {
  if (value) query.emplace_back(name, *value);
}

template <class Value>
void add_value(Parameters& query, const char* name, const std::optional<Value>& value) {
  if (value) query.emplace_back(name, fmt::format("{}", *value));
}

/// An opaque JSON text as a member; a text that is no JSON goes as a string, for the server to refuse.
Json opaque(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed ? *std::move(parsed) : Json(text);
}

/// The early product takes the limit as a number of megabytes, the later one as a text with a unit.
Json memory_limit(const std::string& text, Profile profile) {
  if (profile->memory_limit_in_megabytes && text.size() > 2 && text.size() < 12 && lower(text).ends_with("mb")) {
    const std::string digits = text.substr(0, text.size() - 2);
    if (digits.find_first_not_of("0123456789") == std::string::npos) return Json(std::stoll(digits));
  }
  return Json(text);
}

Json creation_body(const JobConfig& config, Profile profile) {
  Json body = Json::object();
  if (!config.description.empty()) body["description"] = config.description;
  if (!config.groups.empty() && profile->has_groups) body["groups"] = config.groups;
  Json detectors = Json::array();
  for (const Detector& detector : config.detectors) {
    Json one = Json::object();
    one["function"] = detector.function;
    if (!detector.field.empty()) one["field_name"] = detector.field;
    if (!detector.by_field.empty()) one["by_field_name"] = detector.by_field;
    if (!detector.partition_field.empty()) one["partition_field_name"] = detector.partition_field;
    detectors.push_back(std::move(one));
  }
  if (!config.bucket_span.empty()) body["analysis_config"]["bucket_span"] = config.bucket_span;
  body["analysis_config"]["detectors"] = std::move(detectors);
  if (!config.model_memory_limit.empty())
    body["analysis_limits"]["model_memory_limit"] = memory_limit(config.model_memory_limit, profile);
  body["data_description"] = Json::object();
  if (!config.time_field.empty()) body["data_description"]["time_field"] = config.time_field;
  if (!config.time_format.empty()) body["data_description"]["time_format"] = config.time_format;
  if (!config.custom_settings.empty()) body["custom_settings"] = opaque(config.custom_settings);
  return body;
}

std::string record_line(const Record& record) {
  Json line = Json::object();
  if (record.time_ms == Record::kInvalidTime)
    line["time"] = "no time";
  else
    line["time"] = record.time_ms;
  // Whole values are written as such: 17, not 17.0.
  const auto whole = static_cast<std::int64_t>(record.value > -1e15 && record.value < 1e15 ? record.value : 0);
  if (static_cast<double>(whole) == record.value)
    line["value"] = whole;
  else
    line["value"] = record.value;
  if (!record.entity.empty()) line["entity"] = record.entity;
  return dump(line) + "\n";
}

struct Encoder {
  Profile profile;

  HttpRequest operator()(const CreateJob& o) const {
    return with_body("PUT", job_path(o.job), creation_body(o.config, profile));
  }
  HttpRequest operator()(const GetJob& o) const { return plain("GET", job_path(o.job)); }
  HttpRequest operator()(const UpdateJob& o) const {
    Json body = Json::object();
    if (o.description) body["description"] = *o.description;
    if (o.custom_settings) body["custom_settings"] = opaque(*o.custom_settings);
    if (o.groups) body["groups"] = *o.groups;
    return with_body("POST", job_path(o.job, "_update"), body);
  }
  HttpRequest operator()(const DeleteJob& o) const {
    HttpRequest out = plain("DELETE", job_path(o.job));
    add(out.query, "force", o.force);
    return out;
  }
  HttpRequest operator()(const OpenJob& o) const { return plain("POST", job_path(o.job, "_open")); }
  HttpRequest operator()(const PostData& o) const {
    HttpRequest out = plain("POST", job_path(o.job, "_data"));
    out.content_type = kJsonType;
    // The broken text comes first, so that no record stands before it which a server could already have taken.
    if (o.malformed) out.body = "{\"time\": broken\n";
    for (const Record& record : o.records) out.body += record_line(record);
    return out;
  }
  HttpRequest operator()(const FlushJob& o) const {
    HttpRequest out = plain("POST", job_path(o.job, "_flush"));
    add(out.query, "calc_interim", o.calc_interim);
    return out;
  }
  HttpRequest operator()(const CloseJob& o) const {
    HttpRequest out = plain("POST", job_path(o.job, "_close"));
    add(out.query, "force", o.force);
    add(out.query, "timeout", o.timeout);
    const Dialect& dialect = *profile;
    const Naming& allow_none = dialect.allow_none.written.empty() ? dialect.perhaps_in_close : dialect.allow_none;
    if (o.allow_no_jobs) out.query.emplace_back(allow_none.written, *o.allow_no_jobs);
    out.query.insert(out.query.end(), o.other.begin(), o.other.end());
    return out;
  }
  HttpRequest operator()(const JobStats& o) const { return plain("GET", job_path(o.job, "_stats")); }
  HttpRequest operator()(const GetBuckets& o) const {
    const auto& at_ms = o.selection.at_ms;
    const std::string what = at_ms ? fmt::format("results/buckets/{}", *at_ms) : "results/buckets";
    return page(o.job, what, o.from, o.size, o.selection);
  }
  HttpRequest operator()(const GetRecords& o) const {
    return page(o.job, "results/records", o.from, o.size, o.selection);
  }
  HttpRequest operator()(const GetSnapshots& o) const {
    const std::string one = o.snapshot.empty() ? "" : "/" + encode_segment(o.snapshot);
    return page(o.job, "model_snapshots" + one, o.from, o.size, {});
  }
  HttpRequest operator()(const RevertSnapshot& o) const {
    return plain("POST", job_path(o.job, fmt::format("model_snapshots/{}/_revert", encode_segment(o.snapshot))));
  }
  HttpRequest operator()(const CreateIndex& o) const {
    Json body = Json::object();
    body["settings"]["number_of_shards"] = 1;
    body["settings"]["number_of_replicas"] = 0;
    Json& mapping = profile->has_document_types ? body["mappings"]["doc"] : body["mappings"];
    mapping["properties"]["time"]["type"] = "date";
    mapping["properties"]["time"]["format"] = "epoch_millis";
    return with_body("PUT", path_of("", o.index), body);
  }
  HttpRequest operator()(const DeleteIndex& o) const { return plain("DELETE", path_of("", o.index)); }
  HttpRequest operator()(const IndexDocuments& o) const {
    HttpRequest out = plain("POST", "/_bulk");
    if (o.refresh) out.query.emplace_back("refresh", "true");
    out.content_type = "application/x-ndjson";
    Json action = Json::object();
    action["index"]["_index"] = o.index;
    if (profile->has_document_types) action["index"]["_type"] = "doc";
    const std::string line = dump(action) + "\n";
    for (const Record& record : o.records) out.body += line + record_line(record);
    return out;
  }
  HttpRequest operator()(const RefreshIndex& o) const { return plain("POST", path_of("", o.index, "_refresh")); }
  HttpRequest operator()(const CreateDatafeed& o) const {
    Json body = Json::object();
    body["job_id"] = o.job;
    body["indices"] = Json::array({o.index});
    if (profile->has_document_types) body["types"] = Json::array({"doc"});
    body["query"]["match_all"] = Json::object();
    return with_body("PUT", feed_path(o.feed), body);
  }
  HttpRequest operator()(const GetDatafeed& o) const { return plain("GET", feed_path(o.feed)); }
  HttpRequest operator()(const DatafeedStats& o) const { return plain("GET", feed_path(o.feed, "_stats")); }
  HttpRequest operator()(const StartDatafeed& o) const {
    HttpRequest out = plain("POST", feed_path(o.feed, "_start"));
    add_value(out.query, "start", o.start_ms);
    add_value(out.query, "end", o.end_ms);
    return out;
  }
  HttpRequest operator()(const StopDatafeed& o) const {
    HttpRequest out = plain("POST", feed_path(o.feed, "_stop"));
    add(out.query, "force", o.force);
    return out;
  }
  HttpRequest operator()(const DeleteDatafeed& o) const {
    HttpRequest out = plain("DELETE", feed_path(o.feed));
    add(out.query, "force", o.force);
    return out;
  }
  HttpRequest operator()(const GetRoot&) const { return plain("GET", "/"); }
  HttpRequest operator()(const Authenticate&) const {
    return plain("GET", fmt::format("{}/_authenticate", profile->security.path));
  }
  HttpRequest operator()(const HasPrivileges&) const {
    Json body = Json::object();
    body["cluster"] = Json::array({"manage_ml", "manage", "monitor_ml"});
    return with_body("POST", fmt::format("{}/user/_has_privileges", profile->security.path), body);
  }
  HttpRequest operator()(const RawRequest& o) const {
    return {o.method, o.path, o.query, o.body, o.content_type, o.headers, o.body_known};
  }

  /// `BASE/anomaly_detectors/ID/REST`.
  std::string job_path(const std::string& job, std::string_view rest = {}) const {
    return path_of(fmt::format("{}/anomaly_detectors", profile->jobs.path), job, rest);
  }
  std::string feed_path(const std::string& feed, std::string_view rest = {}) const {
    return path_of(fmt::format("{}/datafeeds", profile->jobs.path), feed, rest);
  }
  HttpRequest page(const std::string& job, std::string_view what, std::optional<int> from, std::optional<int> size,
                   const Selection& selection) const {
    HttpRequest out = plain("GET", job_path(job, what));
    add_value(out.query, "from", from);
    add_value(out.query, "size", size);
    add_value(out.query, "start", selection.start_ms);
    add_value(out.query, "end", selection.end_ms);
    add_value(out.query, "exclude_interim", selection.exclude_interim);
    add_value(out.query, "desc", selection.descending);
    return out;
  }
};

}  // namespace

std::string target_of(const HttpRequest& request) {
  std::string target = request.path;
  char separator = '?';
  for (const auto& [key, value] : request.query) {
    target += separator + encode_query_text(key) + "=" + encode_query_text(value);
    separator = '&';
  }
  return target;
}

HttpRequest encode(const Request& request, Profile profile) {
  const Encoder encoder{profile};
  if (request.as_sent) return encoder(*request.as_sent);
  return std::visit(encoder, request.operation);
}

}  // namespace closecheck::sut::wire
