#include "recording_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "closecheck/vocabulary/path.h"
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

/// What stands before the job API in the paths of a recording.
class BasePaths {
 public:
  void take(const Event& event) {
    const RawRequest* const sent = event.request ? event.request->as_sent.get() : nullptr;
    if (event.type != EventType::invoke || sent == nullptr || is_several_) return;
    const std::vector<std::string> segments = split_path(sent->path);
    for (std::size_t first = 0; first < segments.size(); ++first) {
      if (job_base_in({segments.begin() + static_cast<std::ptrdiff_t>(first), segments.end()}) == 0) continue;
      const std::string base = first_segments(sent->path, first);
      is_several_ = base_ && *base_ != base;
      base_ = base;
      return;
    }
  }
  /// Empty: there is nothing, or not the same before all.
  std::string common() const { return is_several_ ? "" : base_.value_or(""); }

 private:
  /// The path up to the end of so many segments, as it was sent.
  static std::string first_segments(const std::string& path, std::size_t count) {
    std::size_t end = 0;
    while (count-- > 0) end = path.find('/', path.find_first_not_of('/', end));
    return path.substr(0, end);
  }

  std::optional<std::string> base_;
  bool is_several_ = false;
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

namespace {

Survey survey_below(const Recording& recording, const std::string& base_path, BasePaths& base_paths) {
  Survey found;
  Ages ages;
  Callers callers;
  std::map<std::string, std::size_t> requests;  // by the job that they name
  std::size_t events = 0;
  found.base_path = base_path;
  const auto take = [&](const Event& event) {
    base_paths.take(event);
    callers.take(event);
    if (!found.known_events && is_redacted(event)) found.known_events = events;
    ++events;
    if (found.known_events) return true;
    ages.take(event);
    if (event.type == EventType::invoke) ++requests[job_of_event(event)];
    return true;
  };
  found.profile = recording.read(take, base_path);
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

}  // namespace

Survey survey(const Recording& recording) {
  BasePaths base_paths;
  Survey found = survey_below(recording, "", base_paths);
  const std::string base_path = base_paths.common();
  if (base_path.empty()) return found;
  found = survey_below(recording, base_path, base_paths);
  found.notes.push_back(
      fmt::format("taken for the base path of the service, for it stands before all of its paths: {}", base_path));
  return found;
}

void read_what_is_known(const Recording& recording, const Survey& survey,
                        const std::function<bool(const Event&)>& take) {
  if (survey.has_older_feed) return;
  std::size_t events = 0;
  const auto take_known = [&](const Event& event) {
    if (survey.known_events && events++ == *survey.known_events) return false;
    return survey.older_jobs.count(job_of_event(event)) != 0 || take(event);
  };
  recording.read(take_known, survey.base_path);
}

}  // namespace closecheck::cli
