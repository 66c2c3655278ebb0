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

/// Reads every history of the files. HAR captures of one server are one history, for they go by one clock; others stay
/// by themselves. `profile` (a flag) goes before what a file says. Throws UsageError.
std::vector<Recording> read_recordings(const std::vector<std::string>& paths, std::optional<Profile> profile);

/// Whether callers counted on the recorded server: somebody named himself, or somebody was asked to.
bool is_secured(const History& history);

/// Ends the history before a request whose path or query was redacted, with a note: it may have asked for anything.
void leave_out_what_is_unknown(Recording& recording);

/// Takes out every job that may have existed before the recording began: nothing can be said of it. A job is new when
/// its first answered request creates it or says that it is not there. A name that may be a group's is left in.
void leave_out_what_is_older(Recording& recording);

}  // namespace closecheck::cli
