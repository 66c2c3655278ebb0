// The command line: parses, dispatches, and turns every error into its exit code. The only place that knows CLI11.
#pragma once

namespace closecheck::cli {

/// Runs the program. Returns the exit code.
int run_program(int argc, char** argv);

}  // namespace closecheck::cli
