// From what the checks found to the record of the run: a verdict for each clause, with its reason.
#pragma once

#include "closecheck/properties/gate.h"
#include "engine/campaign.h"
#include "engine/proof.h"

namespace closecheck::properties {

/// The violation as a report tells it. Pure.
ViolationRecord violation_of(const Finding& finding, std::string_view check, const Reproduction& minimal,
                             const Environment& environment);

/// Fills clauses, violations, totals, coverage and verdict. Pure.
RunRecord make_record(const GateOptions& options, const Environment& environment, const CampaignResult& campaign,
                      const Proofs& proofs, bool cancelled);

}  // namespace closecheck::properties
