// Calls without what a reader would have to wonder about: overlaps, other callers, parameters.
#pragma once

#include <vector>

#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// The same call with one oddity less, in each way that there is; empty where it is plain already. Pure.
std::vector<Step> simpler(const Step& step);

}  // namespace closecheck::properties
