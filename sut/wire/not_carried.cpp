#include "wire/not_carried.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string_view>

#include "closecheck/vocabulary/path.h"
#include "wire/bodies.h"
#include "wire/json.h"
#include "wire/time_format.h"

namespace closecheck::sut::wire {
namespace {

using Names = std::span<const std::string_view>;

bool is_among(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What an operation carries of a request: parameters, and members of the body by their dotted path. Members of a
/// member that is carried are carried with it.
struct Carried {
  Names query;
  Names body;
};

struct CarriedBy {
  Carried operator()(const CreateJob&) const {
    static constexpr std::string_view kBody[] = {"job_id",
                                                 "description",
                                                 "groups",
                                                 "analysis_config.bucket_span",
                                                 "analysis_config.detectors.function",
                                                 "analysis_config.detectors.field_name",
                                                 "analysis_config.detectors.by_field_name",
                                                 "analysis_config.detectors.partition_field_name",
                                                 "analysis_limits.model_memory_limit",
                                                 "data_description.time_field",
                                                 "data_description.time_format",
                                                 "custom_settings"};
    return {{}, kBody};
  }
  Carried operator()(const UpdateJob&) const {
    static constexpr std::string_view kBody[] = {"job_id", "description", "groups", "custom_settings"};
    return {{}, kBody};
  }
  Carried operator()(const DeleteJob&) const { return {kForce, {}}; }
  Carried operator()(const FlushJob&) const {
    static constexpr std::string_view kNames[] = {"calc_interim"};
    return {kNames, kNames};
  }
  Carried operator()(const GetBuckets&) const {
    static constexpr std::string_view kQuery[] = {"from", "size",      "start",          "end",
                                                  "desc", "timestamp", "exclude_interim"};
    static constexpr std::string_view kBody[] = {"page.from", "page.size", "start",          "end",
                                                 "desc",      "timestamp", "exclude_interim"};
    return {kQuery, kBody};
  }
  Carried operator()(const GetRecords&) const {
    static constexpr std::string_view kQuery[] = {"from", "size", "start", "end", "exclude_interim"};
    static constexpr std::string_view kBody[] = {"page.from", "page.size", "start", "end", "exclude_interim"};
    return {kQuery, kBody};
  }
  Carried operator()(const GetSnapshots&) const {
    static constexpr std::string_view kQuery[] = {"from", "size"};
    static constexpr std::string_view kBody[] = {"page.from", "page.size"};
    return {kQuery, kBody};
  }
  Carried operator()(const CreateIndex&) const {
    static constexpr std::string_view kBody[] = {"settings.number_of_shards", "settings.number_of_replicas",
                                                 "settings.index.number_of_shards",
                                                 "settings.index.number_of_replicas"};
    return {{}, kBody};
  }
  Carried operator()(const IndexDocuments&) const {
    static constexpr std::string_view kQuery[] = {"refresh"};
    return {kQuery, {}};
  }
  Carried operator()(const CreateDatafeed&) const {
    static constexpr std::string_view kBody[] = {"datafeed_id", "job_id", "indices", "indexes", "query.match_all"};
    return {{}, kBody};
  }
  Carried operator()(const StartDatafeed&) const {
    static constexpr std::string_view kNames[] = {"start", "end"};
    return {kNames, kNames};
  }
  Carried operator()(const StopDatafeed&) const { return {kForce, kForce}; }
  Carried operator()(const DeleteDatafeed&) const { return {kForce, {}}; }
  template <class Other>
  Carried operator()(const Other&) const {
    return {};
  }

  static constexpr std::string_view kForce[] = {"force"};
};

/// Whether every server reads the text as the same time: milliseconds since the epoch, or a date with its zone.
bool is_clear_date(std::string_view text) {
  constexpr std::size_t kDigitsLeast = 12;
  constexpr std::size_t kDigitsMost = 15;
  if (text.empty() || text == "0") return true;
  if (text.find_first_not_of("0123456789") == std::string_view::npos)
    return text.size() >= kDigitsLeast && text.size() <= kDigitsMost && text.front() != '0';
  constexpr std::size_t kIsoMost = std::string_view("2017-07-14T02:40:00.123456789Z").size();
  return text.find('T') != std::string_view::npos && text.ends_with('Z') && text.size() <= kIsoMost &&
         iso_date_ms(text);
}

bool is_clear_flag(std::string_view text) {
  return text.empty() || text == "true" || text == "false";
}

/// Whether a carried value can be read in more than one way.
bool is_unclear(std::string_view name, std::string_view value) {
  if (name == "start" || name == "end" || name == "timestamp") return !is_clear_date(value);
  if (name == "desc" || name == "exclude_interim") return !is_clear_flag(value);
  return false;
}

/// Values that say what is so anyway.
bool says_nothing(std::string_view path, const Json& value, const Carried& carried) {
  if (path == "data_description.format") return value == "xcontent" || value == "json";
  if (path == "types") return value.empty() || value == Json::array({"doc"});
  if (path == "sort") return value == "timestamp" && is_among(carried.body, "desc");
  return false;
}

/// Collects names, each once.
class Collector {
 public:
  void add(std::string name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(std::move(name));
  }
  std::vector<std::string> take() && { return std::move(names_); }

 private:
  std::vector<std::string> names_;
};

/// Members of a mapping that say of what type a field is, which documents tell as well, and of dates that they are
/// written as our programs and the product's own default write them.
bool is_plain_mapping(const std::string& path, const Json& value) {
  if (!path.starts_with("mappings")) return false;
  if (value.is_object()) return true;  // an empty one
  if (!value.is_string()) return false;
  if (path.ends_with(".type")) return true;
  const auto format = value.get<std::string>();
  return path.ends_with(".format") && (format == "epoch_millis" || format == "strict_date_optional_time||epoch_millis");
}

/// Adds what `value` holds and nobody carries, by the paths of its leaves.
void add_members(const Json& value, const std::string& path, const Carried& carried, bool is_index, Collector& names) {
  if (is_among(carried.body, path) || (!path.empty() && says_nothing(path, value, carried))) {
    const std::string text = value.is_string() ? value.get<std::string>() : dump(value);
    if (is_unclear(path, text)) names.add(path);
    return;
  }
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, inner] : value.items())
      add_members(inner, path.empty() ? name : std::string(path).append(".").append(name), carried, is_index, names);
  } else if (value.is_array() && !value.empty() && value.front().is_object()) {
    for (const Json& inner : value) add_members(inner, path, carried, is_index, names);
  } else if (!path.empty() && !(is_index && is_plain_mapping(path, value))) {
    names.add(path);
  }
}

/// What the lines of a bulk request say of their documents besides the index.
void add_actions(const std::string& body, Collector& names) {
  const ValueTexts texts = split_values(body);
  for (std::size_t i = 0; i < texts.values.size(); i += 2) {
    const auto action = parse_json(texts.values[i]);
    if (!action || !action->is_object() || action->empty()) continue;
    for (const auto& [name, value] : action->front().items())
      if (name != "_index" && !(name == "_type" && (value == "doc" || value == "_doc"))) names.add(name);
  }
}

void add_body(const HttpRequest& request, const Operation& operation, const Carried& carried, Collector& names) {
  if (!request.body_known || request.body.empty()) return;
  if (std::holds_alternative<PostData>(operation)) return;
  if (std::holds_alternative<IndexDocuments>(operation)) return add_actions(request.body, names);
  const auto body = parse_json(request.body);
  if (!body || !body->is_object()) return names.add("body");
  add_members(*body, "", carried, std::holds_alternative<CreateIndex>(operation), names);
}

/// Parameters of every API: how an answer is written. `source` stands for a body.
void add_common(std::string_view name, std::string_view value, Collector& names) {
  const bool is_flag = name == "pretty" || name == "human" || name == "error_trace";
  if (name == "source" || name == "source_content_type" || (is_flag && !is_clear_flag(value)))
    names.add(std::string(name));
}

bool is_common(std::string_view name) {
  constexpr std::string_view kCommon[] = {"pretty", "human",  "error_trace",        "filter_path",
                                          "format", "source", "source_content_type"};
  return is_among(kCommon, name);
}

void add_query(const HttpRequest& request, const Operation& operation, const Carried& carried, Collector& names) {
  const bool is_close = std::holds_alternative<CloseJob>(operation);
  // A server that reads a body need not look at the query.
  const bool is_other = !request.body.empty() && !carried.body.empty();
  for (const auto& [name, value] : request.query) {
    if (is_common(name))
      add_common(name, value, names);
    else if (is_close || (name == "sort" && value == "timestamp" && is_among(carried.query, "desc")))
      continue;
    else if (!is_among(carried.query, name) || is_other || is_unclear(name, value))
      names.add(name);
  }
}

/// A time that stands in the path of the one bucket.
void add_timestamp(const HttpRequest& request, const Operation& operation, Collector& names) {
  const auto* buckets = std::get_if<GetBuckets>(&operation);
  if (buckets == nullptr) return;
  const std::vector<std::string> path = split_path(request.path);
  if (!path.empty() && path.back() != "buckets" && !is_clear_date(path.back())) names.add("timestamp");
}

/// Whether anything depends on what the request says.
bool is_followed(const Operation& operation) {
  return !std::holds_alternative<RawRequest>(operation) && !std::holds_alternative<GetRoot>(operation) &&
         !std::holds_alternative<Authenticate>(operation) && !std::holds_alternative<HasPrivileges>(operation);
}

}  // namespace

std::vector<std::string> names_not_carried(const HttpRequest& request, const Operation& operation) {
  if (!is_followed(operation)) return {};
  const Carried carried = std::visit(CarriedBy{}, operation);
  Collector names;
  add_timestamp(request, operation, names);
  add_query(request, operation, carried, names);
  add_body(request, operation, carried, names);
  return std::move(names).take();
}

}  // namespace closecheck::sut::wire
