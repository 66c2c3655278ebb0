// Jobs: creating, opening, data, flush, statistics, results, snapshots.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

Response not_open(std::string_view job) {
  return conflict(fmt::format("Cannot perform requested action because job [{}] is not open", job));
}

/// One page of a list, by the API's defaults for what was not sent.
template <class Stored, class Item>
std::optional<Response> cut_page(const std::vector<Stored>& all, std::optional<int> from_sent,
                                 std::optional<int> size_sent, std::vector<Item>& page) {
  const int from = from_sent.value_or(0);
  const int size = size_sent.value_or(100);
  if (from < 0) return bad_request("Parameter [from] cannot be < 0");
  if (size < 0) return bad_request("Parameter [size] cannot be < 0");
  if (std::int64_t{from} + size > 10'000)
    return bad_request("The sum of parameters [from] and [size] cannot be higher than 10000.");
  const std::size_t first = std::min(all.size(), static_cast<std::size_t>(from));
  const std::size_t last = std::min(all.size(), first + static_cast<std::size_t>(size));
  page.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last));
  return std::nullopt;
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
  const Job& job = jobs_.emplace_back(ask.job, std::move(config), *std::move(plan), wall_ms());
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
  job->update(ask);
  return accepted(JobDescriptionList{1, {description_of(*job)}});
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
  job->flush(manner_, calc_interim);
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
  return accepted(std::move(list));
}

Core::Answer Core::on(const GetBuckets& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/job/results/buckets/get", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  const bool closed = job->state() == JobState::closed;
  BucketPage page;
  page.count = static_cast<std::int64_t>(job->results().buckets.size());
  auto from = ask.from;
  if (closed && manner_.deviates(Deviation::second_page_repeats_first)) from = 0;
  if (auto refusal = cut_page(job->results().buckets, from, ask.size, page.buckets)) return refusal;
  if (closed && manner_.deviates(Deviation::results_change_while_closed)) job->lower_event_counts();
  return accepted(std::move(page));
}

Core::Answer Core::on(const GetRecords& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/job/results/records/get", who);
  const Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  RecordPage page;
  page.count = static_cast<std::int64_t>(job->results().records.size());
  if (auto refusal = cut_page(job->results().records, ask.from, ask.size, page.records)) return refusal;
  return accepted(std::move(page));
}

Core::Answer Core::on(const GetSnapshots& ask, Principal who, Token) {
  if (!may_read(who)) return forbidden("monitor/xpack/ml/job/model_snapshots/get", who);
  const Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  SnapshotList list;
  if (!manner_.deviates(Deviation::writes_no_snapshot))
    for (const StoredSnapshot& stored : job->snapshots()) list.snapshots.push_back(stored.listed);
  std::ranges::reverse(list.snapshots);
  list.count = static_cast<std::int64_t>(list.snapshots.size());
  return accepted(std::move(list));
}

Core::Answer Core::on(const RevertSnapshot& ask, Principal who, Token) {
  if (!may_manage(who)) return forbidden("admin/xpack/ml/job/model_snapshots/revert", who);
  Job* job = find_job(ask.job);
  if (job == nullptr) return unknown_job(manner_, ask.job);
  if (job->state() != JobState::closed) return conflict("Can only revert to a model snapshot when the job is closed.");
  for (const StoredSnapshot& stored : job->snapshots()) {
    if (stored.listed.id != ask.snapshot) continue;
    job->revert_to(stored, false);
    return accepted(Acknowledged{});
  }
  return not_found(fmt::format("No model snapshot with id [{}] exists for job [{}]", ask.snapshot, ask.job));
}

}  // namespace closecheck::sut
