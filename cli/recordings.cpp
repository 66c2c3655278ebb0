#include "recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/redactor.h"
#include "errors.h"
#include "files.h"
#include "har.h"

namespace closecheck::cli {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

bool is_header(const std::string& line) {
  if (line.find("\"schema\"") == std::string::npos) return false;
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  return json.is_object() && json.contains("schema");
}

History read(const std::vector<std::string>& lines, std::optional<Profile> profile, const std::string& where) {
  std::string text;
  for (const std::string& line : lines) {
    // A flag goes before what the file says; the line stays, so that messages count as the reader does.
    text += profile && is_header(line) ? R"({"schema": "closecheck-history/1"})" : line;
    text += '\n';
  }
  try {
    return sut::read_history(text, profile.value_or(Profile::xpack_5_4));
  } catch (const sut::HistoryError& error) {
    throw UsageError(fmt::format("{}: {}", where, error.what));
  }
}

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
  explicit Ages(const History& history) : has_groups_(history.profile != Profile::xpack_5_4) {
    // Answers tell, but requests have their order: whatever was asked first was there first.
    std::map<int, std::size_t> open;
    std::vector<std::pair<const Event*, const Event*>> exchanges;
    for (const Event& event : history.events) {
      if (event.type == EventType::invoke) {
        open[event.process] = exchanges.size();
        exchanges.emplace_back(&event, nullptr);
      } else if (event.type == EventType::ok) {
        if (const auto found = open.find(event.process); found != open.end()) exchanges[found->second].second = &event;
      }
    }
    for (const auto& [invocation, answer] : exchanges)
      if (answer != nullptr) note_names(invocation->request->operation, *answer);
    for (const auto& [invocation, answer] : exchanges)
      if (answer != nullptr)
        std::visit([&, it = answer](const auto& op) { take(op, *it); }, invocation->request->operation);
  }

  std::set<std::string> older_jobs() const {
    std::set<std::string> older;
    for (const auto& [job, age] : jobs_)
      if (age == Age::older) older.insert(job);
    // A feed over documents that nobody saw being written brings a job what cannot be counted.
    for (const auto& [job, index] : feed_sources_) {
      const auto found = indices_.find(index);
      if (found == indices_.end() || found->second != Age::is_new) older.insert(job);
    }
    return older;
  }

  bool has_older_feed() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const auto& it) { return it.second == Age::older; });
  }

 private:
  static constexpr bool takes_groups(const Operation& operation) {
    return std::holds_alternative<CloseJob>(operation) || std::holds_alternative<JobStats>(operation) ||
           std::holds_alternative<GetJob>(operation);
  }

  /// A name is a job's where only a job's can stand, or where an answer says so. Any other may be a group's.
  void note_names(const Operation& operation, const Event& answer) {
    const bool is_there = answer.response && answer.response->refusal != Refusal::not_found;
    if (!has_groups_ || (is_there && !takes_groups(operation))) names_of_jobs_.insert(job_of(operation));
    if (!answer.response) return;
    if (const auto* list = std::get_if<JobStatisticsList>(&answer.response->content))
      for (const JobStatistics& job : list->jobs) names_of_jobs_.insert(job.job);
    if (const auto* list = std::get_if<JobDescriptionList>(&answer.response->content))
      for (const JobDescription& job : list->jobs) names_of_jobs_.insert(job.job);
  }

  static void learn(std::map<std::string, Age>& ages, const std::string& id, Age age) {
    Age& known = ages.try_emplace(id, Age::untold).first->second;
    if (known == Age::untold) known = age;
  }

  template <class T>
  void take(const T& operation, const Event& answer) {
    if constexpr (std::is_same_v<T, CreateDatafeed>) {
      learn(feeds_, operation.feed, age_by(answer, true));
      if (age_by(answer, true) == Age::is_new) feed_sources_.emplace_back(operation.job, operation.index);
    } else if constexpr (requires { operation.feed; }) {
      // Who looks at every feed, or at several, says nothing of one.
      const bool looks = std::is_same_v<T, GetDatafeed> || std::is_same_v<T, DatafeedStats>;
      if (!looks || (!operation.feed.empty() && !names_several(operation.feed)))
        learn(feeds_, operation.feed, age_by(answer, false));
    } else if constexpr (requires { operation.job; }) {
      if (!operation.job.empty() && !names_several(operation.job) && names_of_jobs_.count(operation.job) != 0)
        learn(jobs_, operation.job, age_by(answer, std::is_same_v<T, CreateJob>));
    } else if constexpr (requires { operation.index; }) {
      learn(indices_, operation.index, age_by(answer, std::is_same_v<T, CreateIndex>));
    }
  }

  std::map<std::string, Age> jobs_;
  std::map<std::string, Age> feeds_;
  std::map<std::string, Age> indices_;
  std::vector<std::pair<std::string, std::string>> feed_sources_;  // job, index
  std::set<std::string> names_of_jobs_;
  bool has_groups_;
};

/// One history or many in a row, each with its own clock.
std::vector<Recording> read_histories(const std::string& path, const std::string& text,
                                      std::optional<Profile> profile) {
  std::vector<std::vector<std::string>> parts(1);
  bool begun = false;
  for (std::string& line : lines_of(text)) {
    if (is_header(line) && begun) {
      parts.emplace_back();
      begun = false;
    }
    begun = begun || !is_blank(line);
    parts.back().push_back(std::move(line));
  }
  std::vector<Recording> recordings;
  for (const std::vector<std::string>& part : parts) {
    Recording& recording = recordings.emplace_back();
    recording.title = parts.size() == 1 ? path : fmt::format("{}, history {}", path, recordings.size());
    recording.history = read(part, profile, recording.title);
  }
  const bool empty =
      std::all_of(recordings.begin(), recordings.end(), [](const Recording& it) { return it.history.events.empty(); });
  if (empty) throw UsageError(fmt::format("{}: holds no events", path));
  return recordings;
}

const std::string& job_of_event(const Event& event) {
  return event.type == EventType::fault || event.type == EventType::settled ? event.job
                                                                            : job_of(event.request->operation);
}

}  // namespace

std::vector<Recording> read_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile) {
  std::vector<Recording> recordings;
  std::vector<HarFile> captures;
  for (const std::string& path : paths) {
    std::string text = read_file(path);
    if (is_har(text)) {
      captures.push_back({path, std::move(text)});
      continue;
    }
    std::vector<Recording> histories = read_histories(path, text, profile);
    std::move(histories.begin(), histories.end(), std::back_inserter(recordings));
  }
  for (HarHistory& capture : histories_of_har(captures)) {
    History history = read(capture.lines, profile, capture.title);
    recordings.push_back({std::move(capture.title), std::move(history), std::move(capture.notes)});
  }
  return recordings;
}

bool is_secured(const History& history) {
  bool named = false;
  bool anonymous = false;
  for (const Event& event : history.events) {
    if (event.response &&
        (event.response->refusal == Refusal::unauthenticated || event.response->refusal == Refusal::forbidden))
      return true;
    if (event.type != EventType::invoke || event.request->who == Principal::unknown) continue;
    // Whoever records these callers tells them apart; `manage_ml` alone is what an unsecured run sends as well.
    if (event.request->who == Principal::anonymous)
      anonymous = true;
    else if (event.request->who == Principal::manage_ml)
      named = true;
    else
      return true;
  }
  return named && anonymous;
}

void leave_out_what_is_unknown(Recording& recording) {
  std::vector<Event>& events = recording.history.events;
  const auto redacted = std::find_if(events.begin(), events.end(), [](const Event& event) {
    const RawRequest* sent = event.request ? event.request->as_sent.get() : nullptr;
    if (event.type != EventType::invoke || sent == nullptr) return false;
    const auto holds = [](const std::string& text) { return text.find(kRedacted) != std::string::npos; };
    return holds(sent->path) || std::any_of(sent->query.begin(), sent->query.end(),
                                            [&](const auto& it) { return holds(it.first) || holds(it.second); });
  });
  if (redacted == events.end()) return;
  recording.notes.push_back("a request was redacted, so that nobody knows what it asked for: not judged from there on");
  events.erase(redacted, events.end());
}

void leave_out_what_is_older(Recording& recording) {
  std::vector<Event>& events = recording.history.events;
  const Ages ages(recording.history);
  const std::set<std::string> older = ages.older_jobs();
  if (ages.has_older_feed()) {
    recording.notes.push_back("a datafeed that is older than the recording brings some job data: not judged");
    events.clear();
    return;
  }
  if (older.empty()) return;
  std::string names;
  for (const std::string& job : older) names += (names.empty() ? "" : ", ") + job;
  recording.notes.push_back(fmt::format("left out, for the recording does not show how it was before: {}", names));
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const Event& event) { return older.count(job_of_event(event)) != 0; }),
               events.end());
}

}  // namespace closecheck::cli
