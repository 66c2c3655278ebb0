// Shared by the writers of JSON reports.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::reports {

nlohmann::ordered_json clause_ids(const std::vector<Clause>& clauses);

/// Indented, with a final newline; bytes that are no UTF-8 are replaced.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace closecheck::reports
