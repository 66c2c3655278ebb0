#include "in_process/time_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace closecheck::sut {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

/// What a date is made of.
struct Date {
  std::int64_t year = 1970;
  std::int64_t month = 1;
  std::int64_t day = 1;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t milliseconds = 0;
  std::int64_t zone_minutes = 0;
  bool half_day = false;
  bool afternoon = false;
};

/// Days since the epoch of a date of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  // The year begins in March here, so that the leap day is its last.
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  return month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1);
}

std::optional<std::int64_t> milliseconds_of(const Date& date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > days_in(date.year, date.month) ||
      date.hour > 23 || date.minute > 59 || date.second > 60)
    return std::nullopt;
  return ((days_of(date.year, date.month, date.day) * 24 + date.hour) * 60 + date.minute - date.zone_minutes) * 60'000 +
         date.second * 1'000 + date.milliseconds;
}

/// Takes `least` to `most` digits off the front of `text`.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  std::int64_t value = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9')
    value = 10 * value + (text[count++] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

/// The digits behind a decimal point, of any number, as milliseconds.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  std::size_t count = 0;
  std::int64_t value = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
    if (count < 3) value = 10 * value + (text[count] - '0');
    ++count;
  }
  if (count == 0 || count > 9) return std::nullopt;
  for (std::size_t i = count; i < 3; ++i) value *= 10;
  text.remove_prefix(count);
  return value;
}

/// `Z`, `+02`, `+0200` or `+02:00`, in minutes.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take(text, "Z")) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, "+") && !take(text, "-")) return std::nullopt;
  const auto hours = take_digits(text, 2, 2);
  if (!hours || *hours > 18) return std::nullopt;
  const bool colon = take(text, ":");
  const auto minutes = take_digits(text, 2, 2);
  if ((colon && !minutes) || minutes.value_or(0) > 59) return std::nullopt;
  const std::int64_t zone = *hours * 60 + minutes.value_or(0);
  return west ? -zone : zone;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool take_month_name(std::string_view& text, Date& date) {
  if (text.size() < 3) return false;
  std::string name;
  for (const char c : text.substr(0, 3)) name += static_cast<char>(c | 0x20);
  const auto found = std::ranges::find(kMonths, name);
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
      const auto read = take_fraction(text);
      date.milliseconds = read.value_or(0);
      return read.has_value();
    }
    case 'a':
      if (text.size() < 2 || (text[1] | 0x20) != 'm' || ((text[0] | 0x20) != 'a' && (text[0] | 0x20) != 'p'))
        return false;
      date.afternoon = (text[0] | 0x20) == 'p';
      text.remove_prefix(2);
      return true;
    case 'E':
      while (!text.empty() && is_letter(text.front())) text.remove_prefix(1);
      return true;
    default: {
      const auto zone = take_zone(text);
      date.zone_minutes = zone.value_or(0);
      return zone.has_value();
    }
  }
}

}  // namespace

std::optional<std::int64_t> iso_date_ms(std::string_view text) {
  Date date;
  const auto number = [&text](std::int64_t& into, std::size_t digits) {
    const auto read = take_digits(text, digits, digits);
    into = read.value_or(0);
    return read.has_value();
  };
  if (!number(date.year, 4) || !take(text, "-") || !number(date.month, 2) || !take(text, "-") || !number(date.day, 2))
    return std::nullopt;
  if (text.empty()) return milliseconds_of(date);
  if (!take(text, "T") && !take(text, " ")) return std::nullopt;
  if (!number(date.hour, 2) || !take(text, ":") || !number(date.minute, 2)) return std::nullopt;
  if (take(text, ":")) {
    if (!number(date.second, 2)) return std::nullopt;
    if (take(text, ".")) {
      const auto fraction = take_fraction(text);
      if (!fraction) return std::nullopt;
      date.milliseconds = *fraction;
    }
  }
  if (!text.empty()) {
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    date.zone_minutes = *zone;
  }
  return milliseconds_of(date);
}

std::optional<std::int64_t> epoch_number_ms(double value) {
  constexpr double kSecondsBelow = 1e11;
  if (std::isnan(value) || std::abs(value) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(value < kSecondsBelow && value > 0 ? value * 1'000 : value));
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
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
    const auto number = number_in(text);
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
