// Reads the report of a run (`closecheck-report/1`) back into its record.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// A text that is no such report: `what` says what was expected, and where.
struct ReportError {
  std::string what;
};

/// Programs and histories of violations stay empty: their histories are in `history_lines`, without the line that says
/// what they are. Members that it does not know are passed over. Throws ReportError, also for a report that contradicts
/// itself in the names that it uses.
RunRecord read_report(std::string_view text);

}  // namespace closecheck::reports
