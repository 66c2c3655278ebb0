// Recorded traffic as histories: JSON Lines of our own (one history or many in a row) and HAR captures.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/history.h"
#include "files.h"

namespace closecheck::cli {

/// A line of a recording is longer than this in no recording.
inline constexpr std::size_t kRecordedLineBytesMax = std::size_t{64} << 20;
/// Nor is a HAR capture.
inline constexpr std::size_t kHarBytesMax = std::size_t{512} << 20;

/// A file without a name, which ends with this.
class NamelessFile {
 public:
  /// Throws OutputError.
  NamelessFile();
  ~NamelessFile();
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  /// Throws OutputError.
  void append(std::string_view bytes);
  /// By which this process reads it.
  std::string path() const;

 private:
  int file_ = -1;
};

/// Lines of a file, or of a text in memory. They can be read as often as is wanted; a file is never in memory whole.
class RecordedLines {
 public:
  /// `keeps`: what the file lives by; null: by itself.
  RecordedLines(std::string path, std::size_t from, std::size_t to,
                std::shared_ptr<const NamelessFile> keeps = nullptr);
  explicit RecordedLines(std::shared_ptr<const std::string> text, std::size_t from, std::size_t to);

  /// Lines without their ends, until `take` says false. Throws UsageError.
  void read(const std::function<bool(std::string_view)>& take) const;

 private:
  std::string path_;
  std::shared_ptr<const NamelessFile> keeps_;
  std::shared_ptr<const std::string> text_;  // null: of the file
  std::size_t from_ = 0;
  std::size_t to_ = 0;
};

/// One recorded history.
struct Recording {
  std::string title;
  RecordedLines lines;
  std::optional<Profile> profile;    // goes before what the lines say
  std::vector<std::string> notes{};  // what was left out, and why

  /// Reads the history from its beginning, event by event, until `take` says false. Its profile. `base_path`: below
  /// which the service's paths stand where the header does not say. Throws UsageError.
  Profile read(const std::function<bool(const Event&)>& take, const std::string& base_path = {}) const;
};

/// Finds every history of the files. HAR captures of one server are one history, for they go by one clock; others stay
/// by themselves. `profile` (a flag) goes before what a file says. A pipe is read to its end.
std::vector<Recording> find_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile,
                                       BadFiles& bad);

}  // namespace closecheck::cli
