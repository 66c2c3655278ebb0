// What earlier runs left on a live target: by their journals, and by the names of what is there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "journals.h"
#include "target.h"

namespace closecheck::cli {

/// What one run left on a target.
struct EarlierRun {
  std::string started;                // as its journal tells; empty: it has none
  std::vector<std::string> journals;  // paths
  std::set<sut::Thing> things;
  bool is_live = false;  // it goes on here, as its lock tells
};

/// The run whose thing it is, by its name; empty: it is none that a run gave.
std::string run_id_in(const std::string& name);

/// By run id: what journals tell of the URL. Those without a head are about a target that nobody knows.
std::map<std::string, EarlierRun> runs_by_journal(const std::string& url);

/// Adds what the target has by the names of runs.
void add_things(const std::set<sut::Thing>& things, std::map<std::string, EarlierRun>& runs);

/// One sentence for each run that has left something on the target and does not go on here. Asks the target for its
/// jobs once.
std::vector<std::string> notes_of_earlier_runs(const Target& target);

/// A line for each thing that is left, with the command that removes them; begins with a line's end.
std::string describe_left(const sut::JournalContent& content);

/// The command that cleans up after one run.
std::string cleanup_command_line(const std::string& url, const std::string& run_id);

}  // namespace closecheck::cli
