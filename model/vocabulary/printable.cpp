#include "closecheck/vocabulary/printable.h"

#include <fmt/format.h>

namespace closecheck {
namespace {

/// One character of a text; `bytes` 0: what stands there is none.
struct Character {
  std::size_t bytes = 0;
  char32_t code = 0;
};

Character first_of(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return {};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  // Overlong forms, surrogates and what lies beyond Unicode.
  const bool is_wrong = (length == 3 && code < 0x800) || (code >= 0xD800 && code <= 0xDFFF) ||
                        (length == 4 && code < 0x10000) || code > 0x10FFFF;
  return is_wrong ? Character{} : Character{length, code};
}

struct Range {
  char32_t first, last;
};

/// What a terminal obeys, or a reader cannot see: control characters, marks and overrides of direction, separators of
/// lines and paragraphs, invisible ones, and what is no character.
constexpr Range kHarmful[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x61C, 0x61C},    {0x200B, 0x200B},
                              {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},  {0xFEFF, 0xFEFF},
                              {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE007F}};

bool is_harmful(char32_t code) {
  if (code >= 0x20 && code < 0x7F) return false;
  for (const Range& range : kHarmful)
    if (code >= range.first && code <= range.last) return true;
  return false;
}

bool is_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/// `replace` tells what stands for a harmful character; 0 for bytes that are none.
template <class Replace>
std::string cleaned(std::string_view text, const Replace& replace) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    const std::string_view bytes = text.substr(0, character.bytes == 0 ? 1 : character.bytes);
    if (character.bytes == 0 || is_harmful(character.code))
      safe += replace(character, bytes);
    else
      safe += bytes;
    text.remove_prefix(bytes.size());
  }
  return safe;
}

}  // namespace

std::string printable(std::string_view text) {
  return cleaned(text, [](const Character& it, std::string_view) {
    return it.bytes == 1 && it.code == '\n' ? '\n' : it.bytes == 1 && it.code == '\t' ? '\t' : '?';
  });
}

std::string one_line(std::string_view text) {
  return cleaned(text,
                 [](const Character& it, std::string_view) { return it.bytes != 0 && is_space(it.code) ? ' ' : '?'; });
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) --bytes_max;
  return std::string(text.substr(0, bytes_max)) + std::string(kCut);
}

std::string escaped_json(std::string_view json) {
  return cleaned(json, [](const Character& it, std::string_view bytes) {
    // White space between values, and what the writer of the JSON text has to answer for.
    if (it.bytes == 0 || it.code < 0x20) return std::string(bytes);
    if (it.code < 0x10000) return fmt::format("\\u{:04x}", static_cast<unsigned>(it.code));
    const unsigned above = static_cast<unsigned>(it.code) - 0x10000;
    return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (above >> 10U), 0xDC00 + (above & 0x3FFU));
  });
}

}  // namespace closecheck
