// `closecheck compare`: targets or reports side by side, and what tells two of them apart.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <random>

#include "closecheck/properties/distinction.h"
#include "closecheck/properties/timing.h"
#include "closecheck/reports/comparison.h"
#include "closecheck/scenarios/scenario.h"
#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/text.h"
#include "commands.h"
#include "comparands.h"
#include "counterexamples.h"
#include "files.h"
#include "gate_run.h"
#include "live_session.h"
#include "progress.h"
#include "reproduction.h"
#include "selection.h"
#include "target.h"
#include "terminal.h"
#include "waivers.h"

namespace closecheck::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A side that is run.
struct RunSide {
  TargetOptions options;
  Target target;
  properties::GateOptions gate;
  Systems systems;
  std::optional<properties::TriedSystem> tried;
  std::vector<ViolationRecord> found;  // waived ones as well
  std::string journal;
};

/// What a file is called after a side.
std::string file_word(const std::string& name) {
  std::string word = name.substr(name.find("://") == std::string::npos ? 0 : name.find("://") + 3);
  for (char& c : word)
    if (!is_letter(c) && !is_digit(c) && c != '.' && c != '-') c = '_';
  return word;
}

/// A report keeps histories as lines. One that cannot be read is not shown.
void read_histories(RunRecord& record) {
  for (ViolationRecord& violation : record.violations) try {
      violation.history = sut::read_history(joined(violation.history_lines, "\n"), record.profile);
    } catch (const sut::HistoryError&) {
      violation.history = {};
    }
}

class CompareRun {
 public:
  explicit CompareRun(const CompareOptions& options)
      : options_(options),
        ends_(ends_of(Clock::now(), budget_of(options.budget).value_or(kLiveBudget))),
        session_(ends_) {
    comparison_.version = CLOSECHECK_VERSION;
    comparison_.seed = options.seed.value_or(std::random_device{}());
    for (Comparand& comparand : read_comparands(options)) add(std::move(comparand));
    take_profile_of_live();
    if (!options_.save.empty()) make_folder(options_.save);
  }

  reports::Comparison run() {
    for (std::size_t i = 0; i < runs_.size(); ++i)
      if (runs_[i]) run_side(i);
    tell_all_apart();
    session_.clean_up();
    return std::move(comparison_);
  }

 private:
  void add(Comparand comparand) {
    reports::ComparedSide side;
    side.name = std::move(comparand.name);
    side.file = std::move(comparand.file);
    std::unique_ptr<RunSide> run;
    if (comparand.report) {
      side.record = *std::move(comparand.report);
      read_histories(side.record);
    } else {
      comparison_.effort = options_.effort;
      run = std::make_unique<RunSide>();
      run->options = std::move(comparand.target);
      run->target = resolve_target(run->options, {}, ends_);
      session_.bind(run->target);
      run->gate.live = run->target.live;
      run->gate.selected = select_clauses(options_.clauses);
      run->gate.seed = comparison_.seed;
      run->gate.effort = effort_named(options_.effort);
      run->gate.jobs = require_jobs(options_.jobs);
      run->gate.require = run->target.live ? Require::reachable : Require::all;
      run->gate.allow_cluster_wide = run->target.configuration.allow_cluster_wide;
    }
    comparison_.sides.push_back(std::move(side));
    runs_.push_back(std::move(run));
  }

  /// What is built in is held against a live target in the dialect of that one, unless the user named another.
  void take_profile_of_live() {
    const auto live = std::ranges::find_if(runs_, [](const auto& run) { return run && run->target.live; });
    for (const auto& run : runs_) {
      if (!run) continue;
      const bool is_named = !run->options.profile.empty() && run->options.profile != kAutoProfile;
      if (live != runs_.end() && !run->target.live && !is_named && run->options.product_version.empty())
        run->target.profile = (*live)->target.profile;
      run->gate.profile = run->target.profile;
    }
  }

  /// Of the time that is left, what the next live side may take: as much as each behind it, and as telling apart.
  Clock::time_point end_of_share(std::size_t at) const {
    std::ptrdiff_t shares = 1;
    for (std::size_t i = at; i < runs_.size(); ++i) shares += runs_[i] && runs_[i]->target.live ? 1 : 0;
    return Clock::now() + (ends_.end_of_work - Clock::now()) / shares;
  }

  void run_side(std::size_t at) {
    RunSide& run = *runs_[at];
    Target timed = run.target;
    if (timed.live) timed.ends.end_of_work = end_of_share(at);
    if (!options_.quiet) print_progress(comparison_.sides[at].name);
    const std::string started = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    OutputFile not_recorded("");
    reports::Latencies latencies;
    RunRecord record = run_gate_on(timed, run.gate, session_, {not_recorded, latencies}, options_.quiet);
    record.version = CLOSECHECK_VERSION;
    record.http = run.target.live;
    record.url = run.target.url;
    record.deviation = run.target.deviation_name;
    record.seed = comparison_.seed;
    record.effort = options_.effort;
    record.started = started;
    if (!record.violations.empty()) {
      const fs::path folder = state_folder() / "counterexamples";
      make_folder(folder);
      save_counterexamples(record, timed, run.options, folder);
      ProgressLine progress(!options_.quiet, end_of(timed));
      reproduce_violations(record, timed, session_, progress);
    }
    run.found = record.violations;
    apply_waivers(record, run.target.configuration.waivers, today());
    const LiveSession::Reached& reached = session_.reach(run.target);
    if (reached.knowledge.reachable) {
      run.systems = make_systems(run.target, reached.journal);
      run.tried.emplace(run.gate, *run.systems.plain, run.systems.through_codec());
    }
    comparison_.sides[at].record = std::move(record);
  }

  void print_progress(const std::string& name) const { print_diagnostic("running against " + name); }

  const ClauseRecord* entry(std::size_t side, Clause clause) const {
    const std::vector<ClauseRecord>& entries = comparison_.sides[side].record.clauses;
    const auto at = std::ranges::find(entries, clause, &ClauseRecord::clause);
    return at == entries.end() ? nullptr : &*at;
  }

  void tell_all_apart() {
    const bool any_live = std::ranges::any_of(runs_, [](const auto& run) { return run && run->target.live; });
    ProgressLine progress(!options_.quiet, any_live ? std::optional(ends_.end) : std::nullopt);
    const std::size_t pairs = runs_.size() * (runs_.size() - 1);
    std::size_t done = 0;
    for (std::size_t one = 0; one < runs_.size(); ++one)
      for (std::size_t other = 0; other < runs_.size(); ++other) {
        if (one == other) continue;
        progress.show(
            {fmt::format("telling {} and {} apart", comparison_.sides[one].name, comparison_.sides[other].name),
             done++,
             pairs,
             0,
             {}});
        tell_apart(one, other);
      }
  }

  void tell_apart(std::size_t one, std::size_t other) {
    const bool are_both_run = runs_[one] && runs_[other];
    const std::vector<ViolationRecord> found =
        runs_[one] ? runs_[one]->found : comparison_.sides[one].record.violations;
    for (const ViolationRecord& violation : found) {
      const ClauseRecord* there = entry(other, violation.finding.clause);
      if (there == nullptr) continue;
      const bool holds = there->verdict == ClauseVerdict::holds;
      reports::Difference difference{one, other, violation, {}, {}, {}, {}, {}, {}};
      if (!are_both_run) {
        difference.why = "a report alone was compared: nothing was sent to both";
        if (holds) comparison_.differences.push_back(std::move(difference));
      } else if (runs_[one]->tried && runs_[other]->tried && find_scenario(difference)) {
        comparison_.differences.push_back(std::move(difference));
      } else if (holds) {
        difference.why = "no scenario was found that shows it on the one alone";
        comparison_.differences.push_back(std::move(difference));
      }
    }
  }

  bool find_scenario(reports::Difference& difference) {
    const RunSide& one = *runs_[difference.shows_on];
    const RunSide& other = *runs_[difference.not_on];
    const properties::DistinguishOptions within{ends_.end_of_work, &session_.cancelled()};
    auto apart = properties::distinguish(*one.tried, *other.tried, difference.violation, within);
    if (!apart) return false;
    difference.violation = std::move(apart->violation);
    difference.other = other.target.live ? other.target.redactor(std::move(apart->other)) : std::move(apart->other);
    difference.other_lines = sut::write_history_lines(*difference.other);
    if (!apart->other_fits) difference.why = "on the other side something else is wrong";
    save(difference);
    return true;
  }

  void save(reports::Difference& difference) {
    const RunSide& one = *runs_[difference.shows_on];
    const RunSide& other = *runs_[difference.not_on];
    const fs::path folder = options_.save.empty() ? state_folder() / "comparisons" : fs::path(options_.save);
    make_folder(folder);
    const std::string path = (folder / fmt::format("{}-on-{}-not-on-{}.yml", id_of(difference.violation.finding.clause),
                                                   file_word(comparison_.sides[difference.shows_on].name),
                                                   file_word(comparison_.sides[difference.not_on].name)))
                                 .string();
    const std::string text =
        scenarios::write_counterexample(difference.violation, one.target.profile, one.target.deviation_name);
    OutputFile file(path);
    file.write(text);
    file.commit();
    difference.violation.scenario = path;
    difference.violation.replay = replay_line(path, one.target, one.options);
    difference.replay_on_other = replay_line(path, other.target, other.options, &one.target);
    const scenarios::Scenario scenario = scenarios::Scenario::parse(text, path);
    difference.replayed = replay(scenario, difference.shows_on);
    difference.replayed_on_other = replay(scenario, difference.not_on);
  }

  std::string replay(const scenarios::Scenario& scenario, std::size_t side) {
    if (session_.cancelled() || (runs_[side]->target.live && session_.is_over())) return "";
    RunSide& run = *runs_[side];
    const Knowledge& knowledge = session_.reach(run.target).knowledge;
    const properties::Timing timing = properties::timing_of(
        properties::TargetPace{run.target.profile, run.target.live, knowledge.secured, knowledge.round_trip_max});
    scenarios::Circumstances circumstances;
    circumstances.principals = knowledge.principals;
    circumstances.cancelled = &session_.cancelled();
    const std::string prefix =
        run.target.live ? fmt::format("{}r{}-", session_.name_prefix(), replays_++) : std::string(kNamePrefix);
    return std::string(scenarios::name(scenarios::replay(scenario, run.systems.through_codec(), timing.executor,
                                                         timing.judge, prefix, {}, {}, circumstances)
                                           .verdict));
  }

  const CompareOptions& options_;
  const Ends ends_;
  LiveSession session_;
  reports::Comparison comparison_;
  std::vector<std::unique_ptr<RunSide>> runs_;  // by side; null: a report
  int replays_ = 0;
};

}  // namespace

ExitCode compare_command(const CompareOptions& options) {
  const bool colour = wants_colour(options.colour);
  OutputFile json(options.json);
  OutputFile html(options.html);
  OutputFile markdown(options.markdown);
  const reports::Comparison comparison = CompareRun(options).run();
  Deliveries deliveries;
  deliveries.attempt([&] {
    print(reports::write_comparison(comparison, {.colour = colour, .quiet = options.quiet, .width = output_width()}));
  });
  deliveries.attempt([&] {
    if (!json.wanted()) return;
    json.write(reports::write_comparison_json(comparison));
    json.commit();
  });
  deliveries.attempt([&] {
    if (!html.wanted()) return;
    html.write(reports::write_comparison_html(comparison));
    html.commit();
  });
  deliveries.attempt([&] {
    if (!markdown.wanted()) return;
    markdown.write(reports::write_comparison_markdown(comparison));
    markdown.commit();
  });
  deliveries.finish();
  switch (reports::verdict_of(comparison)) {
    case reports::ComparisonVerdict::unchanged:
      return ExitCode::conforms;
    case reports::ComparisonVerdict::regressed:
      return ExitCode::violates;
    case reports::ComparisonVerdict::inconclusive:
      break;
  }
  return ExitCode::inconclusive;
}

}  // namespace closecheck::cli
