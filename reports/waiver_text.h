// A waiver of one violation, ready to be pasted into a configuration.
#pragma once

#include <string>

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// An item of the list `waivers:`, on one line. Reason and owner are for the user to fill in; it expires three months
/// after the run.
std::string waiver_line(const RunRecord& record, const ViolationRecord& violation);

}  // namespace closecheck::reports
