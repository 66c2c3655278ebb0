// For tests and benchmarks: a simulated history with one answer changed, and as what oracle and judge hear of it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/vocabulary/program.h"
#include "model/history_script_for_test.h"
#include "model/simulated_service_for_test.h"

namespace closecheck::model {

inline RequestOutcome another_outcome(Dice& dice, RequestOutcome outcome, bool may_time_out) {
  using O = RequestOutcome;
  for (;;) {
    const O other = may_time_out ? dice.one_of({O::accepted, O::refused, O::failed, O::timed_out})
                                 : dice.one_of({O::accepted, O::refused, O::failed});
    if (other != outcome) return other;
  }
}

inline void change_outcome(SimulatedRequest& request, RequestOutcome outcome) {
  request.answer = {.outcome = outcome};
  const bool is_post = request.question.kind == RequestKind::post;
  request.status = outcome == RequestOutcome::accepted  ? (is_post ? 202 : 200)
                   : outcome == RequestOutcome::refused ? 409
                                                        : 500;
}

/// Whether the answer is one that this kind of corruption changes.
inline bool is_touched_by(Corruption corruption, const SimulatedRequest& request) {
  if (request.end != SimulatedRequest::End::answered) return false;
  const RequestKind kind = request.question.kind;
  switch (corruption) {
    case Corruption::state_misread:
    case Corruption::count_too_high:
      return kind == RequestKind::stats && request.answer.processed.has_value();
    case Corruption::count_too_low:
      return kind == RequestKind::stats && request.answer.processed.value_or(0) > 0;
    case Corruption::close_answer_changed:
      return kind == RequestKind::close || kind == RequestKind::force_close;
    case Corruption::open_answer_changed:
      return kind == RequestKind::open;
    case Corruption::post_answer_changed:
      return kind == RequestKind::post;
    case Corruption::answers_swapped:
      return kind != RequestKind::read_results;  // a server that does not tell results is not accused
    default:
      return false;
  }
}

inline bool same_answer(const SimulatedRequest& a, const SimulatedRequest& b) {
  return a.answer.outcome == b.answer.outcome && a.answer.state == b.answer.state &&
         a.answer.processed == b.answer.processed;
}

/// Changes one answer, or swaps two of requests of one kind, where the corruption is of that sort.
inline void corrupt_answers(std::uint64_t seed, Corruption corruption, SimulatedHistory& history) {
  Dice dice(seed);
  std::vector<SimulatedRequest*> found;
  for (SimulatedRequest& request : history.requests)
    if (is_touched_by(corruption, request)) found.push_back(&request);
  if (found.empty()) return;
  SimulatedRequest& request = *found[dice.below(found.size())];
  history.is_corrupted = true;
  switch (corruption) {
    case Corruption::state_misread: {
      const JobState before = request.answer.state;
      while (request.answer.state == before)
        request.answer.state = std::array{JobState::closed, JobState::opening, JobState::opened, JobState::closing,
                                          JobState::failed}[dice.below(5)];
      break;
    }
    case Corruption::count_too_low:
      request.answer.processed =
          std::max<std::int64_t>(0, *request.answer.processed - 1 - static_cast<std::int64_t>(dice.below(3)));
      break;
    case Corruption::count_too_high:
      *request.answer.processed += 1 + static_cast<std::int64_t>(dice.below(3));
      break;
    case Corruption::close_answer_changed:
    case Corruption::open_answer_changed:
    case Corruption::post_answer_changed:
      change_outcome(request,
                     another_outcome(dice, request.answer.outcome, request.question.kind == RequestKind::close));
      break;
    case Corruption::answers_swapped: {
      std::erase_if(found, [&](const SimulatedRequest* other) {
        return other->question.kind != request.question.kind || other->job != request.job ||
               same_answer(*other, request);
      });
      history.is_corrupted = !found.empty();
      if (found.empty()) return;
      SimulatedRequest& other = *found[dice.below(found.size())];
      std::swap(request.answer, other.answer);
      std::swap(request.status, other.status);
      break;
    }
    default:
      break;
  }
}

inline SimulatedHistory simulate(std::uint64_t seed, const SimulationShape& shape, Corruption corruption) {
  SimulatedHistory history = Simulation(seed, shape, corruption).run();
  corrupt_answers(seed, corruption, history);
  return history;
}

// As the oracle of one job hears it

/// How many records of a post are surely, and how many possibly, new enough to be processed.
struct RecordRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

inline bool overlap(const SimulatedRequest& a, const SimulatedRequest& b) {
  const auto end_of = [](const SimulatedRequest& it) {
    return it.end == SimulatedRequest::End::answered ? it.answered : INT64_MAX;
  };
  return a.job == b.job && a.invoked < end_of(b) && b.invoked < end_of(a);
}

/// Whether records that were processed may be lost again, so that older ones are new enough once more; or it is not
/// told which open period took them, for an open overlapped a close.
inline bool may_lose_data(const SimulatedHistory& history) {
  const auto is_of = [](const SimulatedRequest& it, std::initializer_list<RequestKind> kinds) {
    return std::ranges::find(kinds, it.question.kind) != kinds.end();
  };
  using K = RequestKind;
  return std::ranges::any_of(history.events,
                             [](const SimulatedEvent& it) { return it.type == SimulatedEvent::Type::fault; }) ||
         std::ranges::any_of(history.requests, [&](const SimulatedRequest& it) {
           const bool meets_close =
               is_of(it, {K::open}) && std::ranges::any_of(history.requests, [&](const auto& other) {
                 return is_of(other, {K::close}) && overlap(it, other);
               });
           return it.end == SimulatedRequest::End::lost || it.end == SimulatedRequest::End::unavailable ||
                  meets_close || is_of(it, {K::force_close, K::remove, K::force_remove});
         });
}

inline bool meets_open(const SimulatedHistory& history, const SimulatedRequest& request) {
  return std::ranges::any_of(history.requests, [&](const SimulatedRequest& it) {
    return it.question.kind == RequestKind::open && overlap(it, request);
  });
}

inline RecordRange range_of(const SimulatedHistory& history, const SimulatedRequest& post) {
  const auto creates_later = [&](const SimulatedRequest& it) {
    const bool is_over = it.end == SimulatedRequest::End::answered && it.answered < post.invoked;
    const bool comes_later = post.end == SimulatedRequest::End::answered && it.invoked > post.answered;
    return it.job == post.job && it.question.kind == RequestKind::create && !is_over && !comes_later;
  };
  // How a job reads its data nobody knows before it is created.
  if (std::ranges::any_of(history.requests, creates_later)) return {0, kNoBound};
  const bool is_answered = post.end == SimulatedRequest::End::answered;
  if (history.in_order || !is_answered) return {is_answered ? std::ssize(post.records) : 0, std::ssize(post.records)};
  std::int64_t perhaps_before_ms = INT64_MIN;
  std::int64_t surely_before_ms = INT64_MIN;
  for (const SimulatedRequest& other : history.requests) {
    if (&other == &post || other.job != post.job || other.question.kind != RequestKind::post) continue;
    // Of one that is open meanwhile the judge does not ask whether it is refused in the end.
    const bool was_refused = other.end == SimulatedRequest::End::answered &&
                             other.answer.outcome == RequestOutcome::refused && other.answered < post.invoked;
    if (was_refused) continue;
    if (post.end == SimulatedRequest::End::answered && other.invoked > post.answered) continue;
    const std::int64_t newest_ms = other.records.back().time_ms;
    perhaps_before_ms = std::max(perhaps_before_ms, newest_ms);
    const bool was_taken = other.end == SimulatedRequest::End::answered &&
                           other.answer.outcome == RequestOutcome::accepted && other.answered < post.invoked &&
                           !meets_open(history, other);
    if (was_taken) surely_before_ms = std::max(surely_before_ms, newest_ms);
  }
  if (may_lose_data(history)) surely_before_ms = INT64_MIN;
  const auto newer_than = [&](std::int64_t time_ms) {
    return std::ranges::count_if(post.records, [&](const Record& it) { return it.time_ms >= time_ms; });
  };
  return {newer_than(perhaps_before_ms), newer_than(surely_before_ms)};
}

/// Whether another request of the kind was taken while this one was open: genuine servers take an open and a deletion
/// that overlap, and nobody says what becomes of the job then.
inline bool met_contrary(const SimulatedHistory& history, const SimulatedRequest& request) {
  const auto is_taken = [](const SimulatedRequest& it) {
    return it.end == SimulatedRequest::End::answered && it.answer.outcome == RequestOutcome::accepted;
  };
  const auto removes = [](const SimulatedRequest& it) {
    return it.question.kind == RequestKind::remove || it.question.kind == RequestKind::force_remove;
  };
  const auto opens = [](const SimulatedRequest& it) { return it.question.kind == RequestKind::open; };
  return is_taken(request) && std::ranges::any_of(history.requests, [&](const SimulatedRequest& other) {
           const bool is_contrary = (opens(request) && removes(other)) || (removes(request) && opens(other));
           return is_contrary && other.job == request.job && is_taken(other) && other.answered < request.answered &&
                  other.answered > request.invoked;
         });
}

/// The question that the oracle of a job hears. What is lost may come in part.
inline Question question_of(const SimulatedHistory& history, const SimulatedRequest& request) {
  Question question = request.question;
  if (question.kind != RequestKind::post) return question;
  const RecordRange range = range_of(history, request);
  question.records = range.least;
  question.records_perhaps = range.most - range.least;
  return question;
}

/// The script of one job.
inline Script script_of(const SimulatedHistory& history, std::size_t job) {
  Script script;
  for (const SimulatedEvent& event : history.events) {
    ScriptEvent told;
    if (event.type == SimulatedEvent::Type::fault || event.type == SimulatedEvent::Type::settled) {
      if (event.job != job) continue;
      told.type = event.type == SimulatedEvent::Type::fault ? ScriptEvent::Type::fault : ScriptEvent::Type::settled;
      told.fault = event.fault;
      script.push_back(told);
      continue;
    }
    const SimulatedRequest& request = history.requests[event.request];
    if (request.job != job) continue;
    told.id = static_cast<int>(event.request) + 1;
    told.question = question_of(history, request);
    if (event.type == SimulatedEvent::Type::end) {
      told.type = request.end == SimulatedRequest::End::lost ? ScriptEvent::Type::lose : ScriptEvent::Type::respond;
      told.answer = request.answer;
      if (request.end == SimulatedRequest::End::unavailable || met_contrary(history, request))
        told.answer = {.outcome = RequestOutcome::unknown};
    }
    script.push_back(told);
  }
  return script;
}

/// How many events of the script come before something of which nobody says what becomes of the job.
inline std::size_t events_followed_of(const SimulatedHistory& history, std::size_t job) {
  std::size_t told = 0;
  for (const SimulatedEvent& event : history.events) {
    const bool of_request = event.type == SimulatedEvent::Type::invoke || event.type == SimulatedEvent::Type::end;
    if ((of_request ? history.requests[event.request].job : event.job) != job) continue;
    if (event.type == SimulatedEvent::Type::end && met_contrary(history, history.requests[event.request])) break;
    ++told;
  }
  return told;
}

// As the judge hears it

inline constexpr int kBucketsAsked = 1'000;

inline std::string simulated_job_name(std::size_t job) {
  return std::string(kNamePrefix) + std::string(1, static_cast<char>('a' + job));
}

inline Operation operation_of(const SimulatedRequest& request) {
  const std::string job = simulated_job_name(request.job);
  switch (request.question.kind) {
    case RequestKind::create:
      return CreateJob{job, {}};
    case RequestKind::get:
      return GetJob{job};
    case RequestKind::remove:
      return DeleteJob{job, {}};
    case RequestKind::force_remove:
      return DeleteJob{job, "true"};
    case RequestKind::open:
      return OpenJob{job};
    case RequestKind::post:
      return PostData{job, request.records, false};
    case RequestKind::flush:
      return FlushJob{job, {}};
    case RequestKind::close:
      // Who gave up waiting did so when his time was up.
      if (request.answer.outcome == RequestOutcome::timed_out)
        return CloseJob{job, {}, fmt::format("{}nanos", request.answered - request.invoked), {}, {}};
      return CloseJob{job, {}, {}, {}, {}};
    case RequestKind::force_close:
      return CloseJob{job, "true", {}, {}, {}};
    case RequestKind::read_results:
      return GetBuckets{job, 0, kBucketsAsked};
    default:
      return JobStats{job};
  }
}

inline Response response_of(const SimulatedRequest& request) {
  Response response;
  if (request.end == SimulatedRequest::End::unavailable) {
    response.outcome = Outcome::refused;
    response.refusal = Refusal::unavailable;
    response.status = 503;
    response.error_type = "exception";
    return response;
  }
  response.status = request.status;
  if (request.answer.outcome != RequestOutcome::accepted) {
    response.outcome = Outcome::refused;
    response.error_type = "exception";
    response.refusal = request.answer.outcome == RequestOutcome::timed_out ? Refusal::timed_out
                       : request.answer.outcome == RequestOutcome::failed  ? Refusal::server_error
                       : request.status == 404                             ? Refusal::not_found
                       : request.status == 400                             ? Refusal::bad_request
                                                                           : Refusal::conflict;
    return response;
  }
  response.outcome = Outcome::accepted;
  switch (request.question.kind) {
    case RequestKind::stats: {
      JobStatistics one;
      one.job = simulated_job_name(request.job);
      one.state = request.answer.state;
      one.counts.processed_records = one.counts.input_records = request.answer.processed.value_or(0);
      one.counts_told = request.answer.processed.has_value();
      response.content = JobStatisticsList{1, {one}};
      break;
    }
    case RequestKind::get:
      response.content = JobDescriptionList{1, {{simulated_job_name(request.job), {}, {}}}};
      break;
    case RequestKind::read_results:
      response.content =
          BucketPage{std::ssize(request.buckets),
                     {request.buckets.begin(),
                      request.buckets.begin() + std::min<std::ptrdiff_t>(kBucketsAsked, std::ssize(request.buckets))}};
      break;
    case RequestKind::post:
      response.content = DataCounts{};
      break;
    default:
      response.content = Acknowledged{};
      break;
  }
  return response;
}

inline History history_of(const SimulatedHistory& simulated) {
  History history;
  history.profile = simulated.profile;
  std::vector<std::shared_ptr<const Request>> requests;
  requests.reserve(simulated.requests.size());
  for (const SimulatedRequest& request : simulated.requests)
    requests.push_back(std::make_shared<const Request>(Request{Principal::manage_ml, operation_of(request), nullptr}));
  for (const SimulatedEvent& event : simulated.events) {
    Event& told = history.events.emplace_back();
    told.time = event.time;
    if (event.type == SimulatedEvent::Type::fault || event.type == SimulatedEvent::Type::settled) {
      told.type = event.type == SimulatedEvent::Type::fault ? EventType::fault : EventType::settled;
      told.fault = event.fault;
      told.job = simulated_job_name(event.job);
      continue;
    }
    const SimulatedRequest& request = simulated.requests[event.request];
    told.process = request.process;
    told.request = requests[event.request];
    if (event.type == SimulatedEvent::Type::invoke) continue;
    if (request.end == SimulatedRequest::End::lost) {
      told.type = EventType::info;
      told.error = "connection reset";
    } else {
      told.type = EventType::ok;
      told.response = std::make_shared<const Response>(response_of(request));
    }
  }
  return history;
}

}  // namespace closecheck::model
