// The built-in descriptions, as data, and the search in them.
#include "closecheck/scenarios/apis.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "api_path.h"

namespace closecheck::scenarios {
namespace {

constexpr ApiBody kNone = ApiBody::none;
constexpr ApiBody kAllowed = ApiBody::allowed;
constexpr ApiBody kRequired = ApiBody::required;

/// One API; lists are separated by spaces. The paths of machine learning and of security stand behind their bases.
struct Description {
  std::string_view name;
  std::string_view methods;
  std::string_view paths;
  std::string_view params;
  ApiBody body = kNone;
  bool newline_delimited = false;
};

// clang-format off
constexpr std::array kMachineLearning{
    Description{"put_job", "PUT", "/anomaly_detectors/{job_id}", "ignore_unavailable allow_no_indices ignore_throttled expand_wildcards", kRequired},
    Description{"get_jobs", "GET", "/anomaly_detectors/{job_id} /anomaly_detectors", "allow_no_jobs allow_no_match exclude_generated"},
    Description{"update_job", "POST", "/anomaly_detectors/{job_id}/_update", "", kRequired},
    Description{"delete_job", "DELETE", "/anomaly_detectors/{job_id}", "force wait_for_completion delete_user_annotations"},
    Description{"open_job", "POST", "/anomaly_detectors/{job_id}/_open", "ignore_downtime timeout", kAllowed},
    Description{"close_job", "POST", "/anomaly_detectors/{job_id}/_close", "force timeout allow_no_jobs allow_no_match", kAllowed},
    Description{"flush_job", "POST", "/anomaly_detectors/{job_id}/_flush", "calc_interim start end advance_time skip_time", kAllowed},
    Description{"post_data", "POST", "/anomaly_detectors/{job_id}/_data", "reset_start reset_end", kRequired, true},
    Description{"forecast", "POST", "/anomaly_detectors/{job_id}/_forecast", "duration expires_in max_model_memory", kAllowed},
    Description{"get_job_stats", "GET", "/anomaly_detectors/{job_id}/_stats /anomaly_detectors/_stats", "allow_no_jobs allow_no_match"},
    Description{"get_buckets", "GET POST", "/anomaly_detectors/{job_id}/results/buckets/{timestamp} /anomaly_detectors/{job_id}/results/buckets", "expand exclude_interim from size start end anomaly_score sort desc", kAllowed},
    Description{"get_records", "GET POST", "/anomaly_detectors/{job_id}/results/records", "exclude_interim from size start end record_score sort desc", kAllowed},
    Description{"get_influencers", "GET POST", "/anomaly_detectors/{job_id}/results/influencers", "exclude_interim from size start end influencer_score sort desc", kAllowed},
    Description{"get_categories", "GET POST", "/anomaly_detectors/{job_id}/results/categories/{category_id} /anomaly_detectors/{job_id}/results/categories", "from size partition_field_value", kAllowed},
    Description{"get_overall_buckets", "GET POST", "/anomaly_detectors/{job_id}/results/overall_buckets", "top_n bucket_span overall_score exclude_interim start end allow_no_jobs allow_no_match", kAllowed},
    Description{"get_model_snapshots", "GET POST", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id} /anomaly_detectors/{job_id}/model_snapshots", "from size start end desc sort", kAllowed},
    Description{"revert_model_snapshot", "POST", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}/_revert", "delete_intervening_results", kAllowed},
    Description{"upgrade_job_snapshot", "POST", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}/_upgrade", "timeout wait_for_completion"},
    Description{"get_job_snapshot_upgrade_stats", "GET", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}/_upgrade/_stats", "allow_no_match"},
    Description{"get_model_snapshot_upgrade_stats", "GET", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}/_upgrade/_stats", "allow_no_match"},
    Description{"update_model_snapshot", "POST", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}/_update", "", kRequired},
    Description{"delete_model_snapshot", "DELETE", "/anomaly_detectors/{job_id}/model_snapshots/{snapshot_id}", ""},
    Description{"validate", "POST", "/anomaly_detectors/_validate", "", kRequired},
    Description{"validate_detector", "POST", "/anomaly_detectors/_validate/detector", "", kRequired},
    Description{"delete_forecast", "DELETE", "/anomaly_detectors/{job_id}/_forecast/{forecast_id} /anomaly_detectors/{job_id}/_forecast", "allow_no_forecasts timeout"},
    Description{"reset_job", "POST", "/anomaly_detectors/{job_id}/_reset", "wait_for_completion delete_user_annotations"},
    Description{"delete_expired_data", "DELETE", "/_delete_expired_data/{job_id} /_delete_expired_data", "requests_per_second timeout", kAllowed},
    Description{"set_upgrade_mode", "POST", "/set_upgrade_mode", "enabled timeout"},
    Description{"put_calendar", "PUT", "/calendars/{calendar_id}", "", kAllowed},
    Description{"get_calendars", "GET POST", "/calendars/{calendar_id} /calendars", "from size", kAllowed},
    Description{"delete_calendar", "DELETE", "/calendars/{calendar_id}", ""},
    Description{"put_calendar_job", "PUT", "/calendars/{calendar_id}/jobs/{job_id}", ""},
    Description{"delete_calendar_job", "DELETE", "/calendars/{calendar_id}/jobs/{job_id}", ""},
    Description{"post_calendar_events", "POST", "/calendars/{calendar_id}/events", "", kRequired},
    Description{"get_calendar_events", "GET", "/calendars/{calendar_id}/events", "job_id start end from size"},
    Description{"delete_calendar_event", "DELETE", "/calendars/{calendar_id}/events/{event_id}", ""},
    Description{"put_filter", "PUT", "/filters/{filter_id}", "", kRequired},
    Description{"get_filters", "GET", "/filters/{filter_id} /filters", "from size"},
    Description{"update_filter", "POST", "/filters/{filter_id}/_update", "", kRequired},
    Description{"delete_filter", "DELETE", "/filters/{filter_id}", ""},
    Description{"info", "GET", "/info", ""},
    Description{"put_datafeed", "PUT", "/datafeeds/{datafeed_id}", "ignore_unavailable allow_no_indices ignore_throttled expand_wildcards", kRequired},
    Description{"get_datafeeds", "GET", "/datafeeds/{datafeed_id} /datafeeds", "allow_no_datafeeds allow_no_match exclude_generated"},
    Description{"get_datafeed_stats", "GET", "/datafeeds/{datafeed_id}/_stats /datafeeds/_stats", "allow_no_datafeeds allow_no_match"},
    Description{"update_datafeed", "POST", "/datafeeds/{datafeed_id}/_update", "ignore_unavailable allow_no_indices ignore_throttled expand_wildcards", kRequired},
    Description{"delete_datafeed", "DELETE", "/datafeeds/{datafeed_id}", "force"},
    Description{"start_datafeed", "POST", "/datafeeds/{datafeed_id}/_start", "start end timeout", kAllowed},
    Description{"stop_datafeed", "POST", "/datafeeds/{datafeed_id}/_stop", "allow_no_datafeeds allow_no_match force timeout", kAllowed},
    Description{"preview_datafeed", "GET POST", "/datafeeds/{datafeed_id}/_preview /datafeeds/_preview", "start end", kAllowed},
};

constexpr std::array kSecurity{
    Description{"authenticate", "GET", "/_authenticate", ""},
    Description{"has_privileges", "POST GET", "/user/{user}/_has_privileges /user/_has_privileges", "", kRequired},
    Description{"get_user", "GET", "/user/{username} /user", ""},
    Description{"put_user", "PUT POST", "/user/{username}", "refresh", kRequired},
    Description{"delete_user", "DELETE", "/user/{username}", "refresh"},
    Description{"get_role", "GET", "/role/{name} /role", ""},
    Description{"put_role", "PUT POST", "/role/{name}", "refresh", kRequired},
    Description{"delete_role", "DELETE", "/role/{name}", "refresh"},
};

constexpr std::array kCore{
    Description{"info", "GET", "/", ""},
    Description{"ping", "HEAD", "/", ""},
    Description{"bulk", "POST PUT", "/_bulk /{index}/_bulk /{index}/{type}/_bulk", "refresh routing timeout type wait_for_active_shards pipeline", kRequired, true},
    Description{"index", "POST PUT", "/{index}/{type} /{index}/{type}/{id} /{index}/_doc /{index}/_doc/{id}", "op_type parent refresh routing timeout version version_type pipeline wait_for_active_shards", kRequired},
    Description{"create", "PUT POST", "/{index}/{type}/{id}/_create /{index}/_create/{id}", "parent refresh routing timeout version version_type pipeline", kRequired},
    Description{"get", "GET", "/{index}/{type}/{id} /{index}/_doc/{id}", "parent preference realtime refresh routing version version_type stored_fields"},
    Description{"exists", "HEAD", "/{index}/{type}/{id} /{index}/_doc/{id}", "parent preference realtime refresh routing version"},
    Description{"delete", "DELETE", "/{index}/{type}/{id} /{index}/_doc/{id}", "parent refresh routing timeout version version_type"},
    Description{"search", "GET POST", "/_search /{index}/_search /{index}/{type}/_search", "q df from size sort routing preference ignore_unavailable allow_no_indices expand_wildcards scroll search_type timeout terminate_after rest_total_hits_as_int track_total_hits", kAllowed},
    Description{"count", "POST GET", "/_count /{index}/_count /{index}/{type}/_count", "q df routing preference ignore_unavailable allow_no_indices expand_wildcards", kAllowed},
    Description{"indices.create", "PUT", "/{index}", "wait_for_active_shards timeout master_timeout update_all_types", kAllowed},
    Description{"indices.delete", "DELETE", "/{index}", "timeout master_timeout ignore_unavailable allow_no_indices expand_wildcards"},
    Description{"indices.exists", "HEAD", "/{index}", "local ignore_unavailable allow_no_indices expand_wildcards"},
    Description{"indices.get", "GET", "/{index}", "local ignore_unavailable allow_no_indices expand_wildcards flat_settings include_defaults"},
    Description{"indices.refresh", "POST GET", "/_refresh /{index}/_refresh", "ignore_unavailable allow_no_indices expand_wildcards force"},
    Description{"indices.put_mapping", "PUT POST", "/{index}/_mapping/{type} /_mapping/{type}", "timeout master_timeout ignore_unavailable allow_no_indices expand_wildcards update_all_types", kRequired},
    Description{"indices.get_mapping", "GET", "/_mapping /{index}/_mapping /{index}/_mapping/{type}", "local ignore_unavailable allow_no_indices expand_wildcards"},
    Description{"indices.open", "POST", "/{index}/_open", "timeout master_timeout ignore_unavailable allow_no_indices expand_wildcards wait_for_active_shards"},
    Description{"indices.close", "POST", "/{index}/_close", "timeout master_timeout ignore_unavailable allow_no_indices expand_wildcards wait_for_active_shards"},
    Description{"indices.get_alias", "GET", "/_alias /_alias/{name} /{index}/_alias /{index}/_alias/{name}", "local ignore_unavailable allow_no_indices expand_wildcards"},
    Description{"indices.exists_alias", "HEAD", "/_alias/{name} /{index}/_alias/{name}", "local ignore_unavailable allow_no_indices expand_wildcards"},
    Description{"tasks.list", "GET", "/_tasks", "nodes actions detailed parent_task_id wait_for_completion group_by timeout"},
    Description{"cat.tasks", "GET", "/_cat/tasks", "format nodes actions detailed parent_task_id h help s time v"},
    Description{"cat.ml_jobs", "GET", "/_cat/ml/anomaly_detectors/{job_id} /_cat/ml/anomaly_detectors", "allow_no_match allow_no_jobs bytes format h help s time v"},
    Description{"cat.ml_datafeeds", "GET", "/_cat/ml/datafeeds/{datafeed_id} /_cat/ml/datafeeds", "allow_no_match allow_no_datafeeds format h help s time v"},
    Description{"cluster.get_settings", "GET", "/_cluster/settings", "flat_settings include_defaults timeout master_timeout"},
    Description{"cluster.put_settings", "PUT", "/_cluster/settings", "flat_settings timeout master_timeout", kRequired},
    Description{"cluster.health", "GET", "/_cluster/health /_cluster/health/{index}", "level local timeout master_timeout wait_for_status wait_for_nodes wait_for_active_shards wait_for_no_relocating_shards wait_for_events"},
    Description{"cluster.state", "GET", "/_cluster/state /_cluster/state/{metric} /_cluster/state/{metric}/{index}", "local master_timeout flat_settings ignore_unavailable allow_no_indices expand_wildcards"},
};
// clang-format on

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) found.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

Api make(const Description& description, std::string_view name_space, std::string_view base) {
  Api api;
  api.name = std::string(name_space) + std::string(description.name);
  for (const std::string& path : words(description.paths)) {
    ApiPath one;
    one.path = std::string(base) + path;
    one.methods = words(description.methods);
    one.parts = placeholders(one.path);
    api.paths.push_back(std::move(one));
  }
  api.params = words(description.params);
  api.body = description.body;
  api.newline_delimited = description.newline_delimited;
  return api;
}

std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] == right[j] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> placeholders(std::string_view path) {
  std::vector<std::string> found;
  for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    const std::size_t end = path.find('}', at);
    if (end == std::string_view::npos) break;
    found.emplace_back(path.substr(at + 1, end - at - 1));
  }
  return found;
}

const ApiTable& ApiTable::built_in(Profile profile) {
  const auto table_of = [](const Dialect& dialect) {
    ApiTable made;
    for (const Description& description : kMachineLearning)
      for (const std::string_view name_space : {"xpack.ml.", "ml."})
        made.add(make(description, name_space, dialect.jobs.path));
    for (const Description& description : kSecurity)
      for (const std::string_view name_space : {"xpack.security.", "security."})
        made.add(make(description, name_space, dialect.security.path));
    for (const Description& description : kCore) made.add(make(description, "", ""));
    made.add(make({"info", "GET", "", ""}, "xpack.", dialect.feature_list));
    return made;
  };
  static const std::array<ApiTable, kProfiles.size()> tables = [&] {
    std::array<ApiTable, kProfiles.size()> all;
    for (const Profile each : kProfiles) all.at(each.line()) = table_of(*each);
    return all;
  }();
  return tables.at(profile.line());
}

const Api* ApiTable::find(std::string_view name) const {
  const auto found = apis_.find(name);
  return found == apis_.end() ? nullptr : &found->second;
}

bool ApiTable::is_common(std::string_view parameter) const {
  return std::find(common_.begin(), common_.end(), parameter) != common_.end();
}

std::string ApiTable::nearest(std::string_view name) const {
  if (name.size() > 100) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;
  for (const auto& [known, api] : apis_) {
    const std::size_t edits = distance(name, known);
    if (edits < least) {
      least = edits;
      best = known;
    }
  }
  return best;
}

void ApiTable::add(Api api) {
  std::string name = api.name;
  apis_.insert_or_assign(std::move(name), std::move(api));
}

}  // namespace closecheck::scenarios
