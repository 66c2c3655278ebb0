#include "vocabulary/spelling.h"

#include <algorithm>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// So many hexadecimal digits as a number; negative: there are not that many.
int hex_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(text[at + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// Length of the character that begins a text; 1 for a byte that begins none.
std::size_t character_length(std::string_view text) {
  return std::max<std::size_t>(first_character(text).bytes, 1);
}

/// The place behind one character of a secret, however it is written there; `kNone`: it is another one.
/// `escapes_percent`: whether a percent sign cannot stand for itself.
std::size_t after_character(std::string_view text, std::size_t at, std::string_view character, bool escapes_percent) {
  const bool stands_for_itself = character != "%" || !escapes_percent;
  if (stands_for_itself && text.substr(at).starts_with(character)) return at + character.size();
  if (at >= text.size()) return kNone;
  if (character == " " && text[at] == '+') return at + 1;
  if (text[at] == '%') {
    for (const char byte : character) {
      if (text.substr(at, 1) != "%" || hex_at(text, at + 1, 2) != static_cast<unsigned char>(byte)) return kNone;
      at += 3;
    }
    return at;
  }
  // An escape of JSON, perhaps of JSON within JSON.
  const std::size_t escaped = text[at] == '\\' ? after_backslashes(text, at) : at;
  if (escaped == at || escaped == text.size()) return kNone;
  if ((character == "\"" || character == "/") && text[escaped] == character[0]) return escaped + 1;
  constexpr std::string_view kControls = "\b\f\n\r\t";
  const std::size_t control = kControls.find(character);
  if (control != kNone && text[escaped] == "bfnrt"[control]) return escaped + 1;
  if (text[escaped] != 'u') return kNone;
  const Character whole = first_character(character);
  const char32_t code = whole.bytes == 0 ? static_cast<unsigned char>(character[0]) : whole.code;
  const int unit = hex_at(text, escaped + 1, 4);
  if (code < 0x10000) return unit == static_cast<int>(code) ? escaped + 5 : kNone;
  if (unit != static_cast<int>(0xD800 + ((code - 0x10000) >> 10U))) return kNone;
  const std::size_t second = after_backslashes(text, escaped + 5);
  const bool is_pair = second > escaped + 5 && text.substr(second, 1) == "u" &&
                       hex_at(text, second + 1, 4) == static_cast<int>(0xDC00 + ((code - 0x10000) & 0x3FFU));
  return is_pair ? second + 5 : kNone;
}

/// The place behind so many backslashes of a secret, which may be doubled, and doubled again.
std::size_t after_run(std::string_view text, std::size_t at, std::size_t wanted) {
  const std::size_t run = at < text.size() ? after_backslashes(text, at) - at : 0;
  const auto unicode = [&](std::size_t place) {
    const std::size_t behind = after_backslashes(text, place);
    return behind > place && text.substr(behind, 1) == "u" && hex_at(text, behind + 1, 4) == '\\' ? behind + 5 : kNone;
  };
  const auto percent = [&](std::size_t place) {
    return text.substr(place, 1) == "%" && hex_at(text, place + 1, 2) == '\\' ? place + 3 : kNone;
  };
  if (run >= wanted && (at >= text.size() || unicode(at) == kNone)) return at + run;
  for (std::size_t i = 0; i < wanted && at < text.size(); ++i) at = run > 0 ? unicode(at) : percent(at);
  return at;
}

/// As far as `secret` stands at `at`.
struct Agreement {
  std::size_t end = 0;
  std::size_t characters = 0;
  bool is_whole = false;
};

Agreement agreement(std::string_view text, std::size_t at, std::string_view secret, bool escapes_percent) {
  Agreement found{at, 0, false};
  while (!secret.empty() && at < text.size()) {
    const std::size_t backslashes = after_backslashes(secret, 0);
    const std::string_view part = secret.substr(0, backslashes > 0 ? backslashes : character_length(secret));
    at = backslashes > 0 ? after_run(text, at, backslashes) : after_character(text, at, part, escapes_percent);
    if (at == kNone) return found;
    found.end = at;
    ++found.characters;
    secret.remove_prefix(part.size());
  }
  found.is_whole = secret.empty();
  return found;
}

}  // namespace

std::size_t after_backslashes(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of('\\', at), text.size());
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(character_length(text));
  return count;
}

std::size_t after_secret(std::string_view text, std::size_t at, std::string_view secret, std::size_t least) {
  for (const bool escapes_percent : {false, true}) {
    const Agreement found = agreement(text, at, secret, escapes_percent);
    const bool is_cut = found.characters >= least && text.substr(found.end).starts_with(kCut);
    if (found.is_whole || is_cut) return found.end;
    if (secret.find('%') == kNone) break;
  }
  return kNone;
}

bool is_whole_value(std::string_view text, std::size_t begin, std::size_t end) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (begin > 0 && is_space(text[begin - 1])) --begin;
  while (end < text.size() && is_space(text[end])) ++end;
  const bool opens = begin == 0 || std::string_view("\"':=[,\n").find(text[begin - 1]) != kNone;
  const bool closes = end == text.size() || std::string_view("\"'],}&\n\\").find(text[end]) != kNone;
  return opens && closes;
}

}  // namespace closecheck
