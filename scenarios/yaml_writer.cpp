#include "yaml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "closecheck/vocabulary/text.h"

namespace closecheck::scenarios {
namespace {

/// Words that some reader of YAML takes for something else than a text.
bool is_special_word(std::string_view text) {
  constexpr std::array kWords{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  return std::ranges::find(kWords, lower(text)) != kWords.end();
}

/// Few characters, so that the text stands for itself in every place and every reader.
bool may_stand_plain(std::string_view text) {
  const auto may_begin = [](char c) { return is_letter(c) || c == '_' || c == '/'; };
  if (text.empty() || is_special_word(text) || text.size() > 200) return false;
  // A slash may begin (a path); a digit only where the whole cannot be a number or a date (`10s`).
  if (!may_begin(text.front())) {
    const std::string_view unit = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
    const bool unit_text = !unit.empty() &&
                           std::ranges::all_of(unit, [](char c) { return is_letter(c) || c == '_'; }) &&
                           unit.front() != '_' && unit.front() != 'e' && unit.front() != 'E' && unit.front() != 'x';
    return is_digit(text.front()) && unit_text;
  }
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return may_begin(c) || is_digit(c) || c == '.' || c == '-'; });
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string write_scalar(const Value& value) {
  if (value.is_null()) return "null";
  if (const std::string* text = value.string()) return may_stand_plain(*text) ? *text : in_quotes(*text);
  return *text_of(value);
}

std::string write_parameter(const std::string& text) {
  if (text == "true" || text == "false") return text;
  const bool digits = !text.empty() && text.size() < 19 && std::ranges::all_of(text, is_digit);
  if (digits && (text.size() == 1 || text.front() != '0')) return text;
  return write_scalar(make_text(text));
}

std::string write_key(const std::string& key) {
  return write_scalar(make_text(key));
}

std::string write_flow(const Value& value) {
  if (const Map* map = value.map()) {
    const auto text_of_member = [](const Member& member) {
      return write_key(member.key) + ": " + write_flow(member.value);
    };
    return "{" + joined(*map, ", ", text_of_member) + "}";
  }
  if (const List* list = value.list()) return "[" + joined(*list, ", ", write_flow) + "]";
  return write_scalar(value);
}

}  // namespace closecheck::scenarios
