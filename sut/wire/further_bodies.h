// Answers about what the API offers beside the life of a job.
#pragma once

#include "closecheck/vocabulary/profile.h"
#include "wire/json.h"
#include "wire/service_answer.h"

namespace closecheck::sut::wire {

Json results_body(const FurtherResults& results);
/// How messages are divided into words where nobody says how: names of days and months are none.
Json analyzer_body(Profile profile);

Json calendars_body(const CalendarsShown& shown);
Json events_body(const EventsShown& shown);
Json filters_body(const FiltersShown& shown);
Json overall_body(const OverallBuckets& overall);
Json forecast_body(const ForecastBegun& begun);
Json defaults_body(const Defaults& defaults, Profile profile);
Json preview_body(const DocumentPreview& preview);
Json security_change_body(const SecurityChange& change, const Dialect& dialect);

}  // namespace closecheck::sut::wire
