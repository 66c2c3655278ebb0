#include "closecheck/model/grammar.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace closecheck::model {
namespace {

constexpr Duration kLongest = Duration{100} * 365 * 24 * kHour;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct Unit {
  std::string_view name;
  Duration span;
};
constexpr std::array kUnits{Unit{"d", 24 * kHour},     Unit{"h", kHour},         Unit{"m", kMinute},
                            Unit{"s", kSecond},        Unit{"ms", kMillisecond}, Unit{"micros", kMicrosecond},
                            Unit{"nanos", Duration{1}}};

}  // namespace

BooleanReading read_boolean(const Parameter& parameter, Profile profile) {
  if (!parameter) return BooleanReading::absent;
  const std::string_view text = *parameter;
  if (text.empty() || text == "true") return BooleanReading::is_true;
  if (text == "false") return BooleanReading::is_false;
  if (profile != Profile::xpack_5_4) return BooleanReading::refused;
  return text == "0" || text == "off" || text == "no" ? BooleanReading::is_false : BooleanReading::is_true;
}

TimeValue read_time(const Parameter& parameter) {
  if (!parameter) return {};
  // Whatever is settled about the text can only become less settled as it departs from digits and a unit.
  TimeReading reading = TimeReading::valid;
  std::string_view text = *parameter;
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1), reading = TimeReading::unsettled;
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1), reading = TimeReading::unsettled;
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
  // A bare number: some take it as milliseconds, some refuse it.
  if (rest.empty()) return {TimeReading::unsettled, 0};

  const auto exact = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) { return unit.name == rest; });
  const Unit* unit = exact != kUnits.end() ? &*exact : nullptr;
  if (unit == nullptr) {
    std::string lower(rest);
    std::transform(lower.begin(), lower.end(), lower.begin(), lowered);
    const auto other = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == lower; });
    if (other == kUnits.end()) return {TimeReading::refused, 0};
    unit = &*other;
    reading = TimeReading::unsettled;
  }
  if (negative) return {TimeReading::unsettled, 0};
  const double span = number * static_cast<double>(unit->span);
  return {reading, span >= static_cast<double>(kLongest) ? kLongest : static_cast<Duration>(span)};
}

}  // namespace closecheck::model
