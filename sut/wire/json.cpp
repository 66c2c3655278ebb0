#include "wire/json.h"

#include <algorithm>

#include "closecheck/vocabulary/json_text.h"

namespace closecheck::sut::wire {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

Build build_of(std::string_view text) {
  Build build;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      build.depth = std::max(build.depth, ++depth);
      ++build.values;
    } else if (c == ',') {
      ++build.values;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return build;
}

bool is_surely_within(std::string_view text, std::size_t depth, std::size_t values) {
  if (text.size() > values) return false;
  std::size_t brackets = 0;
  for (const char bracket : {'{', '['})
    for (std::size_t at = text.find(bracket); at != std::string_view::npos; at = text.find(bracket, at + 1))
      if (++brackets > depth) return false;
  return true;
}

std::optional<Json> parse_json(std::string_view text) {
  // A text of which more is left behind the first value is none, and no parser takes long to say so.
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (end_of_json(text, begin, kDepthMax) == std::string_view::npos) return std::nullopt;
  Json value = Json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

ValueTexts split_values(std::string_view text) {
  ValueTexts out;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = end_of_json(text, at);
    if (end == std::string_view::npos || end == at) {
      out.complete = false;
      break;
    }
    out.values.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string dump(const SortedJson& value) {
  return value.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
}

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace closecheck::sut::wire
