// What a poll of a job's statistics tells the executor: whether the job has come to rest.
#pragma once

#include <optional>
#include <string>

#include "closecheck/vocabulary/history.h"

namespace closecheck::sut {

/// As much of a job's statistics as changes while something still happens to it.
struct Reading {
  JobState state = JobState::absent;
  DataCounts counts;
  friend bool operator==(const Reading&, const Reading&) = default;
};

/// Empty when the answer (null: none came) does not tell. An unknown job reads `absent`.
std::optional<Reading> read_statistics(const Response* response, const std::string& job);

/// Whether `job` is on its way to closed as far as the history tells: a close of it was accepted, ran out of time or
/// got no answer, or its datafeed was started with an end, and no open was accepted since.
bool is_asked_to_close(const History& history, const std::string& job);

/// Whether a job that reads `state` stays so by itself.
bool is_at_rest(JobState state, bool asked_to_close);

}  // namespace closecheck::sut
