// Where the catalogue's texts live: one table per pair of levels, so that no file grows out of hand.
#pragma once

#include <array>
#include <cstddef>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::catalogue {

// Implied clauses follow the stated ones.
inline constexpr auto kStatedCount = static_cast<std::size_t>(Clause::closed_means_closed);
inline constexpr std::size_t kOtherCount = kClauseCount - kStatedCount;

/// The stated clauses, in catalogue order.
const std::array<ClauseText, kStatedCount>& stated_clauses();
/// The implied, dialect and measured clauses, in catalogue order.
const std::array<ClauseText, kOtherCount>& other_clauses();

}  // namespace closecheck::catalogue
