// Standard output and standard error, as people and pipes see them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace closecheck::cli {

bool is_terminal_output();

/// Whether results are painted: as `--color` wants it, and on `auto` on a terminal that can, unless NO_COLOR is set.
/// Throws UsageError for another word.
bool wants_colour(const std::string& choice);
/// Columns that a line of results may take: those of COLUMNS, else of the terminal, and never less than 60; 0: any.
std::size_t output_width();

/// `a, b, c`, or `none`.
std::string joined_or_none(const std::vector<std::string>& words);

/// Writes results and flushes them. Whoever goes away while he reads has seen enough, which is no error. Throws
/// OutputError when standard output does not take them otherwise.
void print(const std::string& text);
/// Whether standard error is a terminal on which a line can be written over.
bool can_take_back_a_line();
/// Writes one line of diagnostics to standard error, in the place of what stands there of a progress.
void print_diagnostic(const std::string& line);

}  // namespace closecheck::cli
