// One record of a run: everything that any report is written from. Plain data.
#pragma once

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

/// Which levels must be told for a run to conform.
enum class Require : std::uint8_t { none, stated, all };
std::string_view name(Require require);

struct ClauseRecord {
  Clause clause = Clause::close_ends_open_job;
  ClauseVerdict verdict = ClauseVerdict::not_exercised;
  std::int64_t checks = 0;                // checks registered for the clause that ran
  std::int64_t exchanges = 0;             // exchanges made by them
  std::string why;                        // reason of a verdict that is not `holds`, or a remark
  std::map<std::string, double> figures;  // name with unit last: `close_time_ms`
};

struct ViolationRecord {
  Finding finding;
  std::string check;
  Program program;  // the minimal counterexample, names as in the history
  History history;
  std::string scenario;  // path of the saved counterexample; empty: not saved
  std::uint64_t seed = 0;
  std::string replay;  // the command that replays it
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
  Profile profile = Profile::xpack_5_4;
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
};

/// The run's verdict from its clauses: `violates` when a stated, implied or dialect clause is violated (waived ones
/// are `waived`); else `inconclusive` when none holds or a clause of a required level does not (but for the two that
/// are exempt on a live target); else `conforms`.
RunVerdict verdict_of(const RunRecord& record);

/// `conforms: 31 of 35 stated and implied clauses hold; not told: a, b, c, d`.
std::string verdict_line(const RunRecord& record);

}  // namespace closecheck
