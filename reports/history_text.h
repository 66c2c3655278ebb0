// A history as numbered lines for a reader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "closecheck/vocabulary/history.h"

namespace closecheck::reports {

/// Behind the time of a line, where it is indented by two.
inline constexpr std::size_t kHistoryColumn = 19;

/// One line a request with its answer behind it; an answer that came after something else happened has a line of its
/// own. `marked` is the event that cannot be explained: its line begins with `>`. Lines end with a line feed. Requests
/// are numbered from 1 on, behind `requests_before` that are not shown.
std::string write_history(const History& history, std::optional<std::size_t> marked, const std::string& indent,
                          std::size_t requests_before = 0);

}  // namespace closecheck::reports
