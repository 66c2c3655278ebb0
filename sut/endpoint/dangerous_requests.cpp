#include "closecheck/sut/dangerous_requests.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/path.h"
#include "closecheck/vocabulary/program.h"
#include "closecheck/vocabulary/text.h"
#include "wire/json.h"
#include "wire/json_document.h"
#include "wire/text.h"

namespace closecheck::sut {
namespace {

constexpr std::string_view kNotAllowed = ", which is sent only with --allow-cluster-wide (`allow_cluster_wide: true`)";

/// The segments of a path as a server sees them: empty ones in the middle stay, at the end they do not count.
std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return segments;
  for (const std::string_view segment : divided(path, '/')) segments.push_back(decode_percent(segment));
  return segments;
}

/// Whether a name may stand for things of others: a list of nothing, everything, or a pattern that is not of our names.
bool names_others(std::string_view names) {
  bool names_one = false;
  for (const std::string_view part : divided(names, ',')) {
    const std::string_view name = trimmed(part);
    if (name.empty()) continue;
    names_one = true;
    if (name == "_all" || (name.find('*') != std::string_view::npos && !name.starts_with(kNamePrefix))) return true;
  }
  return !names_one;
}

/// What is asked by POST and changes nothing that somebody keeps.
bool only_looks(const std::string& last_segment) {
  constexpr std::array<std::string_view, 7> kLooks{"_search", "_msearch",        "_count",   "_refresh",
                                                   "_mget",   "_has_privileges", "_validate"};
  return std::find(kLooks.begin(), kLooks.end(), last_segment) != kLooks.end();
}

bool is_close_of_nobody(const std::vector<std::string>& segments) {
  return segments.back() == "_close" && segments.size() > 1 && segments[segments.size() - 2] == "anomaly_detectors";
}

/// A user or a role of a name of ours: what we make of these concerns the whole cluster.
bool is_of_our_users(const std::vector<std::string>& segments) {
  if (segments.size() < 3) return false;
  const std::string& kind = segments[segments.size() - 2];
  const std::string& api = segments[segments.size() - 3];
  return (api == "security" || api == "_security") && (kind == "user" || kind == "role") &&
         segments.back().starts_with(kNamePrefix);
}

bool is_true(std::string_view value) {
  return value != "false";
}

/// Whether a revert asks for results to be deleted.
bool deletes_results(const wire::HttpRequest& request) {
  constexpr const char* kDeletes = "delete_intervening_results";
  if (const Parameter value = wire::find(request.query, kDeletes); value && is_true(*value)) return true;
  const auto body = wire::parse_json(request.body);
  const wire::Json* const member = body ? wire::member(*body, kDeletes) : nullptr;
  if (member == nullptr) return !request.body.empty() && !body;
  return !member->is_boolean() || member->get<bool>();
}

bool is_json_data(std::string_view body) {
  const wire::ValueTexts texts = wire::split_values(body);
  return texts.complete && std::all_of(texts.values.begin(), texts.values.end(), [](std::string_view text) {
           const wire::JsonDocument document(text);
           return document.root() && (document.root()->is_object() || document.root()->is_array());
         });
}

}  // namespace

std::string why_dangerous(const wire::HttpRequest& request, Profile profile, bool allows_cluster_wide) {
  if (const Parameter trace = wire::find(request.query, "error_trace");
      trace && *trace != "true" && *trace != "false" && !trace->empty())
    return "`error_trace` takes true or false: a server may never answer another value";
  const bool reads = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (reads) return "";
  const std::vector<std::string> segments = segments_of(request.path);
  if (segments.empty()) return "";
  const bool is_of_jobs = profile->jobs.size_in(segments) != 0 || job_base_in(segments) != 0;
  if (is_of_jobs && segments.back() == "_data" && !is_json_data(request.body))
    return "data that is no JSON keeps a server busy for ever";
  if (allows_cluster_wide || only_looks(segments.back())) return "";
  if (is_of_jobs && segments.back() == "_revert" && deletes_results(request))
    return "a revert that deletes results may delete those of others" + std::string(kNotAllowed);
  if (is_of_jobs && is_close_of_nobody(segments))
    return "a close without an id may mean every job" + std::string(kNotAllowed);
  if (is_of_our_users(segments)) return "users and roles belong to the whole cluster" + std::string(kNotAllowed);
  if (const auto others = std::find_if(segments.begin(), segments.end(), names_others); others != segments.end())
    return "`" + *others + "` names what is not ours" + std::string(kNotAllowed);
  return "";
}

}  // namespace closecheck::sut
