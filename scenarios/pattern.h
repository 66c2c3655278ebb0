// Regular expressions of the format: written between slashes, searched anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace closecheck::scenarios {

/// Whether the text, trimmed, is `/.../` and longer than two characters.
bool is_pattern(std::string_view text);
/// The expression between the slashes.
std::string pattern_of(std::string_view text);
/// The same in extended mode: white space and comments are taken out.
std::string extended_pattern_of(std::string_view text);

/// What is wrong with an expression; empty: nothing.
inline constexpr std::size_t kExpressionBytesMax = 1000;
std::optional<std::string> pattern_error(const std::string& expression);

/// Whether the expression, which must be a valid one, is found in the text. Throws StepFailure where the engine gives
/// up: it is bounded in steps and memory.
bool is_found(const std::string& expression, std::string_view text);
/// Whether it matches the whole text.
bool matches_whole(const std::string& expression, std::string_view text);

}  // namespace closecheck::scenarios
