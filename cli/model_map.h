// The reference model as reports show it.
#pragma once

#include "closecheck/reports/report.h"

namespace closecheck::cli {

/// With what the run met of it.
reports::ModelMap model_map(const RunRecord& record);

}  // namespace closecheck::cli
