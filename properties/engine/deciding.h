// Which histories of a run are kept so that its verdicts can be judged again.
#pragma once

#include "closecheck/vocabulary/deciding_history.h"
#include "engine/campaign.h"
#include "engine/proof.h"

namespace closecheck::properties {

/// For each clause of the record that holds, the first history of the campaign that tells it again from its lines
/// alone: of a check that is aimed at the clause, if there is one. In process programs run once more, through the
/// codec.
KeptEvidence kept_evidence(const RunRecord& record, const CampaignResult& campaign, const Proofs& proofs,
                           TrialRunner& trials);

}  // namespace closecheck::properties
