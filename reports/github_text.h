// What GitHub reads in the output of a step: lines that it shows as annotations.
#pragma once

#include <string>
#include <string_view>

#include "closecheck/vocabulary/record.h"

namespace closecheck::reports {

/// A line of its own, with its end. `kind`: `error`, `warning` or `notice`. Nothing in the texts can end it.
std::string annotation(std::string_view kind, std::string_view title, std::string_view text);
/// Of one violation, waived or not.
std::string annotation_of(const RunRecord& record, const ViolationRecord& violation);
/// The text without the marks by which GitHub would take a part of it for a command.
std::string without_commands(std::string text);

}  // namespace closecheck::reports
