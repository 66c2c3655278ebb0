// Reports of replays and of judged histories, written for people and for machines. Pure functions of plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::reports {

/// What became of one scenario file.
struct ReplayedFile {
  std::string file;
  std::string verdict;  // `fixed`, `still failing` or `cannot tell`
  std::string why;
  std::vector<Finding> findings;
  History history;  // of the finding, or of the last test
};

/// How many files ended with `verdict`.
std::size_t count(const std::vector<ReplayedFile>& files, std::string_view verdict);

/// One file's lines: verdict, file and reason, then its findings with the history unless `quiet`.
std::string write_replayed(const ReplayedFile& file, bool quiet);
/// `2 fixed, 1 still failing, 0 cannot tell`.
std::string write_replay_summary(const std::vector<ReplayedFile>& files);
/// `closecheck-replay/1` as JSON text.
std::string write_replay_json(const std::vector<ReplayedFile>& files);
/// One case a file: `still failing` is a failure, `cannot tell` is skipped.
std::string write_replay_junit(const std::vector<ReplayedFile>& files);

/// What the judge made of one recorded history.
struct JudgedHistory {
  std::string title;    // file, and which history of it
  std::string verdict;  // `conforms`, `violates` or `inconclusive`
  std::string why;
  std::vector<Finding> findings;
  Evidence evidence;
  std::vector<std::string> notes;  // what was left out, and why
  History history;
};

std::string write_judged(const JudgedHistory& judged);
/// `closecheck-judgement/1` as JSON text; `verdict` is that of all histories together.
std::string write_judged_json(const std::vector<JudgedHistory>& judged, std::string_view verdict);

}  // namespace closecheck::reports
