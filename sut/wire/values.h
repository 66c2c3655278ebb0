// How the implementation reads and writes values of its API: time values, booleans and ids. Pure
// functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "closecheck/vocabulary/time.h"

namespace closecheck::sut {

/// A time value, or the reason why it is none (`error` is then not empty).
struct TimeSpan {
  Duration span = 0;
  std::string error;
};
/// Number and unit (d, h, m, s, ms, micros, nanos), or a bare `0` or `-1`. Spans saturate at about 290 years.
/// `setting` names the parameter in the error.
TimeSpan read_time_span(std::string_view text, std::string_view setting);

/// A time value as the product renders it: `1s`, `1.5s`, `30m`, `-1`.
std::string render_time_span(Duration span);

/// Everything but `false`, `0`, `off` and `no` is true.
bool read_lenient_boolean(std::string_view text);
/// `true`, `false`, or empty (true); nothing else.
std::optional<bool> read_strict_boolean(std::string_view text);

/// Megabytes of a limit such as `10mb`, `2gb` or a bare number of megabytes; empty for anything else.
std::optional<std::int64_t> read_memory_limit(std::string_view text);

/// Lower-case letters, digits, `_`, `-`, `.`; begins and ends with a letter or digit; not `_all`; at most 64 long.
bool is_valid_id(std::string_view id);

}  // namespace closecheck::sut
