// How an answer departs from what a conforming service says, in terms that hold for other programs as well: what was
// asked, by whom, of jobs in which states, and what was told. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "closecheck/model/job_model.h"
#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::properties {

/// One answer, without names, times and texts.
struct Departure {
  std::size_t event = 0;                   // where it stands in its history
  std::optional<model::RequestKind> kind;  // empty: a job has settled, or the request is none of the lifecycle's
  std::size_t operation = 0;               // of the variant: reads of buckets and of snapshots are of one kind
  Principal who = Principal::manage_ml;
  bool has_timeout = false;
  bool rests_on_clock = false;
  /// What its jobs are, as the reference model has them: lifecycle, and whether a datafeed runs that may bar what is
  /// asked. Empty: overlapped.
  std::vector<std::pair<model::Life, bool>> states;
  Outcome outcome = Outcome::unreadable;
  Refusal refusal = Refusal::none;
  int status = 0;                      // on the wire; 0: it never was there
  JobState shown = JobState::unknown;  // by statistics of one job
  bool shows_another_state = false;    // than they should
  int count = 0;                       // of records in these statistics: -1 too low, 1 too high

  /// Whether statistics alone show what is wrong: another state, or records that are miscounted.
  bool shows_in_statistics() const { return shows_another_state || count != 0; }
  /// Whether it is what was read that is wrong, and not what statistics tell of the job's state.
  bool is_of_contents() const;
};

/// Every answer of a history as a departure would look, and every point at which a job has settled, in their order.
/// `secured`: callers without the privilege may only be refused.
std::vector<Departure> answers_of(const History& history, bool secured);

/// The one that the finding is about.
Departure departure_of(const Finding& finding, const History& history, bool secured);

/// Whether a service that departs as the one does departs as the other does for the same reason.
bool are_alike(const Departure& one, const Departure& other);

/// Whether both were told something else than success by the same status, which is what the clause of the first rests
/// on: a dialect clause of statuses, or of errors that stand under the status of a success.
bool are_of_the_same_status(const Departure& one, Clause clause, const Departure& other);

/// Whether both are wrong in what was read in the same way; of results, snapshots and configurations no more is known.
bool are_of_the_same_contents(const Departure& one, const Departure& other);

}  // namespace closecheck::properties
