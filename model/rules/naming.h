// Which clause a departure is named by, where several speak of it: one order for all rules. Pure functions.
#pragma once

#include "closecheck/vocabulary/finding.h"

namespace closecheck::model {

/// Whether the first clause says more about what went wrong: it leads, and the other one stands beside it.
bool is_named_before(Clause a, Clause b);

/// Lets a clause that also speaks of the departure lead, if it is named before the one that leads now.
void name_also(Finding& finding, Clause clause);

/// Lets a clause stand beside the one that leads, whatever the order.
void stand_beside(Finding& finding, Clause clause);

}  // namespace closecheck::model
