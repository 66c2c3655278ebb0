#include "judge/history_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "judge/answer_reading.h"
#include "model/cells.h"

namespace closecheck::model {
namespace {

bool is_removal(RequestKind kind) {
  return kind == RequestKind::remove || kind == RequestKind::force_remove;
}

/// Whether a request of this kind can make something else of a closed job.
bool moves_closed_job(RequestKind kind) {
  return kind == RequestKind::open || kind == RequestKind::create || is_removal(kind);
}

/// Whether the request may lose data of its job.
bool may_lose_data(const Exchange& exchange) {
  return exchange.meant == RequestKind::force_close || exchange.question.kind == RequestKind::force_close ||
         exchange.meant == RequestKind::revert || is_removal(exchange.meant);
}

/// The newest record that the job may get by the request.
std::int64_t newest_of(const Exchange& exchange, const JobFile& job) {
  if (exchange.unknown.has(Reach::data)) return INT64_MAX;
  const auto* post = std::get_if<PostData>(&exchange.request->operation);
  if (post == nullptr) return exchange.meant == RequestKind::post ? INT64_MAX : INT64_MIN;
  std::vector<Record> memory;
  const auto records = records_read(*post, job.times, memory);
  if (!records || !is_body_known(*exchange.request)) return INT64_MAX;
  std::int64_t newest_ms = INT64_MIN;
  for (const Record& record : *records)
    if (record.time_ms != Record::kInvalidTime) newest_ms = std::max(newest_ms, record.time_ms);
  return newest_ms;
}

/// The normal close that one may be of which nobody knows whether it forces: to the oracle a request of its own, for a
/// normal one may give up and go on.
int normal_close_perhaps(const Exchange& close) {
  return -static_cast<int>(close.number);
}

/// Whether a reading of one bucket says that it is not there.
bool is_missing_bucket(const Exchange& exchange, const JobFile& job) {
  const auto* buckets = std::get_if<GetBuckets>(&exchange.request->operation);
  return buckets != nullptr && buckets->selection.at_ms && job.results_served &&
         exchange.outcome == RequestOutcome::refused && exchange.refusal == Refusal::not_found;
}

/// What a close of several jobs finds when it is answered; counts the jobs that are surely there.
dialect::ManyJobs many_of(Exchange& exchange, const JobDirectory& jobs, const JudgeOptions& options) {
  dialect::ManyJobs many;
  if (!exchange.is_close || !exchange.expression) return many;
  many.certain = exchange.quiet && exchange.question.concerns != Concerns::perhaps && options.knows_every_job;
  for (const std::uint32_t target : exchange.targets) {
    const JobFile& job = jobs.at(target);
    if (job.now != JobState::unknown && job.now != JobState::absent) ++exchange.jobs_there;
    many.count += job.now == JobState::absent ? 0 : 1;
    many.certain = many.certain && job.now != JobState::unknown && job.open_changes == 1;
    many.any_failed = many.any_failed || job.now == JobState::failed;
    many.any_feed = many.any_feed || job.may_be_fed();
  }
  return many;
}

/// The job reads `closing`: whatever closes it and is open was taken.
void note_closing(const JobFile& job, ExchangeLog& log) {
  for (const std::size_t number : log.open()) {
    Exchange& other = log.of(number);
    if (other.is_close && ExchangeLog::concerns(other, job.index)) other.was_seen_closing = true;
  }
}

void add_up(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& visits) {
  for (std::size_t i = 0; i < visits.size(); ++i) sum[i] += visits[i];
}

}  // namespace

HistoryJudge::HistoryJudge(const JudgeOptions& options)
    : options_(options),
      jobs_(options),
      context_{options_, log_, rulings_},
      projection_(options, jobs_, sources_),
      books_(jobs_, sources_, context_),
      callers_(options),
      forgetting_(log_, jobs_) {}

void HistoryJudge::reset() {
  log_.clear();
  jobs_.clear();
  sources_.clear();
  rulings_.clear();
  callers_.clear();
  users_.clear();
  loose_.clear();
  forgetting_.clear();
  events_ = 0;
  now_ = 0;
}

Judgement HistoryJudge::observe(const Event& event) {
  if (rulings_.is_violated()) return Judgement::violated;
  rulings_.begin_event();
  now_ = event.time;
  const std::size_t index = events_++;
  switch (event.type) {
    case EventType::invoke:
      begin(event, index);
      break;
    case EventType::ok:
      conclude(event, index);
      break;
    case EventType::info:
      if (Exchange* exchange = log_.open_of(event.process)) lose(*exchange, event, index);
      break;
    case EventType::fault:
      inject(event, index);
      break;
    case EventType::settled:
      settle(event, index);
      break;
  }
  return rulings_.decide();
}

Judgement HistoryJudge::finish() {
  if (rulings_.is_violated()) return Judgement::violated;
  rulings_.begin_event();
  // A history of a live target may end before an answer comes.
  if (options_.in_process)
    for (const std::size_t number : log_.open()) timeouts::judge_open_close(log_.of(number), now_, context_);
  // Of what is still open nobody knows what becomes of it.
  for (const std::size_t number : log_.open()) {
    Exchange& exchange = log_.of(number);
    exchange.unanswered = true;
    for (const std::uint32_t target : exchange.targets)
      jobs_.at(target).oracle.amend(static_cast<int>(number), books_.question_of(exchange, jobs_.at(target)));
  }
  for (JobFile* const job : jobs_.all()) {
    stop_waiting(*job, context_);
    take_verdict(*job, nullptr, job->oracle.finish());
  }
  return rulings_.decide();
}

// A request goes out.

void HistoryJudge::begin(const Event& event, std::size_t index) {
  assert(event.request != nullptr);
  forgetting_.release_gone_jobs();
  Exchange& exchange = log_.begin(event, index);
  users_.begin(exchange);
  projection_.project(exchange);
  for (const std::uint32_t target : exchange.targets) begin_for(exchange, jobs_.at(target));
  if (exchange.targets.empty()) books_.begin_elsewhere(exchange);
  if (!exchange.is_close || !exchange.expression) return;
  loose_.push_back(exchange.number);
  log_.hold(exchange.number);
}

void HistoryJudge::begin_for(Exchange& exchange, JobFile& job) {
  if (exchange.targets.size() == 1 && job.open_changes == 0) {
    exchange.before = job.now;
    exchange.feed_before = job.feed_now;
  }
  meet_others(exchange, job);
  books_.begin(exchange, job);
  ++job.open_requests;
  job.last_request = exchange.number;
  if (may_lose_data(exchange)) job.earlier.forget();
  if (!is_read(exchange.meant)) {
    ++job.open_changes;
    job.last_change = exchange.number;
  }
  job.oracle.invoke(static_cast<int>(exchange.number), exchange.question, exchange.invoke_event);
  if (exchange.unknown.has(Reach::closing))
    job.oracle.invoke(normal_close_perhaps(exchange),
                      {.kind = RequestKind::close, .has_timeout = true, .concerns = Concerns::perhaps},
                      exchange.invoke_event);
  if (exchange.meant == RequestKind::create) meet_loose_closes(exchange, job);
  if (!exchange.unfollowed) return;
  const std::string_view unknown = exchange.unknown.name();
  std::string why = unknown.empty() ? log_.cite(exchange.number) + " does to a datafeed what cannot be read"
                                    : fmt::format("`{}` of #{} is not followed", unknown, exchange.number);
  job.lose_track(why);
  rulings_.give_up(std::move(why));
}

void HistoryJudge::meet_others(Exchange& exchange, JobFile& job) {
  if (job.open_requests == 0) return;
  const bool changes = !is_read(exchange.meant);
  for (const std::size_t number : log_.open()) {
    Exchange& other = log_.of(number);
    if (other.number == exchange.number || !ExchangeLog::concerns(other, job.index)) continue;
    const bool other_changes = !is_read(other.meant);
    if (changes) other.quiet = false;
    if (other_changes) exchange.quiet = false;
    other.met_loss = other.met_loss || may_lose_data(exchange);
    exchange.met_loss = exchange.met_loss || may_lose_data(other);
    other.met_mover = other.met_mover || moves_closed_job(exchange.meant);
    exchange.met_mover = exchange.met_mover || moves_closed_job(other.meant);
    if (!changes || !other_changes) continue;
    other.overlapped = exchange.overlapped = true;
    if (exchange.is_close) other.met_close = true;
    if (other.is_close) exchange.met_close = true;
    // Of two posts whichever comes second has its older records dropped.
    if (exchange.meant == RequestKind::post)
      exchange.newest_possible_ms = std::max(exchange.newest_possible_ms, newest_of(other, job));
    if (other.meant == RequestKind::post)
      other.newest_possible_ms = std::max(other.newest_possible_ms, newest_of(exchange, job));
  }
}

void HistoryJudge::meet_contraries(const Exchange& accepted) {
  const auto are_contrary = [](const Exchange& a, const Exchange& b) {
    return a.meant == RequestKind::open && is_removal(b.meant);
  };
  for (const std::uint32_t target : accepted.targets) {
    for (const std::size_t number : log_.open()) {
      Exchange& other = log_.of(number);
      const bool is_contrary = are_contrary(accepted, other) || are_contrary(other, accepted);
      if (is_contrary && ExchangeLog::concerns(other, target)) other.contrary = accepted.number;
    }
    if (accepted.contrary == 0) continue;
    std::string why =
        log_.cite(accepted.contrary) + " and " + log_.cite(accepted.number) + " overlapped, and both were taken";
    jobs_.at(target).lose_track(why);
    rulings_.give_up(std::move(why));
  }
}

void HistoryJudge::meet_loose_closes(const Exchange& create, JobFile& job) {
  for (const std::size_t number : loose_) {
    const Exchange& close = log_.of(number);
    if (ExchangeLog::concerns(close, job.index) || std::ranges::find(job.lost_closes, number) != job.lost_closes.end())
      continue;
    bool names_it = false;
    each_part(job_of(close.request->operation),
              [&](std::string_view part) { names_it = names_it || job.is_meant_by(part) || job.may_join(part); });
    if (!names_it) continue;
    job.lost_closes.push_back(number);
    log_.hold(number);
    const int id = static_cast<int>(number);
    job.oracle.invoke(id, {.kind = close.meant}, create.invoke_event);
    take_verdict(job, nullptr, job.oracle.lose(id));
    job.disturbed = true;
  }
}

// Its answer comes, or none will.

JobFile* HistoryJudge::only_target(const Exchange& exchange) {
  return exchange.targets.size() == 1 ? jobs_.known(exchange.targets.front()) : nullptr;
}

void HistoryJudge::conclude(const Event& event, std::size_t index) {
  Exchange* const found = log_.open_of(event.process);
  if (found == nullptr || event.response == nullptr) return;  // an answer to nothing that this history asked
  Exchange& exchange = *found;
  const Response& response = *event.response;
  if (response.outcome == Outcome::not_from_service) return lose(exchange, event, index);
  log_.end(exchange, event, index);
  exchange.stage = Exchange::Stage::answered;
  exchange.refusal = response.outcome == Outcome::refused ? response.refusal : Refusal::none;
  exchange.status = response.status;
  exchange.unclaimed = claims::lack_of(response) != nullptr;
  users_.end(exchange, &response);
  JobFile* const only = only_target(exchange);
  exchange.outcome = outcome_of(exchange, only, response, options_, rulings_);
  exchange.unanswered = response.outcome == Outcome::unreadable || exchange.refusal == Refusal::unavailable ||
                        (!exchange.is_close && exchange.outcome == RequestOutcome::unknown);
  const bool may_be_contrary = exchange.meant == RequestKind::open || is_removal(exchange.meant);
  if (may_be_contrary && exchange.outcome == RequestOutcome::accepted) meet_contraries(exchange);
  if (!exchange.unanswered && std::erase(loose_, exchange.number) > 0) log_.let_go(exchange.number);
  for (const DoubtfulRefusal& doubt : callers_.learn(exchange, response, log_)) judge_refusal(doubt);
  if (callers_.is_in_doubt(exchange)) {
    exchange.caller_in_doubt = true;
    exchange.outcome = RequestOutcome::busy;
    rulings_.doubt_caller();
    log_.hold(exchange.number);
    callers_.doubt(exchange, event.response);
  } else {
    rule_on(exchange, only, response);
  }
  for (const std::uint32_t target : exchange.targets) conclude_for(exchange, jobs_.at(target), response);
  if (exchange.targets.empty()) books_.end_elsewhere(exchange);
  if (exchange.outcome == RequestOutcome::accepted) jobs_.learn_names(exchange, only, response);
}

void HistoryJudge::end_for(Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  --job.open_requests;
  if (!is_read(exchange.meant)) --job.open_changes;
  const bool learns_more = exchange.is_close || exchange.meant == RequestKind::post ||
                           exchange.meant == RequestKind::start_feed || exchange.unfollowed;
  if (learns_more) {
    exchange.question = books_.question_of(exchange, job);
    job.oracle.amend(static_cast<int>(exchange.number), exchange.question);
  }
  books_.end(exchange, job, outcome);
}

void HistoryJudge::end_normal_close_perhaps(const Exchange& exchange, JobFile& job, RequestOutcome outcome) {
  if (!exchange.unknown.has(Reach::closing) || rulings_.has_accused()) return;
  const int id = normal_close_perhaps(exchange);
  const bool is_over =
      outcome == RequestOutcome::accepted || outcome == RequestOutcome::refused || outcome == RequestOutcome::busy;
  if (is_over) return take_verdict(job, &exchange, job.oracle.respond(id, {.outcome = outcome}, exchange.answer_event));
  take_verdict(job, &exchange, job.oracle.lose(id));
  job.disturbed = true;
}

void HistoryJudge::conclude_for(Exchange& exchange, JobFile& job, const Response& response) {
  const JobStatistics* const statistics = statistics_of(job, response);
  const Answer answer = answer_for(exchange, job, response, statistics, options_.profile);
  end_for(exchange, job, answer.outcome);
  // Whom to accuse of its form needs no second opinion.
  if (rulings_.has_accused()) return;
  const bool was_awaiting = rulings_.is_awaiting();
  take_verdict(job, &exchange, job.oracle.respond(static_cast<int>(exchange.number), answer, exchange.answer_event));
  end_normal_close_perhaps(exchange, job, answer.outcome);
  if (rulings_.has_accused() || rulings_.is_awaiting() != was_awaiting) return;
  // A reading of what was certain before tells nothing new.
  const bool was_certain = is_read(exchange.meant) && exchange.meant != RequestKind::feed_stats &&
                           job.now != JobState::unknown && job.records_now && job.open_requests == 0;
  if (!was_certain) refresh(job);
  if (statistics != nullptr) claims::judge_statistics(exchange, job, *statistics, context_);
  if (statistics != nullptr && statistics->state == JobState::closing) note_closing(job, log_);
  if (rulings_.has_accused()) return;
  if (answer.outcome == RequestOutcome::accepted || is_missing_bucket(exchange, job))
    judge_reading(exchange, job, response, statistics, context_);
  if (!rulings_.has_accused() && !rulings_.is_awaiting()) learn(exchange, job, statistics);
  if (exchange.is_close && exchange.targets.size() == 1 && answer.outcome == RequestOutcome::accepted)
    log_.note_close(exchange, job.index);
}

void HistoryJudge::lose(Exchange& exchange, const Event& event, std::size_t index) {
  log_.end(exchange, event, index);
  exchange.stage = event.never_sent ? Exchange::Stage::answered : Exchange::Stage::lost;
  exchange.outcome = event.never_sent ? RequestOutcome::busy : RequestOutcome::unknown;
  exchange.unanswered = !event.never_sent;
  users_.end(exchange, nullptr);
  if (event.never_sent && std::erase(loose_, exchange.number) > 0) log_.let_go(exchange.number);
  JobFile* const only = only_target(exchange);
  if (exchange.is_close) {
    timeouts::judge_close(exchange, only, context_);
    if (only != nullptr) force::judge_close(exchange, *only, context_);
  }
  const int id = static_cast<int>(exchange.number);
  for (const std::uint32_t target : exchange.targets) {
    JobFile& job = jobs_.at(target);
    end_for(exchange, job, exchange.outcome);
    if (event.never_sent)
      take_verdict(job, &exchange, job.oracle.respond(id, {.outcome = RequestOutcome::busy}, index));
    else
      take_verdict(job, &exchange, job.oracle.lose(id));
    end_normal_close_perhaps(exchange, job, exchange.outcome);
    refresh(job);
  }
  if (exchange.targets.empty()) books_.end_elsewhere(exchange);
}

void HistoryJudge::rule_on(Exchange& exchange, JobFile* job, const Response& response) {
  if (exchange.is_close) {
    timeouts::judge_close(exchange, job, context_);
    authorization::judge_close(exchange, context_);
    if (job != nullptr) force::judge_close(exchange, *job, context_);
    if (job != nullptr) claims::judge_close(exchange, *job, response, context_);
  }
  dialect::judge_form(exchange, response, many_of(exchange, jobs_, options_), context_);
}

void HistoryJudge::judge_refusal(const DoubtfulRefusal& doubt) {
  Exchange& exchange = log_.of(doubt.number);
  JobFile* const only = only_target(exchange);
  exchange.caller_in_doubt = false;
  exchange.outcome = outcome_of(exchange, only, *doubt.response, options_, rulings_);
  rule_on(exchange, only, *doubt.response);
  // Whatever has changed since then may have confirmed something else.
  const bool nothing_since = only != nullptr && only->last_change == exchange.number && only->open_changes == 0;
  if (nothing_since && !rulings_.has_accused()) learn(exchange, *only, statistics_of(*only, *doubt.response));
}

// Events of the history.

void HistoryJudge::inject(const Event& event, std::size_t index) {
  JobFile& job = jobs_.named(event.job);
  for (const std::size_t number : log_.open())
    if (ExchangeLog::concerns(log_.of(number), job.index)) log_.of(number).met_loss = true;
  books_.inject(event, job);
  job.earlier.forget();
  if (event.fault == Fault::slow_close) return;
  take_verdict(job, nullptr, job.oracle.fault(event.fault, index));
  refresh(job);
}

void HistoryJudge::settle(const Event& event, std::size_t index) {
  JobFile& job = jobs_.named(event.job);
  // A request that was lost may arrive at the very last moment.
  if (job.disturbed && !options_.in_process) return;
  job.settled = true;
  take_verdict(job, nullptr, job.oracle.settled(index));
  refresh(job);
}

// What follows.

void HistoryJudge::take_verdict(JobFile& job, const Exchange* exchange, OracleVerdict verdict) {
  if (verdict == OracleVerdict::fits) return;
  if (verdict == OracleVerdict::violated) {
    explain_departure(job, exchange, context_);
    if (!rulings_.has_accused()) refresh(job);
    return;
  }
  rulings_.give_up(job.oracle.why());
  job.disturbed = true;
  refresh(job);
}

void HistoryJudge::refresh(JobFile& job) {
  forgetting_.follow(job);
  if (job.oracle.pending()) {
    job.now = JobState::unknown;
    job.records_now.reset();
    job.feed_now.reset();
    return;
  }
  const Certain certain = job.oracle.certain();
  job.records_now = certain.records;
  job.feed_now = certain.feed_started;
  const bool came_to_rest = job.now != certain.state && certain.state == JobState::closed;
  job.now = certain.state;
  if (came_to_rest) books_.end_period(job);
  if (job.open_requests > 0) return;
  if (job.now == JobState::absent) forgetting_.note_absent(job);
  if (job.now == JobState::opened) books_.settle_open_period(job);
  // Nothing is pending, nothing can come any more, and the job is closed: from here on everything is known again.
  const bool is_known_again = job.now == JobState::closed && job.unmet.empty() && !job.oracle.has_outstanding();
  if (job.disturbed && is_known_again) {
    job.start_anew();
    job.disturbed = false;
  }
}

void HistoryJudge::learn(const Exchange& exchange, JobFile& job, const JobStatistics* statistics) {
  const bool tells = exchange.outcome != RequestOutcome::busy && exchange.outcome != RequestOutcome::unknown;
  if (!tells || job.disturbed) return;
  if (exchange.meant == RequestKind::stats) {
    if (exchange.outcome == RequestOutcome::accepted && exchange.quiet)
      lifecycle::learn_of_statistics(job, statistics, context_);
  } else if (!is_read(exchange.meant)) {
    lifecycle::learn(exchange, job, context_);
  }
}

std::vector<std::uint64_t> HistoryJudge::state_visits() const {
  std::vector<std::uint64_t> visits(kLifeCount + kFeedCount, 0);
  for (const auto& job : jobs_.files()) add_up(visits, job->oracle.state_visits());
  return visits;
}

std::vector<std::uint64_t> HistoryJudge::transition_visits() const {
  std::vector<std::uint64_t> visits(rows().size(), 0);
  for (const auto& job : jobs_.files()) add_up(visits, job->oracle.transition_visits());
  return visits;
}

}  // namespace closecheck::model
