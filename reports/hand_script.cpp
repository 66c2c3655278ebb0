// Where the script stands that shows a violation by hand
#include <filesystem>

#include "closecheck/reports/report.h"

namespace closecheck::reports {

std::string hand_script_of(const ViolationRecord& violation) {
  return std::filesystem::path(violation.scenario).replace_extension(violation.scenario.empty() ? "" : ".sh").string();
}

}  // namespace closecheck::reports
