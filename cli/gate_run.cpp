#include "gate_run.h"

#include <fmt/format.h>

#include <chrono>

#include "latency_meter.h"
#include "progress.h"
#include "recorder.h"
#include "secrets.h"

namespace closecheck::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Live: of the budget, what is kept for replaying what was found, one in so many shares.
constexpr int kReplayShares = 10;

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

}  // namespace

std::optional<Clock::time_point> end_of(const Target& target) {
  return target.live ? std::optional(target.ends.end) : std::nullopt;
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

RunRecord run_gate_on(const Target& target, properties::GateOptions& gate, LiveSession& session,
                      const GateOutputs& outputs, bool quiet) {
  const LiveSession::Reached& reached = session.reach(target);
  const Knowledge& knowledge = reached.knowledge;
  if (!knowledge.reachable) return unreachable_record(gate, knowledge.error);
  take_in(knowledge, gate);
  if (target.live) {
    const std::chrono::nanoseconds left = target.ends.end_of_work - Clock::now();
    gate.budget = (left - left / kReplayShares).count();
    gate.name_prefix = session.name_prefix();
    if (!quiet) fmt::print(stderr, "{}{}", describe_reach(target, knowledge), properties::describe_out_of_reach(gate));
  }
  Systems systems = make_systems(target, reached.journal);
  const Redactor* redactor = target.live ? &target.redactor : nullptr;
  RecordingFactory plain(*systems.plain, target.profile, outputs.recorded, redactor);
  RecordingFactory wide(systems.through_codec(), target.profile, outputs.recorded, redactor);

  sut::SystemFactory& narrow_one = outputs.recorded.wanted() ? plain : *systems.plain;
  sut::SystemFactory& wide_one = outputs.recorded.wanted() ? wide : systems.through_codec();
  // Simulated time says nothing of a server's pace.
  MeteredFactory metered_plain(narrow_one, outputs.latencies);
  MeteredFactory metered_wide(wide_one, outputs.latencies);

  ProgressLine progress(!quiet, end_of(target));
  RunRecord record = properties::run_gate(
      gate, target.live ? metered_plain : narrow_one, target.live ? metered_wide : wide_one,
      [&progress](const properties::Progress& now) { progress.show(now); }, session.cancelled());
  progress.clear();
  if (redactor != nullptr) redact(record, *redactor);
  if (redactor != nullptr && gate.evidence != nullptr) redact(*gate.evidence, *redactor);
  record.notes.insert(record.notes.begin(), knowledge.notes.begin(), knowledge.notes.end());
  return record;
}

}  // namespace closecheck::cli
