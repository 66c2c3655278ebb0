#include "closecheck/vocabulary/calendar.h"

#include <chrono>

#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

/// Takes one of these characters off the front of `text`.
bool take_one(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// As `take_digits`, into a number.
bool take_number(std::string_view& text, std::size_t digits, std::int64_t& into) {
  const auto read = take_digits(text, digits, digits);
  into = read.value_or(0);
  return read.has_value();
}

}  // namespace

std::optional<std::int64_t> seconds_since_1970(const CalendarTime& time) {
  constexpr std::int64_t kYearMax = 9'999;
  if (time.year < -kYearMax || time.year > kYearMax || time.month < 1 || time.month > 12 || time.day < 1 ||
      time.day > 31 || time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59 || time.second < 0 ||
      time.second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(time.year)),
                                         std::chrono::month(static_cast<unsigned>(time.month)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + time.hour) * 60 + time.minute - time.zone_minutes.value_or(0)) * 60 + time.second;
}

std::optional<CalendarTime> read_iso_time(std::string_view text) {
  CalendarTime time;
  if (!take_number(text, 4, time.year) || !take_one(text, "-") || !take_number(text, 2, time.month) ||
      !take_one(text, "-") || !take_number(text, 2, time.day))
    return std::nullopt;
  if (!text.empty()) {
    if (!take_one(text, "T ") || !take_number(text, 2, time.hour) || !take_one(text, ":") ||
        !take_number(text, 2, time.minute))
      return std::nullopt;
    time.resolution = kMinute;
    if (take_one(text, ":")) {
      if (!take_number(text, 2, time.second)) return std::nullopt;
      time.resolution = kSecond;
      if (take_one(text, ".")) {
        const auto fraction = take_fraction(text, time.resolution);
        if (!fraction) return std::nullopt;
        time.fraction = *fraction;
      }
    }
    if (!text.empty()) {
      time.zone_minutes = take_zone(text);
      if (!time.zone_minutes || !text.empty()) return std::nullopt;
    }
  }
  return seconds_since_1970(time) ? std::optional(time) : std::nullopt;
}

std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  std::int64_t value = 0;
  while (count < most && count < text.size() && is_digit(text[count])) value = 10 * value + (text[count++] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

std::optional<Duration> take_fraction(std::string_view& text, Duration& resolution) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  Duration fraction = 0;
  resolution = kSecond;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    if (resolution == 1) continue;
    resolution /= 10;
    fraction += (text.front() - '0') * resolution;
  }
  return fraction;
}

std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take_one(text, "Z")) return 0;
  const bool west = text.starts_with('-');
  if (!take_one(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2, 2);
  if (!hours || *hours > 18) return std::nullopt;
  const bool colon = take_one(text, ":");
  const auto minutes = take_digits(text, 2, 2);
  if ((colon && !minutes) || minutes.value_or(0) > 59) return std::nullopt;
  const std::int64_t zone = *hours * 60 + minutes.value_or(0);
  return west ? -zone : zone;
}

}  // namespace closecheck
