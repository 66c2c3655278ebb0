// Histories as JSON Lines (`closecheck-history/1`), with requests and responses in their wire form.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck::sut {

/// One line an event, without line ends, header line first. Headers that carry credentials are never written; other
/// secrets are for the caller to take out (`Redactor`).
std::vector<std::string> write_history_lines(const History& history);

/// A line that cannot be used: `what` names the line and what was expected there.
struct HistoryError {
  std::string what;
};

/// Reads a history line by line, and keeps no more of it than the requests that are open. A body that was redacted
/// counts as not recorded. Not thread-safe.
class HistoryReader {
 public:
  /// The header line is optional; `fallback` is the profile without one.
  explicit HistoryReader(Profile fallback);
  ~HistoryReader();
  HistoryReader(HistoryReader&&) noexcept;
  HistoryReader& operator=(HistoryReader&&) noexcept;

  /// The profile is `profile`, whatever a header says.
  void insist_on(Profile profile);

  /// The service's paths stand below `path`, unless a header says (`base_path`) below which they do.
  void assume_base_path(const std::string& path);

  /// The event of the next line, without its end; empty for the header, for a blank line, and for a request beside the
  /// base path, which went to somebody else. Throws HistoryError.
  std::optional<Event> read(std::string_view line);
  Profile profile() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a whole history. Throws HistoryError.
History read_history(const std::string& text, Profile fallback);

}  // namespace closecheck::sut
