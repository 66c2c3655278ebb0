#include "http/bodies.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "http/answers.h"
#include "http/text.h"

namespace closecheck::sut::wire {
namespace {

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
    if (!group.is_string()) refuse(400, kIllegalArgument, "[job_details] groups doesn't support values of that type");
    config.groups.push_back(group.get<std::string>());
  }
}

std::optional<std::string> opaque_object(const Json& body, const char* name) {
  const Json* value = member(body, name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_object()) refuse(400, kIllegalArgument, fmt::format("[job_details] {} must be an object", name));
  return dump(*value);
}

/// Days since the epoch of a date of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  // The year begins in March here, so that the leap day is its last.
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// Takes `digits` digits off the front of `text`.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t digits) {
  std::int64_t value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// `2017-07-14`, `2017-07-14T02:40:00`, with `.250` and a zone `Z`, `+02:00` or `+0200` behind.
std::optional<std::int64_t> iso_date_ms(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *day < 1 || *day > 31) return std::nullopt;
  std::int64_t ms = days_of(*year, *month, *day) * 86'400'000;
  if (text.empty()) return ms;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  ms += *hour * 3'600'000 + *minute * 60'000;
  if (take(text, ':')) {
    const auto second = take_digits(text, 2);
    if (!second || *second > 60) return std::nullopt;
    ms += *second * 1'000;
    if (take(text, '.')) {
      const auto fraction = take_digits(text, 3);
      if (!fraction) return std::nullopt;
      ms += *fraction;
    }
  }
  if (text.empty() || text == "Z") return ms;
  const std::int64_t sign = text.front() == '-' ? 1 : -1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto zone_hour = take_digits(text, 2);
  take(text, ':');
  const auto zone_minute = take_digits(text, 2);
  if (!zone_hour || !zone_minute || !text.empty()) return std::nullopt;
  return ms + sign * (*zone_hour * 3'600'000 + *zone_minute * 60'000);
}

/// A number of the epoch in milliseconds. Jobs with `time_format` epoch count seconds; numbers that would lie before
/// 1973 as milliseconds are taken for such.
std::int64_t epoch_number_ms(double value) {
  constexpr double kSecondsBelow = 1e11;
  if (std::isnan(value) || std::abs(value) > 9e15) return Record::kInvalidTime;
  return static_cast<std::int64_t>(std::floor(value < kSecondsBelow && value > 0 ? value * 1'000 : value));
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t time_of(const Json* time) {
  if (time == nullptr) return Record::kInvalidTime;
  if (time->is_number()) return epoch_number_ms(time->get<double>());
  if (!time->is_string()) return Record::kInvalidTime;
  const auto& text = time->get_ref<const std::string&>();
  if (const auto value = number_in(text)) return epoch_number_ms(*value);
  return iso_date_ms(text).value_or(Record::kInvalidTime);
}

Record read_record(const Json& json) {
  Record out;
  out.time_ms = time_of(member(json, "time"));
  const Json* value = member(json, "value");
  const Json* entity = member(json, "entity");
  // Fields have other names in other people's jobs; the first number and the first text then stand for them.
  for (const auto& [name, field] : json.items()) {
    if (name == "time") continue;
    if (value == nullptr && field.is_number()) value = &field;
    if (entity == nullptr && field.is_string()) entity = &field;
  }
  if (value != nullptr && value->is_number()) out.value = value->get<double>();
  if (value != nullptr && value->is_string()) out.value = number_in(value->get_ref<const std::string&>()).value_or(0);
  if (entity != nullptr && entity->is_string()) out.entity = entity->get<std::string>();
  return out;
}

}  // namespace

void refuse(int status, std::string_view type, std::string_view reason) {
  throw Refused{error_answer(status, type, reason)};
}

Json read_object(const std::string& body, const char* what) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  auto parsed = parse_json(body);
  if (!parsed || !parsed->is_object())
    refuse(400, "parse_exception", fmt::format("[{}] failed to parse the body: a JSON object was expected", what));
  return *std::move(parsed);
}

CreateJob read_create_job(const std::string& job, const std::string& text) {
  const Json body = read_object(text, "job_details");
  const std::string id = text_in(body, "job_id", "job_details");
  if (!id.empty() && id != job)
    refuse(400, kIllegalArgument,
           fmt::format("Inconsistent job_id; '{}' specified in the body differs from '{}' specified as a URL argument",
                       id, job));
  CreateJob out{job, {}};
  const Json* analysis = member(body, "analysis_config");
  if (analysis == nullptr || analysis->is_null()) refuse(400, kIllegalArgument, "An analysis_config must be set");
  read_analysis(*analysis, out.config);
  const Json* data = member(body, "data_description");
  if (data == nullptr || data->is_null()) refuse(400, kIllegalArgument, "A data_description must be set");
  out.config.time_field = text_in(*data, "time_field", "data_description");
  out.config.time_format = text_in(*data, "time_format", "data_description");
  if (out.config.time_field.empty()) out.config.time_field = "time";
  if (out.config.time_format.empty()) out.config.time_format = "epoch";
  out.config.description = text_in(body, "description", "job_details");
  if (const Json* groups = member(body, "groups"); groups != nullptr) read_groups(*groups, out.config);
  if (const Json* limits = member(body, "analysis_limits"); limits != nullptr && limits->is_object()) {
    const Json* limit = member(*limits, "model_memory_limit");
    out.config.model_memory_limit = text_in(*limits, "model_memory_limit", "analysis_limits");
    if (limit != nullptr && limit->is_number()) out.config.model_memory_limit += "mb";
  }
  out.config.custom_settings = opaque_object(body, "custom_settings").value_or("");
  return out;
}

UpdateJob read_update_job(const std::string& job, const std::string& text) {
  const Json body = read_object(text, "job_update");
  UpdateJob out{job, std::nullopt, std::nullopt};
  if (const Json* description = member(body, "description"); description != nullptr && !description->is_null())
    out.description = text_in(body, "description", "job_update");
  out.custom_settings = opaque_object(body, "custom_settings");
  return out;
}

CreateDatafeed read_create_datafeed(const std::string& feed, const std::string& text) {
  const Json body = read_object(text, "datafeed_config");
  CreateDatafeed out{feed, text_in(body, "job_id", "datafeed_config"), {}};
  const Json* indices = member(body, "indices");
  if (indices == nullptr) indices = member(body, "indexes");
  if (indices != nullptr && indices->is_array() && !indices->empty()) indices = &indices->front();
  if (indices != nullptr && indices->is_string()) out.index = indices->get<std::string>();
  if (out.job.empty()) refuse(400, kIllegalArgument, "[job_id] must not be null.");
  if (out.index.empty()) refuse(400, kIllegalArgument, "Invalid indices value '[]' in datafeed configuration");
  return out;
}

RecordsRead read_records(const std::string& body) {
  RecordsRead out;
  ValueTexts texts = split_values(body);
  out.malformed = !texts.complete;
  for (const std::string_view text : texts.values) {
    const auto value = parse_json(text);
    if (value && value->is_object()) {
      out.records.push_back(read_record(*value));
      continue;
    }
    if (value && value->is_array() && texts.values.size() == 1) {
      for (const Json& element : *value) {
        if (!element.is_object()) out.malformed = true;
        if (out.malformed) break;
        out.records.push_back(read_record(element));
      }
      break;
    }
    out.malformed = true;
    break;
  }
  return out;
}

IndexDocuments read_bulk(const std::string& index, const std::string& body) {
  const ValueTexts texts = split_values(body);
  if (!texts.complete || texts.values.empty() || texts.values.size() % 2 != 0)
    refuse(400, kIllegalArgument, "Malformed action/metadata line in the bulk request");
  IndexDocuments out{index, {}, false};
  for (std::size_t i = 0; i < texts.values.size(); i += 2) {
    const auto action = parse_json(texts.values[i]);
    const auto document = parse_json(texts.values[i + 1]);
    const Json* meta = action ? member(*action, "index") : nullptr;
    if (meta == nullptr && action) meta = member(*action, "create");
    if (meta == nullptr || !document || !document->is_object())
      refuse(400, kIllegalArgument, fmt::format("Malformed action/metadata line [{}]", i + 1));
    const Json* name = member(*meta, "_index");
    const std::string target = name != nullptr && name->is_string() ? name->get<std::string>() : index;
    if (target.empty()) refuse(400, "action_request_validation_exception", "Validation Failed: 1: index is missing;");
    if (out.index.empty()) out.index = target;
    if (out.index != target) refuse(400, kIllegalArgument, "documents of one index at a time are supported");
    out.records.push_back(read_record(*document));
  }
  return out;
}

std::int64_t read_date_ms(const std::string& text, const char* name) {
  const auto value = number_in(text);
  const auto ms = value && std::abs(*value) < 9e15 ? static_cast<std::int64_t>(*value) : iso_date_ms(text);
  if (ms) return *ms;
  refuse(400, "parse_exception",
         fmt::format("Query param '{}' with value '{}' cannot be parsed as a date or converted to a number (epoch).",
                     name, text));
}

}  // namespace closecheck::sut::wire
