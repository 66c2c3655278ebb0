// The forms in which a file can hold the report of a run.
#include <array>
#include <filesystem>

#include "closecheck/reports/report.h"

namespace closecheck::reports {

std::span<const ReportFormat> report_formats() {
  static constexpr std::array kFormats{
      ReportFormat{"json", "Write the report as JSON", write_json},
      ReportFormat{"junit", "Write the report as JUnit XML", write_junit},
      ReportFormat{"sarif", "Write the report as SARIF 2.1.0", write_sarif},
      ReportFormat{"html", "Write the report as one page for a browser", write_html},
      ReportFormat{"badge", "Write the verdict as a small picture (SVG)", write_badge},
  };
  return kFormats;
}

std::string hand_script_of(const ViolationRecord& violation) {
  return std::filesystem::path(violation.scenario).replace_extension(violation.scenario.empty() ? "" : ".sh").string();
}

}  // namespace closecheck::reports
