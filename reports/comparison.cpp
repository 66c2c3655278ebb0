#include "closecheck/reports/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/text.h"
#include "comparison_text.h"

namespace closecheck::reports {
namespace {

bool is_told(const ClauseRecord* entry, ClauseVerdict verdict) {
  return entry != nullptr && entry->verdict == verdict;
}

bool are_alike(const ClauseRecord* one, const ClauseRecord* other) {
  if (one == nullptr || other == nullptr) return one == other;
  return one->verdict == other->verdict && one->kind == other->kind;
}

/// `A on new, B on old`: each clause with the sides on which it is so.
std::string clauses_with_sides(const Comparison& comparison, bool (ChangedClause::*is_so)() const) {
  std::vector<std::string> parts;
  std::vector<std::string> sides;
  const std::vector<ChangedClause> all = changes(comparison);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((all[i].*is_so)()) sides.push_back(comparison.sides[all[i].side].name);
    if (sides.empty() || (i + 1 < all.size() && all[i + 1].clause == all[i].clause)) continue;
    parts.push_back(fmt::format("{} on {}", id_of(all[i].clause), joined(sides, " and ")));
    sides.clear();
  }
  return joined(parts);
}

}  // namespace

const ClauseRecord* entry_of(const RunRecord& record, Clause clause) {
  const auto at = std::ranges::find(record.clauses, clause, &ClauseRecord::clause);
  return at == record.clauses.end() ? nullptr : &*at;
}

std::vector<Clause> compared_clauses(const Comparison& comparison) {
  std::vector<Clause> compared;
  for (const ClauseText& clause : clauses())
    if (std::ranges::any_of(comparison.sides,
                            [&](const ComparedSide& side) { return entry_of(side.record, clause.clause) != nullptr; }))
      compared.push_back(clause.clause);
  return compared;
}

bool ChangedClause::is_regression() const {
  return is_told(before, ClauseVerdict::holds) && is_told(after, ClauseVerdict::violated);
}

bool ChangedClause::is_lost() const {
  return is_told(before, ClauseVerdict::holds) && after != nullptr && after->kind == Untold::did_not;
}

std::vector<ChangedClause> changes(const Comparison& comparison) {
  std::vector<ChangedClause> changed;
  for (const Clause clause : compared_clauses(comparison))
    for (std::size_t side = 1; side < comparison.sides.size(); ++side) {
      const ChangedClause change{clause, side, entry_of(comparison.sides.front().record, clause),
                                 entry_of(comparison.sides[side].record, clause)};
      if (!are_alike(change.before, change.after)) changed.push_back(change);
    }
  return changed;
}

std::string_view name(ComparisonVerdict verdict) {
  switch (verdict) {
    case ComparisonVerdict::unchanged:
      return "unchanged";
    case ComparisonVerdict::regressed:
      return "regressed";
    case ComparisonVerdict::inconclusive:
      break;
  }
  return "inconclusive";
}

ComparisonVerdict verdict_of(const Comparison& comparison) {
  const std::vector<ChangedClause> changed = changes(comparison);
  if (std::ranges::any_of(changed, &ChangedClause::is_regression)) return ComparisonVerdict::regressed;
  const auto is_broken_off = [](const ComparedSide& side) { return !side.record.broken_off.empty(); };
  const bool any_held = std::ranges::any_of(comparison.sides.front().record.clauses, [](const ClauseRecord& entry) {
    return entry.verdict == ClauseVerdict::holds;
  });
  if (!any_held || std::ranges::any_of(comparison.sides, is_broken_off) ||
      std::ranges::any_of(changed, &ChangedClause::is_lost))
    return ComparisonVerdict::inconclusive;
  return ComparisonVerdict::unchanged;
}

std::string verdict_line(const Comparison& comparison) {
  const ComparisonVerdict verdict = verdict_of(comparison);
  std::string line = fmt::format("{}: ", name(verdict));
  const std::string& first = comparison.sides.front().name;
  if (verdict == ComparisonVerdict::regressed)
    return line + fmt::format("what held on {} is violated: {}", first,
                              clauses_with_sides(comparison, &ChangedClause::is_regression));
  if (verdict == ComparisonVerdict::unchanged)
    return line + fmt::format("nothing that held on {} is violated elsewhere", first);
  for (const ComparedSide& side : comparison.sides)
    if (!side.record.broken_off.empty()) return line + fmt::format("{}: {}", side.name, side.record.broken_off);
  const std::string lost = clauses_with_sides(comparison, &ChangedClause::is_lost);
  if (!lost.empty()) return line + fmt::format("what held on {} could not be told: {}", first, lost);
  return line + fmt::format("nothing held on {}", first);
}

}  // namespace closecheck::reports
