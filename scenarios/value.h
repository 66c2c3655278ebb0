// Values of scenario files and of JSON bodies: ordered, typed, with the place where each was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace closecheck::scenarios {

/// Where something stands in its file, counted from 1; line 0: nowhere.
struct Place {
  int line = 0;
  int column = 0;
};

struct Member;
struct Value;
using List = std::vector<Value>;
/// In the order written; keys are unique.
using Map = std::vector<Member>;

/// Integers of 64 bits stay apart from floating numbers; unsigned ones are used only above the signed range.
struct Value {
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, List, Map> data;
  Place place;

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  bool is_number() const;
  const std::string* string() const { return std::get_if<std::string>(&data); }
  const List* list() const { return std::get_if<List>(&data); }
  const Map* map() const { return std::get_if<Map>(&data); }
  /// The member of a map; null where it is absent or this is no map.
  const Value* find(std::string_view key) const;
  /// Meaningful for numbers only.
  double number() const;
};

struct Member {
  std::string key;
  Value value;
  Place place;  // of the key
};

Value make_map();
Value make_list();
Value make_text(std::string text);
void add(Value& map, std::string key, Value value);

/// What kind of thing it is, for messages: `a list`, `the text "abc"`.
std::string describe(const Value& value);

/// The text that stands for a scalar in a query or a path: `true`, `12`, `1.5`, the string itself; null is empty.
/// A list is joined by commas. Empty optional for maps and for lists of anything but scalars.
std::optional<std::string> text_of(const Value& value);

/// A floating number in its shortest exact form, always distinguishable from an integer: `1.0`, `132.2046`.
std::string write_floating(double number);

/// Equal as `match` has it: numbers by value, maps in any order, everything else by kind and content.
bool equal(const Value& left, const Value& right);

}  // namespace closecheck::scenarios
