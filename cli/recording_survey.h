// What has to be known of a recording before any of it is judged: who was there before it began, whether callers count,
// and where it stops being readable. Learned by one reading that keeps names, and no events.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "recordings.h"

namespace closecheck::cli {

struct Survey {
  Profile profile{};
  std::string base_path;  // that stands before every path of the job API; empty: none, or the header says
  /// Whether callers counted on the recorded server: somebody named himself, or somebody was asked to.
  bool secured = false;
  /// Events before a request whose path or query was redacted: it may have asked for anything. Empty: all.
  std::optional<std::size_t> known_events;
  /// Jobs that may have existed before the recording began: nothing can be said of them. A job is new when its first
  /// answered request creates it or says that it is not there. A name that may be a group's is no job's.
  std::set<std::string> older_jobs;
  bool has_older_feed = false;  // it brings some job data that nobody saw
  std::size_t requests = 0;     // that can be judged
  std::vector<std::string> notes;
};

/// Throws UsageError.
Survey survey(const Recording& recording);

/// Reads the events that can be judged, until `take` says false. Throws UsageError.
void read_what_is_known(const Recording& recording, const Survey& survey,
                        const std::function<bool(const Event&)>& take);

}  // namespace closecheck::cli
