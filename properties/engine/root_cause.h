// Which of two violations that were found is only the other one, seen in another scenario.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "engine/departure.h"
#include "engine/proof.h"

namespace closecheck::properties {

/// The program with the statistics of every job read behind each of its steps that are awaited.
Program watched(const Program& program);

/// Whether the program has anything but plain requests of callers who may close, one after the other.
bool has_circumstances(const Program& program);
/// Whether all jobs in it are closed the ordinary way, and all data are posted.
bool is_plain(const Program& program);

/// Whether what statistics show before is all that is wrong with an answer: a job that is not in the state in which it
/// should be may do anything, and one whose records are miscounted has lost or invented data.
bool bears_on(const Departure& seen_before, const Departure& departing);

/// Keeps what it has seen of each clause's violation. Not thread-safe.
class RootCauses {
 public:
  /// Runs a program with the seed; empty where there is no time for that.
  using Attempt = std::function<std::optional<Reproduction>(const Program&, std::uint64_t seed)>;
  /// `housekeeping_max`: how long the housekeeping of a close may take that was answered before it was done.
  RootCauses(bool secured, Duration housekeeping_max, Attempt attempt)
      : secured_(secured), housekeeping_max_(housekeeping_max), attempt_(std::move(attempt)) {}

  /// Whether nothing would be wrong with the scenario of `other` if the answer that departs first in the one of `root`
  /// were right.
  bool explains(const Proof& root, const Proof& other);

 private:
  /// How a violation departs in its own scenario, and in the same when it is watched.
  struct Departures {
    Departure own;
    Departure watched;
    Clause watched_clause;
  };
  const Departures& departures_of(const Proof& proof);
  bool has_answer_like(const Departures& root, const Proof& other);
  bool shows_in_the_same_contents(const Proof& root, const Proof& other);
  bool shows_by_the_same_status(const Proof& root, const Proof& other);
  static bool is_named_in_passing(const Proof& root, const Proof& other);
  bool shows_when_watched(const Proof& root, const Proof& other);
  bool shows_without_the_overlap(const Proof& root, const Proof& other);
  static bool is_status_in_an_overlap(const Proof& root, const Proof& other);
  bool is_only_early(const Proof& root, const Proof& other);

  bool secured_;
  Duration housekeeping_max_;
  Attempt attempt_;
  std::map<Clause, Departures> departures_;
};

}  // namespace closecheck::properties
