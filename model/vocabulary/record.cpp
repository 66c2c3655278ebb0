#include "closecheck/vocabulary/record.h"

#include <fmt/format.h>

#include <algorithm>

namespace closecheck {
namespace {

bool counted(Clause clause) {
  return level_of(clause) == Level::stated || level_of(clause) == Level::implied;
}

/// Clauses that a client of a live target cannot tell within a sitting.
bool exempt_live(Clause clause) {
  return clause == Clause::timeout_defaults_to_30m || clause == Clause::close_prunes_model;
}

bool required(const RunRecord& record, const ClauseRecord& entry) {
  if (record.http && exempt_live(entry.clause)) return false;
  const Level level = level_of(entry.clause);
  switch (record.require) {
    case Require::none:
      return false;
    case Require::stated:
      return level == Level::stated;
    case Require::all:
      return level == Level::stated || level == Level::implied;
  }
  return false;
}

}  // namespace

std::string_view name(ClauseVerdict verdict) {
  switch (verdict) {
    case ClauseVerdict::holds:
      return "holds";
    case ClauseVerdict::violated:
      return "violated";
    case ClauseVerdict::waived:
      return "waived";
    case ClauseVerdict::inconclusive:
      return "inconclusive";
    case ClauseVerdict::not_exercised:
      return "not-exercised";
    case ClauseVerdict::measured:
      break;
  }
  return "measured";
}

std::string_view name(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::conforms:
      return "conforms";
    case RunVerdict::violates:
      return "violates";
    case RunVerdict::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string_view name(Require require) {
  switch (require) {
    case Require::none:
      return "none";
    case Require::stated:
      return "stated";
    case Require::all:
      break;
  }
  return "all";
}

RunVerdict verdict_of(const RunRecord& record) {
  bool any_holds = false;
  bool untold = false;
  for (const ClauseRecord& entry : record.clauses) {
    if (entry.verdict == ClauseVerdict::violated && level_of(entry.clause) != Level::measured)
      return RunVerdict::violates;
    if (entry.verdict == ClauseVerdict::holds)
      any_holds = true;
    else if (entry.verdict != ClauseVerdict::waived && required(record, entry))
      untold = true;
  }
  return any_holds && !untold ? RunVerdict::conforms : RunVerdict::inconclusive;
}

std::string verdict_line(const RunRecord& record) {
  std::size_t all = 0;
  std::size_t holding = 0;
  std::string untold;
  std::string violated;
  std::string waived;
  const auto add = [](std::string& list, Clause clause) {
    if (!list.empty()) list += ", ";
    list += id_of(clause);
  };
  for (const ClauseRecord& entry : record.clauses) {
    if (entry.verdict == ClauseVerdict::violated) add(violated, entry.clause);
    if (entry.verdict == ClauseVerdict::waived) add(waived, entry.clause);
    if (!counted(entry.clause)) continue;
    ++all;
    if (entry.verdict == ClauseVerdict::holds)
      ++holding;
    else if (entry.verdict != ClauseVerdict::violated && entry.verdict != ClauseVerdict::waived)
      add(untold, entry.clause);
  }
  std::string line =
      fmt::format("{}: {} of {} stated and implied clauses hold", name(verdict_of(record)), holding, all);
  if (!violated.empty()) line += "; violated: " + violated;
  if (!waived.empty()) line += "; waived: " + waived;
  if (!untold.empty()) line += "; not told: " + untold;
  return line;
}

}  // namespace closecheck
