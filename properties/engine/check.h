// A check is data: a name, the clauses that it serves, what it needs of the target, and the programs that put the
// clauses to the test. What is right is decided by the judge alone; a check only provokes. Knows no test framework.
#pragma once

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
#include "closecheck/vocabulary/record.h"

namespace rc {
template <class T>
class Gen;
}  // namespace rc

namespace closecheck::properties {

/// What a check may know of the target when it builds its programs.
struct Environment {
  Profile profile{};
  bool live = false;
  bool secured = true;
  bool lets_everybody_in = false;  // principals are configured, and the target refuses nobody all the same
  std::string datafeeds_absent;    // how the target showed that it has no datafeeds; empty: it has them
  std::string documents_absent;    // ... no indices and documents
  std::set<Principal> principals;  // that can be asked as
  std::set<Principal> unsuitable;  // configured, but not what their name promises, as the target says
  std::set<Fault> faults;          // that can be injected
  std::set<Clause> selected;       // that are asked for; empty: all
  bool allow_cluster_wide = true;  // requests may touch more than the program's own jobs
  Duration round_trip_max = kMillisecond;
  Duration margin = kMillisecond;              // tolerance of every clock check
  Duration normal_close = 200 * kMillisecond;  // how long the close of a small job takes
  Duration slow = 3 * kSecond;                 // for `slow_close`: whole seconds, well beyond margin and normal close
  Duration answer_patience_max = kHour;        // live: no answer is awaited for longer
  Duration patience = 40 * kSecond;            // within which whatever goes on by itself has ended
  Duration long_wait = 0;  // live: a close that takes much longer, where the budget has room for one; 0: none

  bool knows(Principal principal) const { return principals.count(principal) != 0; }
};

/// Live: a datafeed at its end may wait so much longer before it closes its job.
inline constexpr Duration kFeedPatience = 20 * kSecond;

/// What has to be there for a check to run at all.
struct Needs {
  std::set<Fault> faults{};
  std::set<Principal> principals{};
  bool security = false;             // somebody must be refusable
  bool datafeeds = false;            // datafeeds, and the documents that they read
  bool Dialect::*dialect = nullptr;  // what the dialect must have
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
  /// Random programs, as a function of a random state and a size. Empty for a check with programs of its own.
  std::function<rc::Gen<Program>(const Environment&)> generate;
  /// Reads figures off a history. May be empty.
  std::function<void(const History&, const Environment&, Samples&)> measure;
  /// Live: how many of its programs, from the first on, tell the clause. A quick run has these alone.
  std::size_t core_programs = 1;

  bool is_generated() const { return static_cast<bool>(generate); }
  bool serves_clause(Clause clause) const;
  Clause aim() const { return serves.front(); }
  /// Whether the clause was put to the test on purpose; what random programs find is found in passing.
  bool aims_at(Clause clause) const { return !is_generated() && aim() == clause; }
};

/// Why a check cannot run here.
struct Unmet {
  /// What lacks, the first that something can be done about first.
  enum class By : std::uint8_t { nothing, target, configuration, api, profile, kind_of_target };
  By by = By::nothing;
  std::string why;    // for the report: `no hook fail_job is configured`
  std::string cause;  // in the few words that the verdict line counts: `no hooks`

  explicit operator bool() const { return by != By::nothing; }
  /// Of a target that could have met the need and did not, nothing more can be said than that it was not told.
  Untold kind() const { return by == By::target ? Untold::did_not : Untold::cannot; }
};
Unmet unmet_need(const Check& check, const Environment& environment);

/// How many of its programs are not run because they could touch the jobs of others.
std::size_t programs_kept_back(const Check& check, const Environment& environment);

/// Every registered check, in the order in which they are listed and merged.
const std::vector<Check>& all_checks();

}  // namespace closecheck::properties
