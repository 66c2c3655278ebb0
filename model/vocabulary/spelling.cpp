#include "vocabulary/spelling.h"

#include <algorithm>

#include "closecheck/vocabulary/printable.h"

namespace closecheck {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

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

/// Length of the character that begins a text in UTF-8; 1 for a byte that begins none.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  return std::min(length, text.size());
}

unsigned code_of(std::string_view character) {
  auto code = static_cast<unsigned>(static_cast<unsigned char>(character[0]));
  if (character.size() > 1) code &= 0xFFU >> (character.size() + 1);
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6U | (static_cast<unsigned char>(character[i]) & 0x3FU);
  return code;
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
  const unsigned code = code_of(character);
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

bool is_base64(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
         c == '_' || c == '=';
}

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[bits >> (count - 6) & 63U];
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63U];
  return out;  // without padding
}

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (!is_base64(c) || c == '=') break;
    const unsigned value = c >= 'A' && c <= 'Z'   ? static_cast<unsigned>(c - 'A')
                           : c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a' + 26)
                           : c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0' + 52)
                           : c == '+' || c == '-' ? 62U
                                                  : 63U;
    bits = (bits << 6U | value) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFFU);
  }
  return out;
}

}  // namespace closecheck
