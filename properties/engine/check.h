// A check is data: a name, the clauses that it serves, what it needs of the target, and the programs that put the
// clauses to the test. What is right is decided by the judge alone; a check only provokes. Knows no test framework.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck::properties {

/// What a check may know of the target when it builds its programs.
struct Environment {
  Profile profile = Profile::xpack_5_4;
  bool live = false;
  bool secured = true;
  std::set<Principal> principals;  // that can be asked as
  std::set<Fault> faults;          // that can be injected
  std::set<Clause> selected;       // that are asked for; empty: all
  Duration round_trip_max = kMillisecond;
  Duration margin = kMillisecond;              // tolerance of every clock check
  Duration normal_close = 200 * kMillisecond;  // how long the close of a small job takes
  Duration slow = 3 * kSecond;                 // for `slow_close`: whole seconds, well beyond margin and normal close
  Duration patience = 40 * kSecond;            // within which whatever goes on by itself has ended
  Duration long_wait = 0;  // live: a close that takes much longer, where the budget has room for one; 0: none

  bool knows(Principal principal) const { return principals.count(principal) != 0; }
};

/// What has to be there for a check to run at all.
struct Needs {
  std::set<Fault> faults{};
  std::set<Principal> principals{};
  bool security = false;             // somebody must be refusable
  std::optional<Profile> profile{};  // only in this dialect
  std::optional<bool> live{};        // only live, or only in process
};

/// Samples by clause and figure; the unit stands last in the name. Figures named `longest_...` are maxima, all others
/// medians.
using Samples = std::map<std::pair<Clause, std::string>, std::vector<double>>;

struct Check {
  std::string_view name;
  std::vector<Clause> serves;  // the first is the one that it is aimed at
  Needs needs;
  /// Minimal programs, the most telling first. Empty for a check that generates.
  std::function<std::vector<Program>(const Environment&)> programs;
  /// A random program; the same seed and size give the same one. Empty for a check with programs of its own.
  std::function<Program(const Environment&, std::uint64_t seed, int size)> generate;
  /// Reads figures off a history. May be empty.
  std::function<void(const History&, const Environment&, Samples&)> measure;

  bool is_generated() const { return static_cast<bool>(generate); }
  bool serves_clause(Clause clause) const;
  Clause aim() const { return serves.front(); }
  /// Whether the clause was put to the test on purpose; what random programs find is found in passing.
  bool aims_at(Clause clause) const { return !is_generated() && aim() == clause; }
};

/// What `unmet_need` says of a check that is for the other kind of target; nobody can do anything about it.
inline constexpr std::array<std::string_view, 2> kOtherwhere{"told in process only", "told on a live target only"};

/// Why the check cannot run here, for the report (`no principal none is configured`); empty: it can.
std::string unmet_need(const Check& check, const Environment& environment);

/// Every registered check, in the order in which they are listed and merged.
const std::vector<Check>& all_checks();

}  // namespace closecheck::properties
