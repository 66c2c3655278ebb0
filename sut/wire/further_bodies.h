// Answers about what the API offers beside the life of a job.
#pragma once

#include "closecheck/vocabulary/profile.h"
#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut::wire {

Json results_body(const FurtherResults& results);
Json overall_body(const OverallBuckets& overall);
Json forecast_body(const ForecastBegun& begun);
Json defaults_body(const Defaults& defaults, Profile profile);
Json preview_body(const DocumentPreview& preview);

}  // namespace closecheck::sut::wire
