#include "closecheck/vocabulary/clause.h"

#include <algorithm>

#include "vocabulary/clause_catalogue.h"

namespace closecheck {
namespace {

std::array<ClauseText, kClauseCount> joined() {
  std::array<ClauseText, kClauseCount> all{};
  const auto& stated = catalogue::stated_clauses();
  const auto& other = catalogue::other_clauses();
  std::copy(other.begin(), other.end(), std::copy(stated.begin(), stated.end(), all.begin()));
  return all;
}

}  // namespace

std::span<const ClauseText, kClauseCount> clauses() {
  static const std::array<ClauseText, kClauseCount> all = joined();
  return all;
}

const ClauseText& text_of(Clause clause) {
  return clauses()[static_cast<std::size_t>(clause)];
}

std::string_view id_of(Clause clause) {
  return text_of(clause).id;
}

Level level_of(Clause clause) {
  return text_of(clause).level;
}

std::optional<Clause> clause_named(std::string_view id) {
  for (const ClauseText& text : clauses())
    if (text.id == id) return text.clause;
  return std::nullopt;
}

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 4> names{"stated", "implied", "dialect", "measured"};
  return names.at(static_cast<std::size_t>(level));
}

}  // namespace closecheck
