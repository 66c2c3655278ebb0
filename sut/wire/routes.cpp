#include "wire/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "wire/bodies.h"
#include "wire/call.h"
#include "wire/media_types.h"
#include "wire/not_carried.h"
#include "wire/text.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// What stands before the path of a route.
enum class Under : std::uint8_t { nothing, jobs, security, feature_list };

struct Route {
  Under under;
  std::string_view methods;  // space-separated
  std::string_view path;
  Built (*build)(Call&);
  bool Dialect::*needs = nullptr;  // what the dialect must have for it to be there
};

// clang-format off
constexpr auto kRoutes = std::to_array<Route>({
  {Under::nothing, "GET", "/", [](Call&) -> Built { return {GetRoot{}}; }},
  {Under::nothing, "GET", "/_cluster/health", health},
  {Under::nothing, "GET", "/_cluster/health/{index}", health},
  {Under::nothing, "GET", "/_cluster/state", cluster_state},
  {Under::nothing, "GET", "/_cluster/state/{metric}", cluster_state},
  {Under::nothing, "GET", "/_cluster/state/{metric}/{index}", cluster_state},
  {Under::nothing, "GET", "/_cluster/settings", get_settings},
  {Under::nothing, "GET", "/_tasks", list_tasks},
  {Under::nothing, "GET", "/_cat/tasks", cat_tasks},
  {Under::nothing, "GET", "/_cat/ml/anomaly_detectors", cat_jobs, &Dialect::tells_native_code},
  {Under::nothing, "GET", "/_cat/ml/anomaly_detectors/{job}", cat_jobs, &Dialect::tells_native_code},
  {Under::nothing, "GET", "/_cat/ml/datafeeds", cat_feeds, &Dialect::tells_native_code},
  {Under::nothing, "GET", "/_cat/ml/datafeeds/{feed}", cat_feeds, &Dialect::tells_native_code},
  {Under::nothing, "PUT", "/_cluster/settings", change_settings},
  {Under::feature_list, "GET", "/", features},
  {Under::security, "GET", "/_authenticate", [](Call&) -> Built { return {Authenticate{}}; }},
  {Under::security, "GET POST", "/user/_has_privileges", has_privileges},
  {Under::security, "PUT POST DELETE", "/user/{user}", [](Call& c) -> Built { return c.http().method == "DELETE" ? delete_user(c) : put_user(c); }},
  {Under::security, "PUT POST DELETE", "/role/{role}", [](Call& c) -> Built { return c.http().method == "DELETE" ? delete_role(c) : put_role(c); }},

  {Under::jobs, "GET", "/anomaly_detectors", get_jobs},
  {Under::jobs, "GET", "/anomaly_detectors/_stats", job_statistics},
  {Under::jobs, "PUT", "/anomaly_detectors/{job}", create_job},
  {Under::jobs, "GET", "/anomaly_detectors/{job}", get_jobs},
  {Under::jobs, "DELETE", "/anomaly_detectors/{job}", delete_job},
  {Under::jobs, "GET", "/anomaly_detectors/{job}/_stats", job_statistics},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_update", update_job},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_open", open_job},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_data", post_data},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_flush", flush_job},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_close", close_job},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_reset", reset_job, &Dialect::has_reset},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/buckets", get_buckets},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/buckets/{timestamp}", get_buckets},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/records", get_records},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/model_snapshots", get_snapshots},
  {Under::jobs, "GET POST DELETE", "/anomaly_detectors/{job}/model_snapshots/{snapshot}", [](Call& c) -> Built { return c.http().method == "DELETE" ? delete_snapshot(c) : get_snapshots(c); }},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/model_snapshots/{snapshot}/_update", update_snapshot},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/model_snapshots/{snapshot}/_revert", revert_snapshot},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/model_snapshots/{snapshot}/_upgrade", upgrade_snapshot, &Dialect::upgrades_snapshots},
  {Under::jobs, "GET", "/anomaly_detectors/{job}/model_snapshots/{snapshot}/_upgrade/_stats", snapshot_upgrades, &Dialect::upgrades_snapshots},

  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/influencers", further_results},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/categories", further_results},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/categories/{category}", further_results},
  {Under::jobs, "GET POST", "/anomaly_detectors/{job}/results/overall_buckets", overall_buckets},
  {Under::jobs, "POST", "/anomaly_detectors/{job}/_forecast", forecast},
  {Under::jobs, "DELETE", "/anomaly_detectors/{job}/_forecast", delete_forecast},
  {Under::jobs, "DELETE", "/anomaly_detectors/{job}/_forecast/{forecast}", delete_forecast},
  {Under::jobs, "DELETE", "/_delete_expired_data", delete_expired},
  {Under::jobs, "DELETE", "/_delete_expired_data/{job}", delete_expired, &Dialect::tells_snapshot_days},
  {Under::jobs, "POST", "/anomaly_detectors/_validate", validate_job},
  {Under::jobs, "POST", "/anomaly_detectors/_validate/detector", validate_detector},
  {Under::jobs, "GET", "/info", defaults},
  {Under::jobs, "POST", "/set_upgrade_mode", set_upgrade_mode, &Dialect::tells_native_code},

  {Under::jobs, "GET POST", "/calendars", get_calendars},
  {Under::jobs, "GET POST", "/calendars/{calendar}", get_calendars},
  {Under::jobs, "PUT", "/calendars/{calendar}", put_calendar},
  {Under::jobs, "DELETE", "/calendars/{calendar}", delete_calendar},
  {Under::jobs, "PUT DELETE", "/calendars/{calendar}/jobs/{members}", change_calendar_jobs},
  {Under::jobs, "GET", "/calendars/{calendar}/events", get_events},
  {Under::jobs, "POST", "/calendars/{calendar}/events", post_events},
  {Under::jobs, "DELETE", "/calendars/{calendar}/events/{event}", delete_event},
  {Under::jobs, "GET", "/filters", get_filters},
  {Under::jobs, "GET", "/filters/{filter}", get_filters},
  {Under::jobs, "PUT", "/filters/{filter}", put_filter},
  {Under::jobs, "DELETE", "/filters/{filter}", delete_filter},
  {Under::jobs, "POST", "/filters/{filter}/_update", update_filter},

  {Under::jobs, "GET", "/datafeeds", get_feeds},
  {Under::jobs, "GET", "/datafeeds/_stats", feed_statistics},
  {Under::jobs, "PUT", "/datafeeds/{feed}", create_feed},
  {Under::jobs, "GET", "/datafeeds/{feed}", get_feeds},
  {Under::jobs, "DELETE", "/datafeeds/{feed}", delete_feed},
  {Under::jobs, "GET", "/datafeeds/{feed}/_stats", feed_statistics},
  {Under::jobs, "GET POST", "/datafeeds/{feed}/_preview", preview_feed},
  {Under::jobs, "GET POST", "/datafeeds/_preview", preview_feed, &Dialect::previews_configurations},
  {Under::jobs, "POST", "/datafeeds/{feed}/_update", update_feed},
  {Under::jobs, "POST", "/datafeeds/{feed}/_start", start_feed},
  {Under::jobs, "POST", "/datafeeds/{feed}/_stop", stop_feed},

  {Under::nothing, "POST PUT", "/_bulk", bulk},
  {Under::nothing, "POST PUT", "/{index}/_bulk", bulk},
  {Under::nothing, "POST PUT", "/{index}/{type}/_bulk", bulk},
  {Under::nothing, "GET POST", "/_search", search},
  {Under::nothing, "GET POST", "/{index}/_search", search},
  {Under::nothing, "GET POST", "/{index}/{type}/_search", search},
  {Under::nothing, "GET POST", "/_count", count},
  {Under::nothing, "GET POST", "/{index}/_count", count},
  {Under::nothing, "GET POST", "/{index}/{type}/_count", count},
  {Under::nothing, "GET POST", "/_refresh", refresh_index},
  {Under::nothing, "GET POST", "/{index}/_refresh", refresh_index},
  {Under::nothing, "GET", "/_alias", get_aliases},
  {Under::nothing, "GET", "/_alias/{name}", get_aliases},
  {Under::nothing, "GET", "/{index}/_alias", get_aliases},
  {Under::nothing, "GET", "/{index}/_alias/{name}", get_aliases},
  {Under::nothing, "POST", "/{index}/_close", close_index},
  {Under::nothing, "POST", "/{index}/_open", open_index},
  {Under::nothing, "GET", "/{index}", index_exists},
  {Under::nothing, "PUT", "/{index}", create_index},
  {Under::nothing, "DELETE", "/{index}", delete_index},
  {Under::nothing, "POST", "/{index}/_doc", write_document},
  {Under::nothing, "POST", "/{index}/{type}", write_document},
  {Under::nothing, "GET", "/{index}/_doc/{id}", get_document},
  {Under::nothing, "PUT POST", "/{index}/_doc/{id}", write_document},
  {Under::nothing, "DELETE", "/{index}/_doc/{id}", delete_document},
  {Under::nothing, "GET", "/{index}/{type}/{id}", get_document},
  {Under::nothing, "PUT POST", "/{index}/{type}/{id}", write_document},
  {Under::nothing, "DELETE", "/{index}/{type}/{id}", delete_document},
  {Under::nothing, "PUT POST", "/{index}/_doc/{id}/_create", write_document},
  {Under::nothing, "PUT POST", "/{index}/{type}/{id}/_create", write_document},
});
// clang-format on

/// The path of a route in its segments: a message is held against every route.
struct Pattern {
  static constexpr std::size_t kSegmentsMax = 6;

  constexpr explicit Pattern(std::string_view path) {
    while (path.size() > 1) {
      path.remove_prefix(1);
      const std::string_view segment = path.substr(0, path.find('/'));
      path.remove_prefix(segment.size());
      segments.at(size++) = segment;
      literals += is_part(segment) ? 0 : 1;
      is_typed = is_typed || segment == "{type}";
    }
  }

  static constexpr bool is_part(std::string_view segment) { return segment.front() == '{'; }

  bool fits(const std::vector<std::string>& actual) const {
    if (actual.size() != size) return false;
    for (std::size_t i = 0; i < size; ++i) {
      const std::string_view segment = segments.at(i);
      if (!is_part(segment) && segment != actual[i]) return false;
      // No document, and nothing that holds some, has such a name.
      if (actual[i].starts_with('_') && (segment == "{index}" || segment == "{type}" || segment == "{id}"))
        return false;
    }
    return true;
  }

  std::array<std::string_view, kSegmentsMax> segments{};
  std::size_t size = 0;
  int literals = 0;
  bool is_typed = false;
};

constexpr auto kPatterns = [] {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{Pattern(kRoutes[I].path)...};
  }
  (std::make_index_sequence<kRoutes.size()>());
}();

/// Whether something that is fixed in a path is percent-encoded: the product decodes only what it takes out of one.
bool encodes_what_is_fixed(std::string_view path, const Pattern& pattern) {
  if (path.find('%') == std::string_view::npos) return false;
  std::vector<std::string_view> sent = divided(path, '/');
  std::erase_if(sent, [](std::string_view segment) { return segment.empty(); });
  const std::size_t base = sent.size() - pattern.size;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const bool is_part = i >= base && Pattern::is_part(pattern.segments.at(i - base));
    if (!is_part && sent[i].find('%') != std::string_view::npos) return true;
  }
  return false;
}

struct Match {
  const Route* route = nullptr;
  std::map<std::string_view, std::string> parts;
  std::string allowed;    // methods of the path, comma-separated; empty: unknown path
  bool is_older = false;  // under the base that the dialect has kept of an earlier one
};

struct FoundBase {
  Under under = Under::nothing;
  bool is_older = false;
};

/// Takes the base off the front of a path.
FoundBase take_base(std::vector<std::string>& segments, const Dialect& dialect) {
  for (const auto& [under, base] : {std::pair(Under::jobs, dialect.jobs), std::pair(Under::security, dialect.security),
                                    std::pair(Under::feature_list, Base{dialect.feature_list})})
    if (const std::size_t size = base.size_in(segments); size != 0) {
      const bool is_older = size_of_base(base.path, segments) == 0;
      segments.erase(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(size));
      return {under, is_older};
    }
  return {};
}

bool is_served(std::size_t route, const Dialect& dialect) {
  const auto needs = kRoutes.at(route).needs;
  return (needs == nullptr || dialect.*needs) && (dialect.has_typed_paths || !kPatterns.at(route).is_typed);
}

/// Whether a segment is empty that is not at the end: no path has one.
bool has_gap(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path.find("//") != std::string_view::npos;
}

Match match(const HttpRequest& request, Profile profile) {
  if (has_gap(request.path)) return {};
  std::vector<std::string> segments = split_path(request.path);
  const FoundBase base = take_base(segments, *profile);
  // The most literal pattern that fits decides; a method of a less literal one does not count.
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    const Pattern& pattern = kPatterns.at(i);
    if (kRoutes.at(i).under != base.under || !pattern.fits(segments) || !is_served(i, *profile)) continue;
    if (encodes_what_is_fixed(request.path, pattern)) continue;
    if (!best || pattern.literals > kPatterns.at(*best).literals) best = i;
  }
  Match out;
  if (!best) return out;
  const Pattern& pattern = kPatterns.at(*best);
  for (std::size_t i = 0; i < pattern.size; ++i)
    if (const std::string_view part = pattern.segments.at(i); Pattern::is_part(part))
      out.parts.emplace(part.substr(1, part.size() - 2), std::move(segments[i]));
  out.is_older = base.is_older;
  // The product reads PATCH as GET, and serves HEAD where documents and indices are.
  const bool reads = request.method == "PATCH" || (request.method == "HEAD" && base.under == Under::nothing);
  const std::string_view method = reads ? std::string_view("GET") : std::string_view(request.method);
  std::vector<std::string_view> allowed;
  for (const Route& route : kRoutes) {
    if (route.under != base.under || route.path != kRoutes.at(*best).path) continue;
    for (const std::string_view one : divided(route.methods, ' ')) {
      allowed.push_back(one);
      if (one == method) out.route = &route;
    }
  }
  out.allowed = joined(allowed);
  return out;
}

/// In most dialects a body needs a content type that the server can read.
bool is_readable_type(const HttpRequest& request, Profile profile) {
  if (!profile->needs_content_type || request.body.empty()) return true;
  const MediaType type = read_media_type(request.content_type);
  if (type.compatible != 0 && profile->oldest_compatible == 0) return false;
  return type.plain == "application/json" || type.plain == "application/x-ndjson";
}

/// Why a content type is none at all; empty: it is one, or nobody says one.
std::optional<std::string> trouble_with_type(const HttpRequest& request, Profile profile) {
  if (!profile->needs_content_type || request.content_type.empty()) return std::nullopt;
  const std::string_view type = trimmed(request.content_type);
  const std::size_t slash = type.find('/');
  if (slash != std::string_view::npos && slash > 0 && slash + 1 < type.size()) return std::nullopt;
  return fmt::format("invalid Content-Type header [{}]", type);
}

/// Of what every request may say, for how its answer is written.
void check_common_flags(const HttpRequest& request, const Dialect& dialect) {
  if (!dialect.strict_booleans) return;
  for (const char* name : {"pretty", "human", "error_trace"})
    if (const auto value = find(request.query, name); value && !read_strict_boolean(*value))
      refuse(400, kIllegalArgument,
             fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", *value));
}

Routed before_identity(ServiceAnswer answer) {
  return {{}, std::move(answer), true};
}

/// Both forms of the route's path, where the message was sent to the older one.
std::optional<OlderPath> older_path_of(const Match& found, const Dialect& dialect) {
  if (!found.is_older) return std::nullopt;
  std::string path(found.route->path);
  for (const auto& [part, name] :
       {std::pair("{job}", "{job_id}"), std::pair("{feed}", "{datafeed_id}"), std::pair("{snapshot}", "{snapshot_id}")})
    if (const std::size_t at = path.find(part); at != std::string::npos)
      path.replace(at, std::string_view(part).size(), name);
  const Base& base = found.route->under == Under::jobs ? dialect.jobs : dialect.security;
  return OlderPath{std::string(base.other) + path, std::string(base.path) + path};
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
    const int status = found.allowed.empty() ? 400 : profile->wrong_method_status;
    return before_identity(
        {refused(status, "", ""), Unrouted{request.method, target_of(request), std::move(found.allowed)}});
  }
  if (auto trouble = trouble_with_media_types(find(request.headers, "accept").value_or(""), request.content_type,
                                              !request.body.empty(), *profile))
    return before_identity(refused(400, "media_type_header_exception", *std::move(trouble)));
  if (auto trouble = trouble_with_type(request, profile))
    return before_identity(refused(400,
                                   profile->major < 8 ? "content_type_header_exception" : "media_type_header_exception",
                                   *std::move(trouble)));
  if (!is_readable_type(request, profile))
    return before_identity({refused(406, "", ""), UnreadableType{request.content_type}});
  std::optional<OlderPath> older = older_path_of(found, *profile);
  Call call(request, std::move(found.parts), profile, false);
  try {
    Built built = found.route->build(call);
    if (!call.rest().empty()) refuse(400, kIllegalArgument, unrecognized(request, call.rest()));
    check_common_flags(request, *profile);
    Request typed;
    typed.operation = std::move(built.operation);
    return {
        {std::move(typed), std::move(built.details)}, std::nullopt, false, std::move(older), call.take_deprecated()};
  } catch (Refused& refused) {
    return {{}, std::move(refused.answer), false, std::move(older)};
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
    if (!is_readable_type(request, profile) || trouble_with_type(request, profile))
      view.not_carried.emplace_back("content-type");
    const bool is_close = std::holds_alternative<CloseJob>(view.operation);
    if (is_close && profile->close_reads_body && !request.body.empty()) view.not_carried.emplace_back("body");
    return view;
  } catch (const Refused&) {
    return std::nullopt;
  }
}

}  // namespace closecheck::sut::wire
