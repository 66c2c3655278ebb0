// What a program will take, told from its steps alone.
#pragma once

#include "engine/check.h"

namespace closecheck::properties {

/// About how long a program takes on a live target.
Duration estimated_time(const Program& program, const Environment& environment);

/// Whether requests of several clients overlap in it.
bool has_overlap(const Program& program);

}  // namespace closecheck::properties
