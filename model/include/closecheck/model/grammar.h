// How parameters of the API read, by the page and the profiles. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/request.h"

namespace closecheck::model {

/// `refused`: the profile does not take this spelling. `unsettled`: the page leaves it open.
enum class BooleanReading : std::uint8_t { absent, is_true, is_false, refused };
BooleanReading read_boolean(const Parameter& parameter, Profile profile);

enum class TimeReading : std::uint8_t {
  absent,
  valid,
  unsettled,  ///< a bare `0` or `-1`, a fraction, a negative span, another case: neither required nor forbidden
  refused,    ///< no time value at all (`abc`, `10 parsecs`)
};
struct TimeValue {
  TimeReading reading = TimeReading::absent;
  Duration span = 0;
};
/// Source: clauses timeout-takes-time-units and bad-parameters-refused. Spans saturate at 100 years.
TimeValue read_time(const Parameter& parameter);

}  // namespace closecheck::model
