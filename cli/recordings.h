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

namespace closecheck::cli {

/// Lines of a file, or of a text in memory. They can be read as often as is wanted; a file is never in memory whole.
class RecordedLines {
 public:
  RecordedLines(std::string path, std::size_t from, std::size_t to);
  explicit RecordedLines(std::shared_ptr<const std::string> text, std::size_t from, std::size_t to);

  /// Lines without their ends, until `take` says false. Throws UsageError.
  void read(const std::function<bool(std::string_view)>& take) const;

 private:
  std::string path_;
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
/// by themselves. `profile` (a flag) goes before what a file says. Throws UsageError.
std::vector<Recording> find_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile);

}  // namespace closecheck::cli
