#include "engine/departure.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "closecheck/model/grammar.h"
#include "closecheck/vocabulary/job_expression.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::properties {
namespace {

using model::JobValue;
using model::RequestKind;

/// What a request asks of a job, by its form alone; empty where no job hears of it.
struct KindOf {
  Profile profile;
  using Kind = std::optional<RequestKind>;

  Kind operator()(const CreateJob&) const { return RequestKind::create; }
  Kind operator()(const GetJob&) const { return RequestKind::get; }
  Kind operator()(const UpdateJob&) const { return RequestKind::update; }
  Kind operator()(const DeleteJob& it) const {
    const bool forces = model::read_boolean(it.force, profile) == model::BooleanReading::is_true;
    return forces ? RequestKind::force_remove : RequestKind::remove;
  }
  Kind operator()(const OpenJob&) const { return RequestKind::open; }
  Kind operator()(const PostData&) const { return RequestKind::post; }
  Kind operator()(const FlushJob&) const { return RequestKind::flush; }
  Kind operator()(const CloseJob& it) const {
    if (model::read_time(it.timeout).reading == model::TimeReading::refused) return RequestKind::invalid;
    const bool forces = model::read_boolean(it.force, profile) == model::BooleanReading::is_true;
    return forces ? RequestKind::force_close : RequestKind::close;
  }
  Kind operator()(const JobStats&) const { return RequestKind::stats; }
  Kind operator()(const GetBuckets&) const { return RequestKind::read_results; }
  Kind operator()(const GetRecords&) const { return RequestKind::read_results; }
  Kind operator()(const GetSnapshots&) const { return RequestKind::read_results; }
  Kind operator()(const RevertSnapshot&) const { return RequestKind::revert; }
  Kind operator()(const CreateDatafeed&) const { return RequestKind::create_feed; }
  Kind operator()(const StartDatafeed& it) const {
    return it.end_ms ? RequestKind::start_feed : RequestKind::start_endless_feed;
  }
  Kind operator()(const StopDatafeed&) const { return RequestKind::stop_feed; }
  Kind operator()(const DeleteDatafeed&) const { return RequestKind::remove_feed; }
  Kind operator()(const DatafeedStats&) const { return RequestKind::feed_stats; }
  template <class Other>
  Kind operator()(const Other&) const {
    return std::nullopt;
  }
};

bool is_close(const Departure& it) {
  return it.operation == Operation(CloseJob{}).index();
}

/// Follows the jobs of a history by what their requests were told.
class AnswerReader {
 public:
  AnswerReader(Profile profile, bool secured) : profile_(profile), secured_(secured), model_(profile) {}

  std::vector<Departure> read(const History& history) {
    std::vector<Departure> answers;
    for (std::size_t i = 0; i < history.events.size(); ++i) {
      const Event& event = history.events[i];
      switch (event.type) {
        case EventType::invoke:
          pending_.insert(event.process);
          overlaps_ = overlaps_ || pending_.size() > 1;
          break;
        case EventType::ok:
          answers.push_back(answer(event));
          answers.back().event = i;
          [[fallthrough]];
        case EventType::info:
          pending_.erase(event.process);
          overlaps_ = overlaps_ && !pending_.empty();
          break;
        case EventType::fault:
          jobs_[event.job] = model_.after(event.fault, jobs_[event.job]);
          break;
        case EventType::settled: {
          JobValue& job = jobs_[event.job];
          answers.emplace_back();
          answers.back().event = i;
          answers.back().states = {{job.life, false}};
          job = model_.settled(job);
          break;
        }
      }
    }
    return answers;
  }

 private:
  Departure answer(const Event& event) {
    const Request& request = *event.request;
    const Response& response = *event.response;
    Departure told;
    told.kind = std::visit(KindOf{profile_}, request.operation);
    told.operation = request.operation.index();
    told.who = request.who;
    if (const auto* close = std::get_if<CloseJob>(&request.operation)) {
      told.has_timeout = close->timeout.has_value();
      if (secured_ && !may_manage_jobs(request.who)) told.kind = RequestKind::invalid;
    }
    told.outcome = response.outcome;
    told.refusal = response.refusal;
    const WireAnswer* const wire = response.wire.get();
    told.status = wire != nullptr ? wire->status : response.status;
    if (const auto* index = std::get_if<IndexDocuments>(&request.operation)) documents_ += index->records.size();
    if (const auto* create = std::get_if<CreateDatafeed>(&request.operation)) feeds_[create->feed] = create->job;
    const std::vector<std::string> names = jobs_named(request.operation);
    const bool heeds_feeds = is_close(told) && profile_->running_feed_may_bar_close;
    for (const std::string& name : names)
      if (!overlaps_)
        told.states.emplace_back(jobs_[name].life, heeds_feeds && jobs_[name].feed == model::Feed::started);
    const auto* list = std::get_if<JobStatisticsList>(&response.content);
    if (list != nullptr && list->jobs.size() == 1 && names.size() == 1) {
      told.shown = list->jobs.front().state;
      compare(jobs_[names.front()], list->jobs.front().counts.processed_records, told);
    }
    if (told.kind)
      for (const std::string& name : names) move(jobs_[name], *told.kind, request, response);
    return told;
  }

  /// With the job as it is, or as it may have come to be by itself.
  void compare(const JobValue& before, std::int64_t count, Departure& told) {
    const JobValue settled = model_.settled(before);
    const bool is_as_before = model_.reads_as(before, told.shown);
    const JobValue& job = is_as_before ? before : settled;
    told.shows_another_state = !is_as_before && !model_.reads_as(settled, told.shown);
    told.count = count < job.lo ? -1 : count > job.most() ? 1 : 0;
  }

  void move(JobValue& job, RequestKind kind, const Request& request, const Response& response) {
    std::size_t records = 0;
    if (const auto* post = std::get_if<PostData>(&request.operation)) records = post->records.size();
    if (std::holds_alternative<StartDatafeed>(request.operation)) records = documents_;
    const model::Sent sent = model_.send(kind, job, model::saturated(records));
    if (response.outcome == Outcome::accepted)
      job = sent.reaction == model::Reaction::waits ? model_.settled(sent.job) : sent.job;
    else if (response.refusal == Refusal::timed_out)
      job = sent.job;
  }

  /// The jobs that an operation is about; of an expression the known ones, and what it names besides.
  std::vector<std::string> jobs_named(const Operation& operation) {
    std::string expression = job_of(operation);
    if (const auto* start = std::get_if<StartDatafeed>(&operation)) expression = feeds_[start->feed];
    if (const auto* stop = std::get_if<StopDatafeed>(&operation)) expression = feeds_[stop->feed];
    if (const auto* remove = std::get_if<DeleteDatafeed>(&operation)) expression = feeds_[remove->feed];
    std::vector<std::string> names;
    each_part(expression, [&](std::string_view part) {
      if (!names_several(part)) {
        names.emplace_back(part);
        return;
      }
      for (const auto& [name, job] : jobs_)
        if (part == "_all" || matches_wildcard(part, name)) names.push_back(name);
    });
    return names;
  }

  Profile profile_;
  bool secured_;
  model::JobModel model_;
  std::map<std::string, JobValue> jobs_;
  std::map<std::string, std::string> feeds_;  // and the job of each
  std::size_t documents_ = 0;
  std::set<int> pending_;
  bool overlaps_ = false;
};

bool is_refused_for_its_caller(const Departure& it) {
  return it.refusal == Refusal::unauthenticated || it.refusal == Refusal::forbidden;
}

bool may_be_in_the_same_state(const Departure& one, const Departure& other) {
  return one.states.empty() || other.states.empty() ||
         std::ranges::find_first_of(one.states, other.states) != one.states.end();
}

}  // namespace

bool Departure::is_of_contents() const {
  const bool reads = kind == RequestKind::read_results || kind == RequestKind::get || kind == RequestKind::stats;
  return reads && outcome == Outcome::accepted && !shows_another_state;
}

std::vector<Departure> answers_of(const History& history, bool secured) {
  return AnswerReader(history.profile, secured).read(history);
}

Departure departure_of(const Finding& finding, const History& history, bool secured) {
  for (Departure& answer : answers_of(history, secured))
    if (answer.event == finding.event) {
      answer.rests_on_clock = finding.timing;
      return answer;
    }
  return {};
}

bool are_alike(const Departure& one, const Departure& other) {
  if (one.operation != other.operation || one.who != other.who || !one.kind || !other.kind) return false;
  if (one.rests_on_clock || other.rests_on_clock)
    return one.rests_on_clock && other.rests_on_clock && one.has_timeout == other.has_timeout;
  // A request that may only be refused is told the same in every state, and so is one of a caller who is not let in.
  if (one.kind == RequestKind::invalid && other.kind == RequestKind::invalid) return true;
  if (is_close(one) && is_close(other) && is_refused_for_its_caller(one) && is_refused_for_its_caller(other))
    return true;
  // Of the contents of an answer nothing is known here.
  return one.kind == other.kind && one.outcome == other.outcome && one.refusal == other.refusal &&
         one.shown == other.shown && one.count == other.count && (!one.is_of_contents() || one.count != 0) &&
         may_be_in_the_same_state(one, other);
}

bool are_of_the_same_status(const Departure& one, Clause clause, const Departure& other) {
  constexpr int kErrorMin = 400;
  const bool are_errors = one.outcome != Outcome::accepted && other.outcome != Outcome::accepted;
  const bool is_about_it = clause == Clause::wire_status_codes ||
                           (clause == Clause::wire_error_envelope && one.status < kErrorMin) ||
                           (clause == Clause::wire_path_and_method && one.operation == other.operation);
  return is_about_it && are_errors && one.status != 0 && one.status == other.status;
}

bool are_of_the_same_contents(const Departure& one, const Departure& other) {
  return one.is_of_contents() && other.is_of_contents() && one.operation == other.operation &&
         (one.count != 0) == (other.count != 0);
}

}  // namespace closecheck::properties
