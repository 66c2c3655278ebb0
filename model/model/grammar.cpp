#include "closecheck/model/grammar.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "closecheck/vocabulary/text.h"

namespace closecheck::model {
namespace {

constexpr Duration kLongest = Duration{100} * 365 * 24 * kHour;

}  // namespace

BooleanReading read_boolean(const Parameter& parameter, Profile profile) {
  if (!parameter) return BooleanReading::absent;
  const std::string_view text = *parameter;
  if (text.empty() || text == "true") return BooleanReading::is_true;
  if (text == "false") return BooleanReading::is_false;
  if (profile->strict_booleans) return BooleanReading::refused;
  return text == "0" || text == "off" || text == "no" ? BooleanReading::is_false : BooleanReading::is_true;
}

TimeValue read_time(const Parameter& parameter) {
  if (!parameter) return {};
  // Whatever is settled about the text can only become less settled as it departs from digits and a unit.
  std::string_view text = trimmed(*parameter);
  TimeReading reading = text == *parameter ? TimeReading::valid : TimeReading::unsettled;
  if (text.empty()) return {TimeReading::unsettled, 0};

  bool negative = false;
  if (text.front() == '-' || text.front() == '+') {
    negative = text.front() == '-';
    reading = TimeReading::unsettled;
    text.remove_prefix(1);
  }
  std::size_t digits = 0;
  double number = 0;
  while (digits < text.size() && is_digit(text[digits])) number = number * 10 + (text[digits++] - '0');
  // The longest number that every server can be asked to hold.
  if (digits > 18) reading = TimeReading::unsettled;
  std::size_t end = digits;
  if (end < text.size() && (text[end] == '.' || text[end] == ',') && digits > 0) {
    double part = 0.1;
    ++end;
    const std::size_t start = end;
    for (; end < text.size() && is_digit(text[end]); part /= 10) number += part * (text[end++] - '0');
    if (end == start) return {TimeReading::refused, 0};
    reading = TimeReading::unsettled;
  }
  // Digits of another script are digits to some.
  if (digits == 0 && !text.empty() && static_cast<unsigned char>(text.front()) >= 0x80)
    return {TimeReading::unsettled, 0};
  if (digits == 0) return {TimeReading::refused, 0};
  std::string_view rest = text.substr(end);
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1), reading = TimeReading::unsettled;
  // A number without a unit is no time value; the catalogue leaves open `0` and `-1` alone.
  if (rest.empty()) return {number == 0 || negative ? TimeReading::unsettled : TimeReading::refused, 0};

  const auto unit_named = [](std::string_view name) {
    return std::ranges::find(kDurationUnits, name, &DurationUnit::name);
  };
  const auto* unit = unit_named(rest);
  if (unit == kDurationUnits.end()) {
    unit = unit_named(lower(rest));
    if (unit == kDurationUnits.end()) return {TimeReading::refused, 0};
    reading = TimeReading::unsettled;
  }
  if (negative) return {TimeReading::unsettled, 0};
  const double span = number * static_cast<double>(unit->span);
  return {reading, span >= static_cast<double>(kLongest) ? kLongest : static_cast<Duration>(span)};
}

}  // namespace closecheck::model
