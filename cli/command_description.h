// The command line as data, for what is written from it: manual and completions.
#pragma once

#include <string>
#include <vector>

namespace closecheck::cli {

struct OptionDescription {
  std::vector<std::string> names;  // with their dashes, the long one last; empty: words without an option
  std::string value;               // what it takes, such as FILE; empty: nothing
  std::string help;
  std::vector<std::string> choices;  // where there are only these

  bool is_word() const { return names.empty(); }
  bool takes_path() const { return value == "FILE" || value == "DIR" || value == "KEY" || value == "REPORT"; }
};

struct CommandDescription {
  std::string name;
  std::string help;
  std::vector<OptionDescription> options;
  std::vector<CommandDescription> commands;
};

/// A manual page of section 1, for `man -l`. `version`: of the program; `exit_codes`: the table of the help.
std::string write_manual(const CommandDescription& program, const std::string& version, const std::string& exit_codes);

/// Throws UsageError for a shell that is none of bash, zsh and fish.
std::string write_completions(const CommandDescription& program, const std::string& shell);

}  // namespace closecheck::cli
