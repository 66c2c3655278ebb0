#include "closecheck/vocabulary/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace closecheck {
std::optional<Duration> parse_duration(std::string_view text) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(amount) || std::signbit(amount)) return std::nullopt;
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const DurationUnit& unit : kDurationUnits) {
    if (unit.name != suffix) continue;
    const double span = amount * static_cast<double>(unit.span);
    if (span > 9.0e18) return std::nullopt;
    return static_cast<Duration>(std::llround(span));
  }
  return std::nullopt;
}

std::string format_duration(Duration span) {
  // Hours and above are left to minutes: `90m` reads as well as `1h` and every reader of ours takes it.
  for (const DurationUnit& unit : {kDurationUnits[4], kDurationUnits[3], kDurationUnits[2], kDurationUnits[1]})
    if (span != 0 && span % unit.span == 0) return fmt::format("{}{}", span / unit.span, unit.name);
  return span == 0 ? "0s" : fmt::format("{}nanos", span);
}

std::string describe_duration(Duration span) {
  const double value = static_cast<double>(span);
  const double magnitude = std::abs(value);
  if (magnitude >= 2 * static_cast<double>(kMinute))
    return fmt::format("{:.3g} min", value / static_cast<double>(kMinute));
  if (magnitude >= static_cast<double>(kSecond)) return fmt::format("{:.3g} s", value / static_cast<double>(kSecond));
  if (magnitude >= static_cast<double>(kMillisecond))
    return fmt::format("{:.3g} ms", value / static_cast<double>(kMillisecond));
  return fmt::format("{:.3g} us", value / static_cast<double>(kMicrosecond));
}

}  // namespace closecheck
