#include "yaml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "yaml.h"

namespace closecheck::scenarios {
namespace {

/// Words that some reader of YAML takes for something else than a text.
bool is_special_word(std::string_view text) {
  constexpr std::array kWords{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

/// Few characters, so that the text stands for itself in every place and every reader.
bool may_stand_plain(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_other = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/'; };
  if (text.empty() || is_special_word(text) || text.size() > 200) return false;
  // A slash may begin (a path); a digit only where the whole cannot be a number or a date (`10s`).
  if (!is_letter(text.front()) && text.front() != '/') {
    const std::string_view unit = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
    const bool unit_text = !unit.empty() && std::all_of(unit.begin(), unit.end(), is_letter) && unit.front() != '_' &&
                           unit.front() != 'e' && unit.front() != 'E' && unit.front() != 'x';
    return text.front() >= '0' && text.front() <= '9' && unit_text;
  }
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_other(c); });
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
  const bool digits = !text.empty() && text.size() < 19 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && (text.size() == 1 || text.front() != '0')) return text;
  return write_scalar(make_text(text));
}

std::string write_key(const std::string& key) {
  return write_scalar(make_text(key));
}

std::string write_flow(const Value& value) {
  std::string out;
  if (const Map* map = value.map()) {
    for (const Member& member : *map)
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", write_key(member.key), write_flow(member.value));
    return "{" + out + "}";
  }
  if (const List* list = value.list()) {
    for (const Value& item : *list) out += (&item == &list->front() ? "" : ", ") + write_flow(item);
    return "[" + out + "]";
  }
  return write_scalar(value);
}

bool is_utf8(std::string_view text) {
  return find_bad_utf8(text) == std::string_view::npos;
}

}  // namespace closecheck::scenarios
