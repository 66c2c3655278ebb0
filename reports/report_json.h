// Shared by the writers of JSON reports.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::reports {

nlohmann::ordered_json clause_ids(const std::vector<Clause>& clauses);

/// The events of a history from its lines; those that say what the file is (`schema`) are none and stay out.
nlohmann::ordered_json events_of(const std::vector<std::string>& lines);

/// Indented, with a final newline; bytes that are no UTF-8 are replaced.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace closecheck::reports
