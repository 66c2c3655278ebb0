#include "closecheck/vocabulary/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace closecheck {
namespace {

/// The place behind the string that begins at `at`; npos: it breaks off.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string json_text(std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  const auto stands_for_itself = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  if (std::ranges::all_of(text, stands_for_itself)) return (out += text) += '"';
  for (const char c : text) {
    if (stands_for_itself(c))
      out += c;
    else if (const std::size_t letter = kEscaped.find(c); letter != std::string_view::npos)
      out.append({'\\', kLetters[letter]});
    else
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
  return out + '"';
}

std::size_t end_of_json(std::string_view text, std::size_t at, int depth_max) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (depth == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',')) return at;
    if (c == '"') {
      at = end_of_string(text, at);
      if (depth == 0 || at == std::string_view::npos) return at;
      continue;
    }
    if ((c == '{' || c == '[') && ++depth > depth_max) return std::string_view::npos;
    ++at;
    if ((c == '}' || c == ']') && --depth <= 0) return at;
  }
  return depth == 0 ? text.size() : std::string_view::npos;
}

}  // namespace closecheck
