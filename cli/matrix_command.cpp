// `closecheck deviations matrix`: the gate against every deviation. Each must be caught and named by its own clause.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "closecheck/properties/gate.h"
#include "commands.h"
#include "interrupts.h"
#include "progress.h"
#include "selection.h"
#include "target.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

struct Row {
  Profile profile{};
  bool caught = false;       // some violation
  bool named_first = false;  // the right one stands first
  std::string named;
  std::size_t requests = 0;
};

Row row_of(const sut::DeviationText& deviation, Profile profile, const MatrixOptions& options,
           const std::atomic<bool>& cancelled) {
  TargetOptions target_options;
  target_options.deviation = deviation.name;
  target_options.profile = name(profile);
  target_options.product_version = product_version_of(profile);
  const Target target = resolve_target(target_options);
  const Knowledge knowledge = assume(target);
  properties::GateOptions gate;
  gate.profile = profile;
  gate.selected = select_clauses({});
  gate.seed = options.seed;
  gate.effort = effort_named(options.effort);
  gate.jobs = require_jobs(options.jobs);
  gate.principals = knowledge.principals;
  gate.faults = knowledge.faults;
  Systems systems = make_systems(target, "");
  const RunRecord record = properties::run_gate(gate, *systems.plain, systems.through_codec(), {}, cancelled);

  Row row;
  row.profile = profile;
  if (record.violations.empty()) return row;
  const ViolationRecord& first = record.violations.front();
  row.caught = true;
  row.named = id_of(first.finding.clause);
  row.named_first = first.finding.clause == deviation.clause;
  row.requests = request_count(first.program);
  return row;
}

}  // namespace

ExitCode matrix_command(const MatrixOptions& options) {
  std::vector<Profile> profiles(kProfiles.begin(), kProfiles.end());
  if (const auto profile = chosen_profile(options.profile, options.product_version)) profiles = {*profile};
  std::vector<std::pair<const sut::DeviationText*, Profile>> rows;
  // Some dialects do not have what the deviation breaks.
  for (const sut::DeviationText& deviation : sut::deviations())
    for (const Profile profile : profiles)
      if (deviation.shows_in(profile)) rows.emplace_back(&deviation, profile);

  const Interrupts interrupts;
  ProgressLine progress(true);
  std::size_t right = 0;
  std::size_t done = 0;
  print(fmt::format("seed {}, effort {}\n{:<38}  {:<9}  {:<31}  {:<31}  {:>8}  {}\n", options.seed, options.effort,
                    "deviation", "profile", "clause", "named first", "requests", "verdict"));
  for (const auto& [deviation, profile] : rows) {
    progress.show({std::string(deviation->name), done, rows.size(), 0, {}});
    const Row row = row_of(*deviation, profile, options, interrupts.cancelled());
    progress.clear();
    // What was interrupted was not done.
    if (interrupts.cancelled()) break;
    ++done;
    const bool short_enough = row.requests <= deviation->requests_max;
    if (row.named_first && short_enough) ++right;
    const std::string_view verdict = !row.caught        ? "missed"
                                     : !row.named_first ? "misnamed"
                                     : !short_enough    ? "long"
                                                        : "caught";
    print(fmt::format("{:<38}  {:<9}  {:<31}  {:<31}  {:>3} of {:<2}  {}\n", deviation->name, name(row.profile),
                      id_of(deviation->clause), row.named.empty() ? "-" : row.named, row.requests,
                      deviation->requests_max, verdict));
  }
  const bool interrupted = done < rows.size();
  print(fmt::format(
      "{} of {} caught, named and shrunk{}\n", right, done,
      interrupted ? fmt::format("; interrupted: {} of {} were not tried", rows.size() - done, rows.size()) : ""));
  if (interrupted) return ExitCode::inconclusive;
  return right == rows.size() ? ExitCode::conforms : ExitCode::violates;
}

}  // namespace closecheck::cli
