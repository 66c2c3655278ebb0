// JSON texts to and from values: member order kept, integers of 64 bits apart from floating numbers, depth bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value.h"

namespace closecheck::scenarios {

/// Compact, members in their order, floating numbers in their shortest exact form.
std::string write_json(const Value& value);

/// The value, if the text is exactly one JSON value without duplicate keys and not absurdly deep.
std::optional<Value> read_json(std::string_view text);

/// The values of a text that holds any number of JSON objects or arrays, however they are spaced; empty optional when
/// it holds anything else.
std::optional<std::vector<Value>> read_json_sequence(std::string_view text);

}  // namespace closecheck::scenarios
