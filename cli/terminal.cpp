#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"

namespace closecheck::cli {
namespace {

/// Whether the terminal knows no escape sequences.
bool is_dumb() {
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) == "dumb";
}

}  // namespace

bool is_terminal_output() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool wants_colour(const std::string& choice) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  if (choice != "auto")
    throw UsageError(fmt::format("--color takes auto, always or never, not '{}'", one_line(choice)));
  const char* refused = std::getenv("NO_COLOR");
  if (refused != nullptr && *refused != '\0') return false;
  return is_terminal_output() && !is_dumb();
}

std::size_t output_width() {
  constexpr std::size_t kColumnsMin = 60;
  const char* told = std::getenv("COLUMNS");
  std::size_t columns = told == nullptr ? 0 : number_in<std::size_t>(told).value_or(0);
  winsize size{};
  if (columns == 0 && is_terminal_output() && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return columns == 0 ? 0 : std::max(columns, kColumnsMin);
}

std::string joined_or_none(const std::vector<std::string>& words) {
  return words.empty() ? "none" : joined(words);
}

void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written && errno != EPIPE)
    throw OutputError(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

bool can_take_back_a_line() {
  return ::isatty(STDERR_FILENO) == 1 && !is_dumb();
}

void print_diagnostic(const std::string& line) {
  const std::string text =
      std::string(can_take_back_a_line() ? "\r\x1b[K" : "") + "closecheck: " + printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace closecheck::cli
