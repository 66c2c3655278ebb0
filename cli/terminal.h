// Standard output and standard error, as people and pipes see them.
#pragma once

#include <string>
#include <vector>

#include "closecheck/properties/gate.h"

namespace closecheck::cli {

bool is_terminal_output();

/// `a, b, c`, or `none`.
std::string joined_or_none(const std::vector<std::string>& words);

/// Writes results and flushes them. Throws OutputError when standard output does not take them.
void print(const std::string& text);
/// Writes one line of diagnostics to standard error.
void print_diagnostic(const std::string& line);

/// One line on standard error that is written over again and again; nothing when that is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const properties::Progress& progress);
  void clear();

 private:
  bool wanted_;
  bool shown_ = false;
};

}  // namespace closecheck::cli
