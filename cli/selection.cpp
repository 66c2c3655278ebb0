#include "selection.h"

#include <fmt/format.h>

#include <array>

#include "closecheck/vocabulary/text.h"
#include "configuration.h"
#include "errors.h"

namespace closecheck::cli {

std::vector<Clause> select_clauses(const std::vector<std::string>& patterns) {
  std::array<bool, kClauseCount> selected{};
  if (patterns.empty()) selected.fill(true);
  for (const std::string& pattern : patterns) {
    if (pattern.find_first_of("*?") == std::string::npos) {
      selected.at(static_cast<std::size_t>(require_clause(pattern))) = true;
      continue;
    }
    bool found = false;
    for (std::size_t i = 0; i < kClauseCount; ++i) {
      if (!matches_glob(pattern, clauses()[i].id)) continue;
      selected.at(i) = true;
      found = true;
    }
    if (!found) throw UsageError(fmt::format("no clause matches '{}'; `closecheck clauses` lists them", pattern));
  }
  std::vector<Clause> result;
  for (std::size_t i = 0; i < kClauseCount; ++i)
    if (selected.at(i)) result.push_back(clauses()[i].clause);
  return result;
}

}  // namespace closecheck::cli
