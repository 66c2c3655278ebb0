// Requests about what the API offers beside the life of a job: forecasts, results of further kinds, defaults, looks at
// what would be.
#include <fmt/format.h>

#include "wire/bodies.h"
#include "wire/body_members.h"
#include "wire/call.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// Throws Refused for a parameter that is no time value.
void check_span(Call& call, const char* name) {
  const Parameter text = call.take_either(name);
  if (!text || call.is_view()) return;
  const TimeSpan span = read_time_span(*text, name);
  if (!span.error.empty()) refuse(400, call.dialect().bad_time_type, span.error);
}

}  // namespace

Built further_results(Call& call) {
  const bool categories = call.http().path.find("/results/categories") != std::string::npos;
  if (categories) {
    call.take_number("from");
    call.take_number("size");
    if (!call.body().empty()) call.object("request");
  } else {
    call.take_list();
    call.take_flag("exclude_interim");
    call.take_score("influencer_score");
  }
  return {call.raw(), GetFurtherResults{call.part("job"), categories ? "categories" : "influencers"}};
}

Built overall_buckets(Call& call) {
  GetOverallBuckets out;
  out.job = call.part("job");
  out.top_n = call.take_number("top_n").value_or(1);
  out.score_min = call.take_score("overall_score").value_or(0);
  out.selection.exclude_interim = call.take_flag("exclude_interim");
  out.selection.start_ms = call.take_date("start");
  out.selection.end_ms = call.take_date("end");
  check_span(call, "bucket_span");
  call.take_allow();
  return {call.raw(), std::move(out)};
}

Built forecast(Call& call) {
  if (!call.is_view() && !call.body().empty()) check_body(call.object(kForecastBody), kForecastBody, call.dialect());
  check_span(call, "duration");
  check_span(call, "expires_in");
  return {call.raw(), Forecast{call.part("job")}};
}

Built validate_job(Call& call) {
  JobOptions options;
  need_body(call.body());
  check_job(call.object("job_details"), call.dialect());
  return {call.raw(), ValidateJob{read_create_job("", call.body(), call.dialect().default_time_format, options)}};
}

Built validate_detector(Call& call) {
  call.object("detector");
  return {call.raw(), ValidateJob{}};
}

Built defaults(Call& call) {
  return {call.raw(), GetDefaults{}};
}

Built preview_feed(Call& call) {
  return {call.raw(), PreviewDatafeed{call.part("feed")}};
}

}  // namespace closecheck::sut::wire
