// Requests about datafeeds.
#include <fmt/format.h>

#include <algorithm>

#include "wire/bodies.h"
#include "wire/body_members.h"
#include "wire/call.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

void take_query(const Json& config, FeedOptions& options) {
  const Json* query = member(config, "query");
  if (query != nullptr && !query->is_null()) options.query = read_query(*query);
}

/// Whether the query is that of every document, in the product's words.
bool asks_for_all(const FeedOptions& options) {
  const auto query = std::ranges::find(options.members, "query", [](const auto& member) { return member.first; });
  return query == options.members.end() || query->second.starts_with(R"({"match_all":)");
}

const Json* aggregations_in(const Json& object) {
  const Json* aggregations = member(object, "aggregations");
  return aggregations != nullptr ? aggregations : member(object, "aggs");
}

std::string aggregated_field(const Json& aggregation) {
  const Json* field = member(aggregation, "field");
  return field != nullptr && field->is_string() ? field->get<std::string>() : "";
}

/// The histogram over time that aggregations of a datafeed lead to, one below the other. Null: a composite one, whose
/// sources say it.
const Json* histogram_in(const Json* aggregations) {
  if (aggregations == nullptr || !aggregations->is_object() || aggregations->size() != 1)
    refuse(400, "status_exception", "A date_histogram (or histogram) aggregation is required");
  const Json& only = aggregations->front();
  if (member(only, "composite") != nullptr) return nullptr;
  for (const char* kind : {"date_histogram", "histogram"})
    if (const Json* histogram = member(only, kind); histogram != nullptr) return &only;
  return histogram_in(aggregations_in(only));
}

/// Records get their time from the latest document of each group.
void check_aggregations(const Json& config) {
  const Json* aggregations = aggregations_in(config);
  if (aggregations == nullptr || aggregations->is_null()) return;
  const Json* histogram = histogram_in(aggregations);
  if (histogram == nullptr) return;
  const Json* over = member(*histogram, "date_histogram");
  if (over == nullptr) over = member(*histogram, "histogram");
  const std::string field = aggregated_field(*over);
  const Json* inner = aggregations_in(*histogram);
  const bool has_latest = inner != nullptr && inner->is_object() && std::ranges::any_of(*inner, [&](const Json& one) {
                            const Json* latest = member(one, "max");
                            return latest != nullptr && aggregated_field(*latest) == field;
                          });
  if (!has_latest)
    refuse(400, "status_exception",
           fmt::format("Date histogram must have nested max aggregation for time_field [{}]", field));
}

/// Of a new datafeed the body goes before, of an update it does not.
void take_indices_options(Call& call, FeedOptions& options) {
  std::string beside = take_indices_options(call);
  if (beside.empty()) return;
  const auto at = std::ranges::find(options.members, "indices_options", &Members::value_type::first);
  if (at == options.members.end())
    options.members.emplace_back("indices_options", std::move(beside));
  else if (options.is_update)
    at->second = std::move(beside);
}

/// A new datafeed, as its configuration describes it.
FeedOptions new_feed(const Call& call, const Json& config) {
  if (!call.is_view()) check_feed(config, call.dialect());
  FeedOptions options = read_feed(config);
  if (call.is_view()) return options;
  check_aggregations(config);
  in_field("datafeed_config", "query", [&] { take_query(config, options); });
  return options;
}

bool reads_everything(const FeedOptions& options) {
  const bool is_one = options.indices.size() == 1 && options.indices.front().find_first_of("*,") == std::string::npos;
  return is_one && asks_for_all(options) &&
         std::all_of(options.members.begin(), options.members.end(), [](const auto& member) {
           if (member.first == "types") return member.second == "[]" || member.second == R"(["doc"])";
           return member.first == "query" || member.first == "scroll_size" || member.first == "frequency" ||
                  member.first == "query_delay" || member.first == "chunking_config";
         });
}

}  // namespace

std::string take_indices_options(Call& call) {
  if (!call.dialect().tells_indices_options) return "";
  Json beside = Json::object();
  if (const Parameter expand = call.take("expand_wildcards")) beside["expand_wildcards"] = *expand;
  for (const char* name : {"ignore_unavailable", "allow_no_indices", "ignore_throttled"})
    if (const Parameter text = call.take(name)) {
      const std::optional<bool> flag = read_strict_boolean(*text);
      if (!flag) refuse(400, kIllegalArgument, fmt::format("Could not convert [{}] to boolean", name));
      beside[name] = *flag;
    }
  return beside.empty() ? "" : dump(beside);
}

Built create_feed(Call& call) {
  if (!call.is_view()) need_body(call.body());
  FeedOptions options = new_feed(call, call.object("datafeed_config"));
  take_indices_options(call, options);
  if (options.job.empty()) refuse(400, kIllegalArgument, "[job_id] must not be null.");
  if (options.indices.empty()) refuse(400, "status_exception", "Invalid indices value '[]' in datafeed configuration");
  CreateDatafeed out{call.part("feed"), options.job, options.indices.front()};
  out.reads_everything = reads_everything(options);
  return {std::move(out), std::move(options)};
}

Built update_feed(Call& call) {
  if (!call.is_view()) check_feed_update(call.object("datafeed_update"), call.dialect());
  UpdateDatafeed out{call.part("feed"), read_feed(call.object("datafeed_update"))};
  take_query(call.object("datafeed_update"), out.options);
  out.options.is_update = true;
  take_indices_options(call, out.options);
  return {call.raw(), std::move(out)};
}

Built get_feeds(Call& call) {
  ListOptions options = call.take_allow_no_feeds();
  if (call.dialect().has_reset) options.exclude_generated = call.take_flag("exclude_generated").value_or(false);
  return {GetDatafeed{call.part("feed")}, std::move(options)};
}

Built feed_statistics(Call& call) {
  return {DatafeedStats{call.part("feed")}, call.take_allow_no_feeds()};
}

Built start_feed(Call& call) {
  StartDatafeed out{call.part("feed"), std::nullopt, std::nullopt};
  StartOptions options;
  const auto read = [&call](const char* name, std::optional<std::int64_t>& at, std::optional<std::int64_t>& after_now) {
    const Parameter text = call.take_either(name);
    if (!text || text->empty()) return;
    after_now = after_now_ms(*text);
    if (!after_now) at = call.read_date(*text, name);
  };
  read("start", out.start_ms, options.start_after_now_ms);
  read("end", out.end_ms, options.end_after_now_ms);
  const Parameter timeout = call.take_either("timeout");
  if (timeout && !call.is_view())
    if (const TimeSpan span = read_time_span(*timeout, "timeout"); !span.error.empty())
      refuse(400, call.dialect().bad_time_type, span.error);
  if (out.start_ms && out.end_ms && *out.start_ms >= *out.end_ms)
    refuse(400, "action_request_validation_exception",
           fmt::format("Validation Failed: 1: start [{}] must be earlier than end [{}];", *out.start_ms, *out.end_ms));
  return {std::move(out), options};
}

Built stop_feed(Call& call) {
  ListOptions options = call.take_allow_no_feeds();
  if (call.dialect().stop_may_close_job) options.close_jobs = call.take_flag("close_job").value_or(false);
  call.ignore({"timeout"});
  if (!call.body().empty() && call.dialect().has_expressions)
    for (const char* name : {"allow_no_datafeeds", "allow_no_match"}) {
      const Json* allow = member(call.object("stop_datafeed"), name);
      if (allow != nullptr && allow->is_boolean()) options.allow_none = allow->get<bool>();
      if (allow != nullptr && name != call.dialect().allow_none.written) call.deprecate(name);
    }
  return {StopDatafeed{call.part("feed"), call.take_either("force")}, std::move(options)};
}

Built preview_feed(Call& call) {
  constexpr const char* kPreview = "preview_datafeed_action";
  PreviewDatafeed out{call.part("feed")};
  if (call.dialect().previews_ranges) {
    out.start_ms = call.take_date_beside("start");
    out.end_ms = call.take_date_beside("end");
  }
  if (!call.dialect().previews_configurations || call.is_view()) return {call.raw(), std::move(out)};
  if (out.feed.empty()) need_body(call.body());
  const Json& body = call.object(kPreview);
  for (const auto& [name, value] : body.items())
    if (name != "datafeed_config" && name != "job_config") refuse_unknown(kPreview, name, call.dialect());
  const Json* feed = member(body, "datafeed_config");
  const Json* job = member(body, "job_config");
  const Json* inner = job == nullptr ? nullptr : member(*job, "datafeed_config");
  if (!out.feed.empty() && (feed != nullptr || job != nullptr))
    refuse(400, kIllegalArgument,
           "[datafeed_id] cannot be supplied when either [job_config] or [datafeed_config] is present");
  if (!out.feed.empty()) return {call.raw(), std::move(out)};
  if (feed != nullptr && inner != nullptr)
    refuse(400, kIllegalArgument,
           "[datafeed_config] must not be present when a [job_config.datafeed_config] is present");
  if (feed == nullptr && inner == nullptr)
    refuse(400, kIllegalArgument,
           "[datafeed_config] must be present when a [job_config.datafeed_config] is not present");
  out.config = new_feed(call, feed != nullptr ? *feed : *inner);
  if (out.config->indices.empty())
    refuse(400, "status_exception", "Invalid indices value '[]' in datafeed configuration");
  if (job == nullptr && out.config->job.empty())
    refuse(400, kIllegalArgument, "[datafeed_config.job_id] must be set or a [job_config] must be provided");
  if (job == nullptr) return {call.raw(), std::move(out)};
  check_job(*job, call.dialect());
  out.job = read_create_job("preview_job_id", dump(*job), call.dialect().default_time_format, out.job_options);
  for (Detector& detector : out.job->config.detectors) detector.function = full_function_name(detector.function);
  return {call.raw(), std::move(out)};
}

Built delete_feed(Call& call) {
  return {DeleteDatafeed{call.part("feed"), call.take("force")}};
}

}  // namespace closecheck::sut::wire
