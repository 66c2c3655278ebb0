#include "wire/json_document.h"

#include <cmath>

#include "closecheck/vocabulary/text.h"
#include "wire/json.h"

namespace closecheck::sut::wire {
namespace {

using Type = simdjson::dom::element_type;

constexpr double kTwoTo63 = 9223372036854775808.0;

std::optional<std::int64_t> whole_number(double value) {
  if (!(value >= -kTwoTo63 && value < kTwoTo63)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::string_view> string_in(JsonValue value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

SortedJson copy_of(JsonValue value) {
  switch (value.type()) {
    case Type::OBJECT: {
      SortedJson copy = SortedJson::object();
      for (const auto& [name, inner] : simdjson::dom::object(value)) copy[std::string(name)] = copy_of(inner);
      return copy;
    }
    case Type::ARRAY: {
      SortedJson copy = SortedJson::array();
      for (const JsonValue element : simdjson::dom::array(value)) copy.push_back(copy_of(element));
      return copy;
    }
    case Type::INT64:
      return std::int64_t(value);
    case Type::UINT64:
      return std::uint64_t(value);
    case Type::DOUBLE:
      return double(value);
    case Type::STRING:
      return std::string(std::string_view(value));
    case Type::BOOL:
      return bool(value);
    case Type::NULL_VALUE:
      break;
  }
  return nullptr;
}

}  // namespace

JsonDocument::JsonDocument(std::string_view text) {
  if (text.empty()) return;
  JsonValue root;
  if (parser_.allocate(text.size(), kDepthMax) != simdjson::SUCCESS) return;
  if (parser_.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS) {
    root_ = root;
    return;
  }
  // Whole numbers beyond 64 bits are JSON all the same: read again as what they come to.
  const auto tolerant = parse_json(text);
  if (!tolerant) return;
  if (const std::string again = dump(*tolerant); parser_.parse(again).get(root) == simdjson::SUCCESS) root_ = root;
}

std::optional<JsonValue> member(JsonValue object, std::string_view name) {
  simdjson::dom::object members;
  std::optional<JsonValue> found;
  if (object.get(members) != simdjson::SUCCESS) return found;
  for (const auto& [key, value] : members)
    if (key == name) found = value;
  return found;
}

std::optional<std::int64_t> whole_number(JsonValue value) {
  std::int64_t whole = 0;
  if (value.get(whole) == simdjson::SUCCESS) return whole;
  if (value.type() == Type::DOUBLE) return whole_number(double(value));
  const auto text = string_in(value);
  return text ? number_in<std::int64_t>(*text) : std::nullopt;
}

std::optional<double> number(JsonValue value) {
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  const auto text = string_in(value);
  const auto read = text ? number_in<double>(*text) : std::nullopt;
  return read && std::isfinite(*read) ? read : std::nullopt;
}

std::optional<bool> truth(JsonValue value) {
  bool truth = false;
  if (value.get(truth) == simdjson::SUCCESS) return truth;
  const auto text = string_in(value);
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::string text_of(const std::optional<JsonValue>& value) {
  return std::string(value ? string_in(*value).value_or("") : "");
}

std::string canonical_text(JsonValue value) {
  return dump(copy_of(value));
}

}  // namespace closecheck::sut::wire
