// What the configuration of a job means, and how it is shown. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>

#include "closecheck/vocabulary/response.h"
#include "in_process/job.h"
#include "in_process/manner.h"

namespace closecheck::sut {

/// The configuration, ready for use. Empty: it is none, for the reason in `why`.
std::optional<Plan> make_plan(const JobConfig& config, std::string& why);

/// The first detector that is there a second time, whatever it is called; empty: none.
std::string detector_told_twice(const JobConfig& config, const JobOptions& options);

JobDescription describe(const Job& job, const Manner& manner);

}  // namespace closecheck::sut
