#include "in_process/close_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"
#include "in_process/answers.h"
#include "in_process/privileges.h"
#include "wire/values.h"

namespace closecheck::sut {
namespace {

Response closed_true() {
  return accepted(Acknowledged{});
}

}  // namespace

Answer CloseOperations::on(const CloseJob& ask) {
  CloseOrder order = read_close_order(ask, turn_.manner);
  const auto close_all_the_same = [&](Deviation deviation) {
    Job* job = jobs_.find(ask.job);
    if (turn_.manner.deviates(deviation) && job != nullptr && job->state() == JobState::opened)
      lifecycle_.begin_close(*job);
  };
  if (order.refusal) {
    close_all_the_same(Deviation::refused_parameters_close_job);
    return std::move(order.refusal);
  }
  const Job* const job = jobs_.find(ask.job);
  if (turn_.manner.deviates(Deviation::closed_job_closes_for_anybody) && job != nullptr &&
      job->state() == JobState::closed)
    return closed_true();
  if (!is_allowed(order)) {
    close_all_the_same(Deviation::forbidden_close_closes);
    return forbidden("admin/xpack/ml/job/close", turn_.who);
  }
  if (auto refusal = refuse_while_upgraded(turn_, "admin/xpack/ml/job/close")) return refusal;
  return turn_.manner.profile->has_expressions ? close_many(ask, order) : close_one(ask, order);
}

bool CloseOperations::is_allowed(const CloseOrder& order) const {
  if (turn_.manner.deviates(Deviation::manage_may_not_force) && turn_.who == Principal::manage && order.force)
    return false;
  if (turn_.manner.deviates(Deviation::manage_ml_may_not_set_timeout) && turn_.who == Principal::manage_ml &&
      order.timeout_sent)
    return false;
  return may_close(turn_.manner, turn_.who);
}

Answer CloseOperations::close_one(const CloseJob& ask, const CloseOrder& order) {
  Job* job = jobs_.find(turn_.manner.deviates(Deviation::ids_ignore_case) ? lower(ask.job) : ask.job);
  const bool has_underscore = ask.job.find('_') != std::string::npos;
  if (job != nullptr && turn_.manner.deviates(Deviation::refuses_underscore_ids) && has_underscore) job = nullptr;
  if (job != nullptr && turn_.manner.deviates(Deviation::underscore_ids_stay_open) && has_underscore)
    return closed_true();
  if (job == nullptr) {
    if (turn_.manner.deviates(Deviation::closes_unknown_job)) return closed_true();
    if (turn_.manner.deviates(Deviation::unknown_job_answers_400)) return unknown_job(turn_.manner, ask.job);
    if (order.force) return conflict(fmt::format("cannot force close job, because job [{}] is not open", ask.job));
    return not_found(fmt::format("cannot close job, because job [{}] does not exist", ask.job));
  }
  if (order.force) {
    if (job->state() == JobState::closed) {
      if (turn_.manner.varies(Variant::closed_close_answers_200)) return closed_true();
      return conflict(fmt::format("cannot force close job, because job [{}] is not open", ask.job));
    }
    return force(*job);
  }
  if (job->state() == JobState::closed) {
    if (Answer refusal = refuse_close_of_closed(*job)) return refusal;
    return closed_true();
  }
  if (Answer refusal = refuse_close(*job, order)) return refusal;
  if (job->state() == JobState::closing && turn_.manner.deviates(Deviation::overlapping_close_reports_early))
    return closed_true();
  return wait_for_close({&job, 1}, order.timeout);
}

Answer CloseOperations::close_many(const CloseJob& ask, const CloseOrder& order) {
  std::vector<Job*> jobs;
  if (Answer answer = select(ask, order, jobs)) return answer;
  if (Answer answer = misname(ask, order, jobs)) return answer;
  if (Answer refusal = refuse_any(jobs, order)) return refusal;
  std::erase_if(jobs, [](const Job* job) { return job->state() == JobState::closed; });
  if (turn_.manner.deviates(Deviation::list_leaves_first_open) && jobs.size() > 1) jobs.erase(jobs.begin());
  if (jobs.empty()) return closed_true();
  stop_feeds(jobs);
  if (order.force) {
    if (jobs.size() == 1) return force(*jobs.front());
    for (Job* job : jobs) force_now(*job);
    return closed_true();
  }
  if (jobs.size() == 1 && jobs.front()->state() == JobState::closing &&
      turn_.manner.deviates(Deviation::overlapping_close_reports_early))
    return closed_true();
  return wait_for_close(jobs, order.timeout);
}

Answer CloseOperations::select(const CloseJob& ask, const CloseOrder& order, std::vector<Job*>& jobs) {
  const std::vector<std::string_view> items = divided(ask.job, ',');
  const bool names_any = std::ranges::any_of(items, [](std::string_view item) { return !trimmed(item).empty(); });
  for (const std::string_view item : items) {
    if (names_any && trimmed(item).empty()) continue;
    const bool has_underscore = item != "_all" && item.find('_') != std::string_view::npos;
    if (turn_.manner.deviates(Deviation::underscore_ids_stay_open) && has_underscore && jobs_.find(item) != nullptr)
      return closed_true();
    const bool hidden = turn_.manner.deviates(Deviation::refuses_underscore_ids) && has_underscore;
    const std::string named = turn_.manner.deviates(Deviation::ids_ignore_case) ? lower(item) : std::string(item);
    const std::size_t before = jobs.size();
    if (hidden || !jobs_.select_item(named, jobs) || (jobs.size() == before && !order.allow_no_jobs)) {
      if (turn_.manner.deviates(Deviation::list_passes_over_unknown) && items.size() > 1) continue;
      if (turn_.manner.deviates(Deviation::closes_unknown_job)) return closed_true();
      return unknown_job(turn_.manner, trimmed(item));
    }
  }
  if (turn_.manner.deviates(Deviation::close_all_closes_nothing) &&
      (ask.job == "_all" || ask.job.find('*') != std::string::npos))
    return closed_true();
  if (jobs.empty())
    return order.allow_no_jobs && !turn_.manner.deviates(Deviation::no_match_is_refused)
               ? closed_true()
               : not_found(fmt::format("No known job with id '{}'", ask.job));
  std::ranges::sort(jobs, {}, [](const Job* job) -> const std::string& { return job->id(); });
  const auto twice = std::unique(jobs.begin(), jobs.end());
  if (twice != jobs.end() && turn_.manner.deviates(Deviation::job_named_twice_is_refused))
    return bad_request(fmt::format("[{}] names a job twice", ask.job));
  jobs.erase(twice, jobs.end());
  return std::nullopt;
}

Answer CloseOperations::misname(const CloseJob& ask, const CloseOrder& order, std::vector<Job*>& jobs) {
  const std::vector<std::string_view> items = divided(ask.job, ',');
  const bool is_pattern = items.size() == 1 && jobs_.find(ask.job) == nullptr;
  const auto some_are = [&jobs](JobState state) {
    return std::ranges::any_of(jobs, [state](const Job* job) { return job->state() == state; });
  };
  if (turn_.manner.deviates(Deviation::group_close_closes_all) && is_pattern) {
    jobs.clear();
    for (Job& job : jobs_) jobs.push_back(&job);
  }
  if (turn_.manner.deviates(Deviation::wildcard_bars_closed_jobs) && is_pattern && jobs.size() > 1 &&
      some_are(JobState::closed))
    return conflict(fmt::format("cannot close job, because not all of [{}] are open", ask.job));
  if (turn_.manner.deviates(Deviation::wildcard_passes_over_failed) && is_pattern && jobs.size() > 1 && !order.force)
    std::erase_if(jobs, [](const Job* job) { return job->state() == JobState::failed; });
  if (turn_.manner.deviates(Deviation::list_force_passes_over_opened) && jobs.size() > 1 && order.force)
    std::erase_if(jobs, [](const Job* job) { return job->state() != JobState::failed; });
  if (turn_.manner.deviates(Deviation::unsorted_list_closes_first_only) && !std::ranges::is_sorted(items))
    std::erase_if(jobs, [&](const Job* job) { return job->id() != items.front(); });
  return std::nullopt;
}

Answer CloseOperations::refuse_any(const std::vector<Job*>& jobs, const CloseOrder& order) {
  // All or nothing: nothing is closed before everything has been found closable.
  std::size_t failed = 0;
  for (Job* job : jobs) {
    if (job->state() == JobState::closed) {
      if (jobs.size() == 1)
        if (Answer refusal = refuse_close_of_closed(*job)) return refusal;
      continue;
    }
    if (order.force) {
      if (Answer refusal = refuse_for_feed(*job)) return refusal;
      continue;
    }
    if (job->state() == JobState::failed && jobs.size() > 1 &&
        !turn_.manner.deviates(Deviation::closes_failed_job_normally)) {
      ++failed;
      continue;
    }
    if (Answer refusal = refuse_close(*job, order)) return refusal;
  }
  if (failed == 0) return std::nullopt;
  if (turn_.manner.deviates(Deviation::list_close_ignores_failed_jobs))
    for (Job* job : jobs)
      if (job->state() == JobState::opened) lifecycle_.begin_close(*job);
  return conflict("one or more jobs have state failed, use force close");
}

Answer CloseOperations::refuse_close_of_closed(const Job& job) const {
  if (turn_.manner.deviates(Deviation::never_opened_close_answers_400) && !job.past().was_opened())
    return bad_request(fmt::format("cannot close job, because job [{}] was never opened", job.id()));
  if (turn_.manner.deviates(Deviation::closed_close_answers_404) &&
      (!job.past().was_opened() || turn_.now - job.past().closed_at >= kSecond))
    return not_found(fmt::format("cannot close job, because job [{}] does not exist", job.id()));
  if (!turn_.manner.profile->close_of_closed_may_be_refused || turn_.manner.varies(Variant::closed_close_answers_200))
    return std::nullopt;
  return conflict(fmt::format("cannot close job, because job [{}] is not open", job.id()));
}

Answer CloseOperations::refuse_close(Job& job, const CloseOrder& order) {
  if (job.state() == JobState::failed) {
    if (turn_.manner.deviates(Deviation::closes_failed_job_normally) ||
        (turn_.manner.deviates(Deviation::force_false_closes_failed_job) && order.force_sent) ||
        (turn_.manner.deviates(Deviation::closes_job_failed_later) && job.past().opens > 1))
      return std::nullopt;
    if (turn_.manner.deviates(Deviation::failed_close_with_timeout_answers_404) && order.timeout_sent)
      return not_found(fmt::format("cannot close job, because job [{}] does not exist", job.id()));
    if (turn_.manner.deviates(Deviation::failed_close_answers_400) && !order.force_sent)
      return bad_request(fmt::format("cannot close job [{}] because it failed, use force close", job.id()));
    if (!turn_.manner.profile->closes_opening_job) return not_open(job.id());
    return conflict(fmt::format("cannot close job [{}] because it failed, use force close", job.id()));
  }
  if (job.state() == JobState::opening && turn_.manner.deviates(Deviation::close_while_opening_gets_500))
    return refused(500, "illegal_state_exception", fmt::format("[{}] is being opened", job.id()));
  if (job.state() == JobState::opening && !turn_.manner.profile->closes_opening_job) return not_open(job.id());
  if (job.state() == JobState::closing && turn_.manner.deviates(Deviation::overlapping_close_gets_500))
    return refused(500, "illegal_state_exception", fmt::format("[{}] is being closed by another request", job.id()));
  if (job.state() != JobState::closing && !turn_.manner.deviates(Deviation::closes_under_running_datafeed))
    if (Answer refusal = refuse_for_feed(job)) return refusal;
  if (turn_.manner.deviates(Deviation::refuses_to_close_unused) && job.state() == JobState::opened &&
      job.analysis().counts().input_records == 0)
    return conflict(fmt::format("job [{}] has not received data", job.id()));
  return std::nullopt;
}

Answer CloseOperations::refuse_for_feed(const Job& job) {
  const Datafeed* const feed = feeds_.of_job(job.id());
  const bool has_run = feed != nullptr && feed->next_ms > 0 && !feed->started;
  if (turn_.manner.deviates(Deviation::once_run_datafeed_bars_close) && has_run)
    return conflict(fmt::format("cannot close job [{}], datafeed [{}] has run", job.id(), feed->id));
  if (turn_.manner.profile->close_may_stop_feed || !feeds_.runs_for(job.id())) return std::nullopt;
  return conflict(fmt::format("cannot close job [{}], datafeed hasn't been stopped", job.id()));
}

void CloseOperations::stop_feeds(std::span<Job* const> jobs) {
  if (!turn_.manner.profile->close_may_stop_feed || turn_.manner.deviates(Deviation::closes_under_running_datafeed))
    return;
  for (const Job* job : jobs) {
    Datafeed* feed = feeds_.of_job(job->id());
    if (feed == nullptr) continue;
    feed->started = false;
    feed->due = kNever;
  }
}

Answer CloseOperations::force(Job& job) {
  if (turn_.manner.deviates(Deviation::force_refused_on_failed_job) && job.state() == JobState::failed)
    return not_open(job.id());
  if (force_waits_for(job)) {
    Job* const one = &job;
    return wait_for_close({&one, 1}, kDefaultCloseTimeout);
  }
  force_now(job);
  return closed_true();
}

bool CloseOperations::force_waits_for(const Job& job) const {
  if (turn_.manner.deviates(Deviation::force_waits_behind_a_close) && job.state() == JobState::closing) return true;
  const bool has_data = job.analysis().counts().input_records > 0;
  return !job.close_fault.hangs && (turn_.manner.deviates(Deviation::force_waits_for_housekeeping) ||
                                    (turn_.manner.deviates(Deviation::force_waits_where_data_is) && has_data));
}

void CloseOperations::force_now(Job& job) {
  if (job.state() == JobState::closed) return;
  if (turn_.manner.deviates(Deviation::force_reopens_failed_job) && job.state() == JobState::failed)
    return job.stay_open();
  if (turn_.manner.deviates(Deviation::force_cannot_close_hanging_job) && job.close_fault.hangs) {
    if (job.state() != JobState::closing) job.close(turn_.manner, turn_.now);
    return;
  }
  Datafeed* feed = feeds_.of_job(job.id());
  if (feed != nullptr && feed->started) feed->due = std::min(feed->due, turn_.now + Datafeed::kChunkPause);
  lifecycle_.force_close(job);
}

bool CloseOperations::overlooks_beside_another(std::span<Job* const> jobs) const {
  return turn_.manner.deviates(Deviation::overlooks_close_beside_another) &&
         std::ranges::any_of(jobs_, [&](const Job& other) {
           return other.state() == JobState::closing && std::ranges::find(jobs, &other) == jobs.end();
         });
}

Answer CloseOperations::wait_for_close(std::span<Job* const> jobs, Duration timeout) {
  if (overlooks_beside_another(jobs)) return closed_true();
  Duration bound = timeout;
  const bool has_data =
      std::ranges::any_of(jobs, [](const Job* job) { return job->analysis().counts().input_records > 0; });
  const bool joins = std::ranges::any_of(
      jobs, [](const Job* job) { return job->state() == JobState::closing && job->waiting_closes.empty(); });
  if (turn_.manner.deviates(Deviation::ignores_timeout) ||
      (turn_.manner.deviates(Deviation::timeout_ignored_where_data_is) && has_data) ||
      (turn_.manner.deviates(Deviation::list_ignores_timeout) && jobs.size() > 1))
    bound = kDefaultCloseTimeout;
  if (turn_.manner.deviates(Deviation::joining_close_times_out_at_once) && joins && timeout < kDefaultCloseTimeout)
    bound = 0;
  if (turn_.manner.deviates(Deviation::times_out_early) && timeout < kDefaultCloseTimeout) bound = timeout / 2;
  const Time deadline = bound >= kNever - turn_.now ? kNever : turn_.now + std::max<Duration>(bound, 0);
  return lifecycle_.await_close(jobs, timeout, deadline);
}

}  // namespace closecheck::sut
