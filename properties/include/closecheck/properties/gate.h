// The conformance gate: runs the checks of the selected clauses against a target and records what it found.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/deciding_history.h"
#include "closecheck/vocabulary/record.h"

namespace closecheck::properties {

enum class Effort : std::uint8_t { quick, standard, thorough };

struct GateOptions {
  Profile profile{};
  bool live = false;
  std::vector<Clause> selected;  // in catalogue order; never empty
  std::uint64_t seed = 0;
  Effort effort = Effort::standard;
  Duration budget = 0;  // live: of all that is not clean-up; in process 0: as the effort says
  int jobs = 0;         // worker threads; 0: one a core in process, 7 live
  Require require = Require::all;
  std::set<Principal> principals;   // that can be asked as; empty: security is off
  std::set<Principal> unsuitable;   // configured, but not what their name promises, as the target says
  bool secured = true;              // whether the target refuses anybody
  std::string datafeeds_absent;     // how the target showed that it has no datafeeds; empty: it has them
  std::string documents_absent;     // ... no indices and documents
  std::set<Fault> faults;           // that can be injected
  bool allow_cluster_wide = false;  // live: whether requests may touch jobs of others; in process they always may
  Duration round_trip = 0;          // measured, live
  Duration round_trip_max = 0;
  std::string name_prefix{kNamePrefix};  // live: `closecheck-<run id>-`
  KeptEvidence* evidence = nullptr;      // filled in where it is wanted
};

/// Progress for people; called from one thread at a time.
struct Progress {
  std::string what;
  std::size_t done = 0;
  std::size_t total = 0;
  std::size_t findings = 0;      // clauses that were seen to be violated, by something that needs no clock
  std::optional<Clause> clause;  // that is at hand
};

/// Runs the gate. Fills clauses, violations, totals, coverage and verdict of the record; the caller fills in version,
/// target and times, and saves counterexamples. Deterministic in process for any `jobs`.
/// `codec_factory`: in process, a factory whose systems go through the wire codec; live the same as `factory`.
/// `cancelled`: set from a signal handler; the gate then cleans up and returns early, inconclusive.
RunRecord run_gate(const GateOptions& options, sut::SystemFactory& factory, sut::SystemFactory& codec_factory,
                   const std::function<void(const Progress&)>& progress, const std::atomic<bool>& cancelled);

/// What `--dry-run` prints: every check, the clauses that it serves, its requests, and about how long.
std::string describe_plan(const GateOptions& options);

/// A line for each selected clause that nothing can tell on this target, with what lacks for it.
std::string describe_out_of_reach(const GateOptions& options);

/// Names of the checks registered for a clause.
std::vector<std::string> checks_of(Clause clause);

}  // namespace closecheck::properties
