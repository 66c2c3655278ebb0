// Which clause a violation breaks, and how to tell a vendor's engineer. Pure functions over the log and the evidence of
// the search.
#pragma once

#include <optional>
#include <string>

#include "model/player.h"

namespace closecheck::model {

/// A violation explained; without a clause the page says nothing of the matter and the history is inconclusive.
struct Attribution {
  std::optional<Clause> clause;
  OracleFinding finding;
  std::string why;  // when there is no clause
};

/// Explains why `item` left nothing in `player`. `probe` is scratch: the log is judged again with single
/// answers left unknown.
Attribution explain(const Log& log, std::size_t item, const Player& player, Player& probe);

}  // namespace closecheck::model
