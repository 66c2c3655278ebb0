// Recorded traffic as histories: JSON Lines of our own (one history or many in a row) and HAR captures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck::cli {

struct Recording {
  std::string title;
  History history;
  std::vector<std::string> notes;  // what was left out, and why
};

/// Reads every history of the file. `profile` (a flag) goes before what the file says. Throws UsageError.
std::vector<Recording> read_recordings(const std::string& path, std::optional<Profile> profile);

/// Lines of a history (`closecheck-history/1`) from the text of a HAR capture. Throws UsageError.
std::vector<std::string> lines_of_har(const std::string& text, const std::string& path,
                                      std::vector<std::string>& notes);

/// Whether callers counted on the recorded server: somebody named himself, or somebody was asked to.
bool is_secured(const History& history);

/// Takes out every job that may have existed before the recording began: nothing can be said of it. A job is new when
/// its first answered request creates it or says that it is not there.
void leave_out_what_is_older(Recording& recording);

}  // namespace closecheck::cli
