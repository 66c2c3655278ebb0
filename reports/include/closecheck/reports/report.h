// One record of a run, written for people and for machines. Pure functions of the record.
#pragma once

#include <span>
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
/// A form in which a file can hold the record. `run` has an option of its name for each.
struct ReportFormat {
  std::string_view name;  // `json`
  std::string_view help;  // one line, for the option
  std::string (*write)(const RunRecord& record);
};
/// Every form, in the order in which the files are written.
std::span<const ReportFormat> report_formats();
/// JSON Schema (draft 2020-12) of the report.
std::string_view report_schema();

}  // namespace closecheck::reports
