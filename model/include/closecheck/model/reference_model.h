// The reference model, for printing and for coverage: states, requests, and what stands in each cell.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/clause.h"

namespace closecheck::model {

enum class TableFormat : std::uint8_t { table, mermaid, dot, svg };

/// How often a run met each state and each row, by their names.
struct Visits {
  std::map<std::string, std::int64_t> states;
  std::map<std::string, std::int64_t> rows;
};

/// The whole model as text, from the machine's own list of rows and cells. With `visits`, what was met and how often
/// shows: in colours where the form has them.
std::string print_model(TableFormat format, const Visits* visits = nullptr);

/// Names in the order of `Judge::state_visits` and `Judge::transition_visits`.
std::vector<std::string> state_names();
std::vector<std::string> transition_names();

/// One row in words.
struct ModelRow {
  std::string name;  // as in `transition_names`
  std::string state;
  std::string step;
  std::string next;     // empty: the state stays
  std::string answers;  // empty: it happens by itself
  Clause clause = Clause::close_ends_open_job;
  bool of_feed = false;
  bool spontaneous = false;
};
/// In the order of `transition_names`.
std::vector<ModelRow> model_rows();

}  // namespace closecheck::model
