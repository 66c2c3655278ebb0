// What came of a file of the format, in words, and whether that is what was expected.
#pragma once

#include <algorithm>
#include <string>

#include "closecheck/scenarios/scenario.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::scenarios {

/// The name of the file, which is left out of what is told.
inline constexpr const char* kCaseFile = "case.yml";

inline std::string without_file(const std::string& text) {
  const std::string file = std::string(kCaseFile) + ":";
  return text.starts_with(file) ? text.substr(file.size()) : text;
}

/// `passes`, `fails LINE: WORDS`, `skipped: WORDS`, or `bad LINE:COLUMN: WORDS` for a call that cannot be made.
inline std::string outcome_of(const TestReplay& test) {
  if (test.skipped) return "skipped: " + test.why;
  if (test.verdict == ReplayVerdict::fixed) return "passes";
  const std::string why = without_file(test.why);
  if (test.is_bad) return "bad " + why;
  if (test.verdict == ReplayVerdict::cannot_tell) return "cannot tell: " + why;
  return "fails " + why;
}
/// Those of all tests, separated by ` | `.
inline std::string outcome_of(const Replay& replay) {
  return joined(replay.tests, " | ", [](const TestReplay& test) { return outcome_of(test); });
}
/// `error LINE:COLUMN: WORDS`, for a file that cannot be used.
inline std::string outcome_of(const ScenarioError& error) {
  return "error " + without_file(error.what);
}

/// Whether every part of what came begins with the kind and place that was expected and has its words.
inline bool fits_outcome(std::string expected, std::string outcome) {
  const auto take = [](std::string& text) {
    const std::size_t end = std::min(text.find(" | "), text.size());
    std::string part = text.substr(0, end);
    text.erase(0, std::min(end + 3, text.size()));
    return part;
  };
  while (!expected.empty() || !outcome.empty()) {
    const std::string wanted = take(expected);
    const std::string came = take(outcome);
    const std::size_t colon = wanted.rfind(": ");
    if (colon == std::string::npos) {
      if (wanted != came) return false;
      continue;
    }
    if (!came.starts_with(wanted.substr(0, colon + 1))) return false;
    if (came.find(wanted.substr(colon + 2)) == std::string::npos) return false;
  }
  return true;
}

}  // namespace closecheck::scenarios
