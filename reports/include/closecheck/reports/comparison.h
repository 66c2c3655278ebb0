// Runs side by side: a verdict for each clause and side, what is no longer as on the first, and what tells two apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// One of those that are compared.
struct ComparedSide {
  std::string name;  // as the user calls it
  std::string file;  // of the report that it was read from; empty: it was run
  RunRecord record;
};

/// A violation that shows on one side and not on another.
struct Difference {
  std::size_t shows_on = 0;  // sides, by their places
  std::size_t not_on = 0;
  ViolationRecord violation;             // of the one; where both were run, the shortest that shows there alone
  std::optional<History> other;          // what came of the same requests on the other; empty: they were not sent there
  std::vector<std::string> other_lines;  // its JSON Lines, for the page
  std::string why;                       // where they were not, or tell nothing
  std::string replay_on_other;           // the command; the one for the side on which it shows is that of the violation
  std::string replayed;           // what came of the saved scenario on the one: `still failing`; empty: not replayed
  std::string replayed_on_other;  // likewise: `fixed`
};

enum class ComparisonVerdict : std::uint8_t { unchanged, regressed, inconclusive };
std::string_view name(ComparisonVerdict verdict);

struct Comparison {
  std::string version;
  std::uint64_t seed = 0;
  std::string effort;               // empty: nothing was run
  std::vector<ComparedSide> sides;  // two or more; others are held against the first
  std::vector<Difference> differences;
};

/// A clause that is told otherwise than on the first side.
struct ChangedClause {
  Clause clause = Clause::close_ends_open_job;
  std::size_t side = 0;
  const ClauseRecord* before = nullptr;  // null: it was not selected there
  const ClauseRecord* after = nullptr;

  /// It held on the first side and is violated here.
  bool is_regression() const;
  /// It held on the first side, could have been told here, and was not.
  bool is_lost() const;
};

/// In catalogue order, and for each clause in the order of the sides.
std::vector<ChangedClause> changes(const Comparison& comparison);

/// `regressed` when something that held on the first side is violated on another; else `inconclusive` when nothing held
/// on the first side, when a run was broken off, or when something that held could not be told; else `unchanged`.
ComparisonVerdict verdict_of(const Comparison& comparison);
/// `regressed: closed-job-refuses-data no longer holds on new`.
std::string verdict_line(const Comparison& comparison);

/// Clauses that are alike everywhere and histories are not shown when `quiet`.
std::string write_comparison(const Comparison& comparison, const ConsoleStyle& style);
/// `closecheck-comparison/1` as JSON text. The schema is `comparison_schema()`.
std::string write_comparison_json(const Comparison& comparison);
std::string write_comparison_markdown(const Comparison& comparison);
/// One file that a browser shows, with everything in it and nothing fetched.
std::string write_comparison_html(const Comparison& comparison);
/// JSON Schema (draft 2020-12).
std::string_view comparison_schema();

}  // namespace closecheck::reports
