#include "closecheck/sut/executor.h"

#include <utility>

#include "run/program_run.h"

namespace closecheck::sut {

struct Executor::Run : ProgramRun {
  using ProgramRun::ProgramRun;
};

Executor::Executor(Profile profile, const ExecutorOptions& options) : run_(std::make_unique<Run>(profile, options)) {}
Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

const History& Executor::run(std::shared_ptr<const Program> program, System& system, Observer* observer) {
  run_->begin(std::move(program), system, observer);
  run_->run();
  return run_->history;
}

std::shared_ptr<const Program> Executor::program() const {
  return run_->program;
}
const std::string& Executor::fault_error() const {
  return run_->fault_error;
}
bool Executor::fault_missing() const {
  return run_->fault_missing;
}

Execution execute(const Program& program, System& system, Profile profile, const ExecutorOptions& options,
                  Observer* observer) {
  Executor executor(profile, options);
  Execution execution;
  execution.history = executor.run(std::make_shared<const Program>(program), system, observer);
  execution.program = *executor.program();
  execution.fault_error = executor.fault_error();
  execution.fault_missing = executor.fault_missing();
  return execution;
}

}  // namespace closecheck::sut
