// Removes from a live target what runs of ours created there.
#pragma once

#include <functional>
#include <set>

#include "endpoint/endpoint_target.h"
#include "endpoint/journal.h"

namespace closecheck::sut {

/// How long one request of the clean-up, and all of it, may take; less where the run ends before.
inline constexpr Duration kCleanUpRequestPatience = 5 * kSecond;
inline constexpr Duration kCleanUpPatience = 20 * kSecond;

/// Stops and deletes datafeeds, force-closes and deletes jobs, deletes indices, in that order. What is not there counts
/// as removed; `gone` is called for each. Returns what is left.
std::set<Thing> remove_things(Target& target, const std::set<Thing>& things,
                              const std::function<void(const Thing&)>& gone);

}  // namespace closecheck::sut
