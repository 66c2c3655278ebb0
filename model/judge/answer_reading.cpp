#include "judge/answer_reading.h"

#include <algorithm>

#include "rules/rules.h"

namespace closecheck::model {
namespace {

/// Requests to parts of the API that a server may lack.
bool is_side_api(RequestKind kind) {
  return kind == RequestKind::read_results || kind == RequestKind::revert || kind == RequestKind::create_feed ||
         kind == RequestKind::start_feed || kind == RequestKind::start_endless_feed || kind == RequestKind::stop_feed ||
         kind == RequestKind::remove_feed || kind == RequestKind::feed_stats;
}

RequestOutcome outcome_of_accepted(const Exchange& exchange) {
  if (exchange.unknown.has(Reach::answer)) return RequestOutcome::busy;
  if (exchange.unknown.has(Reach::effect) && !exchange.unfollowed) return RequestOutcome::unknown;
  return RequestOutcome::accepted;
}

RequestOutcome outcome_of_refused_close(const Exchange& exchange, const JobFile* job, const Response& response,
                                        Duration margin) {
  const bool says_timed_out = response.refusal == Refusal::timed_out;
  const std::optional<Duration> limit = timeouts::limit_of(exchange);
  const bool late = limit && exchange.answered - exchange.invoked >= *limit - margin;
  const bool failed = response.refusal == Refusal::server_error;
  // Nothing was claimed, nor is the time up: it may have done anything.
  if (exchange.unclaimed && !late) return RequestOutcome::unknown;
  if (exchange.question.kind == RequestKind::invalid) return failed ? RequestOutcome::failed : RequestOutcome::refused;
  // `0` may mean anything, also that the wait is over at once.
  if (!limit && !says_timed_out) return failed ? RequestOutcome::unknown : RequestOutcome::refused;
  if (!says_timed_out && !late) return failed ? RequestOutcome::failed : RequestOutcome::refused;
  // Whose time is up may be told so; where nothing could have been waited for, a refusal is a refusal.
  if (exchange.found_job_at_rest()) return RequestOutcome::refused;
  if (exchange.question.kind == RequestKind::force_close)
    return exchange.timeout.reading == TimeReading::absent && !exchange.odd_force ? RequestOutcome::failed
                                                                                  : RequestOutcome::unknown;
  if (!says_timed_out && job != nullptr && job->has_feed && job->feed_now != false) return RequestOutcome::unknown;
  return RequestOutcome::timed_out;
}

/// Whether the refusal says that the target does not serve this part of the API, so that it decides nothing.
bool is_not_served(const Exchange& exchange, const JobFile* job, const Response& response) {
  if (!is_side_api(exchange.meant) || (exchange.quiet && exchange.before == JobState::absent)) return false;
  // The page speaks of results; no clause says that model snapshots can be listed at all.
  if (std::holds_alternative<GetSnapshots>(exchange.request->operation)) return true;
  if (exchange.meant == RequestKind::read_results && job != nullptr && job->results_served) return false;
  // A 400 may be routing's, where nobody knows its words.
  return response.refusal == Refusal::not_found || response.refusal == Refusal::wrong_method ||
         response.status == 501 || (response.status == 400 && !is_body_known(response));
}

Answer answer_of_statistics(const Exchange& exchange, const Response& response, const JobStatistics* statistics) {
  Answer answer{.outcome = RequestOutcome::accepted};
  const auto* list = std::get_if<JobStatisticsList>(&response.content);
  if (statistics != nullptr) {
    answer.state = statistics->state;
    if (statistics->state == JobState::unknown) answer.outcome = RequestOutcome::unknown;
    if (statistics->counts_told) answer.processed = statistics->counts.processed_records;
  } else if (list == nullptr) {
    answer.outcome = RequestOutcome::unknown;
  } else {
    answer.outcome = exchange.expression  ? RequestOutcome::busy
                     : list->jobs.empty() ? RequestOutcome::refused
                                          : RequestOutcome::unknown;
  }
  return answer;
}

RequestOutcome outcome_of_description(const JobFile& job, const Response& response) {
  const auto* list = std::get_if<JobDescriptionList>(&response.content);
  if (list == nullptr) return RequestOutcome::unknown;
  if (list->jobs.empty()) return RequestOutcome::refused;
  const bool is_there = std::ranges::find(list->jobs, job.name, &JobDescription::job) != list->jobs.end();
  return is_there ? RequestOutcome::accepted : RequestOutcome::unknown;
}

}  // namespace

RequestOutcome outcome_of(const Exchange& exchange, const JobFile* job, const Response& response,
                          const JudgeOptions& options, Rulings& rulings) {
  if (response.outcome == Outcome::unreadable) return RequestOutcome::unknown;
  if (response.outcome == Outcome::accepted) return outcome_of_accepted(exchange);
  if (response.refusal == Refusal::busy) return RequestOutcome::busy;
  if (response.refusal == Refusal::unavailable) return RequestOutcome::unknown;
  // Nobody is accused over the privileges of other requests, nor of a caller whom nobody knows, and nothing was done.
  const bool is_unknown =
      exchange.request->who == Principal::unknown || (exchange.is_in_other_name && !exchange.is_revoked);
  // Who loses the privilege meanwhile may be told so: a close that had begun goes on, another was never let in.
  if (exchange.is_refused_to_caller() && exchange.is_close && exchange.met_revocation)
    return exchange.was_seen_closing && !exchange.overlapped ? RequestOutcome::timed_out : RequestOutcome::unknown;
  if (exchange.is_refused_to_caller() && (!exchange.is_close || is_unknown)) return RequestOutcome::busy;
  if (exchange.is_close) return outcome_of_refused_close(exchange, job, response, options.margin);
  // `opened: false`: it opens as soon as there is room.
  if (exchange.meant == RequestKind::open && response.status == 200) return RequestOutcome::unknown;
  if (is_not_served(exchange, job, response)) {
    rulings.remark("the target does not serve `" + describe(*exchange.request) + "`: " + describe(response));
    return RequestOutcome::busy;
  }
  const bool broke = response.refusal == Refusal::server_error || response.refusal == Refusal::timed_out;
  if (response.refusal == Refusal::timed_out && exchange.question.has_timeout) return RequestOutcome::timed_out;
  // Over what nobody follows, what is to be refused, and a body that is no data, a server may fail.
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  const bool is_no_operation = std::holds_alternative<RawRequest>(exchange.request->operation);
  const bool is_no_data = post != nullptr && post->malformed;
  if (broke && (is_no_operation || is_no_data || exchange.unknown.has(Reach::refusal))) return RequestOutcome::unknown;
  if (broke && post != nullptr && post->records.empty()) return RequestOutcome::busy;
  return broke ? RequestOutcome::failed : RequestOutcome::refused;
}

Answer answer_for(const Exchange& exchange, const JobFile& job, const Response& response,
                  const JobStatistics* statistics, Profile profile) {
  Answer answer{.outcome = exchange.outcome};
  if (answer.outcome != RequestOutcome::accepted) {
    // A list that is refused says nothing of any one of its jobs, and a close of several that fails not which failed.
    if (exchange.expression && exchange.meant == RequestKind::stats) answer.outcome = RequestOutcome::busy;
    // Whatever went wrong with one job while several were closing says nothing of the others.
    const bool began =
        exchange.outcome == RequestOutcome::failed || (exchange.outcome == RequestOutcome::refused && !exchange.quiet);
    if (exchange.expression && exchange.is_close && began) answer.outcome = RequestOutcome::unknown;
    return answer;
  }
  if (exchange.meant == RequestKind::stats) return answer_of_statistics(exchange, response, statistics);
  if (exchange.meant == RequestKind::get) {
    answer.outcome = outcome_of_description(job, response);
  } else if (exchange.meant == RequestKind::feed_stats) {
    if (const auto* list = std::get_if<DatafeedStatisticsList>(&response.content); list && !list->feeds.empty()) {
      const std::string& state = list->feeds.front().state;
      if (state == "started") answer.feed_started = true;
      if (state == "stopped") answer.feed_started = false;
    }
  } else if (exchange.is_close) {
    // Without expressions nobody says what an expression names; an answer to another method need not be about closing
    // at all.
    const bool many = exchange.expression && !profile->has_expressions;
    // A job whose groups are not known may be meant or not.
    const bool perhaps_meant = exchange.expression && !job.is_meant_by_any(job_of(exchange.request->operation));
    if (many || perhaps_meant || exchange.wrong_method) answer.outcome = RequestOutcome::unknown;
  }
  return answer;
}

}  // namespace closecheck::model
