// Which clauses a run is about.
#pragma once

#include <string>
#include <vector>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::cli {

/// The clauses that the ids and globs name, each once and in catalogue order; all for no pattern. Throws UsageError for
/// a pattern that matches nothing.
std::vector<Clause> select_clauses(const std::vector<std::string>& patterns);

}  // namespace closecheck::cli
