#include "wire/body_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "wire/bodies.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// A number may be written as a text, a flag likewise, and a list of one as that one.
enum class Kind : std::uint8_t { any, text, text_or_null, number, flag, object, list, limit };

struct Rule {
  std::string_view name;
  Kind kind = Kind::any;
  bool (*knows)(const Dialect&) = nullptr;  // null: every dialect does
};

bool before_7(const Dialect& dialect) {
  return dialect.major < 7;
}
bool has_daily_snapshots(const Dialect& dialect) {
  return dialect.tells_snapshot_days;
}
bool has_lazy_open(const Dialect& dialect) {
  return dialect.tells_lazy_open;
}
bool has_embedded_feed(const Dialect& dialect) {
  return dialect.delete_may_take_feed;
}
bool has_skip_time(const Dialect& dialect) {
  return dialect.has_skip_time;
}
bool since_7(const Dialect& dialect) {
  return dialect.major >= 7;
}

constexpr auto kJob =
    std::to_array<Rule>({{"job_id", Kind::text},
                         {"job_type", Kind::text},
                         {"job_version", Kind::text},
                         {"description", Kind::text_or_null},
                         {"groups", Kind::list},
                         {"create_time"},
                         {"finished_time"},
                         {"last_data_time", Kind::any, before_7},
                         {"established_model_memory", Kind::any, before_7},
                         {"analysis_config", Kind::object},
                         {"analysis_limits", Kind::object},
                         {"data_description", Kind::object},
                         {"model_plot_config", Kind::object},
                         {"renormalization_window_days", Kind::number},
                         {"background_persist_interval", Kind::text},
                         {"model_snapshot_retention_days", Kind::number},
                         {"results_retention_days", Kind::number},
                         {"daily_model_snapshot_retention_after_days", Kind::number, has_daily_snapshots},
                         {"custom_settings", Kind::object},
                         {"model_snapshot_id", Kind::text_or_null},
                         {"model_snapshot_min_version", Kind::text},
                         {"results_index_name", Kind::text},
                         {"deleting", Kind::flag, since_7},
                         {"allow_lazy_open", Kind::flag, has_lazy_open},
                         {"datafeed_config", Kind::object, has_embedded_feed}});

constexpr auto kAnalysis = std::to_array<Rule>({{"bucket_span", Kind::text},
                                                {"categorization_field_name", Kind::text},
                                                {"categorization_filters", Kind::list},
                                                {"categorization_analyzer"},
                                                {"per_partition_categorization", Kind::object, since_7},
                                                {"latency", Kind::text},
                                                {"summary_count_field_name", Kind::text},
                                                {"detectors"},
                                                {"influencers", Kind::list},
                                                {"overlapping_buckets", Kind::flag},
                                                {"result_finalization_window", Kind::number},
                                                {"multivariate_by_fields", Kind::flag},
                                                {"use_per_partition_normalization", Kind::flag, before_7},
                                                {"model_prune_window", Kind::text}});

constexpr auto kDetector = std::to_array<Rule>({{"detector_description", Kind::text_or_null},
                                                {"function", Kind::text},
                                                {"field_name", Kind::text_or_null},
                                                {"by_field_name", Kind::text_or_null},
                                                {"over_field_name", Kind::text_or_null},
                                                {"partition_field_name", Kind::text_or_null},
                                                {"use_null", Kind::flag},
                                                {"exclude_frequent", Kind::text},
                                                {"rules", Kind::any, before_7},
                                                {"detector_rules", Kind::any, before_7},
                                                {"custom_rules"},
                                                {"detector_index", Kind::number}});

constexpr auto kData = std::to_array<Rule>({{"format", Kind::text},
                                            {"time_field", Kind::text},
                                            {"time_format", Kind::text},
                                            {"field_delimiter", Kind::text},
                                            {"quote_character", Kind::text}});

constexpr auto kLimits =
    std::to_array<Rule>({{"model_memory_limit", Kind::limit}, {"categorization_examples_limit", Kind::number}});

constexpr auto kJobUpdate =
    std::to_array<Rule>({{"job_id", Kind::text},
                         {"groups", Kind::list},
                         {"description", Kind::text_or_null},
                         {"detectors", Kind::any},
                         {"model_plot_config", Kind::object},
                         {"analysis_limits", Kind::object},
                         {"renormalization_window_days", Kind::number},
                         {"background_persist_interval", Kind::text},
                         {"model_snapshot_retention_days", Kind::number},
                         {"daily_model_snapshot_retention_after_days", Kind::number, has_daily_snapshots},
                         {"results_retention_days", Kind::number},
                         {"categorization_filters", Kind::list},
                         {"per_partition_categorization", Kind::object, since_7},
                         {"custom_settings", Kind::object},
                         {"allow_lazy_open", Kind::flag, has_lazy_open},
                         {"model_prune_window", Kind::text, has_embedded_feed}});

constexpr auto kFeed = std::to_array<Rule>({{"datafeed_id", Kind::text},
                                            {"job_id", Kind::text},
                                            {"query_delay", Kind::text},
                                            {"frequency", Kind::text},
                                            {"indices", Kind::list},
                                            {"indexes", Kind::list},
                                            {"types", Kind::list, before_7},
                                            {"query", Kind::object},
                                            {"aggregations", Kind::object},
                                            {"aggs", Kind::object},
                                            {"script_fields", Kind::object},
                                            {"scroll_size", Kind::number},
                                            {"chunking_config", Kind::object},
                                            {"_source", Kind::any, before_7},
                                            {"delayed_data_check_config", Kind::object, since_7},
                                            {"max_empty_searches", Kind::number, since_7},
                                            {"indices_options", Kind::object, since_7},
                                            {"runtime_mappings", Kind::object, since_7}});

struct Body {
  std::string_view what;
  std::span<const Rule> rules;
};
// What a close may say stands where its parameters are read.
constexpr auto kFlush = std::to_array<Rule>({{"job_id"},
                                             {"calc_interim", Kind::flag},
                                             {"start", Kind::text},
                                             {"end", Kind::text},
                                             {"advance_time", Kind::text},
                                             {"skip_time", Kind::text, has_skip_time}});
constexpr auto kForecast = std::to_array<Rule>(
    {{"job_id"}, {"duration", Kind::text}, {"expires_in", Kind::text}, {"max_model_memory", Kind::text, since_7}});
constexpr auto kSnapshotUpdate =
    std::to_array<Rule>({{"job_id"}, {"snapshot_id"}, {"description", Kind::text}, {"retain", Kind::flag}});
constexpr auto kRevert = std::to_array<Rule>(
    {{"job_id"}, {"snapshot_id"}, {"delete_intervening_results", Kind::flag}, {"force", Kind::flag, since_7}});
constexpr auto kBuckets = std::to_array<Rule>({{"job_id"},
                                               {"timestamp"},
                                               {"anomaly_score", Kind::number},
                                               {"desc", Kind::flag},
                                               {"end"},
                                               {"exclude_interim", Kind::flag},
                                               {"expand", Kind::flag},
                                               {"page", Kind::object},
                                               {"sort", Kind::text},
                                               {"start"}});
constexpr std::array<Body, 5> kBodies{Body{kFlushBody, kFlush}, Body{kForecastBody, kForecast},
                                      Body{kSnapshotUpdateBody, kSnapshotUpdate}, Body{kRevertBody, kRevert},
                                      Body{kBucketsBody, kBuckets}};

const char* token_of(const Json& value) {
  if (value.is_null()) return "VALUE_NULL";
  if (value.is_boolean()) return "VALUE_BOOLEAN";
  if (value.is_number()) return "VALUE_NUMBER";
  if (value.is_string()) return "VALUE_STRING";
  return value.is_object() ? "START_OBJECT" : "START_ARRAY";
}

bool is_of_kind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::text_or_null:
      return value.is_string() || value.is_null();
    case Kind::number:
    case Kind::limit:
      return value.is_number() || value.is_string();
    case Kind::flag:
      return value.is_boolean() || value.is_string();
    case Kind::object:
      return value.is_object();
    case Kind::list:
      return value.is_array() || value.is_string();
    default:
      return true;
  }
}

void check_value(const Json& value, const Rule& rule, std::string_view what) {
  if (!is_of_kind(value, rule.kind))
    refuse_body(what, fmt::format("{} doesn't support values of type: {}", rule.name, token_of(value)));
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  if (rule.kind == Kind::number && !number_in<double>(text))
    refuse_field(what, rule.name, kIllegalArgument, fmt::format("For input string: \"{}\"", text));
  if (rule.kind == Kind::flag && !read_strict_boolean(text))
    refuse_field(what, rule.name, kIllegalArgument,
                 fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", text));
}

void check_members(const Json& object, std::string_view what, std::span<const Rule> rules, const Dialect& dialect) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) {
    const auto rule = std::ranges::find(rules, name, &Rule::name);
    if (rule == rules.end() || (rule->knows != nullptr && !rule->knows(dialect))) refuse_unknown(what, name, dialect);
    // How strict the early product was about kinds nobody knows any more.
    if (dialect.wraps_parse_errors) check_value(value, *rule, what);
  }
}

/// Does it for a part of a body: what is refused of it was refused in the field.
template <class Check>
void check_part(const Json& object, const char* name, std::string_view what, const Check& check) {
  const Json* part = member(object, name);
  if (part != nullptr && !part->is_null()) in_field(what, name, [&] { check(*part); });
}

std::string text_of_member(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

void check_span(const Json& object, const char* name, std::string_view what, Duration least) {
  const std::string text = text_of_member(object, name);
  if (text.empty()) return;
  const TimeSpan span = read_time_span(text, name);
  if (!span.error.empty()) refuse_field(what, name, kIllegalArgument, span.error);
  if (span.span < least)
    refuse_field(what, name, kIllegalArgument,
                 fmt::format("{} cannot be less{} than 0. Value = {}", name, least > 0 ? " or equal" : "",
                             render_time_span(span.span)));
}

/// Whether the function looks at a field. Of one that nobody knows nothing is asked.
bool needs_field(std::string_view function) {
  constexpr auto kWithField =
      std::to_array<std::string_view>({"metric", "mean", "avg", "median", "min", "max", "sum", "non_null_sum", "varp",
                                       "distinct_count", "info_content", "rare", "freq_rare", "lat_long"});
  for (const std::string_view side : {"low_", "high_"})
    if (function.starts_with(side)) function.remove_prefix(side.size());
  return std::ranges::find(kWithField, function) != kWithField.end();
}

void check_detector(const Json& detector, const Dialect& dialect) {
  check_members(detector, "detector", kDetector, dialect);
  const std::string function(full_function_name(text_of_member(detector, "function")));
  const auto names = [&detector](const char* field) { return !text_of_member(detector, field).empty(); };
  const bool counts = function.ends_with("count") && !needs_field(function);
  if (counts && names("field_name"))
    refuse(400, "status_exception", fmt::format("field_name cannot be used with function '{}'", function));
  if ((needs_field(function) || function.empty()) && !names("field_name") && !names("by_field_name") &&
      !names("over_field_name"))
    refuse(400, "status_exception",
           "Unless a count or temporal function is used one of field_name, by_field_name or over_field_name must be "
           "set");
  if (needs_field(function) && !function.ends_with("rare") && !names("field_name"))
    refuse(400, "status_exception", fmt::format("field_name must be set when the '{}' function is used", function));
}

void check_analysis(const Json& analysis, const Dialect& dialect) {
  check_members(analysis, "analysis_config", kAnalysis, dialect);
  if (!dialect.wraps_parse_errors) return;
  const Json* detectors = member(analysis, "detectors");
  if (detectors == nullptr) refuse(400, kIllegalArgument, "Required [detectors]");
  if (!detectors->is_array() || detectors->empty()) refuse(400, "status_exception", "No detectors configured");
  bool categorizes = false;
  for (const Json& detector : *detectors) {
    in_field("analysis_config", "detectors", [&] { check_detector(detector, dialect); });
    for (const char* field : {"by_field_name", "over_field_name", "partition_field_name"})
      categorizes = categorizes || text_of_member(detector, field) == "mlcategory";
  }
  const Json* filters = member(analysis, "categorization_filters");
  if (filters != nullptr && !filters->empty() && member(analysis, "categorization_analyzer") != nullptr)
    refuse(400, "status_exception",
           "categorization_filters cannot be used with categorization_analyzer - instead specify them as "
           "pattern_replace char_filters in the analyzer");
  if (categorizes && text_of_member(analysis, "categorization_field_name").empty())
    refuse(400, "status_exception", "categorization_field_name must be set for mlcategory to be available");
  const Json* span = member(analysis, "bucket_span");
  if (span != nullptr) {
    const TimeSpan read = read_time_span(text_of_member(analysis, "bucket_span"), "bucket_span");
    if (!read.error.empty()) refuse_field("analysis_config", "detectors", kIllegalArgument, read.error);
    if (read.span > 0 && read.span % kSecond != 0)
      refuse(400, kIllegalArgument,
             fmt::format("bucket_span has to be a multiple of 1s; actual was '{}'",
                         text_of_member(analysis, "bucket_span")));
  }
  const TimeSpan latency = read_time_span(text_of_member(analysis, "latency"), "latency");
  if (latency.error.empty() && latency.span < 0)
    refuse(400, kIllegalArgument, fmt::format("latency cannot be less than 0. Value = {}", latency.span));
}

void check_data(const Json& data, const Dialect& dialect) {
  check_members(data, "data_description", kData, dialect);
  if (!dialect.wraps_parse_errors) return;
  const std::string format = text_of_member(data, "format");
  if (!format.empty() && format != "xcontent" && format != "delimited")
    refuse_field("data_description", "format", kIllegalArgument, fmt::format("No format is called {}", format));
  const Json* time_format = member(data, "time_format");
  if (time_format != nullptr && time_format->is_string() && time_format->get_ref<const std::string&>().empty())
    refuse_field("data_description", "time_format", "status_exception", "Invalid Time format string ''");
}

void check_limits(const Json& limits, const Dialect& dialect) {
  check_members(limits, "analysis_limits", kLimits, dialect);
  if (!dialect.wraps_parse_errors) return;
  const Json* limit = member(limits, "model_memory_limit");
  if (limit != nullptr && limit->is_string()) {
    const auto& text = limit->get_ref<const std::string&>();
    const bool has_unit = !text.empty() && (text.back() < '0' || text.back() > '9');
    if (!has_unit || text.starts_with('-') || !read_memory_limit(text))
      refuse_field("analysis_limits", "model_memory_limit", "parse_exception",
                   fmt::format("failed to parse setting [model_memory_limit] with value [{}] as a size in bytes: unit "
                               "is missing or unrecognized",
                               text));
  }
  const Json* examples = member(limits, "categorization_examples_limit");
  if (examples != nullptr && examples->is_number() && examples->get<double>() < 0)
    refuse(400, "status_exception",
           fmt::format("categorization_examples_limit cannot be less than 0. Value = {}", dump(*examples)));
}

/// Spans of days, and how often a model is kept, of a job or of a change to it.
void check_keeping(const Json& body) {
  for (const char* name : {"renormalization_window_days", "model_snapshot_retention_days", "results_retention_days",
                           "daily_model_snapshot_retention_after_days"})
    if (const Json* days = member(body, name); days != nullptr && days->is_number() && days->get<double>() < 0)
      refuse(400, kIllegalArgument, fmt::format("{} cannot be less than 0. Value = {}", name, dump(*days)));
  const TimeSpan interval =
      read_time_span(text_of_member(body, "background_persist_interval"), "background_persist_interval");
  if (interval.error.empty() && interval.span < kHour)
    refuse(400, kIllegalArgument,
           fmt::format("background_persist_interval cannot be less than 3,600. Value = {}", interval.span / kSecond));
}

void check_feed_members(const Json& body, std::string_view what, const Dialect& dialect) {
  check_members(body, what, kFeed, dialect);
  if (!dialect.wraps_parse_errors) return;
  check_span(body, "frequency", what, 1);
  check_span(body, "query_delay", what, 0);
  const Json* size = member(body, "scroll_size");
  if (size != nullptr && size->is_number() && size->get<double>() < 0)
    refuse_field(what, "scroll_size", "status_exception",
                 fmt::format("Invalid scroll_size value '{}' in datafeed configuration", dump(*size)));
  check_part(body, "chunking_config", what, [](const Json& chunking) {
    const std::string mode = text_of_member(chunking, "mode");
    if (!mode.empty() && mode != "auto" && mode != "manual" && mode != "off")
      refuse_field("chunking_config", "mode", kIllegalArgument, fmt::format("No mode is called {}", mode));
  });
}

}  // namespace

void check_job(const Json& body, const Dialect& dialect) {
  check_members(body, "job_details", kJob, dialect);
  check_part(body, "analysis_config", "job_details", [&](const Json& part) { check_analysis(part, dialect); });
  check_part(body, "data_description", "job_details", [&](const Json& part) { check_data(part, dialect); });
  check_part(body, "analysis_limits", "job_details", [&](const Json& part) { check_limits(part, dialect); });
  if (!dialect.wraps_parse_errors) return;
  for (const char* name : {"model_snapshot_id", "job_type", "deleting", "blocked"})
    if (!dialect.names_fields_of_its_own && member(body, name) != nullptr) refuse_unknown("job_details", name, dialect);
  std::vector<std::string> own;  // what only the service sets
  for (const char* name : {"create_time", "finished_time", "model_snapshot_id"})
    if (const Json* value = member(body, name); value != nullptr && !value->is_null()) own.emplace_back(name);
  if (!own.empty())
    refuse(400, kIllegalArgument,
           fmt::format("The job is configured with fields [{}] that are illegal to set at job creation",
                       fmt::join(own, ", ")));
  check_keeping(body);
  const std::string index = text_of_member(body, "results_index_name");
  constexpr std::size_t kIndexNameMax = 200;
  if (index.size() > kIndexNameMax)
    refuse(400, "invalid_index_name_exception", fmt::format("Invalid index name [{}], name is too long", index));
  if (!index.empty() && !is_valid_id(std::string_view(index).substr(0, 64))) refuse_id("results_index_name", index);
}

void check_job_update(const Json& body, const Dialect& dialect) {
  check_members(body, "job_update", kJobUpdate, dialect);
  check_part(body, "analysis_limits", "job_update", [&](const Json& part) { check_limits(part, dialect); });
  if (!dialect.wraps_parse_errors) return;
  check_keeping(body);
  check_span(body, "model_prune_window", "job_update", 0);
}

void check_feed(const Json& body, const Dialect& dialect) {
  check_feed_members(body, "datafeed_config", dialect);
}

void check_feed_update(const Json& body, const Dialect& dialect) {
  check_feed_members(body, "datafeed_update", dialect);
}

void check_detector_alone(const Json& body, const Dialect& dialect) {
  check_detector(body, dialect);
}

void check_body(const Json& body, std::string_view what, const Dialect& dialect) {
  const auto found = std::ranges::find(kBodies, what, &Body::what);
  if (found != kBodies.end()) check_members(body, what, found->rules, dialect);
}

std::string_view full_function_name(std::string_view name) {
  constexpr auto kShort =
      std::to_array<std::pair<std::string_view, std::string_view>>({{"nzc", "non_zero_count"},
                                                                    {"low_nzc", "low_non_zero_count"},
                                                                    {"high_nzc", "high_non_zero_count"},
                                                                    {"dc", "distinct_count"},
                                                                    {"low_dc", "low_distinct_count"},
                                                                    {"high_dc", "high_distinct_count"}});
  const auto found = std::ranges::find(kShort, name, [](const auto& pair) { return pair.first; });
  return found == kShort.end() ? name : found->second;
}

}  // namespace closecheck::sut::wire
