// Whether violations that were found come again, replayed alone from their saved scenarios.
#pragma once

#include "closecheck/vocabulary/record.h"
#include "live_session.h"
#include "progress.h"
#include "target.h"

namespace closecheck::cli {

/// Replays each violation of the record that has a scenario three times, and up to ten times where it does not always
/// come again; less often where its share of the session's time is too short for that. Says in the record how often it
/// came. One that never did, and of whose history an answer is missing, is none: its clause is inconclusive.
void reproduce_violations(RunRecord& record, const Target& target, LiveSession& session, ProgressLine& progress);

}  // namespace closecheck::cli
