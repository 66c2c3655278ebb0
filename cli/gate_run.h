// One run of the gate against a resolved target: preflight, checks, and a record without secrets.
#pragma once

#include <chrono>
#include <optional>

#include "closecheck/properties/gate.h"
#include "closecheck/reports/report.h"
#include "files.h"
#include "live_session.h"
#include "target.h"

namespace closecheck::cli {

/// What is known of the target, for the gate.
void take_in(const Knowledge& knowledge, properties::GateOptions& gate);

/// When all that is done with a live target has ended; in process work is counted, never timed.
std::optional<std::chrono::steady_clock::time_point> end_of(const Target& target);

/// What else comes of a run.
struct GateOutputs {
  OutputFile& recorded;           // every exchange, where it is wanted
  reports::Latencies& latencies;  // live
};

/// Runs the gate within the time that is left to the target, and fills in what of its options is learnt on the way.
/// Live, a tenth of that time is left over. A target that is out of reach has a record that says so. Version, target,
/// times and files are left to the caller.
RunRecord run_gate_on(const Target& target, properties::GateOptions& gate, LiveSession& session,
                      const GateOutputs& outputs, bool quiet);

}  // namespace closecheck::cli
