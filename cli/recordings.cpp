#include "recordings.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"
#include "files.h"
#include "har.h"

namespace closecheck::cli {
namespace {

constexpr std::size_t kToTheEnd = SIZE_MAX;

bool is_header(std::string_view line) {
  if (line.find("schema") == std::string_view::npos) return false;
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  return json.is_object() && json.contains("schema");
}

/// Whether the file can be read more than once.
bool is_lasting(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// Where the histories of a file begin and end, each with its own clock.
std::vector<std::pair<std::size_t, std::size_t>> parts_of(const RecordedLines& lines, const std::string& path) {
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, kToTheEnd}};
  bool begun = false;
  bool has_events = false;
  std::size_t at = 0;
  lines.read([&](std::string_view line) {
    const bool header = is_header(line);
    if (header && begun) {
      parts.back().second = at;
      parts.emplace_back(at, kToTheEnd);
    }
    begun = begun || !trimmed(line).empty();
    has_events = has_events || (!header && !trimmed(line).empty());
    at += line.size() + 1;
    return true;
  });
  if (!has_events) throw UsageError(fmt::format("{}: holds no events", path));
  return parts;
}

/// The text of a capture; empty: the file is none.
std::optional<std::string> capture_of(const RecordedLines& lines, const std::string& path,
                                      const std::shared_ptr<const std::string>& in_memory) {
  // A line of a history is a whole JSON value, as a capture is only if it stands on one line.
  bool may_be_capture = false;
  lines.read([&](std::string_view line) {
    if (trimmed(line).empty()) return true;
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    may_be_capture = json.is_discarded() || (json.is_object() && json.contains("log"));
    return false;
  });
  if (!may_be_capture) return std::nullopt;
  std::string text = in_memory ? *in_memory : read_file(path);
  return is_har(text) ? std::optional<std::string>(std::move(text)) : std::nullopt;
}

}  // namespace

RecordedLines::RecordedLines(std::string path, std::size_t from, std::size_t to)
    : path_(std::move(path)), from_(from), to_(to) {}
RecordedLines::RecordedLines(std::shared_ptr<const std::string> text, std::size_t from, std::size_t to)
    : text_(std::move(text)), from_(from), to_(to) {}

void RecordedLines::read(const std::function<bool(std::string_view)>& take) const {
  if (text_ != nullptr) {
    for (std::size_t at = from_; at < std::min(to_, text_->size());) {
      const std::size_t end = std::min(text_->find('\n', at), text_->size());
      if (!take(std::string_view(*text_).substr(at, end - at))) return;
      at = end + 1;
    }
    return;
  }
  std::ifstream in = open_file(path_);
  try {
    in.exceptions(std::ios::badbit);
    in.seekg(static_cast<std::streamoff>(from_));
    std::string line;
    for (std::size_t at = from_; at < to_ && std::getline(in, line); at += line.size() + 1)
      if (!take(line)) return;
  } catch (const std::ios_base::failure&) {
    throw UsageError(path_ + ": cannot be read");
  }
}

Profile Recording::read(const std::function<bool(const Event&)>& take, const std::string& base_path) const {
  sut::HistoryReader reader(Profile{});
  reader.assume_base_path(base_path);
  if (profile) reader.insist_on(*profile);
  try {
    lines.read([&](std::string_view line) {
      const std::optional<Event> event = reader.read(line);
      return !event || take(*event);
    });
  } catch (const sut::HistoryError& error) {
    throw UsageError(fmt::format("{}: {}", title, error.what));
  }
  return reader.profile();
}

std::vector<Recording> find_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile) {
  std::vector<Recording> recordings;
  std::vector<HarFile> captures;
  for (const std::string& path : paths) {
    std::shared_ptr<const std::string> text;
    if (!is_lasting(path)) text = std::make_shared<const std::string>(read_file(path));
    const auto lines = [&](std::size_t from, std::size_t to) {
      return text ? RecordedLines(text, from, to) : RecordedLines(path, from, to);
    };
    const RecordedLines all = lines(0, kToTheEnd);
    if (std::optional<std::string> capture = capture_of(all, path, text)) {
      captures.push_back({path, *std::move(capture)});
      continue;
    }
    const auto parts = parts_of(all, path);
    for (std::size_t part = 0; part < parts.size(); ++part) {
      std::string title = parts.size() == 1 ? path : fmt::format("{}, history {}", path, part + 1);
      recordings.push_back({std::move(title), lines(parts[part].first, parts[part].second), profile});
    }
  }
  for (HarHistory& capture : histories_of_har(captures)) {
    std::string text;
    for (const std::string& line : capture.lines) text += line + "\n";
    recordings.push_back({std::move(capture.title),
                          RecordedLines(std::make_shared<const std::string>(std::move(text)), 0, kToTheEnd), profile,
                          std::move(capture.notes)});
  }
  return recordings;
}

}  // namespace closecheck::cli
