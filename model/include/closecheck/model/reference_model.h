// The reference model, for printing and for coverage: states, requests, and what stands in each cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace closecheck::model {

enum class TableFormat : std::uint8_t { table, mermaid, dot };

/// The whole model as text, from the machine's own list of rows and cells.
std::string print_model(TableFormat format);

/// Names in the order of `Judge::state_visits` and `Judge::transition_visits`.
std::vector<std::string> state_names();
std::vector<std::string> transition_names();

}  // namespace closecheck::model
