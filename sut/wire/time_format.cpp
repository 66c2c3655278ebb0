#include "wire/time_format.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "closecheck/vocabulary/calendar.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

/// A date as far as it is read.
struct Date : CalendarTime {
  bool half_day = false;
  bool afternoon = false;
};

std::optional<std::int64_t> milliseconds_of(const CalendarTime& time) {
  const auto seconds = seconds_since_1970(time);
  return seconds ? std::optional(*seconds * 1'000 + time.fraction / kMillisecond) : std::nullopt;
}

bool take(std::string_view& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

bool take_month_name(std::string_view& text, Date& date) {
  if (text.size() < 3) return false;
  const auto found = std::ranges::find(kMonths, lower(text.substr(0, 3)));
  if (found == kMonths.end()) return false;
  date.month = found - kMonths.begin() + 1;
  while (!text.empty() && is_letter(text.front())) text.remove_prefix(1);
  return true;
}

/// Reads what letters of one kind stand for.
bool take_part(std::string_view& text, char kind, std::size_t width, Date& date) {
  const auto number = [&](std::int64_t& into, std::size_t most) {
    const auto read = take_digits(text, std::min(width, most), most);
    into = read.value_or(0);
    return read.has_value();
  };
  switch (kind) {
    case 'y':
    case 'u':
      if (!number(date.year, width == 2 ? 2 : 4)) return false;
      if (width == 2) date.year += date.year < 70 ? 2'000 : 1'900;
      return true;
    case 'M':
      return width >= 3 ? take_month_name(text, date) : number(date.month, 2);
    case 'd':
      return number(date.day, 2);
    case 'H':
      return number(date.hour, 2);
    case 'h':
      date.half_day = true;
      return number(date.hour, 2) && date.hour >= 1 && date.hour <= 12;
    case 'm':
      return number(date.minute, 2);
    case 's':
      return number(date.second, 2);
    case 'S': {
      const auto read = take_fraction(text, date.resolution);
      date.fraction = read.value_or(0);
      return read.has_value();
    }
    case 'a':
      if (text.size() < 2 || lower(text[1]) != 'm' || (lower(text[0]) != 'a' && lower(text[0]) != 'p')) return false;
      date.afternoon = lower(text[0]) == 'p';
      text.remove_prefix(2);
      return true;
    case 'E':
      while (!text.empty() && is_letter(text.front())) text.remove_prefix(1);
      return true;
    default:
      date.zone_minutes = take_zone(text);
      return date.zone_minutes.has_value();
  }
}

}  // namespace

std::optional<std::int64_t> iso_date_ms(std::string_view text) {
  const auto time = read_iso_time(text);
  return time ? milliseconds_of(*time) : std::nullopt;
}

std::optional<std::int64_t> epoch_number_ms(double value) {
  constexpr double kSecondsBelow = 1e11;
  if (std::isnan(value) || std::abs(value) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(value < kSecondsBelow && value > 0 ? value * 1'000 : value));
}

std::optional<TimeFormat> TimeFormat::parse(std::string_view text) {
  constexpr std::string_view kKinds = "yuMdHhmsSaEXxZz";
  TimeFormat out;
  if (text == "epoch" || text == "epoch_ms") return out;
  const auto literal = [&out](std::string_view part) {
    if (out.parts_.empty() || out.parts_.back().kind != 0) out.parts_.push_back(Part{0, 0, {}});
    out.parts_.back().literal += part;
  };
  while (!text.empty()) {
    const char c = text.front();
    if (c == '\'') {
      // Two quotes stand for one, within quotes too.
      const std::size_t end = text.find('\'', 1);
      if (end == std::string_view::npos) return std::nullopt;
      literal(end == 1 ? std::string_view("'") : text.substr(1, end - 1));
      text.remove_prefix(end + 1);
      if (end > 1 && text.starts_with('\'')) literal("'");
    } else if (is_letter(c)) {
      if (kKinds.find(c) == std::string_view::npos) return std::nullopt;
      const std::size_t width = std::min(text.find_first_not_of(c), text.size());
      out.parts_.push_back(Part{c, width, {}});
      text.remove_prefix(width);
    } else {
      literal(text.substr(0, 1));
      text.remove_prefix(1);
    }
  }
  const bool reads = std::ranges::any_of(out.parts_, [](const Part& part) { return part.kind != 0; });
  return reads ? std::optional(out) : std::nullopt;
}

std::optional<std::int64_t> TimeFormat::read(std::string_view text) const {
  if (parts_.empty()) {
    const auto number = number_in<double>(text);
    return number ? epoch_number_ms(*number) : std::nullopt;
  }
  Date date;
  for (const Part& part : parts_) {
    const bool fits = part.kind == 0 ? take(text, part.literal) : take_part(text, part.kind, part.width, date);
    if (!fits) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  if (date.half_day) date.hour = date.hour % 12 + (date.afternoon ? 12 : 0);
  return milliseconds_of(date);
}

}  // namespace closecheck::sut
