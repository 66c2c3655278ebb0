// JSON as bytes: writing a string, and where a value ends. Pure; any thread may use it.
#pragma once

#include <climits>
#include <string>
#include <string_view>

namespace closecheck {

/// A string of JSON with its quotes. Bytes that are no UTF-8 stay as they are.
std::string json_text(std::string_view text);

/// Where the value ends that begins at `at`, judged by brackets and quotes alone: whether it is one is for a parser to
/// say. npos: it breaks off, or brackets stand within more than `depth_max` others.
std::size_t end_of_json(std::string_view text, std::size_t at, int depth_max = INT_MAX);

}  // namespace closecheck
