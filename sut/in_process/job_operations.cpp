#include "in_process/job_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/close_order.h"
#include "in_process/job_configuration.h"
#include "in_process/privileges.h"
#include "in_process/result_documents.h"
#include "wire/bodies.h"
#include "wire/call.h"
#include "wire/document_bodies.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

/// Of a job that names no memory limit.
constexpr std::int64_t kUsualLimitMb = 1'024;

/// Megabytes as the product writes a size.
std::string size_text(std::int64_t megabytes) {
  constexpr std::int64_t kGiga = 1'024;
  if (megabytes < kGiga) return fmt::format("{}mb", megabytes);
  if (megabytes % kGiga == 0) return fmt::format("{}gb", megabytes / kGiga);
  return fmt::format("{:.1f}gb", static_cast<double>(megabytes) / static_cast<double>(kGiga));
}

/// No node of ours has so much.
bool has_no_node_for(const Job& job) {
  constexpr std::int64_t kRoomMb = std::int64_t{8} * 1'024;
  return read_memory_limit(job.definition().config.model_memory_limit).value_or(0) > kRoomMb;
}

bool may_wait_for_node(const Job& job) {
  const Members& members = job.definition().options.members;
  const auto lazily = std::ranges::find(members, "allow_lazy_open", &Members::value_type::first);
  return lazily != members.end() && lazily->second != "false";
}

JobDescriptionList list_of(JobDescription description) {
  JobDescriptionList list{.count = 1, .jobs = {}};
  list.jobs.push_back(std::move(description));
  return list;
}

/// A number among the members of a configuration.
std::int64_t days_of(const Members& members, std::string_view name, std::int64_t usual) {
  const auto found = std::ranges::find(members, name, &Members::value_type::first);
  return found == members.end() ? usual : number_in<std::int64_t>(found->second).value_or(usual);
}

/// The product puts a word before the name that a job gives the index of its results.
void name_results_index(Members& members) {
  const auto named = std::ranges::find(members, "results_index_name", &Members::value_type::first);
  if (named == members.end()) return;
  constexpr std::string_view kCustom = "\"custom-";
  if (named->second == "\"\"")
    members.erase(named);
  else if (named->second != "\"shared\"" && !named->second.starts_with(kCustom))
    named->second.replace(0, 1, kCustom);
}

}  // namespace

Answer JobOperations::on(const CreateJob& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/put")) return refusal;
  if (ask.job.size() > 64) return bad_request("The job id cannot contain more than 64 characters.");
  if (!is_valid_id(ask.job))
    return bad_request(
        fmt::format("Invalid job_id; '{}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or "
                    "underscores; must start and end with alphanumeric",
                    ask.job));
  PlanProblem problem;
  auto plan = make_plan(ask.config, problem);
  if (!plan) return refusal_of(std::move(problem));
  JobConfig config = ask.config;
  JobOptions options = turn_.detail_or_usual<JobOptions>();
  if (const std::string twice = detector_told_twice(config, options);
      turn_.manner.profile->refuses_same_detectors && !twice.empty())
    return bad_request(fmt::format("Duplicate detectors are not allowed: [{}]", twice));
  if (auto refusal = take_window(options.prune_window, config.bucket_span, *plan)) return refusal;
  if (Job* job = jobs_.find(ask.job)) {
    if (turn_.manner.deviates(Deviation::refused_create_closes_job) && job->state() == JobState::opened)
      lifecycle_.begin_close(*job);
    return refused(400, "resource_already_exists_exception",
                   fmt::format("The job cannot be created with the Id '{}'. The Id is already used.", ask.job));
  }
  if (!turn_.manner.profile->has_groups) config.groups.clear();
  if (auto refusal = refuse_groups(ask.job, config.groups)) return refusal;
  if (auto refusal = refuse_limit(config)) return refusal;
  if (auto refusal = refuse_retention(options.members)) return refusal;
  name_results_index(options.members);
  complete_categorization(options.members, turn_.manner.profile);
  const auto format = std::ranges::find(options.members, "data_description.format", &Members::value_type::first);
  const bool is_delimited = format != options.members.end() && format->second == "\"delimited\"";
  const std::string uneven = uneven_span_warning(config.bucket_span, plan->span_ms, turn_.manner.profile);
  std::optional<Datafeed> feed;
  if (auto refusal = take_feed(options.members, ask.job, feed)) return refusal;
  Job job({ask.job, std::move(config), std::move(options), turn_.wall_ms()}, *std::move(plan));
  // What is kept as documents is there for those who look at more than the vocabulary has.
  if (turn_.details != nullptr)
    if (auto refusal = prepare_results(job)) return refusal;
  if (feed) feeds_.add(*std::move(feed));
  ServiceAnswer answer = accepted(list_of(describe_with_feed(jobs_.add(std::move(job)))));
  if (is_delimited)
    answer.warnings.emplace_back(
        "Creating jobs with delimited data format is deprecated. Please use xcontent instead.");
  if (!uneven.empty()) answer.warnings.push_back(uneven);
  return answer;
}

Answer JobOperations::take_feed(Members& members, const std::string& job, std::optional<Datafeed>& feed) {
  const auto found = std::ranges::find(members, "datafeed_config", &Members::value_type::first);
  if (found == members.end()) return std::nullopt;
  const auto config = wire::parse_json(found->second);
  members.erase(found);
  if (!config || !config->is_object()) return std::nullopt;
  Datafeed made;
  const wire::Json* id = wire::member(*config, "datafeed_id");
  made.id = id != nullptr && id->is_string() ? id->get<std::string>() : job;
  if (feeds_.find(made.id) != nullptr)
    return refused(400, "resource_already_exists_exception",
                   fmt::format("A datafeed with id [{}] already exists", made.id));
  made.job = job;
  made.options = wire::read_feed(*config);
  if (made.options.indices.empty())
    return refused(400, "status_exception", "Invalid indices value '[]' in datafeed configuration");
  made.index = made.options.indices.front();
  authorize(turn_, made.options);
  try {
    const wire::Json* query = wire::member(*config, "query");
    if (query != nullptr && !query->is_null()) made.options.query = wire::read_query(*query);
  } catch (wire::Refused& refusal) {
    return std::move(refusal.answer);
  }
  feed = std::move(made);
  return std::nullopt;
}

JobDescription JobOperations::describe_with_feed(const Job& job, bool is_short) {
  JobDescription description = describe(job, turn_.manner);
  if (is_short) exclude_generated(description);
  const Datafeed* feed = feeds_.of_job(job.id());
  const Dialect& dialect = *turn_.manner.profile;
  if (feed == nullptr || !dialect.delete_may_take_feed || (is_short && dialect.generates_embedded_feeds))
    return description;
  const std::vector<std::string>& indices = feed->options.indices;
  const FeedDetails::Feed details{indices.empty() ? std::vector{feed->index} : indices, feed->options.members};
  wire::flatten(wire::feed_body({feed->id, feed->job}, &details, turn_.manner.profile), "datafeed_config",
                description.members);
  std::ranges::sort(description.members);
  return description;
}

Answer JobOperations::prepare_results(const Job& job) {
  const std::string results = results_index_of(job);
  for (const std::string& name : {results, state_index(turn_.manner)})
    if (const Index* index = indices_.find(name); index != nullptr && index->is_closed())
      return refused(400, "status_exception",
                     fmt::format("Cannot create job [{}] as it requires closed index [{}]", job.id(), name));
  if (has_documents_of(indices_, turn_.manner, results, job.id()))
    return conflict(
        fmt::format("[{0}] Result and/or state documents exist for a prior job with Id [{0}]. Please create the job "
                    "with a different Id",
                    job.id()));
  if (indices_.find(results) == nullptr) indices_.add(Index(results));
  return std::nullopt;
}

Answer JobOperations::refuse_limit(JobConfig& config) const {
  const auto most = read_memory_limit(settings_.memory_limit_max());
  if (!most) return std::nullopt;
  const auto limit = read_memory_limit(config.model_memory_limit);
  if (!limit && *most < kUsualLimitMb) config.model_memory_limit = fmt::format("{}mb", *most);
  if (!limit || *limit <= *most) return std::nullopt;
  return refused(400, "status_exception",
                 fmt::format("model_memory_limit [{}] must be less than the value of the "
                             "xpack.ml.max_model_memory_limit setting [{}]",
                             size_text(*limit), size_text(*most)));
}

Answer JobOperations::refuse_retention(const Members& members) const {
  const Dialect& dialect = *turn_.manner.profile;
  if (!dialect.tells_snapshot_days) return std::nullopt;
  constexpr const char* kDaily = "daily_model_snapshot_retention_after_days";
  constexpr const char* kAll = "model_snapshot_retention_days";
  const std::int64_t all = days_of(members, kAll, dialect.daily_snapshot_days);
  const std::int64_t daily = days_of(members, kDaily, std::min<std::int64_t>(1, all));
  if (daily <= all) return std::nullopt;
  return bad_request(fmt::format("The value of {} [{}] cannot be greater than {} [{}]", kDaily, daily, kAll, all));
}

Answer JobOperations::refuse_groups(std::string_view job, const std::vector<std::string>& groups) {
  const auto same_name = [](std::string_view id, std::string_view group) {
    return refused(
        400, "resource_already_exists_exception",
        fmt::format("job and group names must be unique but job [{}] and group [{}] have the same name", id, group));
  };
  for (const std::string& group : groups) {
    if (!is_valid_id(group))
      return bad_request(
          fmt::format("Invalid group id '{}'; must be non-empty string and may contain lowercase "
                      "alphanumeric (a-z and 0-9), hyphens or underscores; must start and end with "
                      "alphanumeric",
                      group));
    if (group == job) return same_name(job, group);
    for (const Job& other : jobs_)
      if (other.id() == group) return same_name(other.id(), group);
  }
  for (const Job& other : jobs_)
    for (const std::string& group : other.definition().config.groups)
      if (group == job) return same_name(job, group);
  return std::nullopt;
}

Answer JobOperations::on(const GetJob& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/get", turn_.who);
  std::vector<Job*> selected;
  if (auto refusal = jobs_.select(turn_, ask.job, selected)) return refusal;
  JobDescriptionList list;
  const bool is_short = turn_.detail_or_usual<ListOptions>().exclude_generated;
  for (const Job* job : selected) list.jobs.push_back(describe_with_feed(*job, is_short));
  list.count = static_cast<std::int64_t>(list.jobs.size());
  return accepted(std::move(list));
}

Answer JobOperations::on(const UpdateJob& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/update")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (ask.groups)
    if (auto refusal = refuse_groups(job->id(), *ask.groups)) return refusal;
  const auto* more = turn_.detail<JobUpdate>();
  if (more != nullptr)
    if (auto refusal = refuse_update(*job, *more)) return refusal;
  if (job->state() == JobState::closing && turn_.manner.deviates(Deviation::loses_update_while_closing))
    return accepted(list_of(describe(*job, turn_.manner)));
  job->change_definition().update(ask);
  if (more != nullptr) job->change_definition().update(*more);
  if (const auto window = more == nullptr ? std::nullopt : prune_window_of(*more))
    job->change_analysis().change_prune_window(window->ms);
  return accepted(list_of(describe(*job, turn_.manner)));
}

Answer JobOperations::refuse_update(const Job& job, const JobUpdate& change) const {
  if (change.model_memory_limit) {
    const Dialect& dialect = *turn_.manner.profile;
    if (job.state() == JobState::opened && dialect.keeps_limits_while_open)
      return refused(400, "status_exception", "Cannot update analysis_limits while the job is open");
    const auto before = read_memory_limit(job.definition().config.model_memory_limit);
    const auto after = read_memory_limit(*change.model_memory_limit);
    if (!after)
      return bad_request(fmt::format("failed to parse setting [model_memory_limit] with value [{}] as a size in bytes",
                                     *change.model_memory_limit));
    // The early product never lowers it; the later one not below what the model takes.
    const std::int64_t taken_mb = told_model_bytes(job) / (std::int64_t{1'024} * 1'024);
    if (*after < before.value_or(kUsualLimitMb) && !dialect.memory_limit_in_megabytes && *after < taken_mb)
      return refused(400, "status_exception",
                     fmt::format("Invalid update value for analysis_limits: model_memory_limit cannot be decreased "
                                 "below current usage; current usage [{}], update had [{}]",
                                 size_text(taken_mb), size_text(*after)));
    if (before && *after < *before && dialect.memory_limit_in_megabytes)
      return bad_request(
          fmt::format("Invalid update value for analysis_limits: model_memory_limit cannot be decreased; existing is "
                      "{}, update had {}",
                      job.definition().config.model_memory_limit, *change.model_memory_limit));
  }
  JobDefinition changed = job.definition();
  changed.update(JobUpdate{std::nullopt, change.members, {}});
  if (auto refusal = refuse_retention(changed.options.members)) return refusal;
  if (const auto window = prune_window_of(change))
    if (auto refusal = refuse_window(*window, job.definition().config.bucket_span, job.analysis().plan().span_ms))
      return refusal;
  for (const auto& [place, members] : change.detectors)
    if (place >= job.definition().config.detectors.size())
      return refused(400, "status_exception",
                     fmt::format("Supplied detector_index [{}] is >= the number of detectors [{}]", place,
                                 job.definition().config.detectors.size()));
  return std::nullopt;
}

Answer JobOperations::on(const DeleteJob& ask) {
  bool forced = false;
  if (!turn_.manner.profile->has_delete_options && ask.force)
    return bad_request(fmt::format("request [{}/anomaly_detectors/{}] contains unrecognized parameter: [force]",
                                   turn_.manner.profile->jobs.path, ask.job));
  if (auto refusal = read_flag(turn_.manner, ask.force, false, forced)) return refusal;
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/delete")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const Datafeed* const feed = feeds_.of_job(ask.job);
  const bool takes_feed = turn_.manner.profile->delete_may_take_feed;
  if (feed != nullptr && !takes_feed)
    return conflict(fmt::format("Cannot delete job [{}] because datafeed [{}] refers to it", ask.job, feed->id));
  if (turn_.manner.deviates(Deviation::refused_delete_closes_job) && job->state() == JobState::opened && !forced)
    lifecycle_.begin_close(*job);
  if (job->state() != JobState::closed && !forced)
    return conflict(fmt::format("Cannot delete job [{}] because the job is {}", ask.job, name(job->state())));
  if (feed != nullptr) {
    if (feed->started && !forced)
      return conflict(fmt::format("Cannot delete datafeed [{}] while its status is started", feed->id));
    feeds_.remove(std::string(feed->id));
  }
  lifecycle_.give_up_waiting(*job, conflict("The job has been closed while waiting to be opened"),
                             conflict(fmt::format("job [{}] was deleted", ask.job)));
  if (turn_.details != nullptr) remove_documents_of(indices_, turn_.manner, *job);
  calendars_.forget_job(job->id());
  jobs_.remove(*job);
  return accepted(Acknowledged{});
}

Answer JobOperations::on(const OpenJob& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/open")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (turn_.manner.deviates(Deviation::open_stops_close) && job->state() == JobState::closing) {
    job->stay_open();
    lifecycle_.give_up_waiting(*job, conflict("opened"), conflict(fmt::format("job [{}] was opened", ask.job)));
    return accepted(Acknowledged{});
  }
  if (job->state() != JobState::closed || stays_shut(*job))
    return conflict(fmt::format("Cannot open job [{}] because it has already been opened", ask.job));
  const auto takes_room = [](const Job& other) {
    return other.state() != JobState::closed && other.state() != JobState::failed;
  };
  if (turn_.manner.varies(Variant::room_for_one_open_job) && std::ranges::any_of(jobs_.all(), takes_room))
    return no_room(ask.job);
  if (turn_.upgrading) return refused(429, "status_exception", "Cannot open jobs when upgrade mode is enabled");
  if (!settings_.assigns_tasks())
    return refused(429, "status_exception",
                   "Cannot open jobs because persistent task assignment is disabled by the "
                   "[cluster.persistent_tasks.allocation.enable] setting: no persistent task assignments are allowed "
                   "due to cluster settings");
  if (const std::string name = state_index(turn_.manner); turn_.details != nullptr && indices_.find(name) == nullptr)
    indices_.add(Index(name));
  if (has_no_node_for(*job)) {
    if (!turn_.manner.profile->tells_lazy_open || !may_wait_for_node(*job)) return no_room(ask.job);
    lifecycle_.open_without_node(*job);
    return ServiceAnswer(accepted(Acknowledged{}), OpenedLazily{});
  }
  lifecycle_.open(*job);
  if (const auto timeout = turn_.detail_or_usual<OpenOptions>().timeout;
      timeout && job->state() == JobState::opening && job->due() > turn_.now + *timeout)
    return give_up_opening(*job, *timeout);
  return std::nullopt;
}

Answer JobOperations::give_up_opening(Job& job, Duration timeout) {
  std::erase(job.waiting_opens, turn_.token);
  const std::string span = timeout < 0 ? "-1" : render_time_span(timeout);
  const std::string reason = fmt::format("Opening job [{}] timed out after [{}]", job.id(), span);
  constexpr Version kSince408{8, 5, 0};
  return turn_.manner.profile.implemented_version() >= kSince408 ? refused(408, "status_exception", reason)
                                                                 : refused(500, "exception", reason);
}

bool JobOperations::stays_shut(const Job& job) const {
  return (turn_.manner.deviates(Deviation::reopen_refused) && job.past().was_opened()) ||
         (turn_.manner.deviates(Deviation::second_reopen_refused) && job.past().opens > 1) ||
         (turn_.manner.deviates(Deviation::late_reopen_refused) && job.past().was_opened() &&
          turn_.now - job.past().closed_at >= kSecond / 2) ||
         (turn_.manner.deviates(Deviation::forced_job_never_reopens) && job.past().forced);
}

bool JobOperations::takes_data_while_closed(const Job& job) const {
  return turn_.manner.deviates(Deviation::accepts_data_after_close) ||
         (turn_.manner.deviates(Deviation::accepts_data_shortly_after_close) && job.past().was_opened() &&
          turn_.now - job.past().closed_at <= 50 * kMillisecond) ||
         (turn_.manner.deviates(Deviation::manage_posts_to_closed_job) && turn_.who == Principal::manage) ||
         (turn_.manner.deviates(Deviation::feed_closed_job_takes_data) &&
          job.past().close_manner == CloseManner::by_datafeed) ||
         (turn_.manner.deviates(Deviation::timed_out_job_takes_data) &&
          job.past().close_manner == CloseManner::beyond_timeout) ||
         (turn_.manner.deviates(Deviation::forced_job_takes_data) && job.past().forced) ||
         (turn_.manner.deviates(Deviation::never_opened_job_takes_data) && !job.past().was_opened());
}

bool JobOperations::loses_data_beside_a_close(const Job& job) const {
  return turn_.manner.deviates(Deviation::loses_data_beside_a_close) &&
         std::ranges::any_of(jobs_,
                             [&](const Job& other) { return &other != &job && other.state() == JobState::closing; });
}

bool JobOperations::loses_data(const Job& job) const {
  return turn_.manner.deviates(Deviation::loses_data_while_closing) ||
         (turn_.manner.deviates(Deviation::loses_data_at_start_of_close) && has_just_begun_to_close(job));
}

bool JobOperations::flushes_while_closed(const Job& job) const {
  return turn_.manner.deviates(Deviation::closed_job_flushes) ||
         (turn_.manner.deviates(Deviation::forced_job_flushes) && job.past().forced);
}

Answer JobOperations::on(const PostData& ask) {
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/data/post")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr && turn_.manner.profile->post_to_unknown_may_conflict) return not_open(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  const auto malformed = [] { return refused(400, "parse_exception", "the data is not a sequence of JSON objects"); };
  switch (job->state()) {
    case JobState::opened:
      if (turn_.upgrading) return not_open(ask.job);
      if (ask.malformed) return malformed();
      if (loses_data_beside_a_close(*job)) return accepted(JobAnalysis(job->analysis()).post_unseen(ask.records), 202);
      if (const auto* data = turn_.detail<PostedData>()) {
        const bool is_first = !job->analysis().counts().earliest_record_ms;
        UploadCounts upload = job->change_analysis().post(turn_.manner, *data, turn_.wall_ms());
        // The job's earliest record is told by the upload that brings it.
        if (!is_first) upload.counts.earliest_record_ms.reset();
        return ServiceAnswer(accepted(upload.counts, 202), upload.more);
      }
      return accepted(job->change_analysis().post(turn_.manner, ask.records), 202);
    case JobState::closed:
      if (takes_data_while_closed(*job)) return accepted(job->change_analysis().post_unseen(ask.records), 202);
      if (turn_.manner.deviates(Deviation::refused_post_counts)) job->change_analysis().post_unseen(ask.records);
      if (turn_.manner.deviates(Deviation::refused_post_wakes_job) && job->past().was_opened()) job->stay_open();
      return not_open(ask.job);
    case JobState::closing:
      if (ask.malformed) return malformed();
      if (loses_data(*job)) return accepted(JobAnalysis(job->analysis()).post_unseen(ask.records), 202);
      if (turn_.manner.varies(Variant::queues_posts_while_closing) && !job->past().forced)
        return accepted(job->change_analysis().post_queued(ask.records), 202);
      if (turn_.manner.deviates(Deviation::refused_post_ends_waiting))
        lifecycle_.give_up_waiting(*job, conflict("closed"), accepted(Acknowledged{}));
      if (turn_.manner.profile->post_to_closing_may_break)
        return refused(500, "illegal_state_exception",
                       fmt::format("[{}] Cannot process data: no active autodetect process for job", ask.job));
      return not_open(ask.job);
    default:
      return not_open(ask.job);
  }
}

Answer JobOperations::on(const FlushJob& ask) {
  bool calc_interim = false;
  if (auto refusal = read_flag(turn_.manner, ask.calc_interim, false, calc_interim)) return refusal;
  if (auto refusal = refuse_change(turn_, "admin/xpack/ml/job/flush")) return refusal;
  Job* job = jobs_.find(ask.job);
  if (job == nullptr && turn_.manner.profile->post_to_unknown_may_conflict) return not_open(ask.job);
  if (job == nullptr) return unknown_job(turn_.manner, ask.job);
  if (job->state() == JobState::closing && turn_.manner.profile->flush_of_closing_is_bad_request)
    return bad_request(fmt::format("[{}] Cannot flush: no active autodetect process for job", ask.job));
  const bool flushes = (job->state() == JobState::opened && !turn_.upgrading) ||
                       (job->state() == JobState::closed && flushes_while_closed(*job));
  if (!flushes) return not_open(ask.job);
  job->change_analysis().flush(turn_.manner, calc_interim, turn_.detail_or_usual<FlushOptions>());
  FlushResult result;
  if (turn_.manner.profile->tells_last_bucket)
    result.last_finalized_bucket_end_ms = last_finalized_bucket_end_ms(job->analysis());
  return accepted(result);
}

JobStatistics JobOperations::statistics_of(const Job& job, bool is_in_list) const {
  JobStatistics statistics;
  statistics.job = job.id();
  statistics.state = job.state();
  if (job.state() == JobState::closing && !turn_.manner.profile->closing_is_visible &&
      turn_.manner.varies(Variant::closing_never_visible))
    statistics.state = JobState::opened;
  statistics.counts = job.analysis().counts();
  statistics.counts_told = true;
  statistics.model_bytes = told_model_bytes(job);
  const bool keeps_node = turn_.manner.deviates(Deviation::closed_job_keeps_node) ||
                          (turn_.manner.deviates(Deviation::lists_show_node) && is_in_list);
  const bool open = job.state() != JobState::closed || (keeps_node && job.past().was_opened());
  const bool grows_old = turn_.manner.deviates(Deviation::forced_job_keeps_open_time) && job.past().forced;
  const bool runs = open && !waits_for_node(job) && !turn_.upgrading;
  if (runs) statistics.node = "node-1";
  if (runs || grows_old) {
    statistics.open_time = fmt::format("{}s", (turn_.now - job.past().opened_at) / kSecond);
  } else if (turn_.manner.varies(Variant::closed_shows_empty_node)) {
    statistics.open_time = "0s";
  }
  return statistics;
}

Answer JobOperations::on(const JobStats& ask) {
  if (!may_read(turn_.manner, turn_.who)) return forbidden("monitor/xpack/ml/job/stats/get", turn_.who);
  std::vector<Job*> selected;
  if (auto refusal = jobs_.select(turn_, ask.job, selected)) return refusal;
  JobStatisticsList list;
  list.jobs.reserve(selected.size());
  for (const Job* job : selected) list.jobs.push_back(statistics_of(*job, selected.size() > 1));
  list.count = static_cast<std::int64_t>(list.jobs.size());
  return turn_.tell(accepted(std::move(list)), [&] {
    StatisticsDetails details;
    for (const Job* job : selected)
      details.jobs.push_back({job->analysis().more_counts(), model_size(*job, told_model_bytes(*job)),
                              job->state() != JobState::closed && turn_.upgrading ? kUpgradeMode : ""});
    return details;
  });
}

}  // namespace closecheck::sut
