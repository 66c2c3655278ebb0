// What a request may name instead of one job: a list, divided by commas. Pure; any thread may use it.
#pragma once

#include <algorithm>
#include <string_view>

namespace closecheck {

/// Calls `take` with each part of a list, in the order in which they stand; never for an empty text.
template <class Take>
void each_part(std::string_view expression, Take take) {
  while (!expression.empty()) {
    const std::size_t comma = std::min(expression.find(','), expression.size());
    take(expression.substr(0, comma));
    expression.remove_prefix(std::min(comma + 1, expression.size()));
  }
}

}  // namespace closecheck
