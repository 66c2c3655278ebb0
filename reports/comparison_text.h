// Shared by the writers of comparisons.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "closecheck/reports/comparison.h"

namespace closecheck::reports {

/// Of the record; null: the clause was not selected.
const ClauseRecord* entry_of(const RunRecord& record, Clause clause);

/// Those that some side has, in catalogue order.
std::vector<Clause> compared_clauses(const Comparison& comparison);

/// `A`, `B` and so on.
std::string letter_of(std::size_t side);
/// A verdict in a word: `holds`, and `cannot` or `did-not` for what was not told; `-`: not selected.
std::string_view word_of(const ClauseRecord* entry);
/// What a side is: `in process, deviation writes-no-snapshot, xpack-5.4`.
std::string describe_side(const ComparedSide& side);

/// Whether a violation is the one before it once more, held against another side.
bool goes_on(const Difference& before, const Difference& difference);

}  // namespace closecheck::reports
