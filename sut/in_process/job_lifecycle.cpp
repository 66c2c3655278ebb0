#include "in_process/job_lifecycle.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "in_process/answers.h"

namespace closecheck::sut {

void JobLifecycle::open(Job& job) {
  job.open(turn_.manner, turn_.now, turn_.wall_ms());
  job.waiting_opens.push_back(turn_.token);
  advance();
}

void JobLifecycle::open_without_node(Job& job) {
  job.open(turn_.manner, turn_.now, turn_.wall_ms());
  job.wait_for_node();
}

void JobLifecycle::begin_close(Job& job) {
  if (job.state() == JobState::closing || job.state() == JobState::closed) return;
  const bool was_opening = job.state() == JobState::opening;
  job.close(turn_.manner, turn_.now);
  if (was_opening) wake_opens(job, conflict("The job has been closed while waiting to be opened"));
  close_siblings(job);
  spoil_closed_ones(job);
}

void JobLifecycle::force_close(Job& job) {
  wake_opens(job, conflict("The job has been closed while waiting to be opened"));
  if (turn_.manner.deviates(Deviation::force_drops_memory_limit))
    job.change_definition().config.model_memory_limit.clear();
  if (turn_.manner.profile->force_closes_in_background && !turn_.manner.varies(Variant::force_kills)) {
    job.close_in_background(turn_.manner, turn_.now);
    advance();
    return;
  }
  job.kill(turn_.manner, turn_.now);
  wake_closes(job, not_open(job.id()));
}

Answer JobLifecycle::await_close(std::span<Job* const> jobs, Duration timeout, Time deadline) {
  WaitingClose waiting{turn_.token, deadline, timeout, 0, false, std::string(turn_.user)};
  for (Job* job : jobs) {
    waiting.joined = waiting.joined || (job->state() == JobState::closing && job->waiting_closes.empty());
    begin_close(*job);
    if (jobs.size() > 1) job->remember(CloseManner::among_others);
    if (turn_.manner.deviates(Deviation::list_waits_for_last_only) && job != jobs.back()) continue;
    if (turn_.manner.deviates(Deviation::answers_before_housekeeping)) {
      job->read_closed_early(turn_.now);
      continue;
    }
    job->waiting_closes.push_back(turn_.token);
    ++waiting.jobs;
  }
  if (waiting.jobs == 0) return accepted(Acknowledged{});
  waiting_.push_back(waiting);
  advance();
  expire_waiting();
  return std::nullopt;
}

void JobLifecycle::give_up_waiting(Job& job, const Response& for_opens, const Response& for_closes) {
  wake_opens(job, for_opens);
  wake_closes(job, for_closes);
}

void JobLifecycle::refuse_closes_of(std::string_view user, const Response& response, bool stops) {
  const auto is_his = [&](Token token) {
    const auto waiting = std::ranges::find(waiting_, token, &WaitingClose::token);
    return waiting != waiting_.end() && waiting->user == user;
  };
  for (Job& job : jobs_) {
    if (std::ranges::none_of(job.waiting_closes, is_his)) continue;
    if (stops) job.stay_open();
    wake_closes(job, response);
  }
}

void JobLifecycle::close_siblings(const Job& job) {
  for (Job& other : jobs_) {
    if (&other == &job || other.state() != JobState::opened) continue;
    const auto& groups = job.definition().config.groups;
    const bool shares = std::ranges::any_of(other.definition().config.groups, [&](const std::string& group) {
      return std::ranges::find(groups, group) != groups.end();
    });
    if ((turn_.manner.deviates(Deviation::closes_prefix_siblings) && other.id().starts_with(job.id())) ||
        (turn_.manner.deviates(Deviation::closes_group_siblings) && shares))
      other.close(turn_.manner, turn_.now);
  }
}

void JobLifecycle::spoil_closed_ones(const Job& job) {
  for (Job& other : jobs_) {
    if (&other == &job || other.state() != JobState::closed || other.analysis().counts().input_records == 0) continue;
    if (turn_.manner.deviates(Deviation::close_counts_in_others))
      other.change_analysis().post_unseen({{4'102'444'800'000, 1, ""}});
  }
}

void JobLifecycle::wake_opens(Job& job, const Response& response) {
  for (const Token token : job.waiting_opens) turn_.reply(token, response);
  job.waiting_opens.clear();
}

void JobLifecycle::wake_closes(Job& job, const Response& response) {
  for (const Token token : job.waiting_closes) {
    const auto waiting = std::ranges::find(waiting_, token, &WaitingClose::token);
    assert(waiting != waiting_.end());
    --waiting->jobs;
    // A close of several jobs is refused with the first that is; the others go on closing.
    if (response.outcome != Outcome::accepted && waiting->jobs > 0) {
      for (Job& other : jobs_)
        if (&other != &job) std::erase(other.waiting_closes, token);
      waiting->jobs = 0;
    }
    if (waiting->jobs > 0) continue;
    waiting_.erase(waiting);
    turn_.reply(token, response);
  }
  job.waiting_closes.clear();
}

void JobLifecycle::advance() {
  for (Job& job : jobs_) {
    if (job.due() > turn_.now) continue;
    if (!job.advance(turn_.manner, turn_.now, turn_.wall_ms())) continue;
    if (job.state() == JobState::opened) wake_opens(job, accepted(Acknowledged{}));
    if (job.state() == JobState::closed) wake_closes(job, accepted(Acknowledged{}));
  }
}

void JobLifecycle::expire_waiting() {
  for (std::size_t i = 0; i < waiting_.size();) {
    if (waiting_[i].deadline > turn_.now) {
      ++i;
      continue;
    }
    const WaitingClose expired = waiting_[i];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    for (Job& job : jobs_) {
      if (std::erase(job.waiting_closes, expired.token) == 0) continue;
      if (turn_.manner.deviates(Deviation::timed_out_job_takes_data)) job.remember(CloseManner::beyond_timeout);
      if (turn_.manner.deviates(Deviation::stays_open_after_timeout)) {
        job.stay_open();
        wake_closes(job, conflict("closing of job [" + job.id() + "] was given up"));
      }
      if (turn_.manner.deviates(Deviation::timed_out_close_hangs)) job.hang();
      if (turn_.manner.deviates(Deviation::timed_out_close_drops_records)) job.change_analysis().lose_unanalysed();
    }
    const bool claims_closed =
        turn_.manner.deviates(Deviation::claims_closed_at_timeout) ||
        (turn_.manner.deviates(Deviation::joining_close_claims_closed_at_timeout) && expired.joined);
    turn_.reply(expired.token, claims_closed ? accepted(Acknowledged{}) : timed_out(turn_.manner, expired.timeout));
  }
}

}  // namespace closecheck::sut
