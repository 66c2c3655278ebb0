// The forms in which a file can hold the record of a run.
#include <array>

#include "closecheck/reports/report.h"

namespace closecheck::reports {

std::span<const ReportFormat> report_formats() {
  static constexpr std::array kFormats{
      ReportFormat{"json", "Write the report as JSON", write_json},
      ReportFormat{"junit", "Write the report as JUnit XML", write_junit},
  };
  return kFormats;
}

}  // namespace closecheck::reports
