// Reports of replays and of judged histories, written for people and for machines. Pure functions of plain data.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::reports {

/// What became of one test of a scenario file.
struct ReplayedTest {
  std::string title;
  std::string verdict;  // as of a file
  std::string why;
  std::string details;  // of a step that failed: request and answer, a line each
};

/// What became of one scenario file.
struct ReplayedFile {
  std::string file;
  std::string verdict;  // `fixed`, `still failing`, `cannot tell`, or `skipped` where every test was left out
  std::string why;
  std::vector<Finding> findings;
  History history;  // of the finding, or of the last test
  std::vector<ReplayedTest> tests{};
  std::string reproduced{};                  // `2 of 3`: how often it was still failing; empty: it was replayed once
  std::vector<std::string> history_lines{};  // of `history`, for the page
};

/// How many files ended with `verdict`.
std::size_t count(const std::vector<ReplayedFile>& files, std::string_view verdict);
/// How many of their tests did.
std::size_t count_tests(const std::vector<ReplayedFile>& files, std::string_view verdict);

/// One file's lines: verdict, file and reason, its tests that are not fixed, then its findings with the history unless
/// it is quiet.
std::string write_replayed(const ReplayedFile& file, const ConsoleStyle& style);
/// Whether nothing is to be said of both files but that they cannot be told, and why: the same of both.
bool have_one_cause(const ReplayedFile& one, const ReplayedFile& other);
/// The same for one file, or for several in a row that have one cause: that stands there once.
std::string write_replayed(std::span<const ReplayedFile> files, const ConsoleStyle& style);
/// `2 fixed, 1 still failing, 0 cannot tell`, after a line with the tests where a file has more than one.
std::string write_replay_summary(const std::vector<ReplayedFile>& files);
/// What all files come to, in a word: `still failing` where one is, else `fixed` where that was told of one and of none
/// that it cannot be told.
std::string_view verdict_of(const std::vector<ReplayedFile>& files);
/// The summary as last lines, painted by that.
std::string write_replay_end(const std::vector<ReplayedFile>& files, std::string_view remark,
                             const ConsoleStyle& style);
/// `closecheck-replay/1` as JSON text.
std::string write_replay_json(const std::vector<ReplayedFile>& files);
/// One case a test, of the class `FOLDER/FILE`: `still failing` is a failure, `cannot tell` and `skipped` are skipped.
/// A file whose tests never ran is a case itself.
std::string write_replay_junit(const std::vector<ReplayedFile>& files);
/// One file that a browser shows, with everything in it and nothing fetched.
std::string write_replay_html(const std::vector<ReplayedFile>& files);

/// What the judge made of one recorded history.
struct JudgedHistory {
  std::string title;    // file, and which history of it
  std::string verdict;  // `conforms`, `violates` or `inconclusive`
  std::string why;
  std::vector<Finding> findings;
  Evidence evidence;
  std::vector<std::string> notes;            // what was left out, and why
  std::size_t requests = 0;                  // that were judged
  History history;                           // what is shown of it
  std::size_t events_before = 0;             // ... and what came before that
  std::size_t requests_before = 0;           // ... likewise
  std::vector<std::string> history_lines{};  // of `history`, for the page
};

std::string write_judged(const JudgedHistory& judged, const ConsoleStyle& style);
/// `violates: 1 of 3 histories violate a clause`, a line; `verdict` is that of all histories together.
std::string write_judged_summary(const std::vector<JudgedHistory>& judged, std::string_view verdict,
                                 const ConsoleStyle& style);
/// `closecheck-judgement/1` as JSON text.
std::string write_judged_json(const std::vector<JudgedHistory>& judged, std::string_view verdict);
/// One case a history: `violates` is a failure, `inconclusive` an error.
std::string write_judged_junit(const std::vector<JudgedHistory>& judged);
/// The same as one file that a browser shows.
std::string write_judged_html(const std::vector<JudgedHistory>& judged, std::string_view verdict);

}  // namespace closecheck::reports
