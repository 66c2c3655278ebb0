// `closecheck run`: the conformance gate.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <random>

#include "closecheck/properties/gate.h"
#include "closecheck/reports/evidenced_report.h"
#include "closecheck/reports/report.h"
#include "commands.h"
#include "counterexamples.h"
#include "files.h"
#include "gate_run.h"
#include "live_session.h"
#include "model_map.h"
#include "progress.h"
#include "reproduction.h"
#include "secrets.h"
#include "selection.h"
#include "signatures.h"
#include "target.h"
#include "terminal.h"
#include "waivers.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

Require require_of(const std::string& text, bool live) {
  if (text.empty()) return live ? Require::reachable : Require::all;
  for (const Require require : kRequires)
    if (name(require) == text) return require;
  throw UsageError(fmt::format("--require takes none, stated, reachable or all, not '{}'", text));
}

/// Everything that can be wrong with the user's words is found here, before anything runs.
properties::GateOptions gate_options(const RunOptions& options, const Target& target) {
  properties::GateOptions gate;
  gate.profile = target.profile;
  gate.live = target.live;
  gate.selected = select_clauses(options.clauses);
  // Small enough to be typed again, and exact in every JSON reader.
  gate.seed = options.seed.value_or(std::random_device{}());
  gate.effort = effort_named(options.effort);
  gate.budget = budget_of(options.budget).value_or(target.live ? kLiveBudget : 0);
  gate.jobs = require_jobs(options.jobs);
  gate.require = require_of(options.require, target.live);
  gate.allow_cluster_wide = target.configuration.allow_cluster_wide;
  return gate;
}

/// The report that keeps evidence, and is signed.
constexpr std::string_view kJson = "json";

void check_report_options(const RunOptions& options) {
  const auto json = options.reports.find(kJson);
  const bool is_written = json != options.reports.end() && !json->second.empty();
  if (options.evidence && !is_written) throw UsageError("--evidence is kept in the report of --json FILE");
  if (options.sign.empty()) return;
  if (!is_written) throw UsageError("--sign signs the report of --json FILE");
  read_file(options.sign);
}

fs::path counterexample_folder(const RunOptions& options) {
  if (options.save_counterexamples.empty()) return state_folder() / "counterexamples";
  return options.save_counterexamples;
}

ExitCode exit_code_of(const reports::RunReport& report) {
  switch (report.record.verdict) {
    case RunVerdict::conforms:
      return report.waiver_faults.empty() ? ExitCode::conforms : ExitCode::violates;
    case RunVerdict::violates:
      return ExitCode::violates;
    case RunVerdict::inconclusive:
      break;
  }
  return ExitCode::inconclusive;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// GitHub gathers there what the steps of a workflow have to say.
void append_step_summary(const reports::RunReport& report) {
  const std::string path = variable("GITHUB_STEP_SUMMARY");
  if (path.empty()) return;
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << reports::write_step_summary(report);
  if (!file.flush()) throw OutputError(fmt::format("{}: cannot be written", path));
}

/// The verdict first: whatever becomes of the files, it is told.
void deliver(const reports::RunReport& report, const KeptEvidence& evidence, const RunOptions& options,
             std::map<std::string_view, OutputFile>& report_files, Deliveries& deliveries) {
  const bool on_github = options.github || variable("GITHUB_ACTIONS") == "true";
  deliveries.attempt([&] {
    print(reports::write_console(report, {.colour = wants_colour(options.colour),
                                          .quiet = options.quiet,
                                          .annotates = on_github,
                                          .width = output_width()}));
  });
  for (const reports::ReportFormat& format : reports::kReportFormats)
    deliveries.attempt([&] {
      OutputFile& file = report_files.at(format.name);
      if (!file.wanted()) return;
      const bool keeps_evidence = options.evidence && format.name == kJson;
      file.write(keeps_evidence ? reports::write_evidenced_json(report, evidence, sha256) : format.write(report));
      file.commit();
    });
  if (on_github) deliveries.attempt([&] { append_step_summary(report); });
}

}  // namespace

properties::Effort effort_named(const std::string& text) {
  if (text == "quick") return properties::Effort::quick;
  if (text == "standard") return properties::Effort::standard;
  if (text == "thorough") return properties::Effort::thorough;
  throw UsageError(fmt::format("--effort takes quick, standard or thorough, not '{}'", text));
}

int require_jobs(int wanted) {
  constexpr int kJobsMax = 64;
  if (wanted < 0 || wanted > kJobsMax) throw UsageError(fmt::format("--jobs takes a number from 1 to {}", kJobsMax));
  return wanted;
}

ExitCode run_command(const RunOptions& options) {
  const Clock::time_point begin = Clock::now();
  const std::string started = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
  const Ends ends = ends_of(begin, budget_of(options.budget).value_or(kLiveBudget));
  TargetOptions wanted = options.target;
  wanted.is_plan = options.dry_run;
  Target target = resolve_target(wanted, {}, ends);
  properties::GateOptions gate = gate_options(options, target);
  check_report_options(options);
  wants_colour(options.colour);
  std::vector<Waiver> waivers = target.configuration.waivers;
  if (!options.waivers.empty()) waivers = read_waivers(options.waivers, process_variables());
  if (options.dry_run) {
    take_in(assume(target), gate);
    print(properties::describe_plan(gate));
    return ExitCode::conforms;
  }
  KeptEvidence evidence;
  if (options.evidence) gate.evidence = &evidence;
  std::map<std::string_view, OutputFile> report_files;
  for (const auto& [format, path] : options.reports) report_files.try_emplace(format, path);
  OutputFile recorded(options.record);
  if (!options.save_counterexamples.empty()) make_folder(options.save_counterexamples);

  LiveSession session(ends);
  session.bind(target);
  reports::RunReport report;
  report.record = run_gate_on(target, gate, session, {recorded, report.latencies}, options.quiet);
  RunRecord& record = report.record;
  record.version = CLOSECHECK_VERSION;
  record.http = target.live;
  record.url = target.url;
  record.deviation = target.deviation_name;
  record.seed = gate.seed;
  record.effort = options.effort;
  record.started = started;
  add_curl_lines(record, target);
  Deliveries deliveries;
  if (!record.violations.empty())
    deliveries.attempt([&] {
      const fs::path folder = counterexample_folder(options);
      make_folder(folder);
      save_counterexamples(record, target, options.target, folder);
    });
  ProgressLine progress(!options.quiet, end_of(target));
  reproduce_violations(record, target, session, progress);
  std::vector<std::string> faults = apply_waivers(record, waivers, today());
  if (options.strict_waivers) report.waiver_faults = std::move(faults);
  report.model = model_map(record);
  session.clean_up();
  record.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  deliver(report, evidence, options, report_files, deliveries);
  deliveries.attempt([&] { recorded.commit(); });
  if (!options.sign.empty()) deliveries.attempt([&] { sign_file(options.sign, options.reports.at(kJson)); });
  deliveries.finish();
  return exit_code_of(report);
}

}  // namespace closecheck::cli
