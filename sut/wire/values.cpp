#include "wire/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ranges>

#include "closecheck/vocabulary/text.h"

namespace closecheck::sut {
namespace {

constexpr Duration kLongest = std::numeric_limits<Duration>::max();

bool all_zeros(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c == '0'; });
}

std::optional<std::int64_t> read_whole(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  return number_in<std::int64_t>(text);
}

bool is_fraction(std::string_view text) {
  return number_in<double>(text) && text.find('n') == std::string_view::npos;
}

Duration scaled(std::int64_t number, Duration unit) {
  if (number > kLongest / unit) return kLongest;
  if (number < -(kLongest / unit)) return -kLongest;
  return number * unit;
}

}  // namespace

TimeSpan read_time_span(std::string_view text, std::string_view setting) {
  const std::string_view sent = trimmed(text);
  const std::string folded = lower(sent);
  for (const DurationUnit& unit : kDurationUnits) {
    if (!folded.ends_with(unit.name)) continue;
    // A capital M means months elsewhere, so only the small letter stands for minutes.
    if (unit.name == "m" && sent.back() != 'm') break;
    const std::string_view number = trimmed(std::string_view(folded).substr(0, folded.size() - unit.name.size()));
    if (const auto whole = read_whole(number)) return {scaled(*whole, unit.span), {}};
    if (is_fraction(number))
      return {0, fmt::format("failed to parse [{}], fractional time values are not supported", text)};
    return {0, fmt::format("failed to parse [{}]", text)};
  }
  if (all_zeros(sent)) return {0, {}};
  if (sent.starts_with('-') && sent.ends_with('1') && (sent.size() == 2 || all_zeros(sent.substr(1, sent.size() - 2))))
    return {-1, {}};
  return {0,
          fmt::format("failed to parse setting [{}] with value [{}] as a time value: unit is missing or unrecognized",
                      setting, text)};
}

std::string render_time_span(Duration span) {
  if (span < 0) return span == -1 ? "-1" : fmt::format("{}ms", span / kMillisecond);
  if (span == 0) return "0s";
  for (const DurationUnit& unit : std::views::reverse(kDurationUnits)) {
    if (span < unit.span || unit.span == 1) continue;
    const std::int64_t tenths = span / (unit.span / 10);
    if (tenths % 10 == 0) return fmt::format("{}{}", tenths / 10, unit.name);
    return fmt::format("{}.{}{}", tenths / 10, tenths % 10, unit.name);
  }
  return fmt::format("{}nanos", span);
}

bool read_lenient_boolean(std::string_view text) {
  return !(text == "false" || text == "0" || text == "off" || text == "no");
}

std::optional<bool> read_strict_boolean(std::string_view text) {
  if (text.empty() || text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> read_memory_limit(std::string_view text) {
  const std::string folded = lower(trimmed(text));
  constexpr std::int64_t kKilo = 1'024;
  std::int64_t unit = 1;
  std::int64_t divisor = 1;
  std::string_view number = folded;
  const auto take = [&number](std::string_view suffix) {
    if (!number.ends_with(suffix)) return false;
    number.remove_suffix(suffix.size());
    return true;
  };
  if (take("tb") || take("t"))
    unit = kKilo * kKilo;
  else if (take("gb") || take("g"))
    unit = kKilo;
  else if (take("kb") || take("k"))
    divisor = kKilo;
  else if (!take("mb") && !take("m") && take("b"))
    divisor = kKilo * kKilo;
  number = trimmed(number);
  const auto value = read_whole(number);
  if (value) return *value < 0 || *value > kLongest / unit ? std::nullopt : std::optional(*value * unit / divisor);
  if (number.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto fraction = number_in<double>(number);
  if (!fraction || *fraction > 1e9) return std::nullopt;
  return static_cast<std::int64_t>(*fraction * static_cast<double>(unit) / static_cast<double>(divisor));
}

bool is_valid_id(std::string_view id) {
  const auto alphanumeric = [](char c) { return (is_letter(c) && lower(c) == c) || is_digit(c); };
  if (id.empty() || id.size() > 64 || !alphanumeric(id.front()) || !alphanumeric(id.back())) return false;
  return std::ranges::all_of(id, [&](char c) { return alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

}  // namespace closecheck::sut
