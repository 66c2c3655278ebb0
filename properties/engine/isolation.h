// What a program may touch of a target that it shares with others: open places, and the jobs of others.
#pragma once

#include <cstddef>

#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// Whether a request of the program may change what does not bear a name of its own, one that begins with
/// `kNamePrefix`: a job without an id, `_all`, a wildcard of everything.
bool touches_others(const Program& program);

/// Jobs that may be open at the same time while the program runs; none where nothing is opened.
std::size_t places_of(const Program& program);

}  // namespace closecheck::properties
