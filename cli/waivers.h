// Waivers applied to the record of a run.
#pragma once

#include <string>
#include <vector>

#include "closecheck/vocabulary/record.h"
#include "configuration.h"

namespace closecheck::cli {

/// Today's date in UTC, YYYY-MM-DD.
std::string today();

/// Turns violated clauses that a waiver names into waived ones, with their proof in the reason, and decides the run's
/// verdict anew. A waiver of a clause by its id goes before one of its level. Those that have expired before `date` do
/// not apply; they and those that were of no use are named in the notes.
void apply_waivers(RunRecord& record, const std::vector<Waiver>& waivers, const std::string& date);

}  // namespace closecheck::cli
