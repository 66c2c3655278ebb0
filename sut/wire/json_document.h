// A JSON text that is only looked at, as every answer is: parsed fast, into nothing that is kept. Not for public
// headers.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace closecheck::sut::wire {

/// A value inside a document, valid as long as that.
using JsonValue = simdjson::dom::element;

/// The document that a text is. Texts of deeper nesting than `kDepthMax`, and such as `parse_json` refuses, are none.
class JsonDocument {
 public:
  explicit JsonDocument(std::string_view text);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  /// Empty: the text is no JSON.
  const std::optional<JsonValue>& root() const { return root_; }

 private:
  simdjson::dom::parser parser_;
  std::optional<JsonValue> root_;
};

/// The member of that name, the last of several; empty when `object` is none or lacks it.
std::optional<JsonValue> member(JsonValue object, std::string_view name);

/// A whole number, from a number or a text that is one; empty for anything else and beyond 64 bits.
std::optional<std::int64_t> whole_number(JsonValue value);
std::optional<double> number(JsonValue value);
/// A boolean, or the texts `true` and `false`.
std::optional<bool> truth(JsonValue value);

/// The text of a string, empty for anything else.
std::string text_of(const std::optional<JsonValue>& value);

/// Compact JSON with the members of objects in lexical order, so that equal values have equal texts.
std::string canonical_text(JsonValue value);

}  // namespace closecheck::sut::wire
