// For tests: which deviations a quick live run tells, and which it leaves to longer runs.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "closecheck/sut/deviation.h"

namespace closecheck::sut {

/// What shows only where users and roles may be made, which belong to the whole cluster.
inline constexpr std::array<std::string_view, 2> kToldClusterWide{"revoked-user-closes", "revocation-stops-close"};

/// Whether a quick live run names the clause of that deviation first. What a model holds is told in process only, and
/// half a minute of waiting is not for the quick.
inline bool is_told_by_core_round(const DeviationText& text) {
  return text.clause != Clause::close_prunes_model && text.clause != Clause::timeout_defaults_to_30m &&
         std::ranges::find(kToldClusterWide, text.name) == kToldClusterWide.end();
}

}  // namespace closecheck::sut
