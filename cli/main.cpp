// The program: `closecheck COMMAND ...`.
#include "command_line.h"

int main(int argc, char** argv) {
  return closecheck::cli::run_program(argc, argv);
}
