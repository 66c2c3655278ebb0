#include "recording_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "closecheck/vocabulary/redactor.h"

namespace closecheck::cli {
namespace {

/// What one answer says of whether the thing was there before the recording.
enum class Age : std::uint8_t { untold, is_new, older };

Age age_by(const Event& answer, bool creates) {
  if (answer.type != EventType::ok || !answer.response) return Age::untold;
  const Response& response = *answer.response;
  if (response.outcome == Outcome::accepted) return creates ? Age::is_new : Age::older;
  if (response.outcome != Outcome::refused) return Age::untold;
  if (response.refusal == Refusal::not_found) return creates ? Age::untold : Age::is_new;
  return response.refusal == Refusal::conflict ? Age::older : Age::untold;
}

/// Jobs, feeds and indices by what the recording tells of their age.
class Ages {
 public:
  void take(const Event& event) {
    if (event.type == EventType::invoke) open_[event.process] = ++asked_;
    if (event.type != EventType::ok && event.type != EventType::info) return;
    const std::size_t asked = open_.at(event.process);
    open_.erase(event.process);
    if (event.type == EventType::info) return;
    note_names(event);
    std::visit([&](const auto& op) { learn_of(op, event, asked); }, event.request->operation);
  }

  /// `has_groups`: a name that only requests for groups as well have named may be a group's.
  std::set<std::string> older_jobs(bool has_groups) const {
    std::set<std::string> older;
    for (const auto& [job, known] : jobs_)
      if (known.age == Age::older && (!has_groups || names_of_jobs_.count(job) != 0)) older.insert(job);
    // A feed over documents that nobody saw being written brings a job what cannot be counted.
    for (const auto& [job, index] : feed_sources_) {
      const auto found = indices_.find(index);
      if (found == indices_.end() || found->second.age != Age::is_new) older.insert(job);
    }
    return older;
  }

  bool has_older_feed() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const auto& it) { return it.second.age == Age::older; });
  }

 private:
  /// Answers tell, but requests have their order: whatever was asked first was there first.
  struct Known {
    Age age = Age::untold;
    std::size_t asked = 0;  // number of the request that tells
  };
  using KnownByName = std::map<std::string, Known>;

  static constexpr bool takes_groups(const Operation& operation) {
    return std::holds_alternative<CloseJob>(operation) || std::holds_alternative<JobStats>(operation) ||
           std::holds_alternative<GetJob>(operation);
  }

  /// A name is a job's where only a job's can stand, or where an answer says so. Any other may be a group's.
  void note_names(const Event& answer) {
    const Operation& operation = answer.request->operation;
    if (!answer.response) return;
    if (answer.response->refusal != Refusal::not_found && !takes_groups(operation))
      names_of_jobs_.insert(job_of(operation));
    if (const auto* list = std::get_if<JobStatisticsList>(&answer.response->content))
      for (const JobStatistics& job : list->jobs) names_of_jobs_.insert(job.job);
    if (const auto* list = std::get_if<JobDescriptionList>(&answer.response->content))
      for (const JobDescription& job : list->jobs) names_of_jobs_.insert(job.job);
  }

  static void learn(KnownByName& things, const std::string& id, Age age, std::size_t asked) {
    Known& known = things[id];
    if (age != Age::untold && (known.age == Age::untold || asked < known.asked)) known = {age, asked};
  }

  template <class T>
  void learn_of(const T& operation, const Event& answer, std::size_t asked) {
    if constexpr (std::is_same_v<T, CreateDatafeed>) {
      learn(feeds_, operation.feed, age_by(answer, true), asked);
      if (age_by(answer, true) == Age::is_new) feed_sources_.emplace(operation.job, operation.index);
    } else if constexpr (requires { operation.feed; }) {
      // Who looks at every feed, or at several, says nothing of one.
      const bool looks = std::is_same_v<T, GetDatafeed> || std::is_same_v<T, DatafeedStats>;
      if (!looks || (!operation.feed.empty() && !names_several(operation.feed)))
        learn(feeds_, operation.feed, age_by(answer, false), asked);
    } else if constexpr (requires { operation.job; }) {
      if (!operation.job.empty() && !names_several(operation.job))
        learn(jobs_, operation.job, age_by(answer, std::is_same_v<T, CreateJob>), asked);
    } else if constexpr (requires { operation.index; }) {
      learn(indices_, operation.index, age_by(answer, std::is_same_v<T, CreateIndex>), asked);
    }
  }

  std::size_t asked_ = 0;
  std::map<int, std::size_t> open_;  // process -> number of its request
  KnownByName jobs_;
  KnownByName feeds_;
  KnownByName indices_;
  std::set<std::pair<std::string, std::string>> feed_sources_;  // job, index
  std::set<std::string> names_of_jobs_;
};

/// Who asked, and whether anybody was turned away.
class Callers {
 public:
  void take(const Event& event) {
    const Refusal refusal = event.response ? event.response->refusal : Refusal::none;
    told_apart_ = told_apart_ || refusal == Refusal::unauthenticated || refusal == Refusal::forbidden;
    if (event.type != EventType::invoke || event.request->who == Principal::unknown) return;
    // Whoever records these callers tells them apart; `manage_ml` alone is what an unsecured run sends as well.
    if (event.request->who == Principal::anonymous)
      anonymous_ = true;
    else if (event.request->who == Principal::manage_ml)
      named_ = true;
    else
      told_apart_ = true;
  }
  bool count() const { return told_apart_ || (named_ && anonymous_); }

 private:
  bool told_apart_ = false;
  bool named_ = false;
  bool anonymous_ = false;
};

bool is_redacted(const Event& event) {
  const RawRequest* sent = event.request ? event.request->as_sent.get() : nullptr;
  if (event.type != EventType::invoke || sent == nullptr) return false;
  const auto holds = [](const std::string& text) { return text.find(kRedacted) != std::string::npos; };
  return holds(sent->path) || std::any_of(sent->query.begin(), sent->query.end(),
                                          [&](const auto& it) { return holds(it.first) || holds(it.second); });
}

const std::string& job_of_event(const Event& event) {
  return event.type == EventType::fault || event.type == EventType::settled ? event.job
                                                                            : job_of(event.request->operation);
}

}  // namespace

Survey survey(const Recording& recording) {
  Survey found;
  Ages ages;
  Callers callers;
  std::map<std::string, std::size_t> requests;  // by the job that they name
  std::size_t events = 0;
  found.profile = recording.read([&](const Event& event) {
    callers.take(event);
    if (!found.known_events && is_redacted(event)) found.known_events = events;
    ++events;
    if (found.known_events) return true;
    ages.take(event);
    if (event.type == EventType::invoke) ++requests[job_of_event(event)];
    return true;
  });
  found.secured = callers.count();
  if (found.known_events)
    found.notes.emplace_back(
        "a request was redacted, so that nobody knows what it asked for: not judged from there on");
  if (ages.has_older_feed()) {
    found.has_older_feed = true;
    found.notes.emplace_back("a datafeed that is older than the recording brings some job data: not judged");
    return found;
  }
  found.older_jobs = ages.older_jobs(found.profile->has_groups);
  for (const auto& [job, count] : requests)
    if (found.older_jobs.count(job) == 0) found.requests += count;
  if (!found.older_jobs.empty())
    found.notes.push_back(fmt::format("left out, for the recording does not show how it was before: {}",
                                      fmt::join(found.older_jobs, ", ")));
  return found;
}

void read_what_is_known(const Recording& recording, const Survey& survey,
                        const std::function<bool(const Event&)>& take) {
  if (survey.has_older_feed) return;
  std::size_t events = 0;
  recording.read([&](const Event& event) {
    if (survey.known_events && events++ == *survey.known_events) return false;
    return survey.older_jobs.count(job_of_event(event)) != 0 || take(event);
  });
}

}  // namespace closecheck::cli
