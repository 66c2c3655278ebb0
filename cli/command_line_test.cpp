// The command line from outside: every exit code, what goes to which output, and what a stray environment cannot do.
#include "command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "closecheck/sut/deviation.h"
#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/sanitizer_for_test.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string last_line(const std::string& text) {
  return text.substr(text.rfind('\n', text.size() - 2) + 1);
}

/// Expects the command to be refused as the user's mistake, with words about it and nothing on standard output.
void expect_refused(const std::vector<std::string>& arguments, const std::string& words,
                    const Process::Variables& variables = {}) {
  const Finished finished = run_closecheck(arguments, variables);
  EXPECT_EQ(finished.code, 3) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr(words));
  EXPECT_THAT(finished.out, IsEmpty());
}

TEST(CommandLine, PrintsTheExitCodesInEveryHelp) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"run", "--help"},
                                                    {"replay", "--help"},
                                                    {"serve", "--help"},
                                                    {"cleanup", "--help"}}) {
    const Finished finished = run_closecheck(arguments);
    EXPECT_EQ(finished.code, 0);
    EXPECT_THAT(finished.out, AllOf(HasSubstr("0  conforms"), HasSubstr("4  closecheck itself failed")));
  }
}

TEST(CommandLine, RefusesUnknownCommandsAndOptions) {
  expect_refused({}, "subcommand is required");
  expect_refused({"rnu"}, "there is no command 'rnu'; did you mean 'run'?");
  expect_refused({"run", "--sead", "7"}, "--sead");
  expect_refused({"run", "--seed", "seven"}, "--seed");
  expect_refused({"run", "--seed", "-1"}, "--seed");
  expect_refused({"run", "--effort", "huge"}, "--effort takes quick");
  expect_refused({"run", "--require", "everything"}, "--require takes none");
  expect_refused({"run", "--budget", "90"}, "--budget takes a span with a unit");
  expect_refused({"run", "--budget", "0s"}, "--budget");
  expect_refused({"run", "--jobs", "1000"}, "--jobs");
  expect_refused({"run", "--deviation", "accept-data-after-close"}, "did you mean 'accepts-data-after-close'");
  expect_refused({"model", "--format", "png"}, "--format takes table");
  expect_refused({"serve", "--port", "99999"}, "--port takes");
  expect_refused({"serve", "--data", "/dev/null/data"}, "cannot be made");
  expect_refused({"serve", "--housekeeping", "3"}, "--housekeeping takes");
  expect_refused({"replay", "library", "--budget", "90"}, "--budget takes a span with a unit");
  expect_refused({"replay", "library", "--repeat", "0"}, "--repeat takes a number from 1");
  expect_refused({"cleanup", "--run", "k3j2"}, "--run takes the 8 letters and digits");
  expect_refused({"cleanup", "--run", "k3j2h1g0", "--all-runs"}, "--run");
  expect_refused({"cleanup", "--target", "in-process", "--run", "k3j2h1g0"}, "name the target");
  expect_refused({"serve", "--log-level", "inof"}, "there is no log level 'inof'; did you mean 'info'?");
}

// `run --target "$UNSET"` must never test another service than the one that is meant.
TEST(CommandLine, RefusesAnEmptyValueOfAnyOption) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> commands{
      {"run",
       {"--target", "--profile", "--config", "--principals", "--deviation", "--seed", "--effort", "--budget",
        "--require", "--waivers", "--json", "--junit", "--record", "--save-counterexamples", "--jobs"}},
      {"replay",
       {"--target", "--profile", "--config", "--principals", "--deviation", "--api", "--filter", "--jobs", "--json",
        "--junit"}},
      {"judge", {"--profile", "--json"}},
      {"serve",
       {"--host", "--port", "--data", "--principals", "--profile", "--deviation", "--housekeeping", "--log-level"}},
      {"model", {"--format"}}};
  for (const auto& [command, options] : commands)
    for (const std::string& option : options) {
      SCOPED_TRACE(command + " " + option);
      expect_refused({command, option, ""}, option + ": ");
      expect_refused({command, option, " "}, option + ": ");
      expect_refused({command, option + "=", "library"}, option + ": its value is empty");
    }
  expect_refused({"deviations", "matrix", "--profile", ""}, "--profile: its value is empty");
  for (const std::vector<std::string>& positional : {std::vector<std::string>{"run", ""},
                                                     {"run", "job-reopens", ""},
                                                     {"replay", ""},
                                                     {"judge", ""},
                                                     {"clauses", ""}})
    expect_refused(positional, "its value is empty");
}

TEST(CommandLine, RefusesSelectionsThatMatchNothing) {
  expect_refused({"run", "closed-job-refuses-dta"}, "did you mean 'closed-job-refuses-data'");
  expect_refused({"run", "close-*", "nothing-*"}, "no clause matches 'nothing-*'");
  expect_refused({"clauses", "close-mny"}, "did you mean 'close-many'");
}

TEST(CommandLine, CleansUpAfterNobodyWhereNoJournalTellsOfAnything) {
  const TestFolder folder;
  const Finished finished = run_closecheck({"cleanup"}, {{"XDG_STATE_HOME", folder.path("state")}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, "no journal tells of a run that left something\n");
}

TEST(CommandLine, RefusesUnknownProfiles) {
  expect_refused({"run", "--profile", "xpack-5"}, "the choices are xpack-5.4, xpack-6.3, es-7");
}

TEST(CommandLine, IsInconclusiveWhereATargetCannotBeAskedForItsVersion) {
  const Finished finished = run_closecheck({"run", "--target", "http://127.0.0.1:" + std::to_string(free_port())});
  EXPECT_EQ(finished.code, 2) << finished.err;
  EXPECT_THAT(finished.err, AllOf(HasSubstr("inconclusive: the target http:"), HasSubstr("cannot be reached")));
}

TEST(CommandLine, RefusesTargetsThatCannotBe) {
  expect_refused({"run", "--target", "ftp://host", "--profile", "xpack-5.4"}, "cannot be used");
  expect_refused({"run", "--target", "http://me:secret@host", "--profile", "xpack-5.4"}, "credentials");
  expect_refused(
      {"run", "--target", "http://127.0.0.1:1", "--profile", "xpack-5.4", "--deviation", "writes-no-snapshot"},
      "cannot be combined");
}

TEST(CommandLine, RefusesConfigurationsThatAreWrong) {
  const TestFolder folder;
  expect_refused({"run", "--config", folder.path("missing.yml")}, "missing.yml: cannot be read");
  const std::string wrong = folder.write("wrong.yml", "profile: xpack-6.3\ntraget: x\n");
  expect_refused({"run", "--config", wrong}, wrong + ":2: ");
  const std::string undefined = folder.write("undefined.yml", "target: http://${NO_SUCH_VARIABLE}\n");
  expect_refused({"run", "--config", undefined}, undefined + ":1: the variable ${NO_SUCH_VARIABLE} is not defined");
  const std::string empty = folder.write("empty.yml", "profile: xpack-6.3\ntarget: \"${EMPTY}\"\n");
  expect_refused({"run", "--config", empty}, empty + ":2: 'target' is empty once ${EMPTY} is filled in",
                 {{"EMPTY", ""}});
  expect_refused({"replay", "library", "--config", empty}, empty + ":2: ", {{"EMPTY", ""}});
  const std::string nobody = folder.write("nobody.yml", "principals: {}\n");
  expect_refused({"serve", "--principals", nobody}, nobody + ":1: 'principals' is empty");
  const std::string waivers = folder.write("waivers.yml", "- {clause: no-such-clause, reason: x}\n");
  expect_refused({"run", "--waivers", waivers}, waivers + ":1: there is no clause 'no-such-clause'");
}

TEST(CommandLine, RefusesScenariosAndRecordingsThatAreWrong) {
  const TestFolder folder;
  expect_refused({"replay", folder.path("missing.yml")}, "missing.yml");
  expect_refused({"replay", folder.path("")}, "holds no scenario");
  expect_refused({"replay", folder.write("bad.yml", "---\n\"a test\":\n  - jump: {}\n")}, "bad.yml");
  expect_refused({"judge", folder.path("missing.jsonl")}, "cannot be read");
  expect_refused({"judge", folder.write("empty.jsonl", "\n")}, "holds no events");
  expect_refused({"judge", folder.write("bad.jsonl", "{\"type\": \"invoke\"}\n")}, "line 1");
}

TEST(CommandLine, EndsWithTwoWhenTheTargetCannotBeReached) {
  const TestFolder folder;
  const Finished finished = run_closecheck({"run", "--target", "http://127.0.0.1:" + std::to_string(free_port()),
                                            "--profile", "xpack-6.3", "--json", folder.path("report.json")});

  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(last_line(finished.out),
              StartsWith("inconclusive: 0 of 35 stated and implied clauses hold; the target "));
  const std::string told = finished.out + finished.err;
  const std::size_t at = told.find("cannot be reached");
  EXPECT_NE(at, std::string::npos);
  EXPECT_EQ(told.find("cannot be reached", at + 1), std::string::npos) << "it is said once";
  EXPECT_EQ(nlohmann::json::parse(folder.read("report.json"))["verdict"], "inconclusive");
}

TEST(CommandLine, EndsWithFourWhenAReportCannotBeWritten) {
  const TestFolder folder;
  for (const std::string option : {"--json", "--junit", "--record"}) {
    const Finished before = run_closecheck({"run", "--effort", "quick", option, folder.path("missing/report")});
    EXPECT_EQ(before.code, 4) << option;
    EXPECT_THAT(before.err, HasSubstr("cannot be written"));
    EXPECT_THAT(before.out, IsEmpty()) << "known before anything runs";
  }
}

TEST(CommandLine, TellsTheVerdictWhereNoFileCanBeWritten) {
  const TestFolder folder;
  const std::string script = folder.write("s.yml", "\"t\":\n  - do: {xpack.ml.get_jobs: {}}\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands{
      {{"run", "job-reopens", "--effort", "quick", "--seed", "7"}, "conforms: 1 of 1"},
      {{"replay", script}, "1 fixed, "}};
  for (const auto& [command, verdict] : commands) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--json", "/dev/full", "--junit", folder.path("report.xml")});
    const Finished finished = run_closecheck(arguments);
    EXPECT_EQ(finished.code, 4);
    EXPECT_THAT(last_line(finished.out), StartsWith(verdict));
    EXPECT_THAT(finished.err, HasSubstr("/dev/full: cannot be written"));
    EXPECT_THAT(folder.read("report.xml"), HasSubstr("<testsuite")) << "the other file is written all the same";
  }
  const Finished unsaved =
      run_closecheck({"run", "closed-job-refuses-data", "--effort", "quick", "--seed", "7", "--deviation",
                      "accepts-data-after-close", "--quiet", "--json", folder.path("report.json")},
                     {{"XDG_STATE_HOME", "/dev/null"}, {"HOME", "/dev/null"}, {"TMPDIR", folder.write("file", "")}});
  EXPECT_EQ(unsaved.code, 4);
  EXPECT_THAT(unsaved.out, HasSubstr("violates: 0 of 1"));
  EXPECT_EQ(nlohmann::json::parse(folder.read("report.json"))["verdict"], "violates");
}

TEST(CommandLine, EndsWithFourAndWordsWhereMemoryOrThreadsAreShort) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer alone takes more";
  const TestFolder folder;
  const std::string large = folder.write("large.har", "");
  std::filesystem::resize_file(large, std::size_t{500} << 20U);
  const Finished judged = Process({"judge", large}, {}, std::size_t{300} << 20U).wait();
  EXPECT_EQ(judged.code, 4);
  EXPECT_EQ(judged.err, "closecheck: out of memory\n");

  const Finished run = Process({"run", "--jobs", "64", "--effort", "quick"}, {}, std::size_t{200} << 20U).wait();
  EXPECT_EQ(run.code, 4) << "what comes out of a worker's thread comes out of the program";
  EXPECT_THAT(run.err, StartsWith("closecheck: "));
}

TEST(CommandLine, EndsWithOneForADeviationAndWithNothingForACleanRun) {
  const TestFolder folder;
  const Finished clean = run_closecheck({"run", "--seed", "7", "--effort", "quick"});
  EXPECT_EQ(clean.code, 0) << clean.out;
  EXPECT_THAT(clean.out, StartsWith("seed     7\n"));
  EXPECT_THAT(last_line(clean.out), StartsWith("conforms: 35 of 35"));
  EXPECT_THAT(clean.err, IsEmpty());

  const Finished broken = run_closecheck({"run", "--seed", "7", "--effort", "quick", "--deviation",
                                          "accepts-data-after-close", "--save-counterexamples", folder.path("saved")});
  EXPECT_EQ(broken.code, 1) << broken.out;
  EXPECT_THAT(broken.out, HasSubstr("violated: closed-job-refuses-data"));
  EXPECT_THAT(broken.out, HasSubstr("./closecheck replay " + folder.path("saved/")));
}

TEST(CommandLine, ReplaysWhatItSavedAndTellsWhenItIsFixed) {
  const TestFolder folder;
  run_closecheck({"run", "closed-job-refuses-data", "--seed", "7", "--effort", "quick", "--deviation",
                  "accepts-data-after-close", "--save-counterexamples", folder.path("saved")});

  const Finished again = run_closecheck({"replay", folder.path("saved")});
  EXPECT_EQ(again.code, 1) << again.out;
  EXPECT_THAT(again.out, StartsWith("still failing: "));
  EXPECT_THAT(again.out, EndsWith("0 fixed, 1 still failing, 0 cannot tell\n"));

  const Finished fixed =
      run_closecheck({"replay", folder.path("saved"), "--deviation", "none", "--json", folder.path("replay.json")});
  EXPECT_EQ(fixed.code, 0) << fixed.out;
  EXPECT_THAT(fixed.out, StartsWith("fixed: "));
  EXPECT_EQ(nlohmann::json::parse(folder.read("replay.json"))["summary"]["fixed"], 1);
}

TEST(CommandLine, FindsNothingToFailInTheScriptsThatShip) {
  // Some scripts name the one dialect that has what they try.
  for (const std::vector<std::string>& profile : {std::vector<std::string>{}, {"--profile", "xpack-6.3"}}) {
    std::vector<std::string> arguments{"replay", CLOSECHECK_SCRIPTS, "--quiet"};
    arguments.insert(arguments.end(), profile.begin(), profile.end());
    const Finished finished = run_closecheck(arguments);
    EXPECT_EQ(finished.code, 0) << finished.out;
    EXPECT_THAT(finished.out, EndsWith(" fixed, 0 still failing, 0 cannot tell\n"));
  }
}

TEST(CommandLine, RunsOnlyTheTestsThatAFilterNames) {
  const Finished finished = run_closecheck({"replay", CLOSECHECK_SCRIPTS, "--filter", "close-many.yml"});
  EXPECT_THAT(finished.out, EndsWith("1 fixed, 0 still failing, 0 cannot tell\n"));
  expect_refused({"replay", CLOSECHECK_SCRIPTS, "--filter", "no-such-test"}, "matches 'no-such-test'");
}

TEST(CommandLine, WritesTheSameReportForTheSameSeedAndAnyNumberOfJobs) {
  const TestFolder folder;
  const auto report = [&folder](const std::string& name, const std::string& jobs) {
    run_closecheck({"run", "--seed", "11", "--effort", "quick", "--deviation", "writes-no-snapshot", "--jobs", jobs,
                    "--json", folder.path(name), "--save-counterexamples", folder.path("saved")});
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(folder.read(name));
    json.erase("started");
    json.erase("elapsed_ms");
    return json.dump();
  };

  const std::string first = report("first.json", "1");
  EXPECT_EQ(report("second.json", "1"), first);
  EXPECT_EQ(report("third.json", "2"), first);
  EXPECT_THAT(folder.names(), Not(testing::Contains(HasSubstr(".tmp")))) << "reports are moved into place whole";
}

TEST(CommandLine, AppliesWaiversUntilTheyExpire) {
  const TestFolder folder;
  const auto run = [&folder](const std::string& waiver) {
    return run_closecheck({"run", "closed-job-refuses-data", "job-reopens", "--require", "none", "--effort", "quick",
                           "--seed", "7", "--deviation", "accepts-data-after-close", "--save-counterexamples",
                           folder.path("saved"), "--waivers", folder.write("waivers.yml", waiver)});
  };
  const Finished waived = run("- {clause: closed-job-refuses-data, reason: known, expires: 2999-12-31}\n");
  EXPECT_EQ(waived.code, 0) << waived.out;
  EXPECT_THAT(last_line(waived.out), HasSubstr("waived: closed-job-refuses-data"));
  EXPECT_EQ(run("- {clause: closed-job-refuses-data, reason: known, expires: 2001-01-31}\n").code, 1);
}

TEST(CommandLine, LeavesClausesThatAreNotSelectedOutOfTheReport) {
  const TestFolder folder;
  run_closecheck({"run", "job-reopens", "--effort", "quick", "--json", folder.path("report.json")});

  const nlohmann::json report = nlohmann::json::parse(folder.read("report.json"));
  ASSERT_EQ(report["clauses"].size(), 1U);
  EXPECT_EQ(report["clauses"][0]["id"], "job-reopens");
}

TEST(CommandLine, IgnoresTheVariablesOfTestRunners) {
  const std::vector<std::string> arguments{"run", "job-reopens", "--effort", "quick", "--seed", "7", "--quiet"};
  const Finished plain = run_closecheck(arguments);
  const Finished stray = run_closecheck(arguments, {{"GTEST_FILTER", "-*"},
                                                    {"GTEST_TOTAL_SHARDS", "100"},
                                                    {"GTEST_SHARD_INDEX", "7"},
                                                    {"GTEST_OUTPUT", "xml:/dev/null/report.xml"},
                                                    {"GTEST_FAIL_FAST", "1"},
                                                    {"TESTBRIDGE_TEST_ONLY", "nothing"},
                                                    {"TESTBRIDGE_TEST_RUNNER_FAIL_FAST", "1"},
                                                    {"TEST_TOTAL_SHARDS", "100"},
                                                    {"TEST_SHARD_INDEX", "7"},
                                                    {"TEST_SHARD_STATUS_FILE", "/dev/null/status"},
                                                    {"TEST_FILTER", "nothing"},
                                                    {"TEST_PREMATURE_EXIT_FILE", "/dev/null/exit"},
                                                    {"TEST_TMPDIR", "/dev/null"},
                                                    {"XML_OUTPUT_FILE", "/dev/null/report.xml"},
                                                    {"RC_PARAMS", "max_success=0 seed=1"}});

  EXPECT_EQ(plain.code, 0) << plain.out;
  EXPECT_EQ(stray.code, 0);
  EXPECT_EQ(stray.out, plain.out);
}

TEST(CommandLine, ReadsTheVariablesOfAConfigurationAsTheUserGaveThem) {
  const TestFolder folder;
  const std::string configuration = folder.write(
      "closecheck.yml", "principals:\n  manage_ml: {username: a, password: \"${TEST_PASSWORD}${RC_PARAMS}\"}\n");
  const std::vector<std::string> arguments{"run", "job-reopens", "--effort", "quick", "--config", configuration};
  EXPECT_EQ(run_closecheck(arguments, {{"TEST_PASSWORD", "x"}, {"RC_PARAMS", "max_success=0"}}).code, 0);
  expect_refused(arguments, "the variable ${TEST_PASSWORD} is not defined");
}

TEST(CommandLine, PlansWithoutRunningAnything) {
  const Finished finished =
      run_closecheck({"run", "job-reopens", "--dry-run", "--target", "http://127.0.0.1:1", "--profile", "xpack-6.3"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("open job"));
}

TEST(CommandLine, RecordsHistoriesThatTheJudgeAccepts) {
  const TestFolder folder;
  run_closecheck({"run", "job-reopens", "--effort", "quick", "--seed", "7", "--record", folder.path("run.jsonl")});

  const Finished judged = run_closecheck({"judge", folder.path("run.jsonl")});
  EXPECT_EQ(judged.code, 0) << judged.out << judged.err;
}

TEST(CommandLine, ListsClausesAndDeviationsForProgramsOneALine) {
  const Finished listed = run_closecheck({"clauses"});
  EXPECT_EQ(static_cast<std::size_t>(std::count(listed.out.begin(), listed.out.end(), '\n')), kClauseCount);
  EXPECT_THAT(listed.out, StartsWith("close-ends-open-job\tstated\t"));

  std::string expected;
  for (const sut::DeviationText& deviation : sut::deviations())
    expected += std::string(deviation.name) + "\t" + std::string(id_of(deviation.clause)) + "\t" +
                std::string(deviation.text) + "\n";
  EXPECT_EQ(run_closecheck({"deviations"}).out, expected);
}

TEST(CommandLine, ExplainsAClause) {
  const Finished finished = run_closecheck({"clauses", "closed-job-refuses-data"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("A closed job receives no data"), HasSubstr("why:"), HasSubstr("checked:"),
                                  HasSubstr("accepts-data-after-close")));
}

TEST(CommandLine, PrintsTheModelInEveryFormat) {
  EXPECT_THAT(run_closecheck({"model"}).out, HasSubstr("closing"));
  EXPECT_THAT(run_closecheck({"model", "--format", "mermaid"}).out, HasSubstr("stateDiagram"));
  EXPECT_THAT(run_closecheck({"model", "--format", "dot"}).out, HasSubstr("digraph"));
}

TEST(CommandLine, ServesUntilItIsToldToStop) {
  for (const int number : {SIGTERM, SIGINT}) {
    Process process({"serve", "--port", "0"});
    EXPECT_THAT(process.read_line(), testing::MatchesRegex("listening on http://127\\.0\\.0\\.1:[0-9]+"));
    process.signal(number);
    const Finished finished = process.wait();
    EXPECT_EQ(finished.code, 0) << finished.err;
    EXPECT_THAT(finished.out, IsEmpty());
    EXPECT_THAT(finished.err,
                AllOf(HasSubstr("info serving xpack-5.4 (5.4.3) on 127.0.0.1:"), HasSubstr("info stopped\n")));
  }
}

TEST(CommandLine, ServesAnAddressThatCanBeUsed) {
  std::unique_ptr<Served> served;
  try {
    served = std::make_unique<Served>(std::vector<std::string>{"--host", "::1", "--profile", "xpack-6.3"});
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "this machine has no IPv6: " << error.what();
  }
  EXPECT_THAT(served->url(), testing::MatchesRegex("http://\\[::1\\]:[0-9]+"));
  const TestFolder folder;
  const std::string script = folder.write("s.yml", "\"t\":\n  - do: {xpack.ml.get_jobs: {}}\n");
  const Finished finished = run_closecheck({"replay", script, "--target", served->url(), "--profile", "xpack-6.3"});
  EXPECT_EQ(finished.code, 0) << finished.out << finished.err;
}

TEST(CommandLine, CountsNothingOfAnInterruptedMatrixThatWasNotDone) {
  Process process({"deviations", "matrix", "--effort", "thorough"});
  for (int line = 0; line < 3; ++line) process.read_line();  // settings, titles, one that is done
  process.signal(SIGINT);
  const Finished finished = process.wait();
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out, Not(HasSubstr("missed")));
  EXPECT_THAT(
      last_line(finished.out),
      testing::MatchesRegex("([0-9]+) of ([0-9]+) caught, named and shrunk; interrupted: [0-9]+ of [0-9]+ were not "
                            "tried\n"));
}

TEST(CommandLine, CountsAnInterruptedRunAsInconclusive) {
  Process process({"run", "--effort", "thorough", "--budget", "1h", "--seed", "7"});
  process.signal(SIGINT);
  const Finished finished = process.wait();
  // The signal may come before the program takes it: then it ends the program, as it would any other.
  EXPECT_TRUE(finished.code == 2 || finished.code == 128 + SIGINT) << finished.code << finished.out;
}

}  // namespace
}  // namespace closecheck::cli
