#include "engine/rounds.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "closecheck/sut/endpoint.h"
#include "engine/estimate.h"
#include "engine/isolation.h"

namespace closecheck::properties {
namespace {

/// Whether a live run may come to say that the clause holds.
bool may_hold_live(Clause clause) {
  return level_of(clause) != Level::measured && clause != Clause::close_prunes_model &&
         clause != Clause::timeout_defaults_to_30m;
}

bool is_dialect_check(const Check& check) {
  return level_of(check.aim()) == Level::dialect;
}

}  // namespace

bool may_run(const Program& program, const Environment& environment) {
  return environment.allow_cluster_wide || !touches_others(program, environment.profile);
}

void Told::count(const Check& check, const Evidence& more, const std::vector<Reproduction>& violations) {
  for (const Clause clause : check.serves) evidence.count[static_cast<std::size_t>(clause)] += more.of(clause);
  for (const Reproduction& violation : violations)
    for (const Finding& finding : violation.findings) {
      if (finding.timing)
        ++late[finding.clause];
      else
        violated.insert(finding.clause);
    }
}

Rounds::Rounds(const std::vector<const Check*>& checks, const CampaignOptions& options, const Environment& environment)
    : checks_(checks), options_(options), environment_(environment) {
  for (std::size_t i = 0; i < checks_.size(); ++i)
    if (checks_[i]->is_generated() && !unmet_need(*checks_[i], environment_)) generated_.push_back(i);
}

/// The programs of one check.
std::vector<Unit> Rounds::units_of(std::size_t check) const {
  std::vector<Unit> units;
  if (unmet_need(*checks_[check], environment_) || checks_[check]->is_generated()) return units;
  std::uint64_t index = 0;
  for (Program& program : checks_[check]->programs(environment_)) {
    Unit unit;
    unit.check = check;
    unit.index = index++;
    if (!may_run(program, environment_)) continue;
    const bool varies = has_overlap(program) && !checks_[check]->measure;
    unit.seeds = varies && !environment_.live ? options_.overlap_seeds : 1;
    unit.estimate = estimated_time(program, environment_);
    unit.places = places_of(program);
    unit.through_codec = environment_.live || is_dialect_check(*checks_[check]);
    // A program whose seed does not matter runs once through the codec and once without.
    if (unit.seeds == 1 && !unit.through_codec && !checks_[check]->measure) unit.seeds = 2;
    unit.program = std::make_shared<const Program>(std::move(program));
    units.push_back(std::move(unit));
  }
  return units;
}

std::vector<Unit> Rounds::everything() const {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < checks_.size(); ++i) std::ranges::move(units_of(i), std::back_inserter(units));
  if (generated_.empty()) return units;
  const auto rows = static_cast<std::uint64_t>(options_.generated_exchanges /
                                               static_cast<std::int64_t>(generated_.size()) / kUnitExchanges);
  for (const std::size_t check : generated_)
    for (std::uint64_t row = 0; row < std::max<std::uint64_t>(1, rows); ++row)
      units.push_back({check, row, nullptr, 1, false, 0});
  return units;
}

Round Rounds::core() const {
  Round round;
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    for (Unit& unit : units_of(i))
      if (unit.index < core_count(*checks_[i])) round.units.push_back(std::move(unit));
  }
  for (Unit& unit : round.units) unit.rank = rank_of(unit);
  Duration whole = 0;
  for (const Unit& unit : round.units) whole += unit.estimate;
  // What opens several jobs first: behind what opens one each it would wait for places beside free ones. Then the
  // longest, so that workers end together; the most telling first where there is no time for all.
  const Duration left = std::chrono::nanoseconds(options_.last_call - Clock::now()).count();
  const int open_jobs = std::clamp(options_.workers, 1, static_cast<int>(sut::kOpenJobsMax));
  const bool has_time = whole / open_jobs < left * 3 / 4;
  std::ranges::stable_sort(round.units, {}, [&](const Unit& unit) {
    const bool is_aimed = unit.rank != Rank::in_passing;
    const auto rank = static_cast<std::uint64_t>(unit.rank);
    return has_time ? std::tuple(!is_aimed, rank, -static_cast<int>(unit.places), -unit.estimate)
                    : std::tuple(!is_aimed, unit.index, 0, unit.estimate);
  });
  return round;
}

bool Rounds::is_selected(Clause clause) const {
  return environment_.selected.empty() || environment_.selected.count(clause) != 0;
}

bool Rounds::is_wanted(Clause clause) const {
  return is_selected(clause) && may_hold_live(clause);
}

/// How many programs of the check are in the core round: who asks for a few clauses alone has time for all of theirs,
/// and behind them for what the core round has for others and may tell these.
std::size_t Rounds::core_count(const Check& check) const {
  const bool asks_for_few = !environment_.selected.empty() && environment_.selected.size() < clauses().size();
  if (asks_for_few && is_selected(check.aim())) return SIZE_MAX;
  return std::ranges::any_of(check.serves, [&](Clause clause) { return is_selected(clause); }) ? check.core_programs
                                                                                               : 0;
}

Rank Rounds::rank_of(const Unit& unit) const {
  const Check& check = *checks_[unit.check];
  if (!is_selected(check.aim())) return Rank::in_passing;
  return unit.index < check.core_programs ? Rank::core : Rank::extra;
}

std::set<Clause> Rounds::untold(const Told& told) const {
  std::set<Clause> clauses;
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    const Clause clause = checks_[i]->aim();
    if (!unmet_need(*checks_[i], environment_) && !checks_[i]->is_generated() && is_wanted(clause) &&
        !told.is_told(clause))
      clauses.insert(clause);
  }
  return clauses;
}

Round Rounds::of_untold(const Told& told, bool is_new) const {
  Round round;
  round.until_told = true;
  round.is_repeated = !is_new;
  const std::set<Clause> clauses = untold(told);
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (clauses.count(checks_[i]->aim()) == 0) continue;
    for (Unit& unit : units_of(i))
      if ((unit.index >= core_count(*checks_[i])) == is_new) round.units.push_back(std::move(unit));
  }
  std::ranges::stable_sort(round.units, {}, &Unit::index);
  return round;
}

Round Rounds::random() const {
  Round round;
  round.is_needed = false;
  round.with_random = !generated_.empty();
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    const std::size_t done = core_count(*checks_[i]);
    for (Unit& unit : units_of(i))
      if (unit.index >= done) round.units.push_back(std::move(unit));
  }
  std::ranges::stable_sort(round.units, {}, [](const Unit& unit) {
    return static_cast<Duration>(unit.index) * std::max(unit.estimate, kSecond / 2);
  });
  return round;
}

}  // namespace closecheck::properties
