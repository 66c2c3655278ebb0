// Dates and times of the Gregorian calendar, as they stand in texts. Pure; any thread may use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "closecheck/vocabulary/time.h"

namespace closecheck {

/// A date and a time of day with the zone that they were written in.
struct CalendarTime {
  std::int64_t year = 1970;
  std::int64_t month = 1;
  std::int64_t day = 1;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  Duration fraction = 0;                     // of the second
  Duration resolution = 24 * kHour;          // of the last digit that was written
  std::optional<std::int64_t> zone_minutes;  // east of Greenwich; empty: none was written
};

/// Whole seconds since 1970 (the fraction left out), in Greenwich where no zone was written. Empty: there is no such
/// day or time of day.
std::optional<std::int64_t> seconds_since_1970(const CalendarTime& time);

/// `2017-07-14`, `2017-07-14T02:40`, `2017-07-14 02:40:00.25`, with a zone behind the time. Empty: the text is no such
/// date, or the calendar has none of it.
std::optional<CalendarTime> read_iso_time(std::string_view text);

/// Pieces of a written date. Each takes what it reads off the front of `text`; empty: it does not stand there.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t least, std::size_t most);
/// The digits behind a decimal point, at least one, as part of a second; `resolution` becomes that of the last of them.
/// What is written beyond nanoseconds is dropped.
std::optional<Duration> take_fraction(std::string_view& text, Duration& resolution);
/// `Z`, `+02`, `+0200` or `+02:00`, in minutes.
std::optional<std::int64_t> take_zone(std::string_view& text);

}  // namespace closecheck
