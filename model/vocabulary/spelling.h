// The ways in which a text is written into another one: plain, percent-escaped, escaped as in JSON.
#pragma once

#include <string>
#include <string_view>

namespace closecheck {

/// The place in `text` behind `secret` when that stands at `at`, each character plain or escaped; npos: it does not.
/// Where a text was cut (`shortened`), the beginning of it is enough, from so many characters on.
std::size_t after_secret(std::string_view text, std::size_t at, std::string_view secret, std::size_t least);

/// Whether what stands from `begin` to `end` is a whole value of JSON, of a list or of a pair, or the whole text.
bool is_whole_value(std::string_view text, std::size_t begin, std::size_t end);

/// The place of the first character from `at` on that is no backslash.
std::size_t after_backslashes(std::string_view text, std::size_t at);

std::size_t character_count(std::string_view text);

}  // namespace closecheck
