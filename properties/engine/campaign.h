// The work of a run: every selected check's programs, run by worker threads and merged in the order of the checks, so
// that the outcome in process is the same for any number of workers.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "closecheck/properties/gate.h"
#include "engine/check.h"
#include "engine/trial_runner.h"

namespace closecheck::properties {

/// What came of one check.
struct CheckResult {
  const Check* check = nullptr;
  Unmet unmet;  // not `nothing`: it could not run, and why
  std::int64_t sequences = 0;
  std::int64_t exchanges = 0;
  std::int64_t skipped = 0;  // programs for which there was no time
  Evidence evidence;
  std::vector<Reproduction> violations;  // as found, in the order of the cases
  std::set<std::string> whys;            // of cases that could not be told
  std::string trouble;                   // the first request that was lost, late or refused in preparing; empty: none
  std::string unanswered;                // live: the request that had no answer however often its program ran
  std::string refusal;                   // live: the first that was refused to who may; many programs ask for that
  bool setup_refused = false;            // indices or datafeeds could not be prepared for want of privileges
  Samples samples;
  std::map<Clause, Reproduction> told;  // where they are kept: for each clause that it serves the first that told it
};

struct CampaignResult {
  std::vector<CheckResult> checks;
  bool out_of_budget = false;  // live: a program that is aimed at an untold clause found no time
  std::string trouble;  // live: the first request of all that was lost, late or refused in preparing; empty: none
  std::string gone;     // live: the target stopped answering as itself, and how; empty: it did not
  std::vector<std::uint64_t> state_visits;
  std::vector<std::uint64_t> transition_visits;
};

using Clock = std::chrono::steady_clock;

struct CampaignOptions {
  std::uint64_t seed = 0;
  int workers = 1;
  std::int64_t generated_exchanges = 0;  // in process: about so many by generated programs in all
  int overlap_seeds = 16;                // in process: how often a program with overlapping requests runs
  Clock::time_point random_until;  // live: random programs follow the core round, and none ends later; may be past
  Clock::time_point last_call;     // live: nothing at all begins that would end later
  std::string gone;                // live: the target does not answer from the start, so nothing is sent
  bool keeps_told = false;         // whether histories are kept that told a clause
};

CampaignResult run_campaign(const std::vector<const Check*>& checks, const CampaignOptions& options,
                            TrialRunner& trials, const std::function<void(const Progress&)>& progress,
                            const std::atomic<bool>& cancelled);

/// What is said where the time was up before anybody could look whether the target still answers.
std::string describe_untold_end(const std::string& first_trouble);
/// What is said of a target that does not answer as itself any more: how that showed, and where it was seen first.
std::string describe_gone(const std::string& silence, const std::string& first_trouble);

}  // namespace closecheck::properties
