#include "value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"

namespace closecheck::scenarios {
namespace {

bool is_integer(const Value& value) {
  return std::holds_alternative<std::int64_t>(value.data) || std::holds_alternative<std::uint64_t>(value.data);
}

bool equal_maps(const Map& left, const Map& right) {
  if (left.size() != right.size()) return false;
  return std::all_of(left.begin(), left.end(), [&](const Member& member) {
    const auto found = std::find_if(right.begin(), right.end(), [&](const Member& m) { return m.key == member.key; });
    return found != right.end() && equal(member.value, found->value);
  });
}

}  // namespace

bool Value::is_number() const {
  return is_integer(*this) || std::holds_alternative<double>(data);
}

const Value* Value::find(std::string_view key) const {
  const Map* members = map();
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(), [&](const Member& m) { return m.key == key; });
  return found == members->end() ? nullptr : &found->value;
}

double Value::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data)) return static_cast<double>(*integer);
  if (const auto* large = std::get_if<std::uint64_t>(&data)) return static_cast<double>(*large);
  const auto* floating = std::get_if<double>(&data);
  return floating == nullptr ? std::nan("") : *floating;
}

Value make_map() {
  return {Map{}, {}};
}
Value make_list() {
  return {List{}, {}};
}
Value make_text(std::string text) {
  return {std::move(text), {}};
}

void add(Value& map, std::string key, Value value) {
  std::get<Map>(map.data).push_back({std::move(key), std::move(value), {}});
}

std::string write_floating(double number) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string describe(const Value& value) {
  if (value.is_null()) return "nothing";
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "true" : "false";
  if (value.is_number()) return fmt::format("the number {}", *text_of(value));
  constexpr std::size_t kShown = 60;
  if (const auto* text = value.string()) return fmt::format("the text \"{}\"", shortened(*text, kShown));
  return value.list() != nullptr ? "a list" : "a map";
}

std::optional<std::string> text_of(const Value& value) {
  if (value.is_null()) return std::string();
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) return std::to_string(*integer);
  if (const auto* large = std::get_if<std::uint64_t>(&value.data)) return std::to_string(*large);
  if (const auto* floating = std::get_if<double>(&value.data)) return write_floating(*floating);
  if (const auto* text = value.string()) return *text;
  const List* list = value.list();
  if (list == nullptr) return std::nullopt;
  const auto is_scalar = [](const Value& item) { return item.list() == nullptr && item.map() == nullptr; };
  if (!std::ranges::all_of(*list, is_scalar)) return std::nullopt;
  return joined(*list, ",", [](const Value& item) { return *text_of(item); });
}

bool equal(const Value& left, const Value& right) {
  // Two integers are compared exactly: as doubles, neighbours beyond 2^53 would be the same.
  if (is_integer(left) && is_integer(right)) {
    const auto* small_left = std::get_if<std::int64_t>(&left.data);
    const auto* small_right = std::get_if<std::int64_t>(&right.data);
    if (small_left != nullptr && small_right != nullptr) return *small_left == *small_right;
    if (small_left != nullptr || small_right != nullptr) return false;
    return std::get<std::uint64_t>(left.data) == std::get<std::uint64_t>(right.data);
  }
  if (left.is_number() && right.is_number()) return left.number() == right.number();
  if (left.data.index() != right.data.index()) return false;
  if (const Map* map = left.map()) return equal_maps(*map, *right.map());
  if (const List* list = left.list())
    return std::equal(list->begin(), list->end(), right.list()->begin(), right.list()->end(), equal);
  if (const std::string* text = left.string()) return *text == *right.string();
  if (const auto* flag = std::get_if<bool>(&left.data)) return *flag == std::get<bool>(right.data);
  return true;
}

}  // namespace closecheck::scenarios
