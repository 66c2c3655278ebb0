// What a program will take, told from its steps alone.
#pragma once

#include <cstddef>

#include "engine/check.h"

namespace closecheck::properties {

/// About how long a program takes on a live target.
Duration estimated_time(const Program& program, const Environment& environment);

/// Live, trials wait more than they ask, so that several may go on side by side.
inline constexpr std::size_t kShrinkingTrialsAtOnceLive = 4;
/// What is waited for smaller programs, so that what takes half a minute each time is tried a few times only.
inline constexpr Duration kShrinkingTimeLive = 90 * kSecond;
/// Live: how many smaller programs are tried in place of this one.
std::size_t shrinking_trials_max(const Program& program, const Environment& environment);

/// Whether requests of several clients overlap in it.
bool has_overlap(const Program& program);

}  // namespace closecheck::properties
