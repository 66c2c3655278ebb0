#include "recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "closecheck/sut/history_lines.h"
#include "errors.h"
#include "files.h"

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

bool is_har(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() && json.contains("log");
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

bool names_several(const std::string& job) {
  return job == "_all" || job.find_first_of("*,") != std::string::npos;
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
  explicit Ages(const History& history) {
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
  bool has_several() const { return several_; }

 private:
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
      learn(feeds_, operation.feed, age_by(answer, false));
    } else if constexpr (requires { operation.job; }) {
      if (operation.job.empty()) return;
      if (names_several(operation.job))
        several_ = true;
      else
        learn(jobs_, operation.job, age_by(answer, std::is_same_v<T, CreateJob>));
    } else if constexpr (requires { operation.index; }) {
      learn(indices_, operation.index, age_by(answer, std::is_same_v<T, CreateIndex>));
    }
  }

  std::map<std::string, Age> jobs_;
  std::map<std::string, Age> feeds_;
  std::map<std::string, Age> indices_;
  std::vector<std::pair<std::string, std::string>> feed_sources_;  // job, index
  bool several_ = false;
};

const std::string& job_of_event(const Event& event) {
  return event.type == EventType::fault || event.type == EventType::settled ? event.job
                                                                            : job_of(event.request->operation);
}

}  // namespace

std::vector<Recording> read_recordings(const std::string& path, std::optional<Profile> profile) {
  const std::string text = read_file(path);
  std::vector<Recording> recordings;
  if (is_har(text)) {
    Recording& recording = recordings.emplace_back();
    recording.title = path;
    recording.history = read(lines_of_har(text, path, recording.notes), profile, path);
  } else {
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
    for (const std::vector<std::string>& part : parts) {
      Recording& recording = recordings.emplace_back();
      recording.title = parts.size() == 1 ? path : fmt::format("{}, history {}", path, recordings.size());
      recording.history = read(part, profile, recording.title);
    }
  }
  const bool empty =
      std::all_of(recordings.begin(), recordings.end(), [](const Recording& it) { return it.history.events.empty(); });
  if (empty) throw UsageError(fmt::format("{}: holds no events", path));
  return recordings;
}

bool is_secured(const History& history) {
  bool named = false;
  bool anonymous = false;
  for (const Event& event : history.events) {
    if (event.response &&
        (event.response->refusal == Refusal::unauthenticated || event.response->refusal == Refusal::forbidden))
      return true;
    if (event.type != EventType::invoke) continue;
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

void leave_out_what_is_older(Recording& recording) {
  std::vector<Event>& events = recording.history.events;
  const Ages ages(recording.history);
  const std::set<std::string> older = ages.older_jobs();
  if (ages.has_older_feed() || (!older.empty() && ages.has_several())) {
    recording.notes.push_back(
        ages.has_older_feed() ? "a datafeed that is older than the recording brings some job data: not judged"
                              : "a request for several jobs meets jobs that are older than the recording: not judged");
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
