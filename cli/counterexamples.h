// Violations made replayable: saved as files, with the command and the curl lines that show them again.
#pragma once

#include <filesystem>

#include "closecheck/vocabulary/record.h"
#include "commands.h"
#include "target.h"

namespace closecheck::cli {

/// Fills in how each violation of the record is shown by hand.
void add_curl_lines(RunRecord& record, const Target& target);

/// Saves every violation of the record under `folder`, each beside a script that shows it by hand, and fills in its
/// `scenario` and `replay`. Files of the same clause, profile, deviation or target, and seed replace each other. Throws
/// OutputError, when all others are saved.
void save_counterexamples(RunRecord& record, const Target& target, const TargetOptions& options,
                          const std::filesystem::path& folder);

/// The command that replays the file on that target. `written_for`: the target that the file is about; null: this one.
std::string replay_line(const std::string& file, const Target& target, const TargetOptions& options,
                        const Target* written_for = nullptr);

/// How the user calls this program: `./closecheck` where that is it, else the path of the launcher.
std::string program_name();

}  // namespace closecheck::cli
