#include "closecheck/vocabulary/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "closecheck/vocabulary/text.h"

namespace closecheck {
namespace {

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
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.bytes == 0 ? 1 : character.bytes);
    if (character.bytes == 0 || is_harmful(character.code))
      safe += replace(character, bytes);
    else
      safe += bytes;
    text.remove_prefix(bytes.size());
  }
  return safe;
}

/// What a terminal would not show as it is, as bash and zsh read it back.
std::string shell_word_with_escapes(std::string_view text) {
  std::string out = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte >= 0x7F)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
  }
  return out + "'";
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

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "-_./:@%+=,";
  const auto is_plain = [&](char c) { return is_letter(c) || is_digit(c) || kPlain.find(c) != std::string_view::npos; };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  if (one_line(text) != text) return shell_word_with_escapes(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string_view("'\\''") : std::string_view(&c, 1);
  return out + "'";
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
