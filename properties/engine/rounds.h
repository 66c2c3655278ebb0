// What a campaign runs, and in which order: the programs of the checks in rounds, and what has been told so far.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/campaign.h"

namespace closecheck::properties {

/// Generated exchanges in one unit of work.
inline constexpr std::int64_t kUnitExchanges = 1500;

/// Live: how much a unit is needed for a clause that is asked for. But for the core, none is where that clause is
/// violated already.
enum class Rank : std::uint8_t { core, extra, in_passing };

/// A piece of work: one program with all its seeds, or a row of generated ones.
struct Unit {
  std::size_t check = 0;
  std::uint64_t index = 0;                 // of the program, or of the row
  std::shared_ptr<const Program> program;  // null: generated
  int seeds = 1;
  bool through_codec = false;
  Duration estimate = 0;
  std::size_t places = 0;  // live: of the jobs that may be open at once, how many it takes
  Rank rank = Rank::core;
};

/// Live: what the workers do before they all stop once.
struct Round {
  std::vector<Unit> units;
  bool is_needed = true;     // every unit has all the time there is; else only up to when random programs end
  bool until_told = false;   // a unit whose clause has been told meanwhile is left out
  bool is_repeated = false;  // its units have been tried before
  bool with_random = false;  // random programs take turns with the units, and go on behind them
};

/// What has been told of the clauses so far.
struct Told {
  Evidence evidence;
  std::set<Clause> violated;   // by something that needs no clock
  std::map<Clause, int> late;  // programs of this round that broke it by a clock

  bool is_told(Clause clause) const { return evidence.of(clause) > 0 || violated.contains(clause); }
  /// A clause is told only by checks that are registered for it.
  void count(const Check& check, const Evidence& more, const std::vector<Reproduction>& violations);
};

/// Makes the rounds. All it is given must outlive it; it never changes, so that any thread may ask it.
class Rounds {
 public:
  Rounds(const std::vector<const Check*>& checks, const CampaignOptions& options, const Environment& environment);

  /// Checks that have generators, and can run.
  const std::vector<std::size_t>& generated() const { return generated_; }

  /// In process: all programs of all checks, then rows of generated ones.
  std::vector<Unit> everything() const;
  /// Live: for each clause what tells it.
  Round core() const;
  /// What is aimed at clauses that the core round left untold, until they are told: what it did not try, or what it
  /// tried, once more.
  Round of_untold(const Told& told, bool is_new) const;
  /// Random programs, in turn with what else the checks have: first one of each, and what costs little.
  Round random() const;

  /// Whether somebody asks for the clause.
  bool is_selected(Clause clause) const;
  /// Whether somebody does, and a live run may come to say that it holds.
  bool is_wanted(Clause clause) const;
  /// Clauses that the checks of this run could tell, and nothing has: neither evidence nor a violation.
  std::set<Clause> untold(const Told& told) const;

 private:
  std::vector<Unit> units_of(std::size_t check) const;
  std::size_t core_count(const Check& check) const;
  Rank rank_of(const Unit& unit) const;

  const std::vector<const Check*>& checks_;
  const CampaignOptions& options_;
  const Environment& environment_;
  std::vector<std::size_t> generated_;
};

/// Whether the program keeps to its own jobs, or need not.
bool may_run(const Program& program, const Environment& environment);

}  // namespace closecheck::properties
