// Answers as a server writes them, member for member as the profiles have them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "closecheck/sut/wire.h"
#include "closecheck/vocabulary/text.h"
#include "wire/document_bodies.h"
#include "wire/further_bodies.h"
#include "wire/json.h"
#include "wire/refusals.h"
#include "wire/response_bodies.h"
#include "wire/routes.h"
#include "wire/task_bodies.h"

namespace closecheck::sut::wire {
namespace {

WireAnswer json_answer(int status, const Json& body) {
  return {status, {{"content-type", "application/json; charset=UTF-8"}}, dump(body)};
}

WireAnswer text_answer(int status, std::string body) {
  return {status, {{"content-type", "text/plain; charset=UTF-8"}}, std::move(body)};
}

/// How a caller who is not known may say who is asking.
std::vector<std::string> schemes_of(const Dialect& dialect) {
  std::vector<std::string> schemes{
      fmt::format(R"(Basic realm="security"{} charset="UTF-8")", dialect.separates_scheme ? "," : "")};
  if (dialect.offers_more_schemes) schemes.insert(schemes.end(), {R"(Bearer realm="security")", "ApiKey"});
  return schemes;
}

/// What the product calls the root: the innermost cause that is an exception of its own. Others, such as a number that
/// is none, it leaves to the list of causes.
Json root_cause_of(Json cause, const Json& caused_by) {
  static constexpr std::array<std::string_view, 3> kOwn{"status_exception", "resource_already_exists_exception",
                                                        "resource_not_found_exception"};
  for (const Json* inner = &caused_by; inner->is_object(); inner = &inner->at("caused_by")) {
    if (std::ranges::find(kOwn, inner->value("type", "")) != kOwn.end())
      cause = Json({{"type", inner->at("type")}, {"reason", inner->at("reason")}});
    if (!inner->contains("caused_by")) break;
  }
  return cause;
}

/// The envelope of errors. A 401 also names the scheme, in the body and as a header.
WireAnswer error_answer(int status, std::string_view type, std::string_view reason, const Dialect& dialect,
                        const Json& caused_by = {}) {
  Json cause = Json::object();
  cause["type"] = type;
  cause["reason"] = reason;
  const std::vector<std::string> schemes = status == 401 ? schemes_of(dialect) : std::vector<std::string>{};
  if (schemes.size() == 1) cause["header"]["WWW-Authenticate"] = schemes.front();
  if (schemes.size() > 1) cause["header"]["WWW-Authenticate"] = schemes;
  Json body = Json::object();
  body["error"]["root_cause"] = Json::array({root_cause_of(cause, caused_by)});
  body["error"].update(cause);
  if (!caused_by.is_null()) body["error"]["caused_by"] = caused_by;
  body["status"] = status;
  WireAnswer answer = json_answer(status, body);
  for (const std::string& scheme : schemes) answer.headers.emplace_back("www-authenticate", scheme);
  return answer;
}

/// What routing says in words, without the envelope.
WireAnswer routing_answer(int status, std::string words) {
  Json body = Json::object();
  body["error"] = std::move(words);
  body["status"] = status;
  return json_answer(status, body);
}

WireAnswer unrouted_answer(const Unrouted& what, Profile profile) {
  if (what.allowed.empty() && profile->unknown_path_in_json) {
    Json body = Json::object();
    body["error"] = fmt::format("no handler found for uri [{}] and method [{}]", what.target, what.method);
    return json_answer(400, body);
  }
  if (what.allowed.empty() || profile->wrong_method_status != 405)
    return text_answer(400, fmt::format("No handler found for uri [{}] and method [{}]", what.target, what.method));
  WireAnswer answer =
      routing_answer(405, fmt::format("Incorrect HTTP method for uri [{}] and method [{}], allowed: [{}]", what.target,
                                      what.method, what.allowed));
  answer.headers.emplace_back("allow", what.allowed);
  return answer;
}

Json one_claim(const char* name) {
  Json body = Json::object();
  body[name] = true;
  return body;
}

/// What an operation says that was done and has nothing else to tell.
struct Acknowledge {
  const Dialect& dialect;

  Json operator()(const OpenJob&) const { return begun("opened"); }
  Json operator()(const CloseJob&) const { return one_claim("closed"); }
  Json operator()(const FlushJob&) const { return one_claim("flushed"); }
  Json operator()(const StartDatafeed&) const { return begun("started"); }
  Json operator()(const StopDatafeed&) const { return one_claim("stopped"); }
  Json operator()(const PostData& o) const { return counts_body(o.job, {}, nullptr); }
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
      if (!dialect.document_type_told.empty()) item["_type"] = dialect.document_type_told;
      item["result"] = "created";
      item["status"] = 201;
      body["items"].push_back(Json::object({{"index", std::move(item)}}));
    }
    return body;
  }
  Json operator()(const RefreshIndex&) const { return refresh_body(); }
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

  /// What runs on a node from now on.
  Json begun(const char* claim) const {
    Json body = one_claim(claim);
    if (dialect.tells_node) body["node"] = "node-1";
    return body;
  }
};

/// What the vocabulary knows, with its details where they are known.
struct ContentWriter {
  const Operation& operation;
  const AnswerDetails& details;
  Profile profile;

  Json operator()(const std::monostate&) const { return std::visit(Acknowledge{*profile}, operation); }
  Json operator()(const Acknowledged&) const { return std::visit(Acknowledge{*profile}, operation); }
  Json operator()(const DataCounts& o) const {
    return counts_body(job_of(operation), o, std::get_if<MoreCounts>(&details));
  }
  Json operator()(const JobStatisticsList& o) const {
    const auto* more = std::get_if<StatisticsDetails>(&details);
    return list_body(o.count, "jobs", o.jobs, [&](const JobStatistics& job, std::size_t place) {
      return statistics_body(job, more != nullptr ? &more->jobs[place] : nullptr, profile);
    });
  }
  Json operator()(const JobDescriptionList& o) const {
    const bool written = std::holds_alternative<CreateJob>(operation) || std::holds_alternative<UpdateJob>(operation);
    if (written && o.jobs.size() == 1) return job_body(o.jobs.front());
    return list_body(o.count, "jobs", o.jobs, [](const JobDescription& job, std::size_t) { return job_body(job); });
  }
  Json operator()(const BucketPage& o) const {
    const auto* more = std::get_if<BucketDetails>(&details);
    return list_body(o.count, "buckets", o.buckets, [&](const Bucket& bucket, std::size_t place) {
      const std::string& job = job_of(operation);
      return more != nullptr ? bucket_body(job, bucket, more->span_s, more->probabilities[place])
                             : bucket_body(job, bucket);
    });
  }
  Json operator()(const RecordPage& o) const {
    const auto* more = std::get_if<RecordDetails>(&details);
    return list_body(o.count, "records", o.records, [&](const AnomalyRecord& record, std::size_t place) {
      const std::string& job = job_of(operation);
      return more != nullptr ? record_body(job, record, more->span_s, more->records[place]) : record_body(job, record);
    });
  }
  Json operator()(const SnapshotList& o) const {
    const auto* more = std::get_if<SnapshotDetails>(&details);
    return list_body(o.count, "model_snapshots", o.snapshots, [&](const Snapshot& snapshot, std::size_t place) {
      return snapshot_body(job_of(operation), snapshot, more != nullptr ? &more->snapshots[place] : nullptr, profile);
    });
  }
  Json operator()(const DatafeedStatisticsList& o) const {
    const auto* more = std::get_if<FeedRuns>(&details);
    return list_body(o.count, "datafeeds", o.feeds, [&](const DatafeedStatistics& feed, std::size_t place) {
      return feed_statistics_body(feed, more != nullptr ? &more->feeds[place] : nullptr, profile);
    });
  }
  Json operator()(const DatafeedDescriptionList& o) const {
    const auto* more = std::get_if<FeedDetails>(&details);
    const auto write = [&](const DatafeedDescription& feed, std::size_t place) {
      return feed_body(feed, more != nullptr ? &more->feeds[place] : nullptr, profile);
    };
    const bool single = more != nullptr ? more->single : std::holds_alternative<CreateDatafeed>(operation);
    if (single && o.feeds.size() == 1) return write(o.feeds.front(), 0);
    return list_body(o.count, "datafeeds", o.feeds, write);
  }
  Json operator()(const FlushResult& o) const {
    Json body = one_claim("flushed");
    if (profile->tells_last_bucket) body["last_finalized_bucket_end"] = o.last_finalized_bucket_end_ms.value_or(0);
    return body;
  }
  Json operator()(const ServerInfo& o) const { return server_body(o); }
  Json operator()(const Identity& o) const {
    Json body = Json::object();
    body["username"] = o.username;
    body["roles"] = Json::array();
    body["full_name"] = nullptr;
    body["email"] = nullptr;
    body["metadata"] = Json::object();
    body["enabled"] = true;
    if (profile->major >= 7)
      for (const char* realm : {"authentication_realm", "lookup_realm"})
        body[realm] = Json({{"name", "default_native"}, {"type", "native"}});
    return body;
  }
  Json operator()(const PrivilegeList& o) const { return privileges_body(o, std::get_if<IndexPrivileges>(&details)); }
};

/// What the vocabulary does not know at all is told by the details alone.
struct BodyWriter {
  const ContentWriter& content_writer;
  const Content& content;

  Json operator()(const ShownSnapshot& o) const {
    Json body = one_claim("acknowledged");
    body["model"] = snapshot_body(o.job, o.listed, &o.details, content_writer.profile);
    return body;
  }
  Json operator()(const FoundDocument& o) const { return document_body(o, dialect()); }
  Json operator()(const NoDocument& o) const { return document_body(o, dialect()); }
  Json operator()(const FoundDocuments& o) const { return search_body(o, dialect()); }
  Json operator()(const DocumentCount& o) const { return count_body(o); }
  Json operator()(const WriteResults& o) const { return writes_body(o, dialect()); }
  Json operator()(const IndexShown& o) const { return index_body(o); }
  Json operator()(const ClusterTasks& o) const { return tasks_body(o); }
  Json operator()(const ClusterIsWell&) const { return health_body(); }
  Json operator()(const FeatureList&) const { return features_body(); }
  Json operator()(const FurtherResults& o) const { return results_body(o); }
  Json operator()(const SnapshotUpgrades&) const {
    return Json({{"count", 0}, {"model_snapshot_upgrades", Json::array()}});
  }
  Json operator()(const ExpiredDeleted&) const { return one_claim("deleted"); }
  Json operator()(const CalendarsShown& o) const { return calendars_body(o); }
  Json operator()(const EventsShown& o) const { return events_body(o); }
  Json operator()(const FiltersShown& o) const { return filters_body(o); }
  Json operator()(const OpenedLazily&) const {
    Json body = Json::object();
    body["opened"] = dialect().tells_node;
    if (dialect().tells_node) body["node"] = "";
    return body;
  }
  Json operator()(const AliasesShown& o) const { return aliases_body(o, dialect()); }
  Json operator()(const NoAlias& o) const { return alias_missing_body(o); }
  Json operator()(const IndexOpened& o) const { return index_opened_body(o, dialect()); }
  Json operator()(const SettingsShown& o) const { return settings_body(o); }
  Json operator()(const OverallBuckets& o) const { return overall_body(o); }
  Json operator()(const ForecastBegun& o) const { return forecast_body(o); }
  Json operator()(const Defaults& o) const { return defaults_body(o, content_writer.profile); }
  Json operator()(const DocumentPreview& o) const { return preview_body(o); }
  Json operator()(const Table& o) const { return table_body(o); }
  Json operator()(const RunningTasks& o) const { return tasks_body(o, content_writer.profile); }
  Json operator()(const SecurityChange& o) const { return security_change_body(o, dialect()); }
  template <class Other>
  Json operator()(const Other&) const {
    return std::visit(content_writer, content);
  }
  const Dialect& dialect() const { return *content_writer.profile; }
};

/// What could not be used of a body, told as the cause of an error that names the place: of several within each other,
/// where that is a path.
WireAnswer unusable_answer(const Response& response, const UnusableField& where, const Dialect& dialect) {
  constexpr const char* kType = "x_content_parse_exception";
  const std::vector<std::string_view> path = divided(where.field, '.');
  const auto words = [&](std::size_t place) {
    const std::string_view object = place == 0 ? std::string_view(where.object) : path[place - 1];
    return path[place].empty() ? fmt::format("[1:1] [{}] failed to parse object", object)
                               : fmt::format("[1:1] [{}] failed to parse field [{}]", object, path[place]);
  };
  Json cause = Json({{"type", response.error_type}, {"reason", response.reason}});
  for (std::size_t place = path.size() - 1; place > 0; --place)
    cause = Json({{"type", kType}, {"reason", words(place)}, {"caused_by", std::move(cause)}});
  return error_answer(response.status, kType, words(0), dialect, cause);
}

/// What the product tells as the cause of a refusal besides; null: nothing.
Json cause_of(const Response& response, const Operation& operation, const Dialect& dialect) {
  if (!dialect.wraps_parse_errors) return {};
  if (const auto* open = std::get_if<OpenJob>(&operation);
      open != nullptr && response.reason.ends_with("it has already been opened"))
    return Json({{"type", "resource_already_exists_exception"},
                 {"reason", fmt::format("task with id {{job-{}}} already exist", open->job)}});
  // A time value whose number is none.
  if (response.error_type == "illegal_argument_exception" && response.reason.starts_with("failed to parse ["))
    return Json({{"type", "number_format_exception"}, {"reason", "For input string"}});
  return {};
}

WireAnswer write_refusal(const Response& response, const Request& request, Profile profile) {
  const int status = response.status != 0 ? response.status : status_of(response.refusal);
  if (std::holds_alternative<RawRequest>(request.operation) && response.error_type.empty()) {
    const HttpRequest http = encode(request, profile);
    return unrouted_answer({http.method, target_of(http), status == 405 ? "POST" : ""}, profile);
  }
  return error_answer(status, response.error_type.empty() ? "exception" : response.error_type, response.reason,
                      *profile, cause_of(response, request.operation, *profile));
}

WireAnswer write(const Response& response, const AnswerDetails& details, const Request& request, Profile profile) {
  if (const auto* unrouted = std::get_if<Unrouted>(&details)) return unrouted_answer(*unrouted, profile);
  if (const auto* methods = std::get_if<AllowedMethods>(&details)) {
    WireAnswer answer = text_answer(200, "");
    answer.headers.emplace_back("allow", methods->allowed);
    return answer;
  }
  if (const auto* table = std::get_if<Table>(&details); table != nullptr && !table->as_json)
    return text_answer(200, table_text(*table));
  if (const auto* tasks = std::get_if<RunningTasks>(&details); tasks != nullptr && tasks->as_text)
    return text_answer(200, tasks_text(*tasks));
  if (const auto* type = std::get_if<UnreadableType>(&details))
    return routing_answer(406, fmt::format("Content-Type header [{}] is not supported", type->content_type));
  if (const auto* where = std::get_if<UnusableField>(&details); where != nullptr && profile->wraps_parse_errors)
    return unusable_answer(response, *where, *profile);
  if (response.outcome != Outcome::accepted) return write_refusal(response, request, profile);
  const int usual = std::holds_alternative<PostData>(request.operation) ? 202 : 200;
  const ContentWriter content_writer{request.operation, details, profile};
  return json_answer(response.status != 0 ? response.status : usual,
                     std::visit(BodyWriter{content_writer, response.content}, details));
}

}  // namespace

WireAnswer encode(const ServiceAnswer& answer, const Request& request, Profile profile) {
  static const AnswerDetails none;
  return write(answer.response, answer.details ? *answer.details : none, request, profile);
}

WireAnswer encode(const Response& response, const Request& request, Profile profile) {
  if (response.wire) return *response.wire;
  return write(response, {}, request, profile);
}

}  // namespace closecheck::sut::wire
