// Where the catalogue's texts live: one table per pair of levels, so that no file grows out of hand.
#pragma once

#include <array>
#include <cstddef>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::catalogue {

inline constexpr std::size_t kStatedCount = 23;
inline constexpr std::size_t kOtherCount = kClauseCount - kStatedCount;

/// The stated clauses, in catalogue order.
const std::array<ClauseText, kStatedCount>& stated_clauses();
/// The implied, dialect and measured clauses, in catalogue order.
const std::array<ClauseText, kOtherCount>& other_clauses();

}  // namespace closecheck::catalogue
