#include "command_line.h"

#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <new>

#include "closecheck/reports/report.h"
#include "closecheck/sut/deviation.h"
#include "command_description.h"
#include "commands.h"
#include "configuration.h"
#include "suggestions.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

using Action = std::function<ExitCode()>;

/// CLI11 would take `-1` for a very large number.
CLI::Validator whole_number() {
  return CLI::Validator(
      [](const std::string& text) {
        const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : "'" + text + "' is no whole number";
      },
      "", "whole number");
}

void add_product_version(CLI::App& command, std::string& version) {
  command.add_option("--product-version", version, "The one version of the profile that is meant, such as 8.13.4")
      ->type_name("VERSION");
}

void add_target(CLI::App& command, TargetOptions& options) {
  command.add_option("--target", options.target, "URL of a live target, or in-process")->type_name("URL");
  command
      .add_option(
          "--profile", options.profile,
          fmt::format("Dialect, one of {}; default: {} in process, auto live", profile_names(), name(Profile{})))
      ->type_name("NAME");
  add_product_version(command, options.product_version);
  command.add_option("--config", options.config, "Target, profile, principals, hooks and waivers (YAML)")
      ->type_name("FILE");
  command.add_option("--principals", options.principals, "Principals alone (YAML), instead of those of --config")
      ->type_name("FILE");
  command.add_option("--deviation", options.deviation, "Built-in implementation with one thing wrong; none")
      ->type_name("NAME");
  command.add_flag(
      "--allow-cluster-wide", options.allow_cluster_wide,
      "Send what could touch others: blank ids, _all, *, reverts that delete results, users and roles of ours");
  command.add_option("--wait-for", options.wait_for, "Longest time until a live target that starts answers as itself")
      ->type_name("DURATION");
}

void add_colour(CLI::App& command, std::string& colour) {
  command
      .add_option("--color", colour, "auto (default: on a terminal, and not where NO_COLOR is set), always or never")
      ->type_name("WHEN");
}

void add_run(CLI::App& app, Action& action) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App& command = *app.add_subcommand("run", "The conformance gate");
  command.add_option("clause", options->clauses, "Ids or globs of clauses; none: all")->type_name("CLAUSE");
  add_target(command, options->target);
  command.add_option("--seed", options->seed, "Of everything random; printed when not given")
      ->type_name("N")
      ->check(whole_number());
  command.add_option("--effort", options->effort, "quick, standard or thorough")->type_name("NAME");
  command.add_option("--budget", options->budget, "Longest time, such as 90s")->type_name("DURATION");
  command.add_option("--require", options->require, "Clauses that must hold: none, stated, reachable or all")
      ->type_name("LEVEL");
  command.add_option("--waivers", options->waivers, "Waivers (YAML), instead of those of --config")->type_name("FILE");
  command.add_flag("--strict-waivers", options->strict_waivers,
                   "Fail (exit code 1) where a waiver has expired or was not needed");
  command.add_flag("--dry-run", options->dry_run, "Print what would be done");
  command.add_flag("--github", options->github,
                   "Annotations and a step summary for GitHub; by itself where GITHUB_ACTIONS is true");
  for (const reports::ReportFormat& format : reports::kReportFormats)
    command.add_option(fmt::format("--{}", format.name), options->reports[format.name], std::string(format.help))
        ->type_name("FILE");
  command.add_option("--record", options->record, "Write every exchange as JSON Lines")->type_name("FILE");
  command.add_flag("--evidence", options->evidence, "Keep in the JSON report what its verdicts rest on, for `verify`");
  command.add_option("--sign", options->sign, "Sign the JSON report with this SSH key, as FILE.sig")->type_name("KEY");
  command.add_option("--save-counterexamples", options->save_counterexamples, "Where violations are saved")
      ->type_name("DIR");
  command.add_option("--jobs", options->jobs, "Worker threads; default: one a processor")->type_name("N");
  command.add_flag("--quiet", options->quiet, "Only violations and verdict");
  add_colour(command, options->colour);
  command.callback([&action, options] { action = [options] { return run_command(*options); }; });
}

void add_replay(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App& command = *app.add_subcommand("replay", "Scenarios and saved counterexamples, one verdict a file");
  command.add_option("path", options->paths, "Files, folders of files, or `library`: the scripts that ship")
      ->type_name("FILE|DIR|library")
      ->required();
  add_target(command, options->target);
  command.add_option("--api", options->api, "API descriptions of YAML REST tests (JSON); may be given again")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--budget", options->budget, "Longest time, such as 90s; default: 10m")->type_name("DURATION");
  command.add_option("--filter", options->filter, "Only files or tests that match")->type_name("PATTERN");
  command.add_flag("--dry-run", options->dry_run, "Print the steps and requests; send nothing");
  command.add_option("--repeat", options->repeat, "Replay each file so often, and tell how often it was still failing")
      ->type_name("N")
      ->check(whole_number());
  command.add_option("--jobs", options->jobs, "Files at a time; default: one a processor")->type_name("N");
  command.add_option("--json", options->json, "Write the verdicts as JSON")->type_name("FILE");
  command.add_option("--junit", options->junit, "Write the verdicts as JUnit XML")->type_name("FILE");
  command.add_option("--html", options->html, "Write the verdicts as one page for a browser")->type_name("FILE");
  command.add_flag("--quiet", options->quiet, "No histories");
  add_colour(command, options->colour);
  command.callback([&action, options] {
    options->target.is_plan = options->dry_run;
    action = [options] { return replay_command(*options); };
  });
}

void add_compare(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App& command =
      *app.add_subcommand("compare", "Targets or reports side by side, with what tells two of them apart");
  command
      .add_option("what", options->words,
                  "Two or more: names of the configuration's targets, URLs, in-process, deviations (none: the plain "
                  "implementation), profiles, saved reports")
      ->type_name("TARGET|REPORT")
      ->required();
  command
      .add_option("--profile", options->profile,
                  fmt::format("Dialect, one of {}; default: auto live, and that of the first live one in process",
                              profile_names()))
      ->type_name("NAME");
  add_product_version(command, options->product_version);
  command.add_option("--config", options->config, "Targets with their profiles, principals and hooks (YAML)")
      ->type_name("FILE");
  command.add_option("--principals", options->principals, "Principals of every target (YAML)")->type_name("FILE");
  command.add_option("--clause", options->clauses, "Only clauses of this id or glob; may be given again")
      ->type_name("CLAUSE")
      ->allow_extra_args(false);
  command.add_option("--seed", options->seed, "Of everything random; printed when not given")
      ->type_name("N")
      ->check(whole_number());
  command.add_option("--effort", options->effort, "quick (default), standard or thorough")->type_name("NAME");
  command.add_option("--budget", options->budget, "Longest time of all runs together, such as 90s")
      ->type_name("DURATION");
  command.add_flag(
      "--allow-cluster-wide", options->allow_cluster_wide,
      "Send what could touch others: blank ids, _all, *, reverts that delete results, users and roles of ours");
  command.add_option("--save", options->save, "Where scenarios are saved that tell two apart")->type_name("DIR");
  command.add_option("--jobs", options->jobs, "Worker threads; default: one a processor")->type_name("N");
  command.add_option("--json", options->json, "Write the comparison as JSON")->type_name("FILE");
  command.add_option("--html", options->html, "Write the comparison as one page for a browser")->type_name("FILE");
  command.add_option("--markdown", options->markdown, "Write the comparison as Markdown")->type_name("FILE");
  command.add_flag("--quiet", options->quiet, "Only what is not alike, and the verdict");
  add_colour(command, options->colour);
  command.callback([&action, options] { action = [options] { return compare_command(*options); }; });
}

void add_verify(CLI::App& app, Action& action) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App& command = *app.add_subcommand("verify", "Judges again what a report keeps (run --evidence), offline");
  command.add_option("report", options->report, "The report, JSON")->type_name("REPORT")->required();
  command
      .add_option("--check-signature", options->check_signature,
                  "REPORT.sig must be its signature by this SSH key (the public one)")
      ->type_name("KEY");
  command.add_option("--json", options->json, "Write what was found as JSON")->type_name("FILE");
  add_colour(command, options->colour);
  command.callback([&action, options] { action = [options] { return verify_command(*options); }; });
}

void add_cleanup(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CleanupOptions>();
  CLI::App& command = *app.add_subcommand("cleanup", "Removes what interrupted runs left on a target");
  command.add_option("--target", options->target.target, "URL of the target; default: of each journal that is left")
      ->type_name("URL");
  command
      .add_option("--profile", options->target.profile,
                  fmt::format("Dialect, one of {}; default: that of the run, else auto", profile_names()))
      ->type_name("NAME");
  command.add_option("--config", options->target.config, "Target, profile and principals (YAML)")->type_name("FILE");
  command
      .add_option("--principals", options->target.principals, "Principals alone (YAML), instead of those of --config")
      ->type_name("FILE");
  CLI::Option* run = command.add_option("--run", options->run,
                                        "One run by its id, as in closecheck-<id>-...; also without its journal");
  run->type_name("ID");
  command.add_flag("--all-runs", options->all_runs, "Every run that has left something, also without a journal")
      ->excludes(run);
  command.add_flag("--dry-run", options->dry_run, "List what would be removed; remove nothing");
  command.callback([&action, options] { action = [options] { return cleanup_command(*options); }; });
}

void add_judge(CLI::App& app, Action& action) {
  const auto options = std::make_shared<JudgeCommandOptions>();
  CLI::App& command = *app.add_subcommand("judge", "Recorded histories (JSON Lines) and HAR captures, offline");
  command.add_option("file", options->files, "The recordings")->type_name("FILE")->required();
  command.add_option("--profile", options->profile, "Dialect, where the file names none")->type_name("NAME");
  add_product_version(command, options->product_version);
  command.add_option("--json", options->json, "Write the findings as JSON")->type_name("FILE");
  command.add_option("--junit", options->junit, "Write the verdicts as JUnit XML")->type_name("FILE");
  command.add_option("--html", options->html, "Write the findings as one page for a browser")->type_name("FILE");
  add_colour(command, options->colour);
  command.callback([&action, options] { action = [options] { return judge_command(*options); }; });
}

void add_serve(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& command = *app.add_subcommand("serve", "The built-in implementation over HTTP");
  command.add_option("--host", options->host, "Address; another than 127.0.0.1 (default) takes --principals")
      ->type_name("ADDRESS");
  command.add_option("--port", options->port, "0 (default) picks a free one")->type_name("N");
  command.add_option("--data", options->data, "Keep jobs in this folder")->type_name("DIR");
  command.add_option("--principals", options->principals, "Turns security on: users and their privileges (YAML)")
      ->type_name("FILE");
  command
      .add_option("--profile", options->profile,
                  fmt::format("Dialect, one of {} (default: {})", profile_names(), name(Profile{})))
      ->type_name("NAME");
  add_product_version(command, options->product_version);
  command.add_option("--tls-certificate", options->tls_certificate, "Serve HTTPS with this certificate (PEM)")
      ->type_name("FILE");
  command.add_option("--tls-key", options->tls_key, "The private key of --tls-certificate (PEM)")->type_name("FILE");
  command.add_option("--deviation", options->deviation, "One thing wrong")->type_name("NAME");
  command.add_option("--housekeeping", options->housekeeping, "Least time that a close takes")->type_name("DURATION");
  command.add_option("--log-level", options->log_level, "On standard error: off, error, warn, info (default), debug")
      ->type_name("LEVEL");
  command.add_flag("--test-hooks", options->test_hooks, "POST /_test/jobs/{id}/_fail, _slow?housekeeping=3s, _hang");
  // Correct but unusual behaviour, for our own tests that nobody is accused; not in the help.
  command.add_option("--variant", options->variant)->group("");
  command.callback([&action, options] { action = [options] { return serve_command(*options); }; });
}

void add_init(CLI::App& app, Action& action) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App& command = *app.add_subcommand("init", "A commented configuration, on standard output");
  command.add_option("--target", options->target, "URL of a live target, which is asked what it is")->type_name("URL");
  command.add_option("--ca", options->ca, "Authority of its certificate (PEM)")->type_name("FILE");
  command.callback([&action, options] { action = [options] { return init_command(*options); }; });
}

void add_deviations(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("deviations", "Deviations of the built-in implementation");
  const auto options = std::make_shared<MatrixOptions>();
  CLI::App& matrix = *command.add_subcommand("matrix", "The gate against each of them");
  matrix.add_option("--profile", options->profile, "Dialect; default: every one")->type_name("NAME");
  add_product_version(matrix, options->product_version);
  matrix.add_option("--seed", options->seed, "Of everything random")->type_name("N")->check(whole_number());
  matrix.add_option("--effort", options->effort, "quick, standard or thorough")->type_name("NAME");
  matrix.add_option("--jobs", options->jobs, "Worker threads")->type_name("N");
  command.require_subcommand(0, 1);
  command.callback([&action, &command] {
    if (command.get_subcommands().empty()) action = [] { return deviations_command(); };
  });
  matrix.callback([&action, options] { action = [options] { return matrix_command(*options); }; });
}

void add_catalogues(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ModelOptions>();
  CLI::App& model = *app.add_subcommand("model", "The reference model");
  model.add_option("--format", options->format, "table (default), svg, dot or mermaid")->type_name("NAME");
  model.add_option("--coverage", options->coverage, "What a run met of it, from its report (JSON)")->type_name("FILE");
  model.callback([&action, options] { action = [options] { return model_command(*options); }; });

  const auto id = std::make_shared<std::string>();
  CLI::App& clauses = *app.add_subcommand("clauses", "The clause catalogue, or all about one clause");
  clauses.add_option("id", *id, "One clause")->type_name("ID");
  clauses.callback([&action, id] { action = [id] { return clauses_command(*id); }; });
}

/// What an option takes where there are only these.
std::vector<std::string> choices_of(const std::string& name) {
  std::vector<std::string> choices;
  if (name == "--profile") {
    for (const Profile profile : kProfiles) choices.emplace_back(closecheck::name(profile));
  } else if (name == "--deviation") {
    choices.emplace_back("none");
    for (const sut::DeviationText& deviation : sut::deviations()) choices.emplace_back(deviation.name);
  } else if (name == "--require") {
    for (const Require require : kRequires) choices.emplace_back(closecheck::name(require));
  } else if (name == "--effort") {
    choices = {"quick", "standard", "thorough"};
  } else if (name == "--color") {
    choices = {"auto", "always", "never"};
  } else if (name == "--log-level") {
    choices = {"off", "error", "warn", "info", "debug"};
  } else if (name == "--clause" || name == "clause" || name == "id") {
    for (const ClauseText& clause : clauses()) choices.emplace_back(clause.id);
  } else if (name == "shell") {
    choices = {"bash", "zsh", "fish"};
  }
  return choices;
}

CommandDescription describe(const CLI::App& app) {
  CommandDescription command{app.get_name(), app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // not in the help either
    OptionDescription described;
    for (const std::string& name : option->get_snames()) described.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) described.names.push_back("--" + name);
    described.help = option->get_description();
    if (option->get_items_expected_max() > 0) described.value = option->get_type_name();
    described.choices = choices_of(described.is_word() ? option->get_name(true) : described.names.back());
    command.options.push_back(std::move(described));
  }
  for (const CLI::App* inner : app.get_subcommands([](const CLI::App*) { return true; }))
    command.commands.push_back(describe(*inner));
  return command;
}

std::string suggested_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return did_you_mean(word, {names.begin(), names.end()});
}

void add_manuals(CLI::App& app, Action& action) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App& help = *app.add_subcommand("help", "The help of the program, or of a command");
  help.add_option("command", *words, "A command")->type_name("COMMAND");
  help.callback([&app, &action, words] {
    action = [&app, words] {
      const CLI::App* command = &app;
      std::string name = app.get_name();
      for (const std::string& word : *words) {
        const auto named = command->get_subcommands([&](const CLI::App* it) { return it->get_name() == word; });
        if (named.empty())
          throw UsageError(fmt::format("there is no command '{}'{} (see `closecheck help`)", word,
                                       suggested_command(*command, word)));
        command = named.front();
        name += " " + word;
      }
      print(app.get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal));
      return ExitCode::conforms;
    };
  });
  CLI::App& manual = *app.add_subcommand("man", "The manual page, for `closecheck man | man -l -`");
  manual.callback([&app, &action] {
    action = [&app] {
      print(write_manual(describe(app), CLOSECHECK_VERSION, kExitCodeTable));
      return ExitCode::conforms;
    };
  });
  const auto shell = std::make_shared<std::string>();
  CLI::App& completions = *app.add_subcommand("completions", "What a shell needs to complete our command lines");
  completions.add_option("shell", *shell, "bash, zsh or fish")->type_name("SHELL")->required();
  completions.callback([&app, &action, shell] {
    action = [&app, shell] {
      print(write_completions(describe(app), *shell));
      return ExitCode::conforms;
    };
  });
}

/// What may have been meant by the words that the command does not know.
std::string suggestions_for(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  std::vector<std::string> names;
  for (const CLI::Option* option : command->get_options())
    for (const std::string& name : option->get_lnames())
      if (!option->get_group().empty()) names.push_back("--" + name);
  const std::vector<std::string> unknown = app.remaining(true);
  for (const std::string& word : unknown)
    if (word.starts_with("--")) return did_you_mean(word.substr(0, word.find('=')), {names.begin(), names.end()});
  return unknown.empty() ? "" : suggested_command(*command, unknown.front());
}

/// `--target "$UNSET"` must not be taken for no target at all.
void refuse_empty_values(CLI::App& command) {
  const CLI::Validator not_empty(
      [](const std::string& text) { return is_empty_value(text) ? std::string("its value is empty") : std::string(); },
      "");
  for (CLI::Option* option : command.get_options([](CLI::Option* it) { return it->get_items_expected_max() > 0; }))
    option->check(not_empty);
  for (CLI::App* inner : command.get_subcommands([](CLI::App*) { return true; })) refuse_empty_values(*inner);
}

/// CLI11 would take the next word for the value of `--target=`.
void check_words(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1)
      throw UsageError(
          fmt::format("{}: its value is empty (see `closecheck --help`)", word.substr(0, word.size() - 1)));
  }
}

void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  const std::string written = argv[1];
  const auto named = app.get_subcommands([&](const CLI::App* command) { return command->get_name() == written; });
  if (!named.empty()) return;
  throw UsageError(
      fmt::format("there is no command '{}'{} (see `closecheck --help`)", written, suggested_command(app, written)));
}

int failed(ExitCode code, const std::string& message) {
  print_diagnostic(message);
  return static_cast<int>(code);
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("Tells whether a service closes machine-learning jobs the way the X-Pack \"Close Jobs\" page says.",
               "closecheck");
  const std::string version = std::string("closecheck ") + CLOSECHECK_VERSION;
  app.set_version_flag("-V,--version", version, "The version of the program");
  app.footer(kExitCodeTable);
  app.require_subcommand(1);
  Action action;
  add_run(app, action);
  add_replay(app, action);
  add_judge(app, action);
  add_compare(app, action);
  add_verify(app, action);
  add_serve(app, action);
  add_cleanup(app, action);
  add_init(app, action);
  add_deviations(app, action);
  add_catalogues(app, action);
  add_manuals(app, action);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->footer(kExitCodeTable);
    command->set_version_flag("--version", version, "The version of the program");
  }
  refuse_empty_values(app);
  check_command(app, argc, argv);
  check_words(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted);
    return static_cast<int>(ExitCode::conforms);
  } catch (const CLI::ExtrasError& error) {
    return failed(ExitCode::usage, fmt::format("{}{} (see `closecheck --help`)", error.what(), suggestions_for(app)));
  } catch (const CLI::ParseError& error) {
    return failed(ExitCode::usage, fmt::format("{} (see `closecheck --help`)", error.what()));
  }
  return static_cast<int>(action());
}

}  // namespace

int run_program(int argc, char** argv) {
  // A reader that goes away is an error of writing, not the end of a program that has things to clean up.
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return parse_and_run(argc, argv);
  } catch (const UsageError& error) {
    return failed(ExitCode::usage, error.what());
  } catch (const UnreachableError& error) {
    return failed(ExitCode::inconclusive, error.what());
  } catch (const OutputError& error) {
    return failed(ExitCode::harness, error.what());
  } catch (const std::bad_alloc&) {
    // There may be no memory for words of any other kind.
    constexpr std::string_view kWords = "closecheck: out of memory\n";
    std::fwrite(kWords.data(), 1, kWords.size(), stderr);
    return static_cast<int>(ExitCode::harness);
  } catch (const std::exception& error) {
    return failed(ExitCode::harness, fmt::format("failed unexpectedly: {}", error.what()));
  } catch (...) {
    return failed(ExitCode::harness, "failed unexpectedly");
  }
}

}  // namespace closecheck::cli
