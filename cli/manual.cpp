// The manual page, from the description of the command line.
#include <fmt/format.h>

#include "closecheck/vocabulary/text.h"
#include "command_description.h"

namespace closecheck::cli {
namespace {

/// A page has a date, and the same program the same page.
constexpr std::string_view kWrittenOn = "2026-11-29";

/// Text as roff prints it: backslashes, dashes that can be copied, and nothing that begins a request.
std::string roff(std::string_view text) {
  std::string out;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    begins_line = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string entry(const OptionDescription& option) {
  std::string head = option.is_word() ? "\\fI" + roff(option.value) + "\\fR"
                                      : joined(option.names, ", ",
                                               [](const std::string& name) { return "\\fB" + roff(name) + "\\fR"; });
  if (!option.is_word() && !option.value.empty()) head += " \\fI" + roff(option.value) + "\\fR";
  return fmt::format(".TP\n{}\n{}\n", head, roff(option.help));
}

std::string section(const CommandDescription& command, const std::string& before) {
  const std::string name = before + " " + command.name;
  std::string text = fmt::format(".SS {}\n{}.\n", roff(name), roff(command.help));
  for (const OptionDescription& option : command.options) text += entry(option);
  for (const CommandDescription& inner : command.commands) text += section(inner, name);
  return text;
}

}  // namespace

std::string write_manual(const CommandDescription& program, const std::string& version, const std::string& exit_codes) {
  std::string text =
      fmt::format(".TH CLOSECHECK 1 {} \"closecheck {}\" \"User Commands\"\n", kWrittenOn, roff(version));
  text += fmt::format(".SH NAME\n{} \\- tells whether a service closes machine\\-learning jobs as the page says\n",
                      roff(program.name));
  text += fmt::format(".SH SYNOPSIS\n.B {}\n.I COMMAND\n[\\fIOPTION\\fR...]\n", roff(program.name));
  text += fmt::format(".SH DESCRIPTION\n{}\n.SH COMMANDS\n", roff(program.help));
  for (const CommandDescription& command : program.commands) text += section(command, program.name);
  text += ".SH OPTIONS\n";
  for (const OptionDescription& option : program.options) text += entry(option);
  text += fmt::format(".SH EXIT STATUS\n.nf\n{}.fi\n", roff(exit_codes));
  text += ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nNo colours, unless \\fB\\-\\-color always\\fR asks for them.\n";
  text += ".TP\n\\fBCOLUMNS\\fR\nColumns that a line of a report may take, instead of those of the terminal.\n";
  text += ".TP\n\\fBXDG_STATE_HOME\\fR\nWhere journals and counterexamples are kept.\n";
  return text;
}

}  // namespace closecheck::cli
