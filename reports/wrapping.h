// Lines that fit the width of a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace closecheck::reports {

/// Columns that the text takes: characters, without escape sequences.
std::size_t columns_of(std::string_view text);

/// The lines of the text, those that are longer than `width` broken at blanks; what continues is indented as its line
/// and by `hanging` more. A word is never broken. `width` 0: as it is.
std::string wrapped(std::string_view text, std::size_t width, std::size_t hanging = 4);

/// The same, with what continues in one column.
std::string wrapped_at(std::string_view text, std::size_t width, std::size_t column);

/// One command of a shell behind `label`, broken between its words as the shell takes it.
std::string wrapped_command(std::string_view label, std::string_view command, std::size_t width);

}  // namespace closecheck::reports
