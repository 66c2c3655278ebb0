// Points in time and spans of it, as plain nanoseconds. Pure values; any thread may use them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace closecheck {

/// Nanoseconds since the start of a run: virtual in simulation, monotonic on a live target.
using Time = std::int64_t;
/// A span of nanoseconds.
using Duration = std::int64_t;

inline constexpr Duration kMicrosecond = 1'000;
inline constexpr Duration kMillisecond = 1'000'000;
inline constexpr Duration kSecond = 1'000'000'000;
inline constexpr Duration kMinute = 60 * kSecond;
inline constexpr Duration kHour = 60 * kMinute;

/// A unit as every text of ours and of the API writes it.
struct DurationUnit {
  std::string_view name;
  Duration span;
};
/// From the smallest on; a unit whose name ends with that of another one (`nanos`, `ms` with `s`) stands before it.
inline constexpr std::array kDurationUnits{DurationUnit{"nanos", 1},         DurationUnit{"micros", kMicrosecond},
                                           DurationUnit{"ms", kMillisecond}, DurationUnit{"s", kSecond},
                                           DurationUnit{"m", kMinute},       DurationUnit{"h", kHour},
                                           DurationUnit{"d", 24 * kHour}};

/// Parses a span with a unit as a user writes it on our command line or in a scenario: `90s`, `2m`,
/// `1.5s`, `250ms`. Units: d, h, m, s, ms, micros, nanos. Empty on anything else, and on negative spans.
std::optional<Duration> parse_duration(std::string_view text);

/// Writes a span in the largest unit that divides it exactly: `3s`, `1500ms`. The inverse of
/// `parse_duration`.
std::string format_duration(Duration span);

/// Writes a span for a reader, rounded to three significant digits: `1.23 s`, `45.6 ms`.
std::string describe_duration(Duration span);

}  // namespace closecheck
