// What went wrong first between us and a target, so that whatever could not be told is told with its first cause.
#pragma once

#include <string>

#include "closecheck/vocabulary/history.h"

namespace closecheck {

/// The first request of the history that was not sent or got no answer, or whose answer decides nothing: one of
/// something between, busy, unreadable, or a refusal of what only prepares. With its answer:
/// "`open job closecheck-a` (#3) got no answer: connection reset". Empty: none.
std::string first_trouble(const History& history);

/// The first request of the history that was refused to somebody who may manage jobs, and its answer, in the same
/// words. Empty: none was.
std::string first_refusal(const History& history);

/// Why the answer to a harmless read is no sign that the service is there: it is busy, or somebody else answers. Empty:
/// it is one, and be it a refusal.
std::string why_not_itself(const Response& response);

}  // namespace closecheck
