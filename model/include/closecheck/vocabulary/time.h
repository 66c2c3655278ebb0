// Points in time and spans of it, as plain nanoseconds. Pure values; any thread may use them.
#pragma once

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

/// Parses a span with a unit as a user writes it on our command line or in a scenario: `90s`, `2m`,
/// `1.5s`, `250ms`. Units: d, h, m, s, ms, micros, nanos. Empty on anything else, and on negative spans.
std::optional<Duration> parse_duration(std::string_view text);

/// Writes a span in the largest unit that divides it exactly: `3s`, `1500ms`. The inverse of
/// `parse_duration`.
std::string format_duration(Duration span);

/// Writes a span for a reader, rounded to three significant digits: `1.23 s`, `45.6 ms`.
std::string describe_duration(Duration span);

}  // namespace closecheck
