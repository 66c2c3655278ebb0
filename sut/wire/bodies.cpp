#include "wire/bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "closecheck/vocabulary/text.h"
#include "wire/call.h"
#include "wire/service_answer.h"
#include "wire/text.h"
#include "wire/time_format.h"

namespace closecheck::sut::wire {
namespace {

/// What the product calls the body that creates a job.
constexpr std::string_view kJob = "job_details";
constexpr std::string_view kRules = "custom_rules";
constexpr const char* kFeedConfig = "datafeed_config";

std::string text_in(const Json& object, const char* name, const char* what) {
  const Json* value = member(object, name);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return value->get<std::string>();
  if (value->is_number()) return dump(*value);
  refuse(400, kIllegalArgument, fmt::format("[{}] {} doesn't support values of that type", what, name));
}

Detector read_detector(const Json& json) {
  if (!json.is_object()) refuse(400, kIllegalArgument, "[detector] an object was expected");
  Detector out;
  out.function = text_in(json, "function", "detector");
  out.field = text_in(json, "field_name", "detector");
  out.by_field = text_in(json, "by_field_name", "detector");
  out.partition_field = text_in(json, "partition_field_name", "detector");
  return out;
}

void read_analysis(const Json& analysis, JobConfig& config) {
  if (!analysis.is_object()) refuse(400, kIllegalArgument, "[analysis_config] an object was expected");
  config.bucket_span = text_in(analysis, "bucket_span", "analysis_config");
  if (config.bucket_span.empty()) config.bucket_span = "5m";
  config.detectors.clear();
  const Json* detectors = member(analysis, "detectors");
  if (detectors == nullptr || !detectors->is_array() || detectors->empty())
    refuse(400, kIllegalArgument, "No detectors configured");
  for (const Json& detector : *detectors) config.detectors.push_back(read_detector(detector));
}

void read_groups(const Json& groups, JobConfig& config) {
  if (groups.is_string()) config.groups.push_back(groups.get<std::string>());
  if (!groups.is_array()) return;
  for (const Json& group : groups) {
    if (group.is_structured())
      refuse(400, kIllegalArgument, "[job_details] groups doesn't support values of that type");
    config.groups.push_back(group.is_string() ? group.get<std::string>() : dump(group));
  }
}

std::optional<std::string> opaque_object(const Json& body, const char* name) {
  const Json* value = member(body, name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_object()) refuse(400, kIllegalArgument, fmt::format("[job_details] {} must be an object", name));
  return dump(*value);
}

/// Rules as the product keeps them: with what they say nothing of.
Json complete_rules(Json rules) {
  if (!rules.is_array()) return rules;
  for (Json& rule : rules) {
    if (!rule.is_object()) continue;
    if (!rule.contains("actions")) rule["actions"] = Json::array({"skip_result"});
    const auto scope = rule.find("scope");
    if (scope == rule.end() || !scope->is_object()) continue;
    for (Json& filter : *scope)
      if (filter.is_object() && !filter.contains("filter_type")) filter["filter_type"] = "include";
  }
  return rules;
}

/// Members that only have to be kept and shown again: those of `object` that are not among `known`.
void keep_others(const Json& object, const std::string& prefix, std::initializer_list<std::string_view> known,
                 Members& members) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items())
    if (!value.is_null() && std::find(known.begin(), known.end(), name) == known.end())
      flatten(value, prefix + name, members);
}

void read_options(const Json& body, JobOptions& options) {
  keep_others(
      body, "",
      {"job_id", "analysis_config", "data_description", "description", "groups", "analysis_limits", "custom_settings",
       "create_time", "finished_time", "job_type", "job_version", "model_snapshot_id", kFeedConfig},
      options.members);
  if (const Json* feed = member(body, kFeedConfig); feed != nullptr && !feed->is_null())
    options.members.emplace_back(kFeedConfig, dump(*feed));
  const Json& analysis = body.at("analysis_config");
  keep_others(analysis, "analysis_config.", {"bucket_span", "detectors"}, options.members);
  options.prune_window = text_in(analysis, "model_prune_window", "analysis_config");
  keep_others(body.at("data_description"), "data_description.", {"time_field", "time_format"}, options.members);
  if (const Json* limits = member(body, "analysis_limits"); limits != nullptr && limits->is_object())
    keep_others(*limits, "analysis_limits.", {"model_memory_limit"}, options.members);
  for (const Json& detector : analysis.at("detectors")) {
    Members& others = options.detectors.emplace_back();
    keep_others(detector, "",
                {"function", "field_name", "by_field_name", "partition_field_name", "detector_index", kRules.data()},
                others);
    if (const Json* rules = member(detector, kRules.data())) others.emplace_back(kRules, dump(complete_rules(*rules)));
  }
}

std::string memory_limit_in(const Json& limits) {
  const Json* limit = member(limits, "model_memory_limit");
  std::string text = text_in(limits, "model_memory_limit", "analysis_limits");
  if (limit != nullptr && limit->is_number()) text += "mb";
  return text;
}

}  // namespace

void refuse(int status, std::string_view type, std::string_view reason) {
  throw Refused{refused(status, type, std::string(reason))};
}

void refuse_field(std::string_view object, std::string_view field, std::string_view type, std::string_view reason) {
  throw Refused{{refused(400, type, std::string(reason)), UnusableField{std::string(object), std::string(field)}}};
}

void refuse_body(std::string_view object, std::string_view reason) {
  refuse(400, "x_content_parse_exception", fmt::format("[1:1] [{}] {}", object, reason));
}

void refuse_unknown(std::string_view object, std::string_view name, const Dialect& dialect) {
  if (dialect.unknown_member_type != kIllegalArgument) refuse_body(object, fmt::format("unknown field [{}]", name));
  refuse(400, kIllegalArgument, fmt::format("[{}] unknown field [{}], parser not found", object, name));
}

void refuse_id(std::string_view what, std::string_view id) {
  refuse(400, kIllegalArgument,
         fmt::format("Invalid {}; '{}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or underscores; must "
                     "start and end with alphanumeric",
                     what, id));
}

void flatten(const Json& value, const std::string& path, Members& members) {
  if (!value.is_object() || (value.empty() && !path.empty())) {
    members.emplace_back(path, dump(value));
    return;
  }
  for (const auto& [name, inner] : value.items())
    flatten(inner, path.empty() ? name : std::string(path).append(".").append(name), members);
}

void need_body(const std::string& body) {
  if (body.empty()) refuse(400, "parse_exception", "request body is required");
}

Json read_object(const std::string& body, const char* what) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  auto parsed = parse_json(body);
  if (parsed && !parsed->is_object()) refuse_body(what, "Expected START_OBJECT");
  if (!parsed)
    refuse_field(what, "", "parse_exception",
                 fmt::format("[{}] failed to parse the body: a JSON object was expected", what));
  return *std::move(parsed);
}

CreateJob read_create_job(const std::string& job, const std::string& text, std::string_view time_format,
                          JobOptions& options) {
  const Json body = read_object(text, "job_details");
  const std::string id = text_in(body, "job_id", "job_details");
  if (!id.empty() && id != job)
    refuse(400, kIllegalArgument,
           fmt::format("Inconsistent job_id; '{}' specified in the body differs from '{}' specified as a URL argument",
                       id, job));
  CreateJob out{job, {}};
  const Json* analysis = member(body, "analysis_config");
  if (analysis == nullptr || analysis->is_null()) refuse(400, kIllegalArgument, "An analysis_config must be set");
  in_field(kJob, "analysis_config", [&] { read_analysis(*analysis, out.config); });
  const Json* data = member(body, "data_description");
  if (data == nullptr || data->is_null()) refuse(400, kIllegalArgument, "A data_description must be set");
  in_field(kJob, "data_description", [&] {
    if (!data->is_object()) refuse(400, kIllegalArgument, "[data_description] an object was expected");
    out.config.time_field = text_in(*data, "time_field", "data_description");
    out.config.time_format = text_in(*data, "time_format", "data_description");
  });
  if (out.config.time_field.empty()) out.config.time_field = "time";
  if (out.config.time_format.empty()) out.config.time_format = time_format;
  out.config.description = text_in(body, "description", "job_details");
  if (const Json* groups = member(body, "groups"); groups != nullptr) read_groups(*groups, out.config);
  if (const Json* limits = member(body, "analysis_limits"); limits != nullptr && limits->is_object()) {
    in_field(kJob, "analysis_limits", [&] { out.config.model_memory_limit = memory_limit_in(*limits); });
  }
  out.config.custom_settings = opaque_object(body, "custom_settings").value_or("");
  read_options(body, options);
  return out;
}

UpdateJob read_update_job(const std::string& job, const std::string& text, JobUpdate& more) {
  const Json body = read_object(text, "job_update");
  UpdateJob out{job, std::nullopt, std::nullopt, std::nullopt};
  if (const Json* description = member(body, "description"); description != nullptr && !description->is_null())
    out.description = text_in(body, "description", "job_update");
  out.custom_settings = opaque_object(body, "custom_settings");
  if (const Json* groups = member(body, "groups"); groups != nullptr) {
    JobConfig config;
    read_groups(*groups, config);
    out.groups = std::move(config.groups);
  }
  if (const Json* limits = member(body, "analysis_limits"); limits != nullptr && limits->is_object())
    more.model_memory_limit = memory_limit_in(*limits);
  keep_others(body, "",
              {"job_id", "description", "custom_settings", "groups", "analysis_limits", "detectors",
               "categorization_filters", "per_partition_categorization", "model_prune_window"},
              more.members);
  for (const char* name : {"categorization_filters", "per_partition_categorization", "model_prune_window"})
    if (const Json* value = member(body, name); value != nullptr && !value->is_null())
      flatten(*value, std::string("analysis_config.") + name, more.members);
  const Json* detectors = member(body, "detectors");
  if (detectors == nullptr || !detectors->is_array()) return out;
  for (const Json& detector : *detectors) {
    const Json* place = member(detector, "detector_index");
    if (place == nullptr || !place->is_number_unsigned()) refuse(400, kIllegalArgument, "Required [detector_index]");
    Members& members = more.detectors.emplace_back(place->get<std::size_t>(), Members{}).second;
    if (member(detector, "description") != nullptr)
      members.emplace_back("detector_description", dump(Json(text_in(detector, "description", "detector_update"))));
    for (const char* name : {"rules", "detector_rules", kRules.data()})
      if (const Json* rules = member(detector, name); rules != nullptr && !rules->is_null())
        members.emplace_back(name, dump(complete_rules(*rules)));
  }
  return out;
}

FeedOptions read_feed(const Json& body) {
  FeedOptions out;
  out.job = text_in(body, "job_id", "datafeed_config");
  const Json* indices = member(body, "indices");
  if (indices == nullptr) indices = member(body, "indexes");
  if (indices != nullptr && indices->is_string()) out.indices.push_back(indices->get<std::string>());
  if (indices != nullptr && indices->is_array())
    for (const Json& index : *indices)
      if (index.is_string()) out.indices.push_back(index.get<std::string>());
  if (const Json* query = member(body, "query"); query != nullptr && !query->is_null())
    out.members.emplace_back("query", dump(*query));
  for (const auto& [name, value] : body.items())
    if (name != "datafeed_id" && name != "job_id" && name != "indices" && name != "indexes" && name != "query")
      out.members.emplace_back(name == "aggs" ? "aggregations" : name, dump(value));
  return out;
}

BulkWrite read_bulk(const std::string& index, const std::string& type, const std::string& body) {
  const ValueTexts texts = split_values(body);
  if (!texts.complete || texts.values.empty()) refuse(400, kIllegalArgument, "Malformed action/metadata line [1]");
  BulkWrite out;
  for (std::size_t i = 0; i < texts.values.size();) {
    const auto action = parse_json(texts.values[i++]);
    if (!action || !action->is_object() || action->size() != 1 || !action->front().is_object())
      refuse(400, kIllegalArgument, fmt::format("Malformed action/metadata line [{}]", i));
    DocumentWrite write;
    const std::string kind = action->begin().key();
    if (kind == "delete")
      write.kind = DocumentWrite::Kind::remove;
    else if (kind == "create")
      write.kind = DocumentWrite::Kind::create;
    else if (kind != "index")
      refuse(
          400, kIllegalArgument,
          fmt::format("Malformed action/metadata line [{}], expected one of [create, delete or index] but found [{}]",
                      i, kind));
    const Json& meta = action->front();
    const auto text = [&meta](const char* name, const std::string& otherwise) {
      const std::string given = text_in(meta, name, "bulk");
      return given.empty() ? otherwise : given;
    };
    write.index = text("_index", index);
    write.type = text("_type", type.empty() ? "doc" : type);
    write.id = text("_id", "");
    if (write.index.empty())
      refuse(400, "action_request_validation_exception", "Validation Failed: 1: index is missing;");
    if (write.kind != DocumentWrite::Kind::remove) {
      if (i == texts.values.size() || !texts.values[i].starts_with('{') || !parse_json(texts.values[i]))
        refuse(400, kIllegalArgument, fmt::format("Malformed action/metadata line [{}]: no document follows", i));
      write.source = texts.values[i++];
    } else if (write.id.empty()) {
      refuse(400, "action_request_validation_exception", "Validation Failed: 1: id is missing;");
    }
    out.writes.push_back(std::move(write));
  }
  return out;
}

std::optional<std::int64_t> after_now_ms(std::string_view text) {
  constexpr std::string_view kNow = "now";
  if (!text.starts_with(kNow)) return std::nullopt;
  text.remove_prefix(kNow.size());
  std::int64_t after = 0;
  while (!text.empty()) {
    const char sign = text.front();
    std::size_t digits = 1;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    constexpr std::size_t kDigitsMax = 6;
    if ((sign != '+' && sign != '-') || digits == text.size() || digits == 1 || digits > kDigitsMax)
      return std::nullopt;
    std::int64_t count = 0;
    for (const char digit : text.substr(1, digits - 1)) count = 10 * count + (digit - '0');
    constexpr std::string_view kUnits = "smhHdw";
    constexpr Duration kDay = 24 * kHour;
    constexpr std::array<Duration, kUnits.size()> kSpans{kSecond, kMinute, kHour, kHour, kDay, 7 * kDay};
    const std::size_t unit = kUnits.find(text[digits]);
    if (unit == std::string_view::npos) return std::nullopt;
    after += (sign == '-' ? -count : count) * (kSpans[unit] / kMillisecond);
    text.remove_prefix(digits + 1);
  }
  return after;
}

std::int64_t read_date_ms(const std::string& text, const char* name) {
  // The product takes a number of ten digits for seconds.
  constexpr std::size_t kDigitsOfSeconds = 10;
  if (const auto seconds = number_in<std::int64_t>(text); seconds && text.size() == kDigitsOfSeconds && *seconds > 0)
    return *seconds * 1'000;
  const auto value = number_in<double>(text);
  const auto ms = value && std::abs(*value) < 9e15 ? static_cast<std::int64_t>(*value) : iso_date_ms(text);
  if (ms) return *ms;
  refuse(400, "parse_exception",
         fmt::format("Query param [{}] with value [{}] cannot be parsed as a date or converted to a number (epoch).",
                     name, text));
}

}  // namespace closecheck::sut::wire
