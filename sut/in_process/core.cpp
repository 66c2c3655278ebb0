#include "in_process/core.h"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "closecheck/sut/system.h"
#include "in_process/answers.h"

namespace closecheck::sut {

void Core::handle(const Request& request, Time now, Token token, Replies& replies) {
  if (due_ <= now) fire(now, replies);
  now_ = now;
  replies_ = &replies;
  details_ = request.details.get();
  Answer answer = authenticate(request);
  if (!answer) answer = std::visit([&](const auto& ask) { return on(ask, request.who, token); }, request.operation);
  if (answer) reply(token, *std::move(answer));
  details_ = nullptr;
  if (!only_reads(request)) note_change(request);
  refresh_due();
}

bool Core::only_reads(const Request& request) {
  bool raw_reads = false;  // what the vocabulary has no operation for
  if (request.details != nullptr) {
    const auto& what = request.details->what;
    raw_reads = std::holds_alternative<GetDocument>(what) || std::holds_alternative<IndexExists>(what) ||
                std::holds_alternative<SearchDocuments>(what) || std::holds_alternative<AskedPrivileges>(what) ||
                std::holds_alternative<SnapshotSelection>(what) || std::holds_alternative<ClusterState>(what);
    if (!raw_reads && !std::holds_alternative<ListOptions>(what) && !std::holds_alternative<std::monostate>(what))
      return false;
  }
  return std::visit(
      [raw_reads](const auto& ask) {
        using Ask = std::remove_cvref_t<decltype(ask)>;
        return std::is_same_v<Ask, GetJob> || std::is_same_v<Ask, JobStats> || std::is_same_v<Ask, GetBuckets> ||
               std::is_same_v<Ask, GetRecords> || std::is_same_v<Ask, GetSnapshots> ||
               std::is_same_v<Ask, GetDatafeed> || std::is_same_v<Ask, DatafeedStats> || std::is_same_v<Ask, GetRoot> ||
               std::is_same_v<Ask, Authenticate> || std::is_same_v<Ask, HasPrivileges> ||
               (std::is_same_v<Ask, RawRequest> && raw_reads);
      },
      request.operation);
}

void Core::note_change(const Request& request) {
  ++changes_;
  if (Job* job = find_job(job_of(request.operation))) job->note_change();
}

void Core::resume(Time now) {
  now_ = now;
  ++changes_;
  waiting_.clear();
  for (Job& job : jobs_) job.resume(manner_, now);
  for (Datafeed& feed : feeds_) {
    if (!feed.started) continue;
    const Job* job = find_job(feed.job);
    // Not before its job takes data again.
    const Time ready = job == nullptr || job->due() == kNever ? now : std::max(now, job->due());
    feed.due = ready + Datafeed::kChunkPause;
  }
  refresh_due();
}

void Core::fire(Time now, Replies& replies) {
  now_ = now;
  replies_ = &replies;
  for (Index& index : indices_)
    if (index.refresh_due <= now_) refresh(index);
  ++changes_;
  run_feeds();
  advance_jobs();
  expire_waiting();
  refresh_due();
}

void Core::inject(Fault fault, const std::string& job_id, Duration duration, Time now, Replies& replies) {
  if (due_ <= now) fire(now, replies);
  now_ = now;
  replies_ = &replies;
  ++changes_;
  Job* job = find_job(job_id);
  if (job == nullptr) throw FaultFailed{"no job " + job_id};
  job->note_change();
  switch (fault) {
    case Fault::fail_job:
      if (job->state() == JobState::closed) throw FaultFailed{"job " + job_id + " is closed, so it cannot fail"};
      job->fail();
      wake_opens(*job, conflict("Job [" + job_id + "] failed while it was opened"));
      wake_closes(*job, conflict("Job [" + job_id + "] failed while it was closed"));
      break;
    case Fault::slow_close:
      job->slow_next_close(duration);
      break;
    case Fault::hang_close:
      job->hang_next_close();
      break;
  }
  refresh_due();
}

Core::Answer Core::authenticate(const Request& request) const {
  if (!manner_.security) return std::nullopt;
  if (request.who != Principal::anonymous && request.who != Principal::wrong_password) return std::nullopt;
  if (manner_.deviates(Deviation::anonymous_may_close) && request.who == Principal::anonymous &&
      std::holds_alternative<CloseJob>(request.operation))
    return std::nullopt;
  return unauthenticated(request.who);
}

bool Core::may_read(Principal who) const {
  return !manner_.security || who != Principal::none;
}

bool Core::may_manage(Principal who) const {
  return !manner_.security || who == Principal::manage_ml || who == Principal::manage || who == Principal::setup;
}

bool Core::may_close(Principal who) const {
  if (!manner_.security) return true;
  if (manner_.deviates(Deviation::manage_refused) && who == Principal::manage) return false;
  if (manner_.deviates(Deviation::manage_ml_refused) && who == Principal::manage_ml) return false;
  if (manner_.deviates(Deviation::monitor_ml_may_close) && who == Principal::monitor_ml) return true;
  // Only a service that lets the anonymous through gets here with one.
  return may_manage(who) || who == Principal::anonymous;
}

Job* Core::find_job(std::string_view id) {
  for (Job& job : jobs_)
    if (job.id() == id) return &job;
  return nullptr;
}

Index* Core::find_index(std::string_view name) {
  for (Index& index : indices_)
    if (index.name() == name) return &index;
  return nullptr;
}

Datafeed* Core::find_feed(std::string_view id) {
  for (Datafeed& feed : feeds_)
    if (feed.id == id) return &feed;
  return nullptr;
}

Datafeed* Core::feed_of(std::string_view job) {
  for (Datafeed& feed : feeds_)
    if (feed.job == job) return &feed;
  return nullptr;
}

bool Core::feed_runs(const Job& job) {
  const Datafeed* feed = feed_of(job.id());
  return feed != nullptr && feed->started;
}

void Core::reply(Token token, Response response) {
  if (manner_.varies(Variant::other_error_texts)) reword(response);
  replies_->push_back(Reply{token, std::move(response)});
}

void Core::wake_opens(Job& job, const Response& response) {
  for (const Token token : job.waiting_opens) reply(token, response);
  job.waiting_opens.clear();
}

void Core::wake_closes(Job& job, const Response& response) {
  for (const Token token : job.waiting_closes) {
    const auto waiting = std::ranges::find(waiting_, token, &Waiting::token);
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
    reply(token, response);
  }
  job.waiting_closes.clear();
}

void Core::advance_jobs() {
  for (Job& job : jobs_) {
    if (job.due() > now_) continue;
    if (!job.advance(manner_, now_, wall_ms())) continue;
    if (job.state() == JobState::opened) wake_opens(job, accepted(Acknowledged{}));
    if (job.state() == JobState::closed) wake_closes(job, accepted(Acknowledged{}));
  }
}

void Core::expire_waiting() {
  for (std::size_t i = 0; i < waiting_.size();) {
    if (waiting_[i].deadline > now_) {
      ++i;
      continue;
    }
    const Waiting expired = waiting_[i];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    for (Job& job : jobs_) {
      if (std::erase(job.waiting_closes, expired.token) == 0) continue;
      if (manner_.deviates(Deviation::stays_open_after_timeout)) {
        job.stay_open();
        wake_closes(job, conflict("closing of job [" + job.id() + "] was given up"));
      }
    }
    reply(expired.token, manner_.deviates(Deviation::claims_closed_at_timeout) ? accepted(Acknowledged{})
                                                                               : timed_out(manner_, expired.timeout));
  }
}

void Core::refresh_due() {
  due_ = kNever;
  for (const Job& job : jobs_) due_ = std::min(due_, job.due());
  for (const Waiting& waiting : waiting_) due_ = std::min(due_, waiting.deadline);
  for (const Datafeed& feed : feeds_) due_ = std::min(due_, feed.due);
  for (const Index& index : indices_) due_ = std::min(due_, index.refresh_due);
}

}  // namespace closecheck::sut
