#include "terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "errors.h"

namespace closecheck::cli {

bool is_terminal_output() {
  return ::isatty(STDOUT_FILENO) == 1;
}

std::string joined_or_none(const std::vector<std::string>& words) {
  return words.empty() ? "none" : joined(words);
}

void print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) throw OutputError(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

void print_diagnostic(const std::string& line) {
  const std::string text = "closecheck: " + printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

ProgressLine::ProgressLine(bool wanted) : wanted_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::show(const properties::Progress& progress) {
  if (!wanted_) return;
  shown_ = true;
  fmt::print(stderr, "\r\x1b[K{} of {}: {}", progress.done, progress.total, one_line(progress.what));
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace closecheck::cli
