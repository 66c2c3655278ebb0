// Judges kept histories once more, by the judge of every run.
#pragma once

#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/vocabulary/deciding_history.h"

namespace closecheck::properties {

/// The lines of one history, with or without the one that says what it is. Throws `sut::HistoryError`.
model::Judged judge_again(const std::vector<std::string>& lines, Profile profile, const JudgingRules& rules);

}  // namespace closecheck::properties
