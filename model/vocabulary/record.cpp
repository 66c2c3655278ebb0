#include "closecheck/vocabulary/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

bool counted(Clause clause) {
  return level_of(clause) == Level::stated || level_of(clause) == Level::implied;
}

/// Clauses that a client of a live target cannot tell within a sitting.
bool exempt_live(Clause clause) {
  return clause == Clause::timeout_defaults_to_30m || clause == Clause::close_prunes_model;
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

std::string_view name(Untold kind) {
  return kind == Untold::cannot ? "cannot" : "did-not";
}

std::string_view name(Require require) {
  switch (require) {
    case Require::none:
      return "none";
    case Require::stated:
      return "stated";
    case Require::reachable:
      return "reachable";
    case Require::all:
      break;
  }
  return "all";
}

bool is_required(const RunRecord& record, const ClauseRecord& entry) {
  if (record.http && exempt_live(entry.clause)) return false;
  switch (record.require) {
    case Require::none:
      return false;
    case Require::stated:
      return level_of(entry.clause) == Level::stated;
    case Require::reachable:
      return counted(entry.clause) && entry.kind != Untold::cannot;
    case Require::all:
      return counted(entry.clause);
  }
  return false;
}

RunVerdict verdict_of(const RunRecord& record) {
  bool any_holds = false;
  bool any_counted = false;
  bool any_counted_holds = false;
  bool untold = !record.broken_off.empty();
  for (const ClauseRecord& entry : record.clauses) {
    if (entry.verdict == ClauseVerdict::violated && level_of(entry.clause) != Level::measured)
      return RunVerdict::violates;
    const bool holds = entry.verdict == ClauseVerdict::holds;
    any_holds = any_holds || holds;
    any_counted = any_counted || counted(entry.clause);
    any_counted_holds = any_counted_holds || (holds && counted(entry.clause));
    if (!holds && entry.verdict != ClauseVerdict::waived && is_required(record, entry)) untold = true;
  }
  const bool any_evidence = any_counted ? any_counted_holds : any_holds;
  return any_evidence && !untold ? RunVerdict::conforms : RunVerdict::inconclusive;
}

std::string verdict_line(const RunRecord& record) {
  std::size_t all = 0;
  std::size_t holding = 0;
  std::size_t beyond = 0;  // cannot be told here
  std::map<std::string, std::size_t> causes;
  std::vector<std::string_view> untold;
  std::vector<std::string_view> violated;
  std::vector<std::string_view> waived;
  for (const ClauseRecord& entry : record.clauses) {
    if (entry.verdict == ClauseVerdict::violated) violated.push_back(id_of(entry.clause));
    if (entry.verdict == ClauseVerdict::waived) waived.push_back(id_of(entry.clause));
    if (!counted(entry.clause)) continue;
    ++all;
    if (entry.verdict == ClauseVerdict::holds) {
      ++holding;
    } else if (entry.kind == Untold::cannot) {
      ++beyond;
      ++causes[entry.cause];
    } else if (entry.verdict != ClauseVerdict::violated && entry.verdict != ClauseVerdict::waived) {
      untold.push_back(id_of(entry.clause));
    }
  }
  const std::size_t reachable = all - beyond;
  std::string line = fmt::format("{}: ", name(record.verdict));
  if (all == 0)
    line += "no stated or implied clause was selected";
  else if (beyond == 0)
    line += fmt::format("{} of {} stated and implied clauses hold", holding, all);
  else if (holding == reachable && reachable > 0)
    line += fmt::format("all {} stated and implied clauses that can be told here hold", reachable);
  else
    line += fmt::format("{} of {} stated and implied clauses that can be told here hold", holding, reachable);
  if (!violated.empty()) line += fmt::format("; violated: {}", fmt::join(violated, ", "));
  if (!waived.empty()) line += fmt::format("; waived: {}", fmt::join(waived, ", "));
  if (!record.broken_off.empty()) line += "; " + record.broken_off;
  if (!record.cut_short.empty()) line += "; " + record.cut_short;
  // Where a run could not even begin, its cause says it all.
  const bool is_all_untold = untold.size() == all && !record.broken_off.empty();
  if (!untold.empty() && !is_all_untold) line += fmt::format("; not told: {}", fmt::join(untold, ", "));
  if (beyond > 0) {
    // The most common cause first.
    std::vector<std::pair<std::string, std::size_t>> counts(causes.begin(), causes.end());
    std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    const auto text_of = [](const auto& cause) { return fmt::format("{} ({})", cause.first, cause.second); };
    line += fmt::format("; {} cannot: {}", beyond, joined(counts, ", ", text_of));
  }
  return line;
}

}  // namespace closecheck
