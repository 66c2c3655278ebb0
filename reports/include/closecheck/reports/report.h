// One run, written for people and for machines. Pure functions of what is known of it.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// What the reference model says of a state and a request, or of something that happens by itself.
struct ModelCell {
  std::string name;  // as coverage counts it
  std::string state;
  std::string step;
  std::string next;     // empty: the state stays
  std::string answers;  // in words; empty: nothing is asked
  Clause clause = Clause::close_ends_open_job;
  bool of_feed = false;
  bool spontaneous = false;
};

/// The model that a run was judged by, to be shown with what the run met of it.
struct ModelMap {
  std::vector<std::string> states;  // in the order in which they are shown
  std::vector<ModelCell> cells;
  std::string picture;  // SVG
};

/// Milliseconds until the answers came, by kind of request, in the order in which they did.
using Latencies = std::map<std::string, std::vector<double>>;

/// Everything that the reports of a run are written from.
struct RunReport {
  RunReport() = default;
  /// A record alone is a report of what it holds.
  RunReport(RunRecord of) : record(std::move(of)) {}  // NOLINT(google-explicit-constructor)

  RunRecord record;                        // violations that are waived stand here too
  std::vector<std::string> waiver_faults;  // for which the run fails though it may conform: one sentence each
  Latencies latencies;                     // live
  ModelMap model;                          // for those that draw it; empty: they do not
};

/// `closecheck-report/1` as JSON text with a final newline. The schema is `report_schema()`.
std::string write_json(const RunReport& report);
/// JUnit XML: one case per clause; not told is `skipped`.
std::string write_junit(const RunReport& report);
/// SARIF 2.1.0: clauses are rules, violations results with their fingerprint, waived ones suppressed.
std::string write_sarif(const RunReport& report);
/// The verdict as a small picture (SVG) for a page of somebody's.
std::string write_badge(const RunReport& report);
/// One file that a browser shows, with everything in it and nothing fetched.
std::string write_html(const RunReport& report);
/// The run in Markdown, as GitHub shows it on the page of a workflow.
std::string write_step_summary(const RunReport& report);

/// Where the script stands that shows a violation by hand: beside its scenario. Empty: it is not saved.
std::string hand_script_of(const ViolationRecord& violation);

struct ConsoleStyle {
  bool colour = false;
  bool quiet = false;
  bool annotates = false;  // with lines that GitHub reads as annotations
  std::size_t width = 0;   // columns that a line may take; 0: as many as it needs
};
/// Seed and settings first, table of clauses, what does not hold before what does, violations, verdict last.
std::string write_console(const RunReport& report, const ConsoleStyle& style);

/// A form in which a file can hold the report. `run` has an option of its name for each.
struct ReportFormat {
  std::string_view name;  // `json`
  std::string_view help;  // one line, for the option
  std::string (*write)(const RunReport& report);
};
/// Every form, in the order in which the files are written.
inline constexpr std::array kReportFormats{
    ReportFormat{"json", "Write the report as JSON", write_json},
    ReportFormat{"junit", "Write the report as JUnit XML", write_junit},
    ReportFormat{"sarif", "Write the report as SARIF 2.1.0", write_sarif},
    ReportFormat{"html", "Write the report as one page for a browser", write_html},
    ReportFormat{"badge", "Write the verdict as a small picture (SVG)", write_badge},
};

/// JSON Schema (draft 2020-12) of the report.
std::string_view report_schema();

}  // namespace closecheck::reports
