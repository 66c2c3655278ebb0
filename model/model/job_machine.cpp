#include "model/job_machine.h"

#include "model/job_machine_engine.h"

namespace closecheck::model {

struct WholeModel {
  using Rows = table::Table;
};
struct JobMachine::Engine : MachineEngine<WholeModel> {};

JobMachine::JobMachine() : engine_(std::make_unique<Engine>()) {}
JobMachine::~JobMachine() = default;
JobMachine::JobMachine(JobMachine&&) noexcept = default;
JobMachine& JobMachine::operator=(JobMachine&&) noexcept = default;

MachineStep JobMachine::step(const JobValue& value, std::size_t event, std::uint32_t records,
                             std::uint32_t records_perhaps) {
  MachineStep step{.result = {}, .value = value, .row = -1};
  const auto handled = engine_->step(value, step.value, event, records, records_perhaps);
  step.row = engine_->row();
  if ((handled & boost::msm::back::HANDLED_TRUE) != 0)
    step.result = MachineStep::Result::done;
  else if ((handled & boost::msm::back::HANDLED_GUARD_REJECT) != 0)
    step.result = MachineStep::Result::barred;
  return step;
}

bool JobMachine::move(JobValue& value, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps) {
  return (engine_->step(value, value, event, records, records_perhaps) & boost::msm::back::HANDLED_TRUE) != 0;
}

void JobMachine::switch_off(const RowSet& rows) {
  engine_->switch_off(rows);
}

void JobMachine::speak(const Dialect& dialect) {
  engine_->speak(dialect);
}

std::uint64_t JobMachine::moves() const {
  return engine_->moves();
}

}  // namespace closecheck::model
