// Waivers applied to the record of a run.
#pragma once

#include <string>
#include <vector>

#include "closecheck/vocabulary/record.h"
#include "configuration.h"

namespace closecheck::cli {

/// Today's date in UTC, YYYY-MM-DD.
std::string today();

/// Turns violated clauses whose every violation a waiver covers into waived ones, and decides the run's verdict anew.
/// The violations stay where they are. A waiver of one violation, by its fingerprint, goes before one of its clause,
/// and that before one of its level. What there is to say of the waivers is put among the notes. Returns what is wrong
/// with them, a sentence each: those that have expired before `date`, which do not apply, and those of clauses that
/// hold.
std::vector<std::string> apply_waivers(RunRecord& record, const std::vector<Waiver>& waivers, const std::string& date);

}  // namespace closecheck::cli
