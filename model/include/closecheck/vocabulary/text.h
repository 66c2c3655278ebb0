// Texts as every room reads and writes them. Letters and digits are those of ASCII. Pure; any thread may use it.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace closecheck {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// White space or a control character.
constexpr bool is_blank(char c) {
  return c >= '\0' && c <= ' ';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
/// The value of a hexadecimal digit; -1 for any other character.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool contains_ignoring_case(std::string_view text, std::string_view lower_case_part);

/// The text without blanks at its ends.
std::string_view trimmed(std::string_view text);

/// The parts of a text between dividers, empty ones too: one more than there are dividers.
std::vector<std::string_view> divided(std::string_view text, char divider);

/// The texts of a list, one after another: `a, b, c`. `text_of` tells what stands for an item.
template <class List, class TextOf = std::identity>
std::string joined(const List& items, std::string_view between = ", ", const TextOf& text_of = {}) {
  std::string out;
  std::string_view before;
  for (const auto& item : items) {
    out += before;
    out += std::invoke(text_of, item);
    before = between;
  }
  return out;
}

/// The number that the whole text is; empty where it is none, or one that `Number` cannot hold.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

/// Whether the pattern fits the whole text: `*` stands for anything, every other character for itself. Takes at most
/// time in proportion to the product of both lengths.
bool matches_wildcard(std::string_view pattern, std::string_view text);
/// The same, where `?` stands for any one character.
bool matches_glob(std::string_view pattern, std::string_view text);

/// A character of UTF-8. `bytes` 0: what stands there is none.
struct Character {
  std::size_t bytes = 0;
  char32_t code = 0;
};
/// The character that begins a text, which is not empty.
Character first_character(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace closecheck
