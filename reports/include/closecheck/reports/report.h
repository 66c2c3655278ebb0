// One record of a run, written for people and for machines. Pure functions of the record.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// `closecheck-report/1` as JSON text with a final newline. The schema is `report_schema()`.
std::string write_json(const RunRecord& record);
/// JUnit XML: one case per clause; not told is `skipped`.
std::string write_junit(const RunRecord& record);
struct ConsoleStyle {
  bool colour = false;
  bool quiet = false;
};
/// Seed and settings first, table of clauses, violations, verdict last.
std::string write_console(const RunRecord& record, const ConsoleStyle& style);
/// JSON Schema (draft 2020-12) of the report.
std::string_view report_schema();

}  // namespace closecheck::reports
