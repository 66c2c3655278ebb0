// Completions for shells, from the description of the command line.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "command_description.h"
#include "errors.h"
#include "suggestions.h"

namespace closecheck::cli {
namespace {

/// The options of a command and of those within it, and the names of the latter.
std::vector<OptionDescription> all_options(const CommandDescription& command) {
  std::vector<OptionDescription> options = command.options;
  OptionDescription inner_names;
  for (const CommandDescription& inner : command.commands) {
    inner_names.choices.push_back(inner.name);
    for (const OptionDescription& option : inner.options)
      if (std::ranges::find(options, option.names, &OptionDescription::names) == options.end())
        options.push_back(option);
  }
  inner_names.value = "COMMAND";
  if (!inner_names.choices.empty()) options.push_back(inner_names);
  return options;
}

std::string words_of(const std::vector<OptionDescription>& options) {
  std::vector<std::string> words;
  for (const OptionDescription& option : options)
    for (const std::string& word : option.is_word() ? option.choices : option.names) words.push_back(word);
  return joined(words, " ");
}

std::string bash_values(const CommandDescription& command) {
  std::string text;
  for (const OptionDescription& option : all_options(command)) {
    if (option.is_word() || option.value.empty()) continue;
    const std::string patterns = joined(
        option.names, " | ", [&](const std::string& name) { return fmt::format("'{} {}'", command.name, name); });
    // Where there are no choices, bash completes names of files.
    const std::string reply = option.choices.empty() ? "COMPREPLY=()"
                                                     : fmt::format("COMPREPLY=($(compgen -W {} -- \"$current\"))",
                                                                   shell_word(joined(option.choices, " ")));
    text += fmt::format("    {}) {}; return ;;\n", patterns, reply);
  }
  return text;
}

std::string write_bash(const CommandDescription& program) {
  std::vector<std::string> top;
  std::string values;
  std::string words;
  for (const CommandDescription& command : program.commands) {
    top.push_back(command.name);
    values += bash_values(command);
    words += fmt::format("    {}) words={} ;;\n", command.name, shell_word(words_of(all_options(command))));
  }
  return fmt::format(R"(# bash completion for {0}
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command='' words='' i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${{COMP_WORDS[i]}} != -* ]]; then command=${{COMP_WORDS[i]}}; break; fi
  done
  case "$command $previous" in
{1}  esac
  case "$command" in
{2}    '') words={3} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _{0} {0}
)",
                     program.name, values, words, shell_word(joined(top, " ") + " " + words_of(program.options)));
}

/// Within single quotes, where `signs` mean something besides.
std::string quoted(std::string_view text, std::string_view signs) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (signs.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const OptionDescription& option) {
  const std::string values =
      option.choices.empty() ? (option.takes_path() ? "_files" : "") : "(" + joined(option.choices, " ") + ")";
  return fmt::format(":{}:{}", quoted(option.value, ":[]"), values);
}

std::string write_zsh(const CommandDescription& program) {
  constexpr std::string_view kSigns = ":[]\\";
  std::string commands;
  std::string cases;
  for (const CommandDescription& command : program.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, quoted(command.help, kSigns));
    cases += fmt::format("    {})\n      _arguments", command.name);
    for (const OptionDescription& option : all_options(command)) {
      if (option.is_word()) {
        cases += fmt::format(" \\\n        '*{}'", zsh_action(option));
        continue;
      }
      for (const std::string& name : option.names)
        cases += fmt::format(" \\\n        '{}[{}]{}'", name, quoted(option.help, kSigns),
                             option.value.empty() ? "" : zsh_action(option));
    }
    cases += "\n      ;;\n";
  }
  return fmt::format(R"(#compdef {0}
_{0}() {{
  local -a commands
  commands=(
{1}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case ${{words[1]}} in
{2}  esac
}}
if [[ ${{funcstack[1]}} == _{0} ]]; then
  _{0} "$@"
else
  compdef _{0} {0}
fi
)",
                     program.name, commands, cases);
}

std::string fish_option(const std::string& program, const std::string& condition, const OptionDescription& option) {
  std::string line = fmt::format("complete -c {} -n '{}'", program, condition);
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.choices.empty())
    line += fmt::format(" {} '{}'", option.is_word() ? "-a" : "-x -a", quoted(joined(option.choices, " "), "\\"));
  else if (option.takes_path())
    line += option.is_word() ? " -F" : " -r -F";
  else if (!option.is_word() && !option.value.empty())
    line += " -x";
  return line + fmt::format(" -d '{}'\n", quoted(option.help, "\\"));
}

std::string write_fish(const CommandDescription& program) {
  std::string text = fmt::format("# fish completion for {0}\ncomplete -c {0} -f\n", program.name);
  for (const OptionDescription& option : program.options)
    text += fish_option(program.name, "__fish_use_subcommand", option);
  for (const CommandDescription& command : program.commands) {
    text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d '{}'\n", program.name, command.name,
                        quoted(command.help, "\\"));
    for (const OptionDescription& option : all_options(command))
      text += fish_option(program.name, "__fish_seen_subcommand_from " + command.name, option);
  }
  return text;
}

}  // namespace

std::string write_completions(const CommandDescription& program, const std::string& shell) {
  if (shell == "bash") return write_bash(program);
  if (shell == "zsh") return write_zsh(program);
  if (shell == "fish") return write_fish(program);
  throw UsageError(fmt::format("completions are written for bash, zsh and fish, not for '{}'{}", one_line(shell),
                               did_you_mean(shell, {"bash", "zsh", "fish"})));
}

}  // namespace closecheck::cli
