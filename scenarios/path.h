// Paths into answers, and the values that a test keeps while it runs.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "value.h"

namespace closecheck::scenarios {

/// A step of a test that does not hold, or cannot be evaluated: the test has failed.
struct StepFailure {
  std::string what;
};

/// Named values of one running test.
class Stash {
 public:
  void set(const std::string& name, Value value) { values_.insert_or_assign(name, std::move(value)); }
  void clear() { values_.clear(); }

  /// The value of `name` or of a path into it (`a.b.0`). Throws StepFailure for an unknown name.
  Value get(std::string_view path) const;

  /// The value with `$name` and `${name}` replaced, in keys too. Throws StepFailure.
  Value resolve(const Value& value) const;

 private:
  std::string resolve_text(const std::string& text) const;

  std::map<std::string, Value, std::less<>> values_;
};

/// Whether a text would be replaced from the stash.
bool has_stash_name(const Value& value);

/// The value at a path of names joined by dots, from `root` or, where the path begins with `$`, from the stash; null
/// where an object lacks a name. Throws StepFailure where the format has an error: an index past the end of an array, a
/// name below a scalar.
Value walk(const Value& root, std::string_view path, const Stash& stash);

}  // namespace closecheck::scenarios
