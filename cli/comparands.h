// What `compare` compares, from the words of the user.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/record.h"
#include "commands.h"

namespace closecheck::cli {

/// Either a report, or something to run the gate against.
struct Comparand {
  std::string name;                 // as the user wrote it; behind the first of a name its number
  std::string file;                 // of the report; empty: it is run
  std::optional<RunRecord> report;  // what it says
  TargetOptions target;             // what is run
};

/// Each word is the name of a target in the configuration, a URL, `in-process`, the name of a deviation (`none`: the
/// plain implementation), a profile, or the file of a report; the first of these that fits. Throws UsageError for fewer
/// than two, for more than there are letters, for a word that is none of these, and for a file that is no report.
std::vector<Comparand> read_comparands(const CompareOptions& options);

}  // namespace closecheck::cli
