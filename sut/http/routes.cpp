#include "http/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "http/answers.h"
#include "http/bodies.h"
#include "http/text.h"

namespace closecheck::sut::wire {
namespace {

/// Accepted by every API and of no meaning to the operation.
constexpr std::array<std::string_view, 6> kCommon{"pretty", "human", "error_trace", "filter_path", "format", "source"};

bool is_common(std::string_view name) {
  return std::find(kCommon.begin(), kCommon.end(), name) != kCommon.end();
}

/// One request on its way to an operation: the parts of its path and the parameters not yet asked for.
class Call {
 public:
  Call(const HttpRequest& http, std::map<std::string_view, std::string> parts) : http_(http), parts_(std::move(parts)) {
    for (const auto& [name, value] : http.query)
      if (!is_common(name)) rest_.emplace_back(name, value);
  }

  std::string part(std::string_view name) const {
    const auto found = parts_.find(name);
    return found == parts_.end() ? std::string() : found->second;
  }
  const std::string& body() const { return http_.body; }

  Parameter take(std::string_view name) {
    Parameter value;
    std::erase_if(rest_, [&](const auto& pair) {
      if (pair.first != name) return false;
      value = pair.second;  // the last of several counts
      return true;
    });
    return value;
  }
  void ignore(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) take(name);
  }
  std::optional<int> take_number(const char* name) {
    const Parameter text = take(name);
    if (!text) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size())
      refuse(400, kIllegalArgument, fmt::format("Failed to parse int parameter [{}] with value [{}]", name, *text));
    return value;
  }
  Parameters take_rest() { return std::exchange(rest_, {}); }
  const Parameters& rest() const { return rest_; }

 private:
  const HttpRequest& http_;
  std::map<std::string_view, std::string> parts_;
  Parameters rest_;
};

/// A flag in the body where there is a body, else in the query.
Parameter flag_of(Call& call, const char* name) {
  Parameter value = call.take(name);
  if (call.body().empty()) return value;
  const Json body = read_object(call.body(), "request");
  const Json* flag = member(body, name);
  if (flag == nullptr || flag->is_null()) return value;
  return flag->is_string() ? flag->get<std::string>() : dump(*flag);
}

template <class Page>
Operation page(Call& call) {
  Page out{call.part("job"), call.take_number("from"), call.take_number("size")};
  call.ignore({"start", "end", "expand", "exclude_interim", "anomaly_score", "record_score", "sort", "desc"});
  if (!call.body().empty()) {
    const Json body = read_object(call.body(), "request");
    if (const Json* page = member(body, "page"); page != nullptr) {
      const auto number = [page](const char* name) -> std::optional<int> {
        const Json* value = member(*page, name);
        if (value == nullptr) return std::nullopt;
        if (!value->is_number_integer() || value->get<std::int64_t>() > INT32_MAX ||
            value->get<std::int64_t>() < INT32_MIN)
          refuse(400, "parse_exception", fmt::format("[page] failed to parse field [{}]", name));
        return value->get<int>();
      };
      out.from = number("from");
      out.size = number("size");
    }
  }
  if (out.from && *out.from < 0) refuse(400, kIllegalArgument, "Parameter [from] cannot be < 0");
  if (out.size && *out.size < 0) refuse(400, kIllegalArgument, "Parameter [size] cannot be < 0");
  return out;
}

using Built = std::variant<Operation, WireAnswer>;

Built health(Call& call) {
  call.take_rest();
  Json body = Json::object();
  body["cluster_name"] = "closecheck";
  body["status"] = "green";
  body["timed_out"] = false;
  body["number_of_nodes"] = 1;
  body["number_of_data_nodes"] = 1;
  return json_answer(200, body);
}

Built features(Call& call) {
  call.take_rest();
  Json body = Json::object();
  body["build"] = Json::object();
  body["license"] = Json({{"type", "trial"}, {"mode", "trial"}, {"status", "active"}});
  body["features"]["ml"] = Json({{"available", true}, {"enabled", true}});
  body["features"]["security"] = Json({{"available", true}, {"enabled", true}});
  return json_answer(200, body);
}

std::optional<std::int64_t> take_date(Call& call, const char* name) {
  const Parameter text = flag_of(call, name);
  if (!text) return std::nullopt;
  return read_date_ms(*text, name);
}

Built start_feed(Call& call) {
  StartDatafeed out{call.part("feed"), take_date(call, "start"), take_date(call, "end")};
  call.ignore({"timeout"});
  if (out.start_ms && out.end_ms && *out.start_ms >= *out.end_ms)
    refuse(400, kIllegalArgument,
           fmt::format("[start] must be earlier than [end]: start [{}] must be earlier than end [{}]", *out.start_ms,
                       *out.end_ms));
  return Operation(out);
}

Built bulk(Call& call) {
  IndexDocuments out = read_bulk(call.part("index"), call.body());
  const Parameter refresh = call.take("refresh");
  out.refresh = refresh && *refresh != "false";
  call.ignore({"timeout", "wait_for_active_shards", "routing", "pipeline", "type"});
  return Operation(out);
}

Built close_job(Call& call) {
  CloseJob out{call.part("job"), call.take("force"), call.take("timeout"), call.take("allow_no_jobs"), {}};
  // The service refuses the others itself: a bad timeout is found first.
  out.other = call.take_rest();
  return Operation(out);
}

Built flush_job(Call& call) {
  FlushJob out{call.part("job"), flag_of(call, "calc_interim")};
  call.ignore({"start", "end", "advance_time", "skip_time"});
  return Operation(out);
}

Built post_data(Call& call) {
  RecordsRead read = read_records(call.body());
  call.ignore({"reset_start", "reset_end"});
  return Operation(PostData{call.part("job"), std::move(read.records), read.malformed});
}

struct Route {
  std::string_view methods;  // space-separated
  std::string_view path;
  Built (*build)(Call&);
};

// clang-format off
constexpr auto kRoutes = std::to_array<Route>({
  {"GET", "/", [](Call&) -> Built { return Operation(GetRoot{}); }},
  {"GET", "/_cluster/health", health},
  {"GET", "/_xpack", features},
  {"GET", "/_xpack/security/_authenticate", [](Call&) -> Built { return Operation(Authenticate{}); }},
  {"GET POST", "/_xpack/security/user/_has_privileges", [](Call&) -> Built { return Operation(HasPrivileges{}); }},

  {"GET", "/_xpack/ml/anomaly_detectors", [](Call& c) -> Built { c.ignore({"allow_no_jobs"}); return Operation(GetJob{}); }},
  {"GET", "/_xpack/ml/anomaly_detectors/_stats", [](Call& c) -> Built { c.ignore({"allow_no_jobs"}); return Operation(JobStats{}); }},
  {"PUT", "/_xpack/ml/anomaly_detectors/{job}", [](Call& c) -> Built { return Operation(read_create_job(c.part("job"), c.body())); }},
  {"GET", "/_xpack/ml/anomaly_detectors/{job}", [](Call& c) -> Built { c.ignore({"allow_no_jobs"}); return Operation(GetJob{c.part("job")}); }},
  {"DELETE", "/_xpack/ml/anomaly_detectors/{job}", [](Call& c) -> Built { return Operation(DeleteJob{c.part("job"), c.take("force")}); }},
  {"GET", "/_xpack/ml/anomaly_detectors/{job}/_stats", [](Call& c) -> Built { c.ignore({"allow_no_jobs"}); return Operation(JobStats{c.part("job")}); }},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_update", [](Call& c) -> Built { return Operation(read_update_job(c.part("job"), c.body())); }},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_open", [](Call& c) -> Built { c.ignore({"timeout"}); return Operation(OpenJob{c.part("job")}); }},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_data", post_data},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_flush", flush_job},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_close", close_job},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/results/buckets", [](Call& c) -> Built { return page<GetBuckets>(c); }},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/results/records", [](Call& c) -> Built { return page<GetRecords>(c); }},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots", [](Call& c) -> Built { c.ignore({"from", "size", "sort", "desc", "start", "end"}); return Operation(GetSnapshots{c.part("job")}); }},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots/{snapshot}/_revert", [](Call& c) -> Built { c.ignore({"delete_intervening_results"}); return Operation(RevertSnapshot{c.part("job"), c.part("snapshot")}); }},

  {"GET", "/_xpack/ml/datafeeds", [](Call& c) -> Built { c.ignore({"allow_no_datafeeds"}); return Operation(GetDatafeed{}); }},
  {"GET", "/_xpack/ml/datafeeds/_stats", [](Call& c) -> Built { c.ignore({"allow_no_datafeeds"}); return Operation(DatafeedStats{}); }},
  {"PUT", "/_xpack/ml/datafeeds/{feed}", [](Call& c) -> Built { return Operation(read_create_datafeed(c.part("feed"), c.body())); }},
  {"GET", "/_xpack/ml/datafeeds/{feed}", [](Call& c) -> Built { c.ignore({"allow_no_datafeeds"}); return Operation(GetDatafeed{c.part("feed")}); }},
  {"DELETE", "/_xpack/ml/datafeeds/{feed}", [](Call& c) -> Built { return Operation(DeleteDatafeed{c.part("feed"), c.take("force")}); }},
  {"GET", "/_xpack/ml/datafeeds/{feed}/_stats", [](Call& c) -> Built { c.ignore({"allow_no_datafeeds"}); return Operation(DatafeedStats{c.part("feed")}); }},
  {"POST", "/_xpack/ml/datafeeds/{feed}/_start", start_feed},
  {"POST", "/_xpack/ml/datafeeds/{feed}/_stop", [](Call& c) -> Built { c.ignore({"timeout", "allow_no_datafeeds"}); return Operation(StopDatafeed{c.part("feed"), flag_of(c, "force")}); }},

  {"POST PUT", "/_bulk", bulk},
  {"POST PUT", "/{index}/_bulk", bulk},
  {"POST PUT", "/{index}/{type}/_bulk", bulk},
  {"GET POST", "/{index}/_refresh", [](Call& c) -> Built { return Operation(RefreshIndex{c.part("index")}); }},
  {"PUT", "/{index}", [](Call& c) -> Built { c.ignore({"timeout", "master_timeout", "wait_for_active_shards"}); return Operation(CreateIndex{c.part("index")}); }},
  {"DELETE", "/{index}", [](Call& c) -> Built { c.ignore({"timeout", "master_timeout", "ignore_unavailable"}); return Operation(DeleteIndex{c.part("index")}); }},
});
// clang-format on

/// The parts of `segments` where they fit the pattern, and how many segments are literal; empty where they do not.
struct Fit {
  std::map<std::string_view, std::string> parts;
  int literals = 0;
};
std::optional<Fit> fit(std::string_view pattern, const std::vector<std::string>& segments) {
  Fit out;
  std::size_t index = 0;
  while (pattern.size() > 1) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    if (index >= segments.size()) return std::nullopt;
    const std::string& actual = segments[index++];
    if (segment.front() != '{') {
      if (segment != actual) return std::nullopt;
      ++out.literals;
      continue;
    }
    const std::string_view name = segment.substr(1, segment.size() - 2);
    if ((name == "index" || name == "type") && actual.starts_with('_')) return std::nullopt;
    out.parts.emplace(name, actual);
  }
  if (index != segments.size()) return std::nullopt;
  return out;
}

struct Match {
  const Route* route = nullptr;
  std::map<std::string_view, std::string> parts;
  std::string allowed;  // methods of the path, comma-separated; empty: unknown path
};

Match match(const HttpRequest& request) {
  const std::vector<std::string> segments = split_path(request.path);
  // The most literal pattern that fits decides; a method of a less literal one does not count.
  std::string_view path;
  int literals = -1;
  Match out;
  for (const Route& route : kRoutes) {
    auto fitting = fit(route.path, segments);
    if (!fitting || fitting->literals <= literals) continue;
    literals = fitting->literals;
    path = route.path;
    out.parts = std::move(fitting->parts);
  }
  if (literals < 0) return out;
  // The product reads PATCH as GET and serves HEAD where GET is served.
  const bool reads = request.method == "HEAD" || request.method == "PATCH";
  const std::string_view method = reads ? std::string_view("GET") : std::string_view(request.method);
  for (const Route& route : kRoutes) {
    if (route.path != path) continue;
    for (std::string_view rest = route.methods; !rest.empty();) {
      const std::string_view one = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      out.allowed += fmt::format("{}{}", out.allowed.empty() ? "" : ", ", one);
      if (one == method) out.route = &route;
    }
  }
  return out;
}

/// From 6.0 a body needs a content type that the server can read.
std::optional<WireAnswer> refuse_content_type(const HttpRequest& request, Profile profile) {
  if (profile == Profile::xpack_5_4 || request.body.empty()) return std::nullopt;
  const std::string type = media_type(request.content_type);
  if (type == "application/json" || type == "application/x-ndjson") return std::nullopt;
  Json body = Json::object();
  body["error"] = fmt::format("Content-Type header [{}] is not supported", request.content_type);
  body["status"] = 406;
  return json_answer(406, body);
}

std::string unrecognized(const HttpRequest& request, const Parameters& rest) {
  std::set<std::string> names;
  for (const auto& [name, value] : rest) names.insert(name);
  std::string list;
  for (const std::string& name : names) list += fmt::format("{}[{}]", list.empty() ? "" : ", ", name);
  return fmt::format("request [{}] contains unrecognized parameter{}: {}", decode_text(request.path),
                     names.size() == 1 ? "" : "s", list);
}

}  // namespace

bool is_unrouted(const HttpRequest& request, Profile) {
  return match(request).route == nullptr;
}

Routed route_request(const HttpRequest& request, Profile profile) {
  Match found = match(request);
  if (found.route == nullptr && !found.allowed.empty() && request.method == "OPTIONS") {
    WireAnswer answer = text_answer(200, "");
    answer.headers.emplace_back("allow", found.allowed);
    return {std::move(answer), true};
  }
  if (found.route == nullptr) return {unrouted_answer(request, found.allowed, profile), true};
  if (auto refused = refuse_content_type(request, profile)) return {*std::move(refused), true};
  Call call(request, std::move(found.parts));
  try {
    Built built = found.route->build(call);
    if (!call.rest().empty()) refuse(400, kIllegalArgument, unrecognized(request, call.rest()));
    if (auto* answer = std::get_if<WireAnswer>(&built)) return {std::move(*answer), false};
    return {Request{Principal::manage_ml, std::get<Operation>(std::move(built)), nullptr}, false};
  } catch (Refused& refused) {
    return {std::move(refused.answer), false};
  }
}

std::variant<Request, WireAnswer> route(const HttpRequest& request, Profile profile) {
  return route_request(request, profile).result;
}

}  // namespace closecheck::sut::wire
