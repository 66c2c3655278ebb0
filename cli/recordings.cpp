#include "recordings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
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

/// What every recording begins with, of either kind; perhaps behind the mark that some editors write.
bool begins_no_recording(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return first != std::string_view::npos && bytes[first] != '{';
}

/// A file of what comes through a pipe: it is read more than once. What begins as no recording does, or goes on in one
/// line for longer than any, is only taken as far as is needed to say so.
std::shared_ptr<const NamelessFile> kept(InputFile& pipe) {
  auto file = std::make_shared<NamelessFile>();
  std::vector<char> piece(std::size_t{256} << 10);
  bool is_first = true;
  std::size_t line_bytes = 0;
  while (const std::size_t count = pipe.read(piece.data(), piece.size())) {
    const std::string_view bytes(piece.data(), count);
    file->append(bytes);
    if (std::exchange(is_first, false) && begins_no_recording(bytes)) break;
    const std::size_t end = bytes.rfind('\n');
    line_bytes = end == std::string_view::npos ? line_bytes + count : count - end;
    if (line_bytes > kHarBytesMax) break;
  }
  return file;
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

/// Whether the file is no history, so that it may be a capture: a line of a history is a whole JSON value, as a capture
/// is only if it stands on one line.
bool may_be_capture(const std::string& path) {
  bool may_be = true;
  InputFile file(path, InputFile::Takes::regular);
  const auto read = [&](char* into, std::size_t bytes) { return file.read(into, bytes); };
  (void)read_lines(read, kRecordedLineBytesMax, [&](std::string_view line) {
    if (trimmed(line).empty()) return true;
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    may_be = json.is_discarded() || (json.is_object() && json.contains("log"));
    return false;
  });
  return may_be;
}

}  // namespace

NamelessFile::NamelessFile() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  std::string name = ((error ? std::filesystem::path("/tmp") : folder) / "closecheck-XXXXXX").string();
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) throw OutputError(fmt::format("{}: cannot be written: {}", name, std::strerror(errno)));
  ::unlink(name.c_str());
}

NamelessFile::~NamelessFile() {
  ::close(file_);
}

void NamelessFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw OutputError(fmt::format("what comes through a pipe cannot be kept: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string NamelessFile::path() const {
  return fmt::format("/proc/self/fd/{}", file_);
}

RecordedLines::RecordedLines(std::string path, std::size_t from, std::size_t to,
                             std::shared_ptr<const NamelessFile> keeps)
    : path_(std::move(path)), keeps_(std::move(keeps)), from_(from), to_(to) {}
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
  try {
    InputFile file(path_, InputFile::Takes::regular);
    file.seek(from_);
    std::size_t at = from_;
    const auto read = [&](char* into, std::size_t bytes) { return file.read(into, bytes); };
    const bool whole = read_lines(read, kRecordedLineBytesMax, [&](std::string_view line) {
      if (at >= to_) return false;
      at += line.size() + 1;
      return take(line);
    });
    if (!whole) throw FileError(fmt::format("a line has more than {} MiB", kRecordedLineBytesMax >> 20));
  } catch (const FileError& error) {
    throw UsageError(error.what());
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

namespace {

/// What one file holds: a capture, or histories.
void take_file(const std::string& path, std::optional<Profile> profile, std::vector<HarFile>& captures,
               std::vector<Recording>& recordings) {
  std::shared_ptr<const NamelessFile> keeps;
  std::string readable = path;
  try {
    InputFile file(path, InputFile::Takes::pipes_too);
    if (!file.is_regular()) {
      keeps = kept(file);
      readable = keeps->path();
    }
    if (may_be_capture(readable)) {
      std::string text = read_regular_file(readable, kHarBytesMax);
      if (is_har(text)) {
        captures.push_back({path, std::move(text)});
        return;
      }
    }
    const auto parts = parts_of(RecordedLines(readable, 0, kToTheEnd, keeps), path);
    for (std::size_t part = 0; part < parts.size(); ++part)
      recordings.push_back({parts.size() == 1 ? path : fmt::format("{}, history {}", path, part + 1),
                            RecordedLines(readable, parts[part].first, parts[part].second, keeps), profile});
  } catch (const FileError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

std::vector<Recording> find_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile,
                                       BadFiles& bad) {
  std::vector<Recording> recordings;
  std::vector<HarFile> captures;
  for (const std::string& path : paths) bad.attempt([&] { take_file(path, profile, captures, recordings); });
  for (HarHistory& capture : histories_of_har(captures, bad)) {
    std::string text;
    for (const std::string& line : capture.lines) text += line + "\n";
    recordings.push_back({std::move(capture.title),
                          RecordedLines(std::make_shared<const std::string>(std::move(text)), 0, kToTheEnd), profile,
                          std::move(capture.notes)});
  }
  return recordings;
}

}  // namespace closecheck::cli
