// What is written from the command line's own description, and how results come to a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>

#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// What a shell writes that runs the text; `code` is its exit code.
std::string output_of(const std::string& command, int* code = nullptr) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) out.append(part.data(), size);
  const int status = ::pclose(pipe);
  if (code != nullptr) *code = status;
  return out;
}

bool has(const std::string& program) {
  return !output_of("command -v " + program).empty();
}

TEST(Help, IsThatOfTheProgramOrOfACommand) {
  EXPECT_EQ(run_closecheck({"help"}).out, run_closecheck({"--help"}).out);
  EXPECT_EQ(run_closecheck({"help", "run"}).out, run_closecheck({"run", "--help"}).out);
  const Finished unknown = run_closecheck({"help", "rnu"});
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'run'"));
  EXPECT_EQ(run_closecheck({"-V"}).out, run_closecheck({"--version"}).out);
  EXPECT_EQ(run_closecheck({"run", "--version"}).out, run_closecheck({"--version"}).out);
}

TEST(Help, SuggestsOptionsThatMayHaveBeenMeant) {
  const Finished seed = run_closecheck({"run", "--sead", "7"});
  EXPECT_EQ(seed.code, 3);
  EXPECT_THAT(seed.err, HasSubstr("did you mean '--seed'"));
  EXPECT_THAT(run_closecheck({"replay", "library", "--taget=in-process"}).err, HasSubstr("did you mean '--target'"));
  EXPECT_THAT(run_closecheck({"deviations", "matrx"}).err, HasSubstr("did you mean 'matrix'"));
}

TEST(Manual, HasEveryCommandAndOptionOfTheHelp) {
  const std::string manual = run_closecheck({"man"}).out;
  EXPECT_THAT(manual,
              AllOf(StartsWith(".TH CLOSECHECK 1"), HasSubstr(".SS closecheck run\n"),
                    HasSubstr(".SS closecheck deviations matrix\n"), HasSubstr("\\fB\\-\\-save\\-counterexamples\\fR"),
                    HasSubstr("violates (replay: some still failing)"), Not(HasSubstr("\\-\\-variant"))));
  const TestFolder folder;
  const std::string page = folder.write("closecheck.1", manual);
  if (has("mandoc")) {
    EXPECT_EQ(output_of("mandoc -T lint -W warning " + page), "");
  }
  if (has("man")) {
    EXPECT_THAT(output_of("man -l " + page + " 2>&1 | cat"), HasSubstr("closecheck compare"));
  }
}

TEST(Completions, OfBashKnowCommandsOptionsAndValues) {
  const TestFolder folder;
  const std::string file = folder.write("closecheck.bash", run_closecheck({"completions", "bash"}).out);
  const auto completed = [&](const std::string& words, int at) {
    return output_of("bash -c 'source " + file + "; COMP_WORDS=(closecheck " + words +
                     "); COMP_CWORD=" + std::to_string(at) + "; _closecheck; echo \"${COMPREPLY[@]}\"'");
  };
  EXPECT_EQ(completed("rep", 1), "replay\n");
  EXPECT_EQ(completed("run --save-c", 2), "--save-counterexamples\n");
  EXPECT_EQ(completed("run --profile es-", 3), "es-7 es-8 es-9\n");
  EXPECT_EQ(completed("run closed-job-refuses-d", 2), "closed-job-refuses-data\n");
  EXPECT_EQ(completed("run --json x", 3), "\n") << "names of files are for the shell itself";
}

TEST(Completions, CanBeReadByTheirShells) {
  const TestFolder folder;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Finished finished = run_closecheck({"completions", shell});
    EXPECT_EQ(finished.code, 0);
    EXPECT_THAT(finished.out, HasSubstr("save-counterexamples"));
    if (!has(shell)) continue;
    int code = -1;
    output_of(shell + " -n " + folder.write("closecheck." + shell, finished.out), &code);
    EXPECT_EQ(code, 0) << shell;
  }
  const Finished other = run_closecheck({"completions", "bsh"});
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, HasSubstr("did you mean 'bash'"));
}

const std::vector<std::string> kRun{"run",         "closed-job-refuses-data", "--effort", "quick",
                                    "--deviation", "accepts-data-after-close"};

Finished run_with(std::vector<std::string> more, Process::Variables variables) {
  const TestFolder folder;
  variables["XDG_STATE_HOME"] = folder.path("state");
  more.insert(more.begin(), kRun.begin(), kRun.end());
  return run_closecheck(more, variables);
}

TEST(Terminal, IsPaintedAsItsUserWants) {
  EXPECT_THAT(run_with({}, {}).out, Not(HasSubstr("\x1b["))) << "a pipe is no terminal";
  EXPECT_THAT(run_with({"--color", "always"}, {{"NO_COLOR", "1"}}).out, HasSubstr("\x1b["));
  EXPECT_THAT(run_with({"--color", "never"}, {}).out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(run_with({"--color", "auto"}, {}).out, Not(HasSubstr("\x1b[")));
  const Finished wrong = run_with({"--color", "blue"}, {});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("--color takes auto, always or never"));
}

TEST(Terminal, IsPaintedByEveryCommandThatTellsVerdicts) {
  const TestFolder folder;
  const Process::Variables variables{{"XDG_STATE_HOME", folder.path("state")}};
  const std::string report = folder.path("report.json");
  const std::string recorded = folder.path("run.jsonl");
  run_closecheck({"run", "job-reopens", "--effort", "quick", "--evidence", "--json", report, "--record", recorded},
                 variables);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"run", "job-reopens", "--effort", "quick"},
                                                  {"replay", "library", "--filter", "job-reopens"},
                                                  {"judge", recorded},
                                                  {"verify", report},
                                                  {"compare", report, report}}) {
    SCOPED_TRACE(command.front());
    const auto out_with = [&](const std::string& colour) {
      std::vector<std::string> words = command;
      words.insert(words.end(), {"--color", colour});
      return run_closecheck(words, variables).out;
    };
    EXPECT_THAT(out_with("always"), HasSubstr("\x1b[1;32m"));
    EXPECT_THAT(out_with("never"), Not(HasSubstr("\x1b")));
    EXPECT_THAT(run_closecheck(command, variables).out, Not(HasSubstr("\x1b")));
    std::vector<std::string> wrong = command;
    wrong.insert(wrong.end(), {"--color", "blue"});
    EXPECT_EQ(run_closecheck(wrong, variables).code, 3);
  }
}

/// What comes to a terminal that can be painted.
TEST(Terminal, IsPaintedByItselfUnlessNobodyWantsColours) {
  if (!has("script")) GTEST_SKIP() << "script is not there";
  const TestFolder folder;
  const auto told = [&](const std::string& variables) {
    return output_of("script -qec \"env " + variables + " XDG_STATE_HOME=" + folder.path("state") + " " +
                     CLOSECHECK_PROGRAM + " replay library --quiet --filter job-reopens\" /dev/null </dev/null");
  };
  EXPECT_THAT(told("TERM=xterm NO_COLOR="), HasSubstr("\x1b[32mfixed"));
  EXPECT_THAT(told("TERM=xterm NO_COLOR=1"), Not(HasSubstr("\x1b[32m")));
  EXPECT_THAT(told("TERM=dumb NO_COLOR="), Not(HasSubstr("\x1b")));
}

TEST(Terminal, IsNoWiderThanItsColumns) {
  std::istringstream lines(run_with({}, {{"COLUMNS", "60"}}).out);
  std::size_t longer = 0;
  for (std::string line; std::getline(lines, line);) {
    // Nothing is broken within a word of a command.
    if (line.ends_with(" \\")) line.resize(line.size() - 2);
    longer += line.size() > 60 && line.find(' ', line.find_first_not_of(' ')) != std::string::npos ? 1U : 0U;
  }
  EXPECT_EQ(longer, 0U);
}

// `closecheck clauses | head -1`
TEST(Terminal, MayGoAwayWithoutAWord) {
  const std::string program = CLOSECHECK_PROGRAM;
  EXPECT_EQ(output_of("bash -c 'exec 3>&1 > >(exit 0); wait $!; " + program + " clauses 2>&3; echo code $? >&3'"),
            "code 0\n");
  EXPECT_THAT(output_of("(" + program + " clauses; echo done $? >&2) 2>&1 >/dev/full"), HasSubstr("done 4"));
}

}  // namespace
}  // namespace closecheck::cli
