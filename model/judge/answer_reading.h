// What an answer tells of a job, in the oracle's terms. Pure but for remarks to the rulings.
#pragma once

#include "rules/exchange.h"
#include "rules/job_file.h"
#include "rules/rulings.h"

namespace closecheck::model {

/// What became of the request by its answer. `job`: the one that it names, null where it names none or several.
RequestOutcome outcome_of(const Exchange& exchange, const JobFile* job, const Response& response,
                          const JudgeOptions& options, Rulings& rulings);

/// The answer as the oracle of one of its jobs hears it. `statistics`: what it tells of the job, null: nothing.
Answer answer_for(const Exchange& exchange, const JobFile& job, const Response& response,
                  const JobStatistics* statistics, Profile profile);

}  // namespace closecheck::model
