// Live: what showed while other programs ran, and whether it shows alone.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/candidate.h"

namespace closecheck::properties {

/// Programs run side by side, and what showed in one may be the doing of another. Not thread-safe.
class Neighbours {
 public:
  /// A run of the program while nothing else runs. Whoever is in a hurry sees what is wrong at least as often.
  using Trial = std::function<Reproduction(const Program&)>;

  /// `enough`: true: nothing more is tried, and what was found passes for shown alone.
  Neighbours(const CampaignResult& campaign, const Environment& environment, Trial trial, std::function<bool()> enough);

  /// Takes from the candidates of each clause what needs no clock and does not show alone; the first of each such
  /// clause comes back. Before that, programs of several jobs are tried, those that broke the clause and then the
  /// written ones that are about it, until one shows something alone; it then comes first. Candidates point into this
  /// object.
  std::map<Clause, Candidate> set_aside(std::map<Clause, std::vector<Candidate>>& by_clause);

 private:
  bool shows_alone(Clause clause, const Candidate& candidate, int trials) const;
  /// Puts first what shows the clause alone with several jobs. False: nothing does.
  bool put_several_jobs_first(Clause clause, std::vector<Candidate>& candidates);
  std::optional<Candidate> shown_by_written_programs(Clause clause);
  void try_written_programs();

  struct Tried {
    const CheckResult* result;
    Reproduction reproduction;
  };

  const CampaignResult& campaign_;
  const Environment& environment_;
  const Trial trial_;
  const std::function<bool()> enough_;
  bool written_programs_are_tried_ = false;
  std::deque<Tried> violating_;  // written programs of several jobs that violated something alone
};

}  // namespace closecheck::properties
