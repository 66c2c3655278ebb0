// One record of a run: everything that any report is written from. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"
#include "closecheck/vocabulary/program.h"

namespace closecheck {

enum class ClauseVerdict : std::uint8_t { holds, violated, waived, inconclusive, not_exercised, measured };
std::string_view name(ClauseVerdict verdict);

enum class RunVerdict : std::uint8_t { conforms, violates, inconclusive };
std::string_view name(RunVerdict verdict);

/// Why a clause was not told. `cannot`: nothing that a run does here can tell it, for want of something that is not
/// configured, by the catalogue, or because a whole API is absent. `did_not`: it could have been told and was not.
enum class Untold : std::uint8_t { cannot, did_not };
std::string_view name(Untold kind);

/// Which clauses must hold for a run to conform. `reachable`: every stated and implied one that is not `cannot`.
enum class Require : std::uint8_t { none, stated, reachable, all };
std::string_view name(Require require);
inline constexpr std::array kRequires{Require::none, Require::stated, Require::reachable, Require::all};

struct ClauseRecord {
  Clause clause = Clause::close_ends_open_job;
  ClauseVerdict verdict = ClauseVerdict::not_exercised;
  std::int64_t checks = 0;                // checks registered for the clause that ran
  std::int64_t exchanges = 0;             // exchanges made by them
  std::string why;                        // reason of a verdict that is not `holds`, or a remark
  std::optional<Untold> kind{};           // of `inconclusive`, `not_exercised` and `measured`
  std::string cause;                      // of `cannot`, in the words that the verdict line counts: `no hooks`
  std::map<std::string, double> figures;  // name with unit last: `close_time_ms`
};

struct ViolationRecord {
  Finding finding;
  std::string check;
  Program program;  // the minimal counterexample, names as in the history
  History history;
  std::string scenario;  // path of the saved counterexample; empty: not saved
  std::uint64_t seed = 0;
  std::optional<Duration> rest_after_force;  // live: for so long whatever a forced close leaves may still change
  std::string replay;                        // the command that replays it
  std::string reproduced;                    // `3 of 3`: so often it came again, replayed alone; or `not tried`
  std::vector<std::string> curl;
  std::vector<std::string> history_lines;  // the history as JSON Lines, one event each (credentials never)
};

struct WaivedRecord {
  Clause clause = Clause::close_ends_open_job;
  std::string reason;
  std::string owner;
  std::string expires;  // YYYY-MM-DD; empty: never
};

struct RunRecord {
  std::string version;
  bool http = false;
  std::string url;        // empty in process
  std::string deviation;  // empty: none
  Profile profile{};
  std::uint64_t seed = 0;
  std::string effort = "standard";
  std::string started;  // UTC, ISO 8601
  std::int64_t elapsed_ms = 0;
  Require require = Require::all;
  RunVerdict verdict = RunVerdict::inconclusive;
  std::int64_t exchanges = 0;
  std::int64_t sequences = 0;
  std::int64_t checks = 0;
  std::vector<ClauseRecord> clauses;  // selected ones, in catalogue order
  std::vector<ViolationRecord> violations;
  std::vector<WaivedRecord> waived;
  std::map<std::string, std::int64_t> state_coverage;
  std::map<std::string, std::int64_t> transition_coverage;
  std::vector<std::string> notes;  // preflight facts and assumptions, for people
  std::string broken_off;  // what ended the run before its time (`interrupted`, the target is gone); empty: nothing
  std::string cut_short;   // what was left out for want of time, as the user allowed; empty: nothing
};

/// Whether the clause has to hold for the run to conform. The two clauses that no client can tell of a live target
/// never have to there.
bool is_required(const RunRecord& record, const ClauseRecord& entry);

/// The run's verdict from its clauses: `violates` when a stated, implied or dialect clause is violated (waived ones
/// are `waived`); else `inconclusive` when the run was broken off, when no selected clause holds, when stated or
/// implied ones are selected and none of them holds, or when a required one does not; else `conforms`.
RunVerdict verdict_of(const RunRecord& record);

/// `conforms: all 26 stated and implied clauses that can be told here hold; 9 cannot: no hooks (5), ...`.
std::string verdict_line(const RunRecord& record);

}  // namespace closecheck
