// Exit codes, and the errors that lead to them. Findings are no errors: they are values in the report.
#pragma once

#include <stdexcept>
#include <string>

namespace closecheck::cli {

enum class ExitCode : int {
  conforms = 0,
  violates = 1,
  inconclusive = 2,  // also: target unreachable, nothing ran
  usage = 3,         // command line, configuration, selection, file
  harness = 4,       // closecheck itself failed, or a report could not be written
};

/// What `--help` says of them.
inline constexpr const char* kExitCodeTable =
    "Exit codes:\n"
    "  0  conforms (replay: all fixed)\n"
    "  1  violates (replay: some still failing)\n"
    "  2  inconclusive, target unreachable, or nothing ran (replay: cannot tell)\n"
    "  3  unknown command, option, clause or profile; a selection that matches nothing; an empty value; a bad\n"
    "     file; an undefined ${VARIABLE}; a principal that the target answers with 401\n"
    "  4  closecheck itself failed, or a report could not be written (the verdict is printed all the same)\n";

/// Something that the user wrote cannot be used: exit 3. `what()` is the message, complete and without secrets.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The target does not answer before anything could be asked of it: exit 2.
class UnreachableError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A report cannot be written: exit 4.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace closecheck::cli
