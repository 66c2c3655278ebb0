// What an answer tells of a job, in the oracle's terms.
#include <algorithm>

#include "model/judge_core.h"

namespace closecheck::model {
namespace {

/// Requests to parts of the API that a server may lack.
bool is_side_api(RequestKind kind) {
  return kind == RequestKind::read_results || kind == RequestKind::revert || kind == RequestKind::create_feed ||
         kind == RequestKind::start_feed || kind == RequestKind::start_endless_feed || kind == RequestKind::stop_feed ||
         kind == RequestKind::remove_feed || kind == RequestKind::feed_stats;
}

std::optional<Duration> limit_of(const Exchange& exchange) {
  if (exchange.timeout.reading == TimeReading::valid) return exchange.timeout.span;
  if (exchange.timeout.reading == TimeReading::absent) return 30 * kMinute;
  return std::nullopt;
}

}  // namespace

RequestOutcome JudgeCore::told_of_refused_close(const Exchange& exchange, const JobFile* job,
                                                const Response& response) const {
  const bool says_timed_out = response.refusal == Refusal::timed_out;
  const std::optional<Duration> limit = limit_of(exchange);
  const bool late = limit && exchange.answered - exchange.invoked >= *limit - options_.margin;
  const bool failed = response.refusal == Refusal::server_error;
  if (exchange.question.kind == RequestKind::invalid) return failed ? RequestOutcome::failed : RequestOutcome::refused;
  // `0` or a bare number may mean anything, also that the wait is over at once.
  if (!limit && !says_timed_out) return failed ? RequestOutcome::unknown : RequestOutcome::refused;
  if (!says_timed_out && !late) return failed ? RequestOutcome::failed : RequestOutcome::refused;
  // Whose time is up may be told so; where nothing could have been waited for, a refusal is a refusal.
  const bool nothing_to_wait_for =
      exchange.quiet && (exchange.before == JobState::closed || exchange.before == JobState::failed ||
                         exchange.before == JobState::absent);
  if (nothing_to_wait_for) return RequestOutcome::refused;
  if (exchange.question.kind == RequestKind::force_close)
    return exchange.timeout.reading == TimeReading::absent && !exchange.odd_force ? RequestOutcome::failed
                                                                                  : RequestOutcome::unknown;
  if (!says_timed_out && job != nullptr && job->has_feed && job->feed_now != false) return RequestOutcome::unknown;
  return RequestOutcome::timed_out;
}

RequestOutcome JudgeCore::told_of(const Exchange& exchange, const JobFile* job, const Response& response) {
  if (response.outcome == Outcome::unreadable) return RequestOutcome::unknown;
  if (response.outcome == Outcome::accepted) return RequestOutcome::accepted;
  if (response.refusal == Refusal::busy) return RequestOutcome::busy;
  if (response.refusal == Refusal::unavailable) return RequestOutcome::unknown;
  if (exchange.is_close) return told_of_refused_close(exchange, job, response);
  // Nobody is accused over the privileges of other requests, and nothing was done.
  const bool lacks_privilege = response.refusal == Refusal::unauthenticated || response.refusal == Refusal::forbidden;
  if (lacks_privilege) return RequestOutcome::busy;
  if (is_side_api(exchange.meant)) {
    const bool absent = exchange.quiet && exchange.before == JobState::absent;
    // A 400 may be routing's, where nobody knows its words.
    const bool no_such_thing = response.refusal == Refusal::not_found || response.refusal == Refusal::wrong_method ||
                               response.status == 501 || (response.status == 400 && !is_body_known(response));
    // The page speaks of results; no clause says that model snapshots can be listed at all.
    const bool of_snapshots = std::holds_alternative<GetSnapshots>(exchange.request->operation);
    const bool served_before = exchange.meant == RequestKind::read_results && job != nullptr && job->results_served;
    if ((of_snapshots || (no_such_thing && !served_before)) && !absent) {
      if (!inconclusive_)
        why_ = "the target does not serve `" + describe(*exchange.request) + "`: " + describe(response);
      return RequestOutcome::busy;
    }
  }
  if (response.refusal == Refusal::timed_out && exchange.question.has_timeout) return RequestOutcome::timed_out;
  if (response.refusal == Refusal::server_error || response.refusal == Refusal::timed_out)
    return RequestOutcome::failed;
  return RequestOutcome::refused;
}

Answer JudgeCore::answer_for(const Exchange& exchange, JobFile& job, const Response& response) {
  Answer answer;
  answer.outcome = exchange.outcome;
  if (answer.outcome != RequestOutcome::accepted) {
    // A list that is refused says nothing of any one of its jobs, and a close of several that fails not which failed.
    if (exchange.expression && exchange.meant == RequestKind::stats) answer.outcome = RequestOutcome::busy;
    // Whatever went wrong with one job while several were closing says nothing of the others.
    const bool began =
        exchange.outcome == RequestOutcome::failed || (exchange.outcome == RequestOutcome::refused && !exchange.quiet);
    if (exchange.expression && exchange.is_close && began) answer.outcome = RequestOutcome::unknown;
    return answer;
  }
  if (exchange.meant == RequestKind::stats) {
    const auto* list = std::get_if<JobStatisticsList>(&response.content);
    if (list == nullptr) {
      answer.outcome = RequestOutcome::unknown;
      return answer;
    }
    for (const JobStatistics& statistics : list->jobs) {
      if (statistics.job != job.name) continue;
      answer.state = statistics.state;
      if (statistics.state == JobState::unknown) answer.outcome = RequestOutcome::unknown;
      if (statistics.counts_told && job.ledger.has_exact_counts())
        answer.processed = statistics.counts.processed_records;
      return answer;
    }
    answer.outcome = exchange.expression  ? RequestOutcome::busy
                     : list->jobs.empty() ? RequestOutcome::refused
                                          : RequestOutcome::unknown;
  } else if (exchange.meant == RequestKind::get) {
    const auto* list = std::get_if<JobDescriptionList>(&response.content);
    if (list == nullptr)
      answer.outcome = RequestOutcome::unknown;
    else if (list->jobs.empty())
      answer.outcome = RequestOutcome::refused;
    else if (std::ranges::find(list->jobs, job.name, &JobDescription::job) == list->jobs.end())
      answer.outcome = RequestOutcome::unknown;
  } else if (exchange.meant == RequestKind::feed_stats) {
    if (const auto* list = std::get_if<DatafeedStatisticsList>(&response.content); list && !list->feeds.empty()) {
      const std::string& state = list->feeds.front().state;
      if (state == "started") answer.feed_started = true;
      if (state == "stopped") answer.feed_started = false;
    }
  } else if (exchange.is_close) {
    // Before 6.1 nobody says what an expression names; an answer to another method need not be about closing at all.
    const bool many = exchange.expression && options_.profile == Profile::xpack_5_4;
    // A job whose groups are not known may be meant or not.
    const bool perhaps_meant = exchange.expression && !job.is_meant_by_any(job_of(exchange.request->operation));
    if (many || perhaps_meant || exchange.wrong_method) answer.outcome = RequestOutcome::unknown;
  }
  return answer;
}

void JudgeCore::learn_names(const Exchange& exchange, const Response& response) {
  const auto learn = [&](const std::string& name) {
    JobFile* job = find_job(name);
    if (job != nullptr) job->is_job = true;
    return job;
  };
  if (const auto* list = std::get_if<JobDescriptionList>(&response.content)) {
    for (const JobDescription& description : list->jobs)
      if (JobFile* job = learn(description.job); job != nullptr && !description.groups.empty())
        job->learn_groups(&description.groups);
  } else if (const auto* statistics = std::get_if<JobStatisticsList>(&response.content)) {
    for (const JobStatistics& one : statistics->jobs) learn(one.job);
  }
  // What takes the id of one job names no group.
  const bool takes_groups =
      exchange.is_close || exchange.meant == RequestKind::stats || exchange.meant == RequestKind::get;
  if (exchange.target_count == 1 && !takes_groups) job_at(targets_[exchange.first_target]).is_job = true;
}

}  // namespace closecheck::model
