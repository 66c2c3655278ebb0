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
#include "closecheck/reports/report.h"
#include "commands.h"
#include "counterexamples.h"
#include "files.h"
#include "latency_meter.h"
#include "live_session.h"
#include "model_map.h"
#include "recorder.h"
#include "reproduction.h"
#include "secrets.h"
#include "selection.h"
#include "target.h"
#include "terminal.h"
#include "waivers.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Live: of the budget, what is kept for replaying what was found, one in so many shares.
constexpr int kReplayShares = 10;

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

void take_in(const Knowledge& knowledge, properties::GateOptions& gate) {
  gate.secured = knowledge.secured;
  gate.principals = knowledge.principals;
  gate.unsuitable = knowledge.unsuitable;
  gate.datafeeds_absent = knowledge.datafeeds_absent;
  gate.documents_absent = knowledge.documents_absent;
  gate.faults = knowledge.faults;
  gate.round_trip = knowledge.round_trip;
  gate.round_trip_max = knowledge.round_trip_max;
}

/// The record of a run that could not begin.
RunRecord unreachable_record(const properties::GateOptions& gate, const std::string& error) {
  RunRecord record;
  record.profile = gate.profile;
  record.require = gate.require;
  for (const Clause clause : gate.selected) {
    ClauseRecord entry;
    entry.clause = clause;
    entry.verdict = ClauseVerdict::not_exercised;
    entry.kind = Untold::did_not;
    entry.why = "the target " + error;
    record.clauses.push_back(std::move(entry));
  }
  record.broken_off = "the target " + error;
  record.verdict = verdict_of(record);
  return record;
}

RunRecord run_on(const Target& target, properties::GateOptions& gate, const RunOptions& options, LiveSession& session,
                 OutputFile& recorded, reports::Latencies& latencies) {
  const LiveSession::Reached& reached = session.reach(target);
  const Knowledge& knowledge = reached.knowledge;
  if (!knowledge.reachable) {
    print_diagnostic(fmt::format("{} {}", target.url, knowledge.error));
    return unreachable_record(gate, knowledge.error);
  }
  take_in(knowledge, gate);
  if (target.live) {
    const std::chrono::nanoseconds left = target.ends.end_of_work - Clock::now();
    gate.budget = (left - left / kReplayShares).count();
    gate.name_prefix = session.name_prefix();
    if (!options.quiet)
      fmt::print(stderr, "{}{}", describe_reach(target, knowledge), properties::describe_out_of_reach(gate));
  }
  Systems systems = make_systems(target, reached.journal);
  const Redactor* redactor = target.live ? &target.redactor : nullptr;
  RecordingFactory plain(*systems.plain, target.profile, recorded, redactor);
  RecordingFactory wide(systems.through_codec(), target.profile, recorded, redactor);

  sut::SystemFactory& narrow_one = recorded.wanted() ? plain : *systems.plain;
  sut::SystemFactory& wide_one = recorded.wanted() ? wide : systems.through_codec();
  // Simulated time says nothing of a server's pace.
  MeteredFactory metered_plain(narrow_one, latencies);
  MeteredFactory metered_wide(wide_one, latencies);

  ProgressLine progress(!options.quiet);
  RunRecord record = properties::run_gate(
      gate, target.live ? metered_plain : narrow_one, target.live ? metered_wide : wide_one,
      [&progress](const properties::Progress& now) { progress.show(now); }, session.cancelled());
  progress.clear();
  if (redactor != nullptr) redact(record, *redactor);
  record.notes.insert(record.notes.begin(), knowledge.notes.begin(), knowledge.notes.end());
  return record;
}

fs::path counterexample_folder(const RunOptions& options) {
  if (options.save_counterexamples.empty()) return state_folder() / "counterexamples";
  return options.save_counterexamples;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw OutputError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
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
void deliver(const reports::RunReport& report, const RunOptions& options,
             std::map<std::string_view, OutputFile>& report_files, Deliveries& deliveries) {
  const bool on_github = options.github || variable("GITHUB_ACTIONS") == "true";
  deliveries.attempt([&] {
    print(reports::write_console(report,
                                 {.colour = is_terminal_output(), .quiet = options.quiet, .annotates = on_github}));
  });
  for (const reports::ReportFormat& format : reports::report_formats())
    deliveries.attempt([&] {
      OutputFile& file = report_files.at(format.name);
      if (!file.wanted()) return;
      file.write(format.write(report));
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
  std::vector<Waiver> waivers = target.configuration.waivers;
  if (!options.waivers.empty()) waivers = read_waivers(options.waivers, process_variables());
  if (options.dry_run) {
    take_in(assume(target), gate);
    print(properties::describe_plan(gate));
    return ExitCode::conforms;
  }
  std::map<std::string_view, OutputFile> report_files;
  for (const auto& [format, path] : options.reports) report_files.try_emplace(format, path);
  OutputFile recorded(options.record);
  if (!options.save_counterexamples.empty()) make_folder(options.save_counterexamples);

  LiveSession session(ends);
  session.bind(target);
  reports::RunReport report;
  report.record = run_on(target, gate, options, session, recorded, report.latencies);
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
  reproduce_violations(record, target, session);
  std::vector<std::string> faults = apply_waivers(record, waivers, today());
  if (options.strict_waivers) report.waiver_faults = std::move(faults);
  report.model = model_map(record);
  session.clean_up();
  record.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  deliver(report, options, report_files, deliveries);
  deliveries.attempt([&] { recorded.commit(); });
  deliveries.finish();
  return exit_code_of(report);
}

}  // namespace closecheck::cli
