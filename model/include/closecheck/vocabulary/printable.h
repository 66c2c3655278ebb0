// Text of a server, or of a file of somebody else's, made safe for a terminal, for a line of a report, for XML and for
// a shell.
#pragma once

#include <string>
#include <string_view>

namespace closecheck {

/// The text with `?` for whatever could make a reader see another text: control characters, marks that turn the
/// direction of writing, separators of lines, what is no character at all, and bytes that are no UTF-8. Line feeds and
/// tabs stay: for texts whose lines are our own.
std::string printable(std::string_view text);

/// The same on one line: white space of every kind becomes a space, so that no text can look like a line of ours.
std::string one_line(std::string_view text);

/// What a text that was cut ends with.
inline constexpr std::string_view kCut = "...";

/// At most so many bytes of the text, with `...` behind it where there are more. No character is cut in two.
std::string shortened(std::string_view text, std::size_t bytes_max);

/// One word of a shell command, on one line: as it is when no character is special, else in quotes.
std::string shell_word(std::string_view text);

/// JSON text with these characters as `\u....`. They stand within strings only, so the value is the same.
std::string escaped_json(std::string_view json);

}  // namespace closecheck
