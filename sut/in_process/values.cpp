#include "in_process/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace closecheck::sut {
namespace {

constexpr Duration kDay = 24 * kHour;
constexpr Duration kLongest = std::numeric_limits<Duration>::max();

struct Unit {
  std::string_view suffix;
  Duration span;
};
// Longer suffixes first: `ms` also ends with `s`, `nanos` and `micros` likewise.
constexpr std::array kUnits{Unit{"nanos", 1},   Unit{"micros", kMicrosecond}, Unit{"ms", kMillisecond},
                            Unit{"s", kSecond}, Unit{"m", kMinute},           Unit{"h", kHour},
                            Unit{"d", kDay}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() <= ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
  return text;
}

bool all_zeros(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c == '0'; });
}

std::optional<std::int64_t> read_whole(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_fraction(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && text.find('n') == std::string_view::npos;
}

Duration scaled(std::int64_t number, Duration unit) {
  if (number > kLongest / unit) return kLongest;
  if (number < -(kLongest / unit)) return -kLongest;
  return number * unit;
}

}  // namespace

TimeSpan read_time_span(std::string_view text, std::string_view setting) {
  const std::string_view sent = trimmed(text);
  std::string folded(sent);
  std::ranges::transform(folded, folded.begin(), lower);
  for (const Unit& unit : kUnits) {
    if (!folded.ends_with(unit.suffix)) continue;
    // A capital M means months elsewhere, so only the small letter stands for minutes.
    if (unit.suffix == "m" && sent.back() != 'm') break;
    const std::string_view number = trimmed(std::string_view(folded).substr(0, folded.size() - unit.suffix.size()));
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
  constexpr std::array kDown{Unit{"d", kDay},    Unit{"h", kHour},         Unit{"m", kMinute},
                             Unit{"s", kSecond}, Unit{"ms", kMillisecond}, Unit{"micros", kMicrosecond}};
  for (const Unit& unit : kDown) {
    if (span < unit.span) continue;
    const std::int64_t tenths = span / (unit.span / 10);
    if (tenths % 10 == 0) return fmt::format("{}{}", tenths / 10, unit.suffix);
    return fmt::format("{}.{}{}", tenths / 10, tenths % 10, unit.suffix);
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
  std::string folded(trimmed(text));
  std::ranges::transform(folded, folded.begin(), lower);
  constexpr std::int64_t kKilo = 1'024;
  std::int64_t unit = 1;
  std::int64_t divisor = 1;
  std::string_view number = folded;
  const auto take = [&number](std::string_view suffix) {
    if (!number.ends_with(suffix)) return false;
    number.remove_suffix(suffix.size());
    return true;
  };
  if (take("gb") || take("g"))
    unit = kKilo;
  else if (take("kb") || take("k"))
    divisor = kKilo;
  else if (!take("mb") && !take("m") && take("b"))
    divisor = kKilo * kKilo;
  const auto value = read_whole(trimmed(number));
  if (!value || *value < 0 || *value > kLongest / unit) return std::nullopt;
  return *value * unit / divisor;
}

bool is_valid_id(std::string_view id) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (id.empty() || id.size() > 64 || !alphanumeric(id.front()) || !alphanumeric(id.back())) return false;
  return std::ranges::all_of(id, [&](char c) { return alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string json_text(std::string_view text) {
  const auto stands_for_itself = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  if (std::ranges::all_of(text, stands_for_itself)) return (out += text) += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
          out += c;
    }
  }
  return out + '"';
}

}  // namespace closecheck::sut
