#include "wire/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "wire/bodies.h"
#include "wire/call.h"
#include "wire/not_carried.h"
#include "wire/text.h"

namespace closecheck::sut::wire {
namespace {

struct Route {
  std::string_view methods;  // space-separated
  std::string_view path;
  Built (*build)(Call&);
};

// clang-format off
constexpr auto kRoutes = std::to_array<Route>({
  {"GET", "/", [](Call&) -> Built { return {GetRoot{}}; }},
  {"GET", "/_cluster/health", health},
  {"GET", "/_cluster/health/{index}", health},
  {"GET", "/_cluster/state", cluster_state},
  {"GET", "/_cluster/state/{metric}", cluster_state},
  {"GET", "/_cluster/state/{metric}/{index}", cluster_state},
  {"GET", "/_xpack", features},
  {"GET", "/_xpack/security/_authenticate", [](Call&) -> Built { return {Authenticate{}}; }},
  {"GET POST", "/_xpack/security/user/_has_privileges", has_privileges},

  {"GET", "/_xpack/ml/anomaly_detectors", get_jobs},
  {"GET", "/_xpack/ml/anomaly_detectors/_stats", job_statistics},
  {"PUT", "/_xpack/ml/anomaly_detectors/{job}", create_job},
  {"GET", "/_xpack/ml/anomaly_detectors/{job}", get_jobs},
  {"DELETE", "/_xpack/ml/anomaly_detectors/{job}", delete_job},
  {"GET", "/_xpack/ml/anomaly_detectors/{job}/_stats", job_statistics},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_update", update_job},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_open", open_job},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_data", post_data},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_flush", flush_job},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/_close", close_job},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/results/buckets", get_buckets},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/results/buckets/{timestamp}", get_buckets},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/results/records", get_records},
  {"GET POST", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots", get_snapshots},
  {"GET POST DELETE", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots/{snapshot}", [](Call& c) -> Built { return c.http().method == "DELETE" ? delete_snapshot(c) : get_snapshots(c); }},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots/{snapshot}/_update", update_snapshot},
  {"POST", "/_xpack/ml/anomaly_detectors/{job}/model_snapshots/{snapshot}/_revert", revert_snapshot},

  {"GET", "/_xpack/ml/datafeeds", get_feeds},
  {"GET", "/_xpack/ml/datafeeds/_stats", feed_statistics},
  {"PUT", "/_xpack/ml/datafeeds/{feed}", create_feed},
  {"GET", "/_xpack/ml/datafeeds/{feed}", get_feeds},
  {"DELETE", "/_xpack/ml/datafeeds/{feed}", delete_feed},
  {"GET", "/_xpack/ml/datafeeds/{feed}/_stats", feed_statistics},
  {"POST", "/_xpack/ml/datafeeds/{feed}/_update", update_feed},
  {"POST", "/_xpack/ml/datafeeds/{feed}/_start", start_feed},
  {"POST", "/_xpack/ml/datafeeds/{feed}/_stop", stop_feed},

  {"POST PUT", "/_bulk", bulk},
  {"POST PUT", "/{index}/_bulk", bulk},
  {"POST PUT", "/{index}/{type}/_bulk", bulk},
  {"GET POST", "/_search", search},
  {"GET POST", "/{index}/_search", search},
  {"GET POST", "/{index}/{type}/_search", search},
  {"GET POST", "/_count", count},
  {"GET POST", "/{index}/_count", count},
  {"GET POST", "/{index}/{type}/_count", count},
  {"GET POST", "/_refresh", refresh_index},
  {"GET POST", "/{index}/_refresh", refresh_index},
  {"GET", "/{index}", index_exists},
  {"PUT", "/{index}", create_index},
  {"DELETE", "/{index}", delete_index},
  {"POST", "/{index}/_doc", write_document},
  {"POST", "/{index}/{type}", write_document},
  {"GET", "/{index}/_doc/{id}", get_document},
  {"PUT POST", "/{index}/_doc/{id}", write_document},
  {"DELETE", "/{index}/_doc/{id}", delete_document},
  {"GET", "/{index}/{type}/{id}", get_document},
  {"PUT POST", "/{index}/{type}/{id}", write_document},
  {"DELETE", "/{index}/{type}/{id}", delete_document},
  {"PUT POST", "/{index}/_doc/{id}/_create", write_document},
  {"PUT POST", "/{index}/{type}/{id}/_create", write_document},
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
    if ((name == "index" || name == "type" || name == "id") && actual.starts_with('_')) return std::nullopt;
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

/// The later dialects have the job API under a shorter path as well.
void lengthen(std::vector<std::string>& segments, Profile profile) {
  if (profile != Profile::xpack_5_4 && !segments.empty() && segments.front() == "_ml") {
    segments.front() = "ml";
    segments.insert(segments.begin(), "_xpack");
  }
}

Match match(const HttpRequest& request, Profile profile) {
  std::vector<std::string> segments = split_path(request.path);
  lengthen(segments, profile);
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
  std::vector<std::string_view> allowed;
  for (const Route& route : kRoutes) {
    if (route.path != path) continue;
    for (const std::string_view one : divided(route.methods, ' ')) {
      allowed.push_back(one);
      if (one == method) out.route = &route;
    }
  }
  out.allowed = joined(allowed);
  return out;
}

/// From 6.0 a body needs a content type that the server can read.
bool is_readable_type(const HttpRequest& request, Profile profile) {
  if (profile == Profile::xpack_5_4 || request.body.empty()) return true;
  const std::string type = media_type(request.content_type);
  return type == "application/json" || type == "application/x-ndjson";
}

Routed before_identity(ServiceAnswer answer) {
  return {{}, std::move(answer), true};
}

std::string unrecognized(const HttpRequest& request, const Parameters& rest) {
  std::set<std::string> names;
  for (const auto& [name, value] : rest) names.insert(name);
  return fmt::format("request [{}] contains unrecognized parameter{}: [{}]", decode_percent(request.path),
                     names.size() == 1 ? "" : "s", fmt::join(names, "], ["));
}

}  // namespace

bool is_unrouted(const HttpRequest& request, Profile profile) {
  return match(request, profile).route == nullptr;
}

Routed route(const HttpRequest& request, Profile profile) {
  Match found = match(request, profile);
  if (found.route == nullptr) {
    if (!found.allowed.empty() && request.method == "OPTIONS")
      return before_identity({accepted(Acknowledged{}), AllowedMethods{std::move(found.allowed)}});
    const bool unknown = found.allowed.empty() || profile == Profile::xpack_5_4;
    return before_identity(
        {refused(unknown ? 400 : 405, "", ""), Unrouted{request.method, target_of(request), std::move(found.allowed)}});
  }
  if (!is_readable_type(request, profile))
    return before_identity({refused(406, "", ""), UnreadableType{request.content_type}});
  Call call(request, std::move(found.parts), profile, false);
  try {
    Built built = found.route->build(call);
    if (!call.rest().empty()) refuse(400, kIllegalArgument, unrecognized(request, call.rest()));
    Request typed;
    typed.operation = std::move(built.operation);
    return {{std::move(typed), std::move(built.details)}, std::nullopt, false};
  } catch (Refused& refused) {
    return {{}, std::move(refused.answer), false};
  }
}

std::optional<Request> view_request(const HttpRequest& request, Profile profile) {
  Match found = match(request, profile);
  if (found.route == nullptr) return std::nullopt;
  Call call(request, std::move(found.parts), profile, true);
  try {
    Built built = found.route->build(call);
    Request view;
    view.operation = std::move(built.operation);
    view.not_carried = names_not_carried(request, view.operation);
    if (!is_readable_type(request, profile)) view.not_carried.emplace_back("content-type");
    return view;
  } catch (const Refused&) {
    return std::nullopt;
  }
}

}  // namespace closecheck::sut::wire
