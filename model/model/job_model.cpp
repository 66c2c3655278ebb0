#include "closecheck/model/job_model.h"

#include "model/cells.h"

namespace closecheck::model {

struct JobModel::Impl {
  const CellTable* table;
  JobMachine machine;
};

JobModel::JobModel(Profile profile) : impl_(std::make_unique<Impl>(Impl{&cells(profile), JobMachine()})) {}
JobModel::~JobModel() = default;
JobModel::JobModel(JobModel&&) noexcept = default;
JobModel& JobModel::operator=(JobModel&&) noexcept = default;

Sent JobModel::send(RequestKind request, const JobValue& job, std::uint32_t records) {
  const std::size_t step = index_of(request);
  const Cell& cell = impl_->table->at(step, job);
  const MachineStep stepped = impl_->machine.step(job, step, records);
  if (stepped.result == MachineStep::Result::done)
    return {cell.waits ? Reaction::waits : Reaction::moves, stepped.value};
  const Answers fitting = holds(cell.guard, job, *impl_->table->dialect) ? cell.allowed : cell.allowed_otherwise;
  return {(fitting & kAccepted) != 0 ? Reaction::answered : Reaction::refused, job};
}

JobValue JobModel::after(Fault fault, const JobValue& job) {
  switch (fault) {
    case Fault::fail_job:
      return impl_->machine.step(job, kDieStep, 0).value;
    case Fault::hang_close:
      return impl_->machine.step(job, kHangStep, 0).value;
    case Fault::slow_close:  // time stands in no job
      break;
  }
  return job;
}

bool JobModel::reads_as(const JobValue& job, JobState shown) const {
  return impl_->table->reads_as(job.life, shown);
}

JobValue JobModel::settled(JobValue job) {
  for (std::size_t i = 0; i < kHappeningCount;) {
    const MachineStep stepped = impl_->machine.step(job, event_of(static_cast<Happening>(i)), 0);
    const bool happened = stepped.result == MachineStep::Result::done;
    job = stepped.value;
    i = happened ? 0 : i + 1;
  }
  return job;
}

}  // namespace closecheck::model
