// Histories as JSON Lines (`closecheck-history/1`), with requests and responses in their wire form.
#pragma once

#include <string>
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

/// Reads a whole history. Throws HistoryError. A body that was redacted counts as not recorded. The header line is
/// optional; `fallback` is the profile without one.
History read_history(const std::string& text, Profile fallback);

}  // namespace closecheck::sut
