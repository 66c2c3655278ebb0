// Jobs: creating, opening, data, flush, statistics.
#include <fmt/format.h>

#include <utility>

#include "http/service_answers.h"
#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

Response not_open(std::string_view job) {
  return conflict(fmt::format("Cannot perform requested action because job [{}] is not open", job));
}

}  // namespace

Core::Answer Core::on(const CreateJob& ask, Principal who, Token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/put", who);
  if (ask.job.size() > 64) return bad_request("The job id cannot contain more than 64 characters.");
  if (!is_valid_id(ask.job))
    return bad_request(
        fmt::format("Invalid job_id; '{}' can contain lowercase alphanumeric (a-z and 0-9), hyphens or "
                    "underscores; must start and end with alphanumeric",
                    ask.job));
  std::string why;
  auto plan = make_plan(ask.config, why);
  if (!plan) return bad_request(std::move(why));
  if (find_job(ask.job) != nullptr)
    return refused(400, "resource_already_exists_exception",
                   fmt::format("The job cannot be created with the Id '{}'. The Id is already used.", ask.job));
  JobConfig config = ask.config;
  // The older dialect has no groups.
  if (manner_.is_5_4()) config.groups.clear();
  if (auto refusal = refuse_groups(ask.job, config.groups)) return refusal;
  JobOptions options;
  if (const auto* sent = detail<JobOptions>()) options = *sent;
  if (const std::string twice = detector_told_twice(config, options); !manner_.is_5_4() && !twice.empty())
    return bad_request(fmt::format("Duplicate detectors are not allowed: [{}]", twice));
  if (!options.prune_window.empty()) {
    const TimeSpan window = read_time_span(options.prune_window, "model_prune_window");
    if (!window.error.empty()) return bad_request(window.error);
    plan->prune_window_ms = window.span / kMillisecond;
  }
  const Job& job = jobs_.emplace_back(ask.job, std::move(config), std::move(options), *std::move(plan), wall_ms());
  return accepted(JobDescriptionList{1, {description_of(job)}});
}

Core::Answer Core::on(const GetJob& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/job/get", who);
  if (auto refusal = select_for_reading(ask.job, selected_)) return refusal;
  JobDescriptionList list;
  for (const Job* job : selected_) list.jobs.push_back(description_of(*job));
  list.count = static_cast<std::int64_t>(list.jobs.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const UpdateJob& ask, Principal who, Token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/update", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  if (ask.groups)
    if (auto refusal = refuse_groups(job->id(), *ask.groups)) return refusal;
  const auto* more = detail<JobUpdate>();
  if (more != nullptr)
    if (auto refusal = refuse_update(*job, *more)) return refusal;
  job->update(ask);
  if (more != nullptr) job->update(*more);
  return accepted(JobDescriptionList{1, {description_of(*job)}});
}

std::optional<Response> Core::refuse_update(const Job& job, const JobUpdate& change) const {
  if (change.model_memory_limit) {
    if (job.state() != JobState::closed && !manner_.is_5_4())
      return refused(400, "status_exception", "Cannot update analysis_limits while the job is open");
    const auto before = read_memory_limit(job.config().model_memory_limit);
    const auto after = read_memory_limit(*change.model_memory_limit);
    if (!after)
      return bad_request(fmt::format("failed to parse setting [model_memory_limit] with value [{}] as a size in bytes",
                                     *change.model_memory_limit));
    if (before && *after < *before)
      return bad_request(
          fmt::format("Invalid update value for analysis_limits: model_memory_limit cannot be decreased; existing is "
                      "{}, update had {}",
                      job.config().model_memory_limit, *change.model_memory_limit));
  }
  for (const auto& [place, description] : change.detectors)
    if (place >= job.config().detectors.size())
      return bad_request(fmt::format("Supplied detector_index [{}] is >= the number of detectors [{}]", place,
                                     job.config().detectors.size()));
  return std::nullopt;
}

Core::Answer Core::on(const DeleteJob& ask, Principal who, Token) {
  bool forced = false;
  if (manner_.is_5_4() && ask.force)
    return bad_request(
        fmt::format("request [/_xpack/ml/anomaly_detectors/{}] contains unrecognized parameter: [force]", ask.job));
  if (auto refusal = read_flag(ask.force, false, forced)) return refusal;
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/delete", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  if (const Datafeed* feed = feed_of(ask.job))
    return conflict(fmt::format("Cannot delete job [{}] because datafeed [{}] refers to it", ask.job, feed->id));
  if (job->state() != JobState::closed && !forced)
    return conflict(fmt::format("Cannot delete job [{}] because the job is {}", ask.job, name(job->state())));
  wake_opens(*job, conflict("The job has been closed while waiting to be opened"));
  wake_closes(*job, conflict(fmt::format("job [{}] was deleted", ask.job)));
  jobs_.erase(jobs_.begin() + (job - jobs_.data()));
  return accepted(Acknowledged{});
}

Core::Answer Core::on(const OpenJob& ask, Principal who, Token token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/open", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  if (job->state() != JobState::closed || (manner_.deviates(Deviation::reopen_refused) && job->was_opened()))
    return conflict(fmt::format("Cannot open job [{}] because it has already been opened", ask.job));
  job->open(manner_, now_, wall_ms());
  job->waiting_opens.push_back(token);
  advance_jobs();
  return std::nullopt;
}

Core::Answer Core::on(const PostData& ask, Principal who, Token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/data/post", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  const auto malformed = [] { return refused(400, "parse_exception", "the data is not a sequence of JSON objects"); };
  switch (job->state()) {
    case JobState::opened:
      if (ask.malformed) return malformed();
      if (const auto* data = detail<PostedData>()) return wire::tell_posted(*job, job->post(manner_, *data, wall_ms()));
      return accepted(job->post(manner_, ask.records), 202);
    case JobState::closed:
      if (manner_.deviates(Deviation::accepts_data_after_close)) return accepted(job->post_unseen(ask.records), 202);
      if (manner_.deviates(Deviation::accepts_data_shortly_after_close) && job->was_opened() &&
          now_ - job->closed_at() <= 50 * kMillisecond)
        return accepted(job->post_unseen(ask.records), 202);
      if (manner_.deviates(Deviation::refused_post_counts)) job->post_unseen(ask.records);
      return not_open(ask.job);
    case JobState::closing:
      if (ask.malformed) return malformed();
      if (manner_.deviates(Deviation::loses_data_while_closing))
        return accepted(Job(*job).post_unseen(ask.records), 202);
      if (manner_.varies(Variant::queues_posts_while_closing) && !job->forced())
        return accepted(job->post_queued(ask.records), 202);
      if (manner_.is_5_4())
        return refused(500, "illegal_state_exception",
                       fmt::format("[{}] Cannot process data: no active autodetect process for job", ask.job));
      return not_open(ask.job);
    default:
      return not_open(ask.job);
  }
}

Core::Answer Core::on(const FlushJob& ask, Principal who, Token) {
  bool calc_interim = false;
  if (auto refusal = read_flag(ask.calc_interim, false, calc_interim)) return refusal;
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/flush", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  if (job->state() == JobState::closing && manner_.is_5_4())
    return bad_request(fmt::format("[{}] Cannot flush: no active autodetect process for job", ask.job));
  const bool flushes = job->state() == JobState::opened ||
                       (job->state() == JobState::closed && manner_.deviates(Deviation::closed_job_flushes));
  if (!flushes) return not_open(ask.job);
  const auto* options = detail<FlushOptions>();
  job->flush(manner_, calc_interim, options == nullptr ? FlushOptions{} : *options);
  FlushResult result;
  if (!manner_.is_5_4()) result.last_finalized_bucket_end_ms = job->last_finalized_bucket_end_ms();
  return accepted(result);
}

JobStatistics Core::statistics_of(const Job& job) const {
  JobStatistics statistics;
  statistics.job = job.id();
  statistics.state = job.state();
  if (job.state() == JobState::closing && manner_.is_5_4() && manner_.varies(Variant::closing_never_visible))
    statistics.state = JobState::opened;
  statistics.counts = job.counts();
  statistics.counts_told = true;
  statistics.model_bytes = job.model_bytes();
  const bool open =
      job.state() != JobState::closed || (manner_.deviates(Deviation::closed_job_keeps_node) && job.was_opened());
  if (open) {
    statistics.node = "node-1";
    statistics.open_time = fmt::format("{}s", (now_ - job.opened_at()) / kSecond);
  } else if (manner_.varies(Variant::closed_shows_empty_node)) {
    statistics.open_time = "0s";
  }
  return statistics;
}

Core::Answer Core::on(const JobStats& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/job/stats/get", who);
  if (auto refusal = select_for_reading(ask.job, selected_)) return refusal;
  JobStatisticsList list;
  list.jobs.reserve(selected_.size());
  for (const Job* job : selected_) list.jobs.push_back(statistics_of(*job));
  list.count = static_cast<std::int64_t>(list.jobs.size());
  if (details_ != nullptr) return wire::tell_statistics(list, selected_);
  return accepted(std::move(list));
}

}  // namespace closecheck::sut
