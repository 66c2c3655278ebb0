// Closing: parameters, what is refused, forced closes, closes of several jobs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "in_process/answers.h"
#include "in_process/core.h"
#include "in_process/values.h"

namespace closecheck::sut {
namespace {

constexpr Duration kDefaultTimeout = 30 * kMinute;
constexpr std::array<std::string_view, 5> kAlwaysKnown{"error_trace", "filter_path", "format", "human", "pretty"};

std::string unrecognized(std::string_view job, std::vector<std::string> names) {
  std::ranges::sort(names);
  std::string list;
  for (const std::string& name : names) list += fmt::format("{}[{}]", list.empty() ? "" : ", ", name);
  return fmt::format("request [/_xpack/ml/anomaly_detectors/{}/_close] contains unrecognized parameter{}: {}", job,
                     names.size() == 1 ? "" : "s", list);
}

Response not_open(std::string_view job) {
  return conflict(fmt::format("Cannot perform requested action because job [{}] is not open", job));
}

/// The same request with what stands among the other parameters by a known name in its own place.
CloseJob sorted_out(const CloseJob& ask) {
  CloseJob out = ask;
  const auto take = [&out](std::string_view name, Parameter& place) {
    std::erase_if(out.other, [&](const auto& parameter) {
      if (parameter.first != name) return false;
      place = parameter.second;
      return true;
    });
  };
  take("force", out.force);
  take("timeout", out.timeout);
  take("allow_no_jobs", out.allow_no_jobs);
  return out;
}

Response closed_true() {
  return accepted(Acknowledged{});
}

}  // namespace

Core::Answer Core::read_flag(const Parameter& parameter, bool absent, bool& value) const {
  value = absent;
  if (!parameter) return std::nullopt;
  const bool strict = manner_.is_5_4() == manner_.deviates(Deviation::misreads_force_spelling);
  if (!strict) {
    value = read_lenient_boolean(*parameter);
    return std::nullopt;
  }
  const auto read = read_strict_boolean(*parameter);
  if (!read)
    return bad_request(fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", *parameter));
  value = *read;
  return std::nullopt;
}

Core::Answer Core::read_timeout(const Parameter& parameter, Duration& timeout) const {
  timeout = manner_.deviates(Deviation::gives_up_after_30_seconds) ? 30 * kSecond : kDefaultTimeout;
  if (!parameter) return std::nullopt;
  TimeSpan read = read_time_span(*parameter, "timeout");
  if (!read.error.empty()) {
    if (manner_.deviates(Deviation::bad_timeout_means_default)) return std::nullopt;
    return bad_time(manner_, std::move(read.error));
  }
  const std::string_view text = *parameter;
  if (manner_.deviates(Deviation::refuses_small_time_units) && (text.ends_with("nanos") || text.ends_with("micros")))
    return bad_time(manner_, fmt::format("failed to parse [{}]", text));
  timeout = read.span;
  if (manner_.deviates(Deviation::reads_hours_as_seconds) && text.ends_with('h')) timeout = read.span / 3'600;
  if (manner_.deviates(Deviation::reads_timeout_as_milliseconds)) {
    std::int64_t number = 0;
    for (const char c : text)
      if (c >= '0' && c <= '9' && number < 1'000'000'000) number = 10 * number + (c - '0');
    timeout = number * kMillisecond;
  }
  return std::nullopt;
}

Core::CloseOrder Core::read_close(const CloseJob& sent) const {
  if (sent.other.empty()) return read_sorted_close(sent);
  return read_sorted_close(sorted_out(sent));
}

Core::CloseOrder Core::read_sorted_close(const CloseJob& ask) const {
  CloseOrder order;
  order.force_sent = ask.force.has_value();
  order.refusal = read_timeout(ask.timeout, order.timeout);
  if (!order.refusal) order.refusal = read_flag(ask.force, false, order.force);
  std::vector<std::string> unknown;
  if (manner_.is_5_4()) {
    if (ask.allow_no_jobs) unknown.emplace_back("allow_no_jobs");
  } else if (!order.refusal) {
    order.refusal = read_flag(ask.allow_no_jobs, true, order.allow_no_jobs);
  }
  for (const auto& [name, value] : ask.other)
    if (std::ranges::find(kAlwaysKnown, name) == kAlwaysKnown.end()) unknown.push_back(name);
  if (!order.refusal && !unknown.empty() && !manner_.deviates(Deviation::ignores_unknown_parameter))
    order.refusal = bad_request(unrecognized(ask.job, std::move(unknown)));
  return order;
}

Core::Answer Core::on(const CloseJob& ask, Principal who, Token token) {
  CloseOrder order = read_close(ask);
  if (order.refusal) return std::move(order.refusal);
  if (!may_close(who)) {
    Job* job = find_job(ask.job);
    if (manner_.deviates(Deviation::forbidden_close_closes) && job != nullptr && job->state() == JobState::opened)
      begin_close(*job);
    return forbidden("admin/xpack/ml/job/close", who);
  }
  return manner_.is_5_4() ? close_one(ask, order, token) : close_many(ask, order, token);
}

Core::Answer Core::close_one(const CloseJob& ask, const CloseOrder& order, Token token) {
  Job* job = find_job(ask.job);
  if (job != nullptr && manner_.deviates(Deviation::refuses_underscore_ids) && ask.job.find('_') != std::string::npos)
    job = nullptr;
  if (job == nullptr) {
    if (manner_.deviates(Deviation::closes_unknown_job)) return closed_true();
    if (manner_.deviates(Deviation::unknown_job_answers_400)) return unknown_job(manner_, ask.job);
    if (order.force) return conflict(fmt::format("cannot force close job, because job [{}] is not open", ask.job));
    return not_found(fmt::format("cannot close job, because job [{}] does not exist", ask.job));
  }
  if (order.force) {
    if (job->state() == JobState::closed) {
      if (manner_.varies(Variant::closed_close_answers_200)) return closed_true();
      return conflict(fmt::format("cannot force close job, because job [{}] is not open", ask.job));
    }
    return force(*job, token);
  }
  if (job->state() == JobState::closed) {
    if (Answer refusal = refuse_close_of_closed(*job)) return refusal;
    return closed_true();
  }
  if (Answer refusal = refuse_close(*job, order)) return refusal;
  if (job->state() == JobState::closing && manner_.deviates(Deviation::overlapping_close_reports_early))
    return closed_true();
  selected_.assign(1, job);
  return wait_for_close(selected_, order.timeout, token);
}

Core::Answer Core::refuse_close_of_closed(const Job& job) const {
  if (manner_.deviates(Deviation::closed_close_answers_404) && (!job.was_opened() || now_ - job.closed_at() >= kSecond))
    return not_found(fmt::format("cannot close job, because job [{}] does not exist", job.id()));
  if (!manner_.is_5_4() || manner_.varies(Variant::closed_close_answers_200)) return std::nullopt;
  return conflict(fmt::format("cannot close job, because job [{}] is not open", job.id()));
}

Core::Answer Core::refuse_close(Job& job, const CloseOrder& order) {
  if (job.state() == JobState::failed) {
    if (manner_.deviates(Deviation::closes_failed_job_normally)) return std::nullopt;
    if (manner_.deviates(Deviation::failed_close_answers_400) && !order.force_sent)
      return bad_request(fmt::format("cannot close job [{}] because it failed, use force close", job.id()));
    if (manner_.is_5_4()) return not_open(job.id());
    return conflict(fmt::format("cannot close job [{}] because it failed, use force close", job.id()));
  }
  if (job.state() == JobState::opening && manner_.is_5_4()) return not_open(job.id());
  if (job.state() == JobState::closing && manner_.deviates(Deviation::overlapping_close_gets_500))
    return refused(500, "illegal_state_exception", fmt::format("[{}] is being closed by another request", job.id()));
  if (feed_runs(job) && job.state() != JobState::closing && !manner_.deviates(Deviation::closes_under_running_datafeed))
    return conflict(fmt::format("cannot close job [{}], datafeed hasn't been stopped", job.id()));
  if (manner_.deviates(Deviation::refuses_to_close_unused) && job.state() == JobState::opened &&
      job.counts().input_records == 0)
    return conflict(fmt::format("job [{}] has not received data", job.id()));
  return std::nullopt;
}

Core::Answer Core::close_many(const CloseJob& ask, const CloseOrder& order, Token token) {
  std::vector<Job*>& jobs = selected_;
  jobs.clear();
  std::string_view rest = ask.job;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const bool hidden = manner_.deviates(Deviation::refuses_underscore_ids) && item != "_all" &&
                        item.find('_') != std::string_view::npos;
    if (hidden || !select_item(item, jobs)) {
      if (manner_.deviates(Deviation::closes_unknown_job)) return closed_true();
      return unknown_job(manner_, item);
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (manner_.deviates(Deviation::close_all_closes_nothing) &&
      (ask.job == "_all" || ask.job.find('*') != std::string::npos))
    return closed_true();
  if (jobs.empty())
    return order.allow_no_jobs ? closed_true() : not_found(fmt::format("No known job with id '{}'", ask.job));
  std::ranges::sort(jobs, {}, [](const Job* job) -> const std::string& { return job->id(); });
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());

  // All or nothing: nothing is closed before everything has been found closable.
  std::size_t failed = 0;
  for (Job* job : jobs) {
    if (job->state() == JobState::closed) {
      if (jobs.size() == 1)
        if (Answer refusal = refuse_close_of_closed(*job)) return refusal;
      continue;
    }
    if (order.force) {
      if (feed_runs(*job))
        return conflict(fmt::format("cannot close job [{}], datafeed hasn't been stopped", job->id()));
      continue;
    }
    if (job->state() == JobState::failed && jobs.size() > 1 &&
        !manner_.deviates(Deviation::closes_failed_job_normally)) {
      ++failed;
      continue;
    }
    if (Answer refusal = refuse_close(*job, order)) return refusal;
  }
  if (failed > 0) {
    if (manner_.deviates(Deviation::list_close_ignores_failed_jobs))
      for (Job* job : jobs)
        if (job->state() == JobState::opened) begin_close(*job);
    return conflict("one or more jobs have state failed, use force close");
  }
  std::erase_if(jobs, [](const Job* job) { return job->state() == JobState::closed; });
  if (jobs.empty()) return closed_true();
  if (order.force) {
    if (jobs.size() == 1) return force(*jobs.front(), token);
    for (Job* job : jobs) force_now(*job);
    return closed_true();
  }
  if (jobs.size() == 1 && jobs.front()->state() == JobState::closing &&
      manner_.deviates(Deviation::overlapping_close_reports_early))
    return closed_true();
  return wait_for_close(jobs, order.timeout, token);
}

Core::Answer Core::force(Job& job, Token token) {
  if (manner_.deviates(Deviation::force_refused_on_failed_job) && job.state() == JobState::failed)
    return not_open(job.id());
  if (manner_.deviates(Deviation::force_waits_for_housekeeping) && !job.hangs()) {
    selected_.assign(1, &job);
    return wait_for_close(selected_, kDefaultTimeout, token);
  }
  force_now(job);
  return closed_true();
}

void Core::force_now(Job& job) {
  if (job.state() == JobState::closed) return;
  if (manner_.deviates(Deviation::force_cannot_close_hanging_job) && job.hangs()) {
    if (job.state() != JobState::closing) job.close(manner_, now_);
    return;
  }
  wake_opens(job, conflict("The job has been closed while waiting to be opened"));
  Datafeed* feed = feed_of(job.id());
  if (feed != nullptr && feed->started) feed->due = std::min(feed->due, now_ + Datafeed::kChunkPause);
  if (manner_.is_5_4() && !manner_.varies(Variant::force_kills)) {
    job.close_in_background(manner_, now_);
    advance_jobs();
    return;
  }
  if (manner_.varies(Variant::forced_close_reads_closing))
    job.kill_slowly(now_);
  else
    job.kill(now_);
  wake_closes(job, not_open(job.id()));
}

void Core::begin_close(Job& job) {
  if (job.state() == JobState::closing || job.state() == JobState::closed) return;
  const bool was_opening = job.state() == JobState::opening;
  job.close(manner_, now_);
  if (was_opening) wake_opens(job, conflict("The job has been closed while waiting to be opened"));
  close_siblings(job);
}

void Core::close_siblings(const Job& job) {
  for (Job& other : jobs_) {
    if (&other == &job || other.state() != JobState::opened) continue;
    const auto& groups = job.config().groups;
    const bool shares = std::ranges::any_of(other.config().groups, [&](const std::string& group) {
      return std::ranges::find(groups, group) != groups.end();
    });
    if ((manner_.deviates(Deviation::closes_prefix_siblings) && other.id().starts_with(job.id())) ||
        (manner_.deviates(Deviation::closes_group_siblings) && shares))
      other.close(manner_, now_);
  }
}

Core::Answer Core::wait_for_close(const std::vector<Job*>& jobs, Duration timeout, Token token) {
  Waiting waiting{token, kNever, timeout, 0};
  Duration bound = timeout;
  if (manner_.deviates(Deviation::ignores_timeout)) bound = kDefaultTimeout;
  if (manner_.deviates(Deviation::times_out_early) && timeout < kDefaultTimeout) bound = timeout / 2;
  waiting.deadline = bound >= kNever - now_ ? kNever : now_ + std::max<Duration>(bound, 0);
  for (Job* job : jobs) {
    begin_close(*job);
    if (manner_.deviates(Deviation::answers_before_housekeeping)) {
      job->read_closed_early(now_);
      continue;
    }
    job->waiting_closes.push_back(token);
    ++waiting.jobs;
  }
  if (waiting.jobs == 0) return closed_true();
  waiting_.push_back(waiting);
  advance_jobs();
  expire_waiting();
  return std::nullopt;
}

}  // namespace closecheck::sut
