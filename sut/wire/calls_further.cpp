// Requests about what the API offers beside the life of a job: forecasts, results of further kinds, defaults, looks at
// what would be.
#include <fmt/format.h>

#include "closecheck/vocabulary/text.h"
#include "wire/bodies.h"
#include "wire/body_members.h"
#include "wire/call.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// Throws Refused for a parameter that is no time value. Empty: it is not there, or nobody acts on it.
std::optional<Duration> take_span(Call& call, const char* name) {
  const Parameter text = call.take_either(name);
  if (!text || call.is_view()) return std::nullopt;
  const TimeSpan span = read_time_span(*text, name);
  if (!span.error.empty()) refuse(400, call.dialect().bad_time_type, span.error);
  return span.span;
}

/// A negative one has no unit.
std::string span_text(Duration span) {
  return span < 0 ? "-1" : render_time_span(span);
}

bool has_member(Call& call, const char* name) {
  return !call.body().empty() && member(call.object("request"), name) != nullptr;
}

/// In megabytes, where it is said and can be read.
void take_forecast_memory(Call& call) {
  constexpr std::int64_t kMost = 500;
  const Parameter text = call.take_either("max_model_memory");
  const auto megabytes = text ? read_memory_limit(*text) : std::nullopt;
  if (call.is_view() || !megabytes) return;
  if (*megabytes >= kMost) refuse(400, kIllegalArgument, "[max_model_memory] must be less than 500mb");
  if (*megabytes < 1) refuse(400, kIllegalArgument, "[max_model_memory] must be at least 1mb.");
}

}  // namespace

Built further_results(Call& call) {
  const bool categories = call.http().path.find("/results/categories") != std::string::npos;
  GetFurtherResults out{call.part("job"), categories ? "categories" : "influencers"};
  out.list = call.take_list();
  if (!categories) {
    out.list.selection.exclude_interim = call.take_flag("exclude_interim");
    out.list.score_min = call.take_score("influencer_score").value_or(0);
    return {call.raw(), std::move(out)};
  }
  if (call.dialect().has_partitioned_categories) out.partition = call.take_either("partition_field_value");
  const std::string category = call.part("category");
  if (category.empty()) return {call.raw(), std::move(out)};
  out.category = number_in<std::int64_t>(category);
  if (!out.category || *out.category <= 0) refuse(400, kIllegalArgument, "[category_id] must be a positive number");
  const bool pages = out.list.from || out.list.size || has_member(call, "from") || has_member(call, "size");
  if (pages && !call.is_view()) refuse(400, kIllegalArgument, "Param [category_id] is incompatible with [from, size]");
  return {call.raw(), std::move(out)};
}

Built overall_buckets(Call& call) {
  GetOverallBuckets out;
  out.job = call.part("job");
  out.top_n = call.take_number("top_n").value_or(1);
  if (out.top_n <= 0 && !call.is_view())
    refuse(400, kIllegalArgument, fmt::format("[topN] parameter must be positive, found [{}]", out.top_n));
  out.score_min = call.take_score("overall_score").value_or(0);
  out.selection.exclude_interim = call.take_flag("exclude_interim");
  out.selection.start_ms = call.take_date("start");
  out.selection.end_ms = call.take_date("end");
  if (const auto span = take_span(call, "bucket_span")) out.span_ms = *span / kMillisecond;
  out.allow_none = call.take_allow().allow_none;
  return {call.raw(), std::move(out)};
}

Built forecast(Call& call) {
  if (!call.is_view() && !call.body().empty()) check_body(call.object(kForecastBody), kForecastBody, call.dialect());
  constexpr Duration kLongest = Duration{3'650} * 24 * kHour;
  const auto duration = take_span(call, "duration");
  if (duration && *duration <= 0)
    refuse(400, kIllegalArgument, fmt::format("[duration] must be positive: [{}]", span_text(*duration)));
  if (duration && *duration > kLongest)
    refuse(400, kIllegalArgument, fmt::format("[duration] must be 3650d or less: [{}]", span_text(*duration)));
  if (call.dialect().has_reset) take_forecast_memory(call);
  if (const auto expires = take_span(call, "expires_in"); expires && *expires < 0)
    refuse(400, kIllegalArgument, fmt::format("[expires_in] must be non-negative: [{}]", span_text(*expires)));
  return {call.raw(), Forecast{call.part("job")}};
}

Built delete_forecast(Call& call) {
  DeleteForecast out{call.part("job"), call.part("forecast")};
  out.allow_none = call.take_flag("allow_no_forecasts").value_or(true);
  call.ignore({"timeout"});
  return {call.raw(), std::move(out)};
}

Built delete_expired(Call& call) {
  call.ignore({"timeout", "requests_per_second"});
  if (!call.body().empty()) call.object("request");
  return {call.raw(), DeleteExpired{call.part("job")}};
}

Built validate_job(Call& call) {
  JobOptions options;
  need_body(call.body());
  check_job(call.object("job_details"), call.dialect());
  const Json* id = member(call.object("job_details"), "job_id");
  const std::string job = id != nullptr && id->is_string() ? id->get<std::string>() : "";
  if (!job.empty() && !is_valid_id(job)) refuse_id("job_id", job);
  CreateJob create = read_create_job(job, call.body(), call.dialect().default_time_format, options);
  return {call.raw(), ValidateJob{std::move(create), std::move(options)}};
}

Built validate_detector(Call& call) {
  check_detector_alone(call.object("detector"), call.dialect());
  return {call.raw(), ValidateJob{}};
}

Built defaults(Call& call) {
  return {call.raw(), GetDefaults{}};
}

}  // namespace closecheck::sut::wire
