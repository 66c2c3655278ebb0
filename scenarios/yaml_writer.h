// Writes values as YAML that `parse_yaml` reads back to the same values.
#pragma once

#include <string>

#include "value.h"

namespace closecheck::scenarios {

/// A scalar: plain where it reads back as itself, else in double quotes. The text must be UTF-8.
std::string write_scalar(const Value& value);

/// A text that is meant for a query or a path: `true`, `10` and the like stand plain.
std::string write_parameter(const std::string& text);

/// A key of a map.
std::string write_key(const std::string& key);

/// On one line: `{a: 1, b: [x, y]}`.
std::string write_flow(const Value& value);

}  // namespace closecheck::scenarios
