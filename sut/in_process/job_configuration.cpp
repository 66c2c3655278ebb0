#include "in_process/job_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "closecheck/vocabulary/json_text.h"
#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "wire/further_bodies.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

void flatten(const nlohmann::json& value, const std::string& path, Members& members) {
  if (!value.is_object() || value.empty()) {
    members.emplace_back(path, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  for (const auto& [key, inner] : value.items()) flatten(inner, path + "." + key, members);
}

/// `mean(responsetime) by airline`: a detector that has no description is described so.
std::string described(const Detector& detector) {
  std::string text = detector.function;
  if (!detector.field.empty()) text += "(" + detector.field + ")";
  if (!detector.by_field.empty()) text += " by " + detector.by_field;
  if (!detector.partition_field.empty()) text += " partitionfield=" + detector.partition_field;
  return text;
}

/// Members in lexical order, as everywhere in a description.
std::string detector_text(const Detector& detector, std::size_t place, const Members* others) {
  Members members;
  members.reserve(6);
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) members.emplace_back(key, json_text(value));
  };
  if (others != nullptr) members = *others;
  add("by_field_name", detector.by_field);
  if (std::ranges::find(members, "detector_description", &Members::value_type::first) == members.end())
    add("detector_description", described(detector));
  members.emplace_back("detector_index", std::to_string(place));
  add("field_name", detector.field);
  add("function", detector.function);
  add("partition_field_name", detector.partition_field);
  if (!std::ranges::is_sorted(members)) std::ranges::sort(members);
  return "{" + joined(members, ",", [](const auto& member) { return json_text(member.first) + ":" + member.second; }) +
         "}";
}

template <class Items, class Text>
std::string list_text(const Items& items, const Text& text) {
  return "[" + joined(items, ",", text) + "]";
}

constexpr std::string_view kDefaultMemoryLimit = "1024mb";

}  // namespace

JobDescription describe(const Job& job, const Manner& manner) {
  const JobConfig& config = job.definition().config;
  JobDescription description;
  description.job = job.id();
  if (!manner.deviates(Deviation::writes_no_snapshot)) description.snapshot = job.analysis().snapshots().current_id();
  Members& members = description.members;
  members.reserve(20);
  const auto add_text = [&](const char* path, const std::string& value) {
    if (!value.empty()) members.emplace_back(path, json_text(value));
  };
  add_text("analysis_config.bucket_span", config.bucket_span);
  const JobOptions& options = job.definition().options;
  std::size_t place = 0;
  members.emplace_back("analysis_config.detectors", list_text(config.detectors, [&](const Detector& detector) {
                         const std::size_t here = place++;
                         return detector_text(detector, here,
                                              here < options.detectors.size() ? &options.detectors[here] : nullptr);
                       }));
  const auto add_default = [&](const char* path, std::string value) {
    if (std::ranges::find(options.members, path, &Members::value_type::first) == options.members.end())
      members.emplace_back(path, std::move(value));
  };
  add_default("analysis_config.influencers", "[]");
  // The early product writes the limit as a number of megabytes, the later one as a text, and always one.
  if (!manner.profile->memory_limit_in_megabytes) add_default("analysis_limits.categorization_examples_limit", "4");
  const auto limit = read_memory_limit(config.model_memory_limit);
  if (limit)
    members.emplace_back("analysis_limits.model_memory_limit", manner.profile->memory_limit_in_megabytes
                                                                   ? std::to_string(*limit)
                                                                   : fmt::format("\"{}mb\"", *limit));
  else
    add_text("analysis_limits.model_memory_limit",
             manner.profile->memory_limit_in_megabytes || !config.model_memory_limit.empty()
                 ? config.model_memory_limit
                 : std::string(kDefaultMemoryLimit));
  if (manner.profile->tells_lazy_open) add_default("allow_lazy_open", "false");
  const auto plots = std::ranges::find(options.members, "model_plot_config.enabled", &Members::value_type::first);
  if (plots != options.members.end() && manner.profile->tells_snapshot_days)
    add_default("model_plot_config.annotations_enabled", plots->second);
  members.insert(members.end(), options.members.begin(), options.members.end());
  members.emplace_back("create_time", std::to_string(job.definition().created_ms));
  if (!config.custom_settings.empty()) {
    const auto settings = nlohmann::json::parse(config.custom_settings, nullptr, false);
    if (settings.is_discarded())
      add_text("custom_settings", config.custom_settings);
    else
      flatten(settings, "custom_settings", members);
  }
  add_text("data_description.time_field", config.time_field);
  add_text("data_description.time_format", config.time_format);
  add_text("description", config.description);
  if (job.past().finished_ms) members.emplace_back("finished_time", std::to_string(*job.past().finished_ms));
  if (!config.groups.empty())
    members.emplace_back("groups", list_text(config.groups, [](const std::string& group) { return json_text(group); }));
  members.emplace_back("job_type", "\"anomaly_detector\"");
  if (manner.profile->tells_job_version)
    members.emplace_back("job_version", fmt::format("\"{}\"", text_of(manner.profile.implemented_version())));
  if (manner.profile->tells_snapshot_days) add_default("daily_model_snapshot_retention_after_days", "1");
  add_default("model_snapshot_retention_days", std::to_string(manner.profile->daily_snapshot_days));
  add_default("results_index_name", "\"shared\"");
  if (!std::ranges::is_sorted(members)) std::ranges::sort(members);
  return description;
}

std::string detector_told_twice(const JobConfig& config, const JobOptions& options) {
  constexpr std::string_view kName = "detector_description";
  const auto others = [&](std::size_t place) {
    Members members;
    if (place < options.detectors.size()) members = options.detectors[place];
    std::erase_if(members, [&](const auto& member) { return member.first == kName; });
    return members;
  };
  for (std::size_t place = 1; place < config.detectors.size(); ++place)
    for (std::size_t before = 0; before < place; ++before)
      if (config.detectors[place] == config.detectors[before] && others(place) == others(before))
        return described(config.detectors[place]);
  return "";
}

ServiceAnswer refusal_of(PlanProblem problem) {
  Response response = bad_request(std::move(problem.why));
  if (problem.part.empty()) return response;
  return {std::move(response), UnusableField{"job_details", std::move(problem.part)}};
}

std::optional<Plan> make_plan(const JobConfig& config, PlanProblem& problem) {
  const auto refuse = [&problem](const char* field, std::string why) {
    problem = {field, std::move(why)};
    return std::nullopt;
  };
  Plan plan;
  const TimeSpan span = read_time_span(config.bucket_span, "bucket_span");
  if (!span.error.empty()) return refuse("analysis_config", span.error);
  if (span.span < kMillisecond)
    return refuse("analysis_config",
                  fmt::format("bucket_span cannot be less or equal than 0. Value = {}", config.bucket_span));
  plan.span_ms = span.span / kMillisecond;
  plan.prune_window_ms = Plan::kSeriesBucketsKept * plan.span_ms;
  if (!config.time_field.empty()) plan.time_field = config.time_field;
  const auto format = TimeFormat::parse(config.time_format.empty() ? "epoch" : config.time_format);
  if (!format) return refuse("data_description", fmt::format("Invalid Time format string '{}'", config.time_format));
  plan.time_format = *format;
  if (config.detectors.empty()) return refuse("analysis_config", "No detectors configured");
  if (read_memory_limit(config.model_memory_limit) == 0)
    return refuse("analysis_limits", "model_memory_limit must be at least 1 MiB. Value = 0");
  for (const Detector& detector : config.detectors) {
    const auto function = function_named(detector.function);
    if (!function) return refuse("analysis_config", fmt::format("Unknown function '{}'", detector.function));
    if (!counts_records(*function) && detector.field.empty())
      return refuse("analysis_config",
                    fmt::format("field_name must be set when the '{}' function is used", detector.function));
    const auto is_time = [&](const std::string& field) { return !field.empty() && field == config.time_field; };
    if (is_time(detector.field) || is_time(detector.by_field) || is_time(detector.partition_field))
      return refuse("", "data_description.time_field may not be used in the analysis_config");
    plan.items.push_back({*function, detector.function, detector.field, detector.by_field, detector.partition_field});
  }
  return plan;
}

void complete_categorization(Members& members, Profile profile) {
  constexpr std::string_view kAnalyzer = "analysis_config.categorization_analyzer";
  constexpr std::string_view kFilters = "analysis_config.categorization_filters";
  const auto find = [&members](std::string_view name) {
    return std::ranges::find(members, name, &Members::value_type::first);
  };
  const bool has_analyzer =
      std::ranges::any_of(members, [&](const auto& member) { return member.first.starts_with(kAnalyzer); });
  if (profile->categorization_char_filter.empty() || has_analyzer ||
      find("analysis_config.categorization_field_name") == members.end())
    return;
  wire::Json analyzer = wire::analyzer_body(profile);
  if (const auto filters = find(kFilters); filters != members.end()) {
    for (const wire::Json& pattern : wire::parse_json(filters->second).value_or(wire::Json::array()))
      analyzer["char_filter"].push_back(wire::Json({{"type", "pattern_replace"}, {"pattern", pattern}}));
    members.erase(filters);
  }
  members.emplace_back(kAnalyzer, wire::dump(analyzer));
}

std::vector<std::string> fields_read_by(const Job& job) {
  std::vector<std::string> fields{job.analysis().plan().time_field};
  const JobOptions& options = job.definition().options;
  const auto add = [&fields](const std::string& field) {
    if (!field.empty() && field != "mlcategory" && std::ranges::find(fields, field) == fields.end())
      fields.push_back(field);
  };
  const auto add_all = [&add](const Members& members, std::string_view name) {
    const auto found = std::ranges::find(members, name, &Members::value_type::first);
    if (found == members.end()) return;
    const auto value = nlohmann::json::parse(found->second, nullptr, false);
    if (value.is_string()) add(value.get<std::string>());
    if (!value.is_array()) return;
    for (const auto& one : value)
      if (one.is_string()) add(one.get<std::string>());
  };
  for (const Plan::Item& item : job.analysis().plan().items)
    for (const std::string* field : {&item.field, &item.by_field, &item.partition_field}) add(*field);
  for (const Members& detector : options.detectors) add_all(detector, "over_field_name");
  add_all(options.members, "analysis_config.influencers");
  add_all(options.members, "analysis_config.categorization_field_name");
  return fields;
}

std::int64_t told_model_bytes(const Job& job) {
  const JobAnalysis& analysis = job.analysis();
  return analysis.told_size ? analysis.told_size->bytes : analysis.model_bytes(job.state() == JobState::closed);
}

ModelSize model_size(const Job& job, std::int64_t bytes) {
  if (job.analysis().told_size) return *job.analysis().told_size;
  const Model& model = job.analysis().model();
  const std::int64_t logged_ms = job.analysis().more_counts().last_data_ms.value_or(job.definition().created_ms);
  return {bytes, model.by_fields(), model.partition_fields(), logged_ms, model.latest_result_ms()};
}

void exclude_generated(JobDescription& job) {
  static constexpr std::array<std::string_view, 7> kGenerated{"create_time",
                                                              "deleting",
                                                              "finished_time",
                                                              "job_type",
                                                              "job_version",
                                                              "model_snapshot_id",
                                                              "model_snapshot_min_version"};
  std::erase_if(job.members,
                [](const auto& member) { return std::ranges::find(kGenerated, member.first) != kGenerated.end(); });
  job.snapshot.clear();
}

std::string uneven_span_warning(const std::string& span, std::int64_t span_ms, Profile profile) {
  constexpr std::int64_t kDaySeconds = 86'400;
  constexpr int kWarningMajor = 8;
  const std::int64_t seconds = span_ms / 1'000;
  if (profile->major < kWarningMajor || seconds == 0 || kDaySeconds % seconds == 0) return "";
  return fmt::format(
      "bucket_span {} [{}s] is not an integral divisor of the number of seconds in 1d [{}s]. This is now deprecated.",
      span, seconds, kDaySeconds);
}

std::optional<PruneWindow> prune_window_of(const JobUpdate& change) {
  const auto at = std::ranges::find(change.members, "analysis_config.model_prune_window", &Members::value_type::first);
  const auto text = at == change.members.end() ? std::nullopt : wire::parse_json(at->second);
  if (!text || !text->is_string()) return std::nullopt;
  const TimeSpan span = read_time_span(text->get<std::string>(), "model_prune_window");
  return PruneWindow{text->get<std::string>(), span.span / kMillisecond};
}

std::optional<Response> refuse_window(const PruneWindow& window, const std::string& span, std::int64_t span_ms) {
  if (window.ms % span_ms != 0)
    return refused(400, "status_exception",
                   fmt::format("model_prune_window [{}] must be a multiple of bucket_span [{}]", window.text, span));
  if (window.ms < 2 * span_ms)
    return refused(400, "status_exception",
                   fmt::format("model_prune_window [{}] must be at least 2 times greater than bucket_span [{}]",
                               window.text, span));
  return std::nullopt;
}

std::optional<Response> take_window(const std::string& text, const std::string& span, Plan& plan) {
  if (text.empty()) return std::nullopt;
  const TimeSpan read = read_time_span(text, "model_prune_window");
  if (!read.error.empty()) return bad_request(read.error);
  const PruneWindow window{text, read.span / kMillisecond};
  if (auto refusal = refuse_window(window, span, plan.span_ms)) return refusal;
  plan.prune_window_ms = window.ms;
  return std::nullopt;
}

}  // namespace closecheck::sut
