// Requests about jobs, their results and their snapshots.
#include <fmt/format.h>

#include <algorithm>

#include "wire/bodies.h"
#include "wire/body_members.h"
#include "wire/call.h"
#include "wire/text.h"
#include "wire/upload.h"
#include "wire/values.h"

namespace closecheck::sut::wire {
namespace {

/// Members of the body of a close, as the parameters of the same names.
Parameter take_member(const Json& body, const char* name, bool is_flag) {
  const Json* value = member(body, name);
  if (value == nullptr) return std::nullopt;
  if (is_flag && value->is_boolean()) return value->get<bool>() ? "true" : "false";
  if (!value->is_string()) refuse_body(kCloseBody, fmt::format("{} doesn't support values of that type", name));
  const auto& text = value->get_ref<const std::string&>();
  if (is_flag && !read_strict_boolean(text))
    refuse_field(kCloseBody, name, kIllegalArgument,
                 fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", text));
  if (!is_flag)
    if (const TimeSpan span = read_time_span(text, name); !span.error.empty())
      refuse_field(kCloseBody, name, kIllegalArgument, span.error);
  return text;
}

/// A close with a body says nothing in its query.
CloseJob close_of_body(Call& call) {
  const ValueTexts texts = split_values(call.body());
  if (texts.values.empty() && texts.complete) refuse_body(kCloseBody, "Expected START_OBJECT but was: null");
  // What stands behind the first value is not looked at.
  const Json body = read_object(texts.values.empty() ? "[]" : std::string(texts.values.front()), kCloseBody);
  const Naming& allow = call.dialect().allow_none;
  for (const auto& [name, value] : body.items())
    if (name != "job_id" && name != "force" && name != "timeout" && !allow.knows(name))
      refuse_unknown(kCloseBody, name, call.dialect());
  Parameter allow_none = take_member(body, std::string(allow.written).c_str(), true);
  if (!allow_none && !allow.other.empty()) allow_none = take_member(body, std::string(allow.other).c_str(), true);
  if (!allow.other.empty() && body.contains(allow.other)) call.deprecate(allow.other);
  return {call.part("job"),
          take_member(body, "force", true),
          take_member(body, "timeout", false),
          std::move(allow_none),
          {}};
}

/// Ids that no job can have are refused before anybody looks for one.
void check_job_id(const Call& call) {
  const std::string job = call.part("job");
  if (call.is_view() || !call.dialect().invalid_id_may_be_bad_request || is_valid_id(job) || job.size() > 64) return;
  refuse_id("job_id", job);
}

/// The body as an object of which only known members are taken.
void check_object(Call& call, const char* what) {
  if (!call.is_view() && !call.body().empty()) check_body(call.object(what), what, call.dialect());
}

/// What the datafeed of a new job does not say itself.
void take_for_embedded_feed(const std::string& indices_options, Members& members) {
  const auto at = std::ranges::find(members, "datafeed_config", &Members::value_type::first);
  if (indices_options.empty() || at == members.end()) return;
  Json feed = parse_json(at->second).value_or(Json::object());
  if (!feed.contains("indices_options")) feed["indices_options"] = parse_json(indices_options).value_or(Json::object());
  at->second = dump(feed);
}

}  // namespace

Built create_job(Call& call) {
  // A job takes what is for its datafeed where it can have one with it.
  const std::string indices_options = call.dialect().has_reset ? take_indices_options(call) : "";
  if (!call.http().body_known) return {CreateJob{call.part("job"), {}}};
  JobOptions options;
  if (!call.is_view()) need_body(call.body());
  // Documentation and product differ in what is usual: in a recording a number may be of either kind.
  const std::string_view usual_format = call.is_view() ? "epoch" : call.dialect().default_time_format;
  if (!call.is_view()) check_job(call.object("job_details"), call.dialect());
  CreateJob out = read_create_job(call.part("job"), call.body(), usual_format, options);
  if (!call.is_view())
    for (Detector& detector : out.config.detectors) detector.function = full_function_name(detector.function);
  take_for_embedded_feed(indices_options, options.members);
  return {std::move(out), std::move(options)};
}

Built update_job(Call& call) {
  if (!call.is_view()) {
    need_body(call.body());
    check_job_update(call.object("job_update"), call.dialect());
    if (call.dialect().has_expressions && call.part("job") == "_all")
      refuse(400, "status_exception", "Cannot update more than 1 job at a time");
  }
  check_job_id(call);
  JobUpdate more;
  UpdateJob out = read_update_job(call.part("job"), call.body(), more);
  return {std::move(out), std::move(more)};
}

Built delete_job(Call& call) {
  check_job_id(call);
  if (call.dialect().has_delete_options) call.ignore({"wait_for_completion", "delete_user_annotations"});
  return {DeleteJob{call.part("job"), call.take("force")}};
}

Built get_jobs(Call& call) {
  ListOptions options = call.take_allow();
  if (call.dialect().has_reset) options.exclude_generated = call.take_flag("exclude_generated").value_or(false);
  return {GetJob{call.part("job")}, std::move(options)};
}

Built job_statistics(Call& call) {
  return {JobStats{call.part("job")}, call.take_allow()};
}

Built open_job(Call& call) {
  check_job_id(call);
  const Parameter timeout = call.take_either("timeout");
  OpenOptions options;
  if (timeout && !call.is_view()) {
    const TimeSpan span = read_time_span(*timeout, "timeout");
    if (!span.error.empty()) refuse(400, call.dialect().bad_time_type, span.error);
    options.timeout = span.span;
  }
  return {OpenJob{call.part("job")}, options};
}

Built post_data(Call& call) {
  PostedData data;
  const auto date = [&call](const char* name) -> std::optional<std::int64_t> {
    const Parameter text = call.take(name);
    if (!text || text->empty()) return std::nullopt;
    return call.read_date(*text, name);
  };
  data.reset_start_ms = date("reset_start");
  data.reset_end_ms = date("reset_end");
  data.upload = read_upload(call.body());
  PostData out{call.part("job"), plain_records(data.upload), data.upload.malformed};
  if (call.is_view()) out.times = times_of(data.upload, TimesIn::posts);
  return {std::move(out), std::move(data)};
}

Built flush_job(Call& call) {
  check_object(call, kFlushBody);
  FlushJob out{call.part("job"), call.take_either("calc_interim")};
  FlushOptions options;
  options.start_ms = call.take_date("start");
  options.end_ms = call.take_date("end");
  options.advance_ms = call.take_date("advance_time");
  if (call.dialect().has_skip_time) options.skip_ms = call.take_date("skip_time");
  const bool interim = out.calc_interim && *out.calc_interim != "false";
  if (!interim && (options.start_ms || options.end_ms))
    refuse(400, kIllegalArgument,
           fmt::format("Invalid flush parameters: unexpected '{}'.", options.start_ms ? "start" : "end"));
  if (options.advance_ms && options.skip_ms && *options.advance_ms <= *options.skip_ms)
    refuse(400, "status_exception",
           fmt::format("advance_time [{}] must be later than skip_time [{}]", *options.advance_ms, *options.skip_ms));
  if (options.start_ms && options.end_ms && *options.start_ms >= *options.end_ms)
    refuse(400, kIllegalArgument,
           "Invalid time range: end time '" + std::to_string(*options.end_ms) + "' is earlier than start time '" +
               std::to_string(*options.start_ms) + "'.");
  return {std::move(out), options};
}

Built close_job(Call& call) {
  if (call.dialect().close_reads_body && !call.body().empty() && !call.is_view()) return {close_of_body(call)};
  CloseJob out{call.part("job"),
               call.take("force"),
               call.take("timeout"),
               call.take_any({call.dialect().allow_none.other, call.dialect().allow_none.written}),
               {}};
  // The service refuses the others itself: a bad timeout is found first.
  out.other = call.take_rest();
  return {std::move(out)};
}

Built reset_job(Call& call) {
  call.ignore({"wait_for_completion", "delete_user_annotations"});
  return {call.raw(), ResetJob{call.part("job")}};
}

Built get_buckets(Call& call) {
  check_job_id(call);
  check_object(call, kBucketsBody);
  ListOptions options = call.take_list();
  Selection& selection = options.selection;
  options.score_min = call.take_score("anomaly_score").value_or(0);
  selection.exclude_interim = call.take_flag("exclude_interim");
  call.take_flag("expand");
  if (!call.part("timestamp").empty())
    selection.at_ms = call.read_date(call.part("timestamp"), "timestamp");
  else
    selection.at_ms = call.take_date("timestamp");
  const bool selects = selection.start_ms || selection.end_ms || options.from || options.size || options.score_min != 0;
  if (selection.at_ms && !call.is_view() && selects)
    refuse(400, kIllegalArgument, "Param [timestamp] is incompatible with [anomaly_score, from, size, end, start]");
  return {GetBuckets{call.part("job"), options.from, options.size, selection}, options};
}

Built get_records(Call& call) {
  check_job_id(call);
  ListOptions options = call.take_list();
  options.score_min = call.take_score("record_score").value_or(0);
  options.selection.exclude_interim = call.take_flag("exclude_interim");
  Selection selection = options.selection;
  selection.descending.reset();
  return {GetRecords{call.part("job"), options.from, options.size, selection}, options};
}

Built get_snapshots(Call& call) {
  check_job_id(call);
  SnapshotSelection out{call.part("snapshot"), call.take_list()};
  return {GetSnapshots{call.part("job"), out.snapshot, out.list.from, out.list.size}, std::move(out)};
}

Built update_snapshot(Call& call) {
  check_job_id(call);
  UpdateSnapshot out{call.part("job"), call.part("snapshot"), std::nullopt, std::nullopt};
  if (!call.is_view()) need_body(call.body());
  check_object(call, kSnapshotUpdateBody);
  const Json& body = call.object(kSnapshotUpdateBody);
  if (const Json* description = member(body, "description"); description != nullptr && description->is_string())
    out.description = description->get<std::string>();
  if (const Json* retain = member(body, "retain"); retain != nullptr && retain->is_boolean())
    out.retain = retain->get<bool>();
  return {call.raw(), std::move(out)};
}

Built delete_snapshot(Call& call) {
  check_job_id(call);
  return {call.raw(), DeleteSnapshot{call.part("job"), call.part("snapshot")}};
}

Built upgrade_snapshot(Call& call) {
  check_job_id(call);
  call.ignore({"timeout", "wait_for_completion"});
  return {call.raw(), UpgradeSnapshot{call.part("job"), call.part("snapshot")}};
}

Built snapshot_upgrades(Call& call) {
  const bool allow_none = call.take_flag("allow_no_match").value_or(true);
  return {call.raw(), GetSnapshotUpgrades{call.part("job"), call.part("snapshot"), allow_none}};
}

Built revert_snapshot(Call& call) {
  check_job_id(call);
  check_object(call, kRevertBody);
  RevertOptions options{call.take_flag("delete_intervening_results").value_or(false)};
  return {RevertSnapshot{call.part("job"), call.part("snapshot")}, options};
}

}  // namespace closecheck::sut::wire
