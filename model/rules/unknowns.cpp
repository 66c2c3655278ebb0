#include "rules/unknowns.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "closecheck/vocabulary/path.h"

namespace closecheck::model {
namespace {

/// How far a name reaches, and every name that it begins, up to a dot.
struct Rule {
  std::string_view name;
  Reach reach;
};

/// What one operation makes of names: by rule, else all alike.
struct Rules {
  std::span<const Rule> rules;
  Reach otherwise;
};

constexpr Rule kCreate[] = {
    {"content-type", Reach::refusal},
    {"job_type", Reach::refusal},
    {"model_plot_config", Reach::refusal},
    {"background_persist_interval", Reach::refusal},
    {"model_snapshot_retention_days", Reach::refusal},
    {"daily_model_snapshot_retention_after_days", Reach::refusal},
    {"results_index_name", Reach::refusal},
    {"allow_lazy_open", Reach::refusal},
    {"analysis_config.influencers", Reach::refusal},
    {"analysis_config.detectors.detector_description", Reach::refusal},
    {"analysis_config.detectors.detector_index", Reach::refusal},
    {"analysis_limits.categorization_examples_limit", Reach::refusal},
    {"analysis_config.detectors", Reach::results},
    {"analysis_config.categorization_field_name", Reach::results},
    {"analysis_config.categorization_filters", Reach::results},
    {"analysis_config.categorization_analyzer", Reach::results},
    {"analysis_config.per_partition_categorization", Reach::results},
    {"analysis_config.use_per_partition_normalization", Reach::results},
    {"analysis_config.multivariate_by_fields", Reach::results},
    {"analysis_config.overlapping_buckets", Reach::results},
    {"analysis_config.result_finalization_window", Reach::results},
    {"analysis_config.model_prune_window", Reach::results},
    {"renormalization_window_days", Reach::results},
    {"results_retention_days", Reach::results},
};

constexpr Rule kUpdate[] = {
    {"content-type", Reach::refusal},
    {"model_plot_config", Reach::refusal},
    {"analysis_limits", Reach::refusal},
    {"background_persist_interval", Reach::refusal},
    {"model_snapshot_retention_days", Reach::refusal},
    {"daily_model_snapshot_retention_after_days", Reach::refusal},
    {"allow_lazy_open", Reach::refusal},
    {"detectors.detector_index", Reach::refusal},
    {"detectors.description", Reach::refusal},
    {"detectors", Reach::results},
    {"categorization_filters", Reach::results},
    {"per_partition_categorization", Reach::results},
    {"renormalization_window_days", Reach::results},
    {"results_retention_days", Reach::results},
};

constexpr Rule kFlush[] = {{"content-type", Reach::refusal},
                           {"calc_interim", Reach::refusal},
                           {"start", Reach::refusal},
                           {"end", Reach::refusal}};

constexpr Rule kPost[] = {{"content-type", Reach::refusal}};

constexpr Rule kLook[] = {
    {"allow_no_jobs", Reach::refusal}, {"allow_no_datafeeds", Reach::refusal}, {"allow_no_match", Reach::refusal}};

constexpr Rule kCreateFeed[] = {{"content-type", Reach::refusal},    {"scroll_size", Reach::refusal},
                                {"frequency", Reach::refusal},       {"query_delay", Reach::refusal},
                                {"chunking_config", Reach::refusal}, {"delayed_data_check_config", Reach::refusal}};

constexpr Rule kRunFeed[] = {{"content-type", Reach::refusal},
                             {"timeout", Reach::refusal},
                             {"allow_no_datafeeds", Reach::refusal},
                             {"allow_no_match", Reach::refusal}};

constexpr Rule kIndex[] = {{"content-type", Reach::refusal},      {"timeout", Reach::refusal},
                           {"master_timeout", Reach::refusal},    {"wait_for_active_shards", Reach::refusal},
                           {"include_type_name", Reach::refusal}, {"_source", Reach::refusal}};

/// The rules of an operation whose requests are judged by them.
struct RulesOf {
  Rules operator()(const CreateJob&) const { return {kCreate, Reach::data}; }
  Rules operator()(const UpdateJob&) const { return {kUpdate, Reach::data}; }
  Rules operator()(const PostData&) const { return {kPost, Reach::data}; }
  Rules operator()(const FlushJob&) const { return {kFlush, Reach::data}; }
  Rules operator()(const CloseJob&) const { return {{}, Reach::closing}; }
  Rules operator()(const DeleteJob&) const { return {{}, Reach::effect}; }
  Rules operator()(const GetJob&) const { return {kLook, Reach::answer}; }
  Rules operator()(const JobStats&) const { return {kLook, Reach::answer}; }
  Rules operator()(const DatafeedStats&) const { return {kLook, Reach::answer}; }
  Rules operator()(const GetBuckets&) const { return {{}, Reach::part}; }
  Rules operator()(const GetRecords&) const { return {{}, Reach::part}; }
  Rules operator()(const GetSnapshots&) const { return {{}, Reach::part}; }
  Rules operator()(const CreateDatafeed&) const { return {kCreateFeed, Reach::documents}; }
  Rules operator()(const StartDatafeed&) const { return {kRunFeed, Reach::effect}; }
  Rules operator()(const StopDatafeed&) const { return {kRunFeed, Reach::effect}; }
  Rules operator()(const DeleteDatafeed&) const { return {kRunFeed, Reach::effect}; }
  Rules operator()(const CreateIndex&) const { return {kIndex, Reach::documents}; }
  Rules operator()(const DeleteIndex&) const { return {kIndex, Reach::documents}; }
  Rules operator()(const IndexDocuments&) const { return {kIndex, Reach::documents}; }
  Rules operator()(const RefreshIndex&) const { return {kIndex, Reach::documents}; }
  template <class Other>
  Rules operator()(const Other&) const {
    return {{}, Reach::refusal};
  }
};

Reach reach_of(std::string_view name, const Rules& rules) {
  for (const Rule& rule : rules.rules) {
    const std::string_view rest = name.substr(std::min(name.size(), rule.name.size()));
    if (name.starts_with(rule.name) && (rest.empty() || rest.front() == '.')) return rule.reach;
  }
  return rules.otherwise;
}

/// Whether the body of such a request is all that it asks. What such a body says is in the operation.
bool needs_body(const Operation& operation) {
  return std::holds_alternative<CreateJob>(operation) || std::holds_alternative<UpdateJob>(operation) ||
         std::holds_alternative<PostData>(operation) || std::holds_alternative<CreateDatafeed>(operation) ||
         std::holds_alternative<CreateIndex>(operation) || std::holds_alternative<IndexDocuments>(operation);
}

/// What a body may say that is not in the recording. Of one that a request needs, its operation knows by itself.
Reach reach_of_body(const Operation& operation) {
  const Reach reach = std::visit(RulesOf{}, operation).otherwise;
  // The profiles' own product reads no body of these.
  const bool reads_none = std::holds_alternative<CloseJob>(operation) || std::holds_alternative<JobStats>(operation) ||
                          std::holds_alternative<GetJob>(operation) || std::holds_alternative<DeleteJob>(operation) ||
                          std::holds_alternative<DatafeedStats>(operation) ||
                          std::holds_alternative<StopDatafeed>(operation) ||
                          std::holds_alternative<DeleteDatafeed>(operation);
  return reads_none || needs_body(operation) ? Reach::refusal : reach;
}

/// Whether a path is that of a close for those alone who read over its empty parts, or decode what is fixed in it.
bool is_nearly_close(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::vector<std::string> segments = split_path(path);
  if (segments.size() < 2 || segments.back() != "_close") return false;
  const std::size_t verb = path.rfind('/');
  const std::size_t id = path.substr(0, verb).rfind('/');
  const bool is_encoded = path.substr(0, std::min(id, verb)).find('%') != std::string_view::npos ||
                          path.find('%', verb) != std::string_view::npos;
  return is_encoded || path.find("//") != std::string_view::npos;
}

/// What the operation itself leaves out.
void add_own(const Operation& operation, Unknowns& unknowns) {
  if (const auto* buckets = std::get_if<GetBuckets>(&operation)) {
    if (buckets->selection != Selection{}) unknowns.add(Reach::refusal, "");
  } else if (const auto* records = std::get_if<GetRecords>(&operation)) {
    if (records->selection != Selection{}) unknowns.add(Reach::refusal, "");
  } else if (const auto* snapshots = std::get_if<GetSnapshots>(&operation)) {
    if (!snapshots->snapshot.empty() || snapshots->from || snapshots->size) unknowns.add(Reach::part, "");
  } else if (const auto* feed = std::get_if<CreateDatafeed>(&operation)) {
    if (!feed->reads_everything) unknowns.add(Reach::documents, "indices");
  } else if (const auto* create = std::get_if<CreateJob>(&operation)) {
    if (!has_known_times(create->config)) unknowns.add(Reach::data, "data_description.time_format");
  } else if (const auto* raw = std::get_if<RawRequest>(&operation)) {
    if (is_nearly_close(raw->path)) unknowns.add(Reach::closing, "path");
  }
}

}  // namespace

void Unknowns::add(Reach reach, std::string_view name) {
  const bool is_further = !is_more_than_refusal() && reach != Reach::refusal && !name.empty();
  if (name_.empty() || is_further) name_ = name;
  reaches_ |= 1U | 1U << static_cast<unsigned>(reach);
}

bool has_known_times(const JobConfig& config) {
  return config.time_format == "epoch_ms" || config.time_format == "epoch" || config.time_format.empty();
}

Unknowns unknowns_of(const Request& request) {
  Unknowns unknowns;
  if (!request.not_carried.empty()) {
    const Rules rules = std::visit(RulesOf{}, request.operation);
    for (const std::string& name : request.not_carried) unknowns.add(reach_of(name, rules), name);
  }
  add_own(request.operation, unknowns);
  if (request.as_sent == nullptr || std::holds_alternative<RawRequest>(request.operation)) return unknowns;
  if (!request.as_sent->body_known)
    unknowns.add(reach_of_body(request.operation), "body");
  else if (!request.as_sent->body.empty() && !needs_body(request.operation))
    unknowns.add(Reach::refusal, "body");
  return unknowns;
}

std::string_view format_asked(const Request& request) {
  if (request.as_sent == nullptr) return {};
  for (const auto& [name, value] : request.as_sent->query)
    if (name == "filter_path" || (name == "format" && value != "json" && !value.empty())) return name;
  return {};
}

std::string_view meaning_of(const Unknowns& unknowns) {
  if (unknowns.has(Reach::effect)) return "what it does is not judged";
  if (unknowns.has(Reach::closing)) return "whether it forces, and how long it may wait, is not judged";
  if (unknowns.has(Reach::data))
    return "which records its job takes is not judged from there on, nor what it makes of them";
  if (unknowns.has(Reach::results)) return "what its job makes of its records is not judged";
  if (unknowns.has(Reach::documents)) return "what a datafeed finds is not judged";
  if (unknowns.has(Reach::answer)) return "its answer is not judged";
  if (unknowns.has(Reach::part)) return "what it leaves out is not judged";
  return "that it was refused is not judged";
}

}  // namespace closecheck::model
