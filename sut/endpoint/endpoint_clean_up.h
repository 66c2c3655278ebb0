// Removes from a live target what runs of ours created there.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "closecheck/sut/left_over.h"
#include "endpoint/endpoint_target.h"

namespace closecheck::sut {

/// How a thing turned out to be gone.
enum class Gone : std::uint8_t { was_removed, was_not_there };

struct Removal {
  std::set<Thing> things;
  std::set<std::string> closed_jobs;   // which need no close
  std::set<std::string> hanging_jobs;  // whose normal close does not end: they are closed by force at once
  std::set<std::string> unused_jobs;   // which have nothing to write: nobody waits long for their housekeeping
  Duration close_timeout = kCleanUpRequestPatience;  // of a normal close
  Duration patience = kCleanUpPatience;              // of all of it; less where the run ends before
  std::function<void(const Thing&, Gone)> gone;
};

/// As the function of the same name for everybody. Returns what is left.
std::set<Thing> remove_things(Target& target, const Removal& removal);

}  // namespace closecheck::sut
