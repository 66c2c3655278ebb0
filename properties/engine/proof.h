// From violations as they were found to one minimal, confirmed counterexample for each broken clause.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/campaign.h"

namespace closecheck::properties {

/// One broken clause with its smallest counterexample; the finding is the one of the reproduction that names the
/// clause.
struct Proof {
  Finding finding;
  const Check* check = nullptr;
  Reproduction reproduction;
};

/// A finding that rests on a clock and did not come each time.
struct Doubt {
  std::string story;
  bool came_again = false;  // once more at least, so that nothing else that was seen outweighs it
};

struct Proofs {
  std::vector<Proof> violations;     // aimed before in passing; then stated, implied, dialect; catalogue order
  std::map<Clause, Doubt> doubts;    // seen, but not confirmed
  std::map<Clause, Clause> follows;  // seen, but only because the other clause is broken, which tells it under `also`
  std::int64_t exchanges = 0;
  std::int64_t sequences = 0;
};

struct ProofOptions {
  std::uint64_t seed = 0;
  std::vector<Clause> selected;
  Clock::time_point deadline;  // live: shrinking ends then
  Clock::time_point end;       // live: and then looking for what follows from what
  std::string gone;            // live: the target does not answer any more, and how; nothing is sent to it
  const std::atomic<bool>* cancelled = nullptr;  // live: shrinking ends once this is true; null: never
};

/// Shrinks what the campaign found. A clause is named from the minimal program. A finding that rests on a clock needs
/// three of three repetitions; any other is never dismissed, whatever becomes of it while it is shrunk;
/// but where a look between its steps shows another clause broken before, it is told under that one.
Proofs prove(const CampaignResult& campaign, const ProofOptions& options, TrialRunner& trials);

}  // namespace closecheck::properties
