#include "in_process/job.h"

#include <algorithm>

namespace closecheck::sut {
namespace {

constexpr int kClosingSteps = 4;
constexpr Duration kSlowKill = 300 * kMillisecond;

Duration opening_time(const Manner& manner) {
  if (manner.varies(Variant::closes_instantly)) return 0;
  return manner.varies(Variant::opening_takes_a_second) ? kSecond : manner.housekeeping_base / 10;
}

Duration housekeeping_time(const Manner& manner, const DataCounts& counts) {
  if (manner.varies(Variant::closes_instantly)) return 0;
  const Duration base = manner.housekeeping_base * (manner.varies(Variant::housekeeping_takes_long) ? 20 : 1);
  return base + base / 1'000 * std::min<std::int64_t>(counts.processed_records, 50'000);
}

}  // namespace

void Job::open(const Manner& manner, Time now, std::int64_t wall_ms) {
  note_change();
  // Work that a forced close left in the background must not reach into the new process.
  while (step_ != JobStep::none) {
    step_due_ = now;
    advance(manner, now, wall_ms);
  }
  afterwards_due_ = kNever;
  state_ = JobState::opening;
  ++past_.opens;
  past_.forced = false;
  if (manner.profile->major >= 7) past_.finished_ms.reset();
  step_ = JobStep::finish_opening;
  step_due_ = now + opening_time(manner);
}

void Job::resume(const Manner& manner, Time now) {
  note_change();
  waiting_opens.clear();
  waiting_closes.clear();
  // What hung was the process that is gone.
  close_fault.hangs = false;
  if (state_ == JobState::opened || state_ == JobState::opening) {
    if (step_ != JobStep::finish_resuming)
      step_ = state_ == JobState::opened ? JobStep::finish_resuming : JobStep::finish_opening;
    state_ = JobState::opening;
    step_due_ = now + opening_time(manner);
  } else if (step_ != JobStep::none && step_due_ == kNever) {
    step_due_ = now + step_length_;
  }
}

void Job::begin_closing(Time now, Duration whole) {
  note_change();
  analysis_.begin_housekeeping();
  step_ = JobStep::flush_buffer;
  step_length_ = whole / kClosingSteps;
  step_due_ = now + step_length_;
}

void Job::close(const Manner& manner, Time now) {
  state_ = JobState::closing;
  past_.forced = false;
  past_.close_manner = CloseManner::alone;
  begin_closing(now, close_fault.length > 0 ? close_fault.length : housekeeping_time(manner, analysis_.counts()));
  if (close_fault.hangs) step_due_ = kNever;
  close_fault.length = 0;
}

void Job::close_in_background(const Manner& manner, Time now) {
  note_change();
  const bool under_way = state_ == JobState::closing;
  state_ = JobState::closing;
  past_.forced = true;
  close_fault.hangs = false;
  if (under_way) {
    // What a first close has done need not be done again; what is left goes on at the usual pace.
    step_length_ = housekeeping_time(manner, analysis_.counts()) / kClosingSteps;
    step_due_ = std::min(step_due_, now + step_length_);
  } else {
    begin_closing(now, housekeeping_time(manner, analysis_.counts()));
  }
}

void Job::end_process(JobState state) {
  note_change();
  analysis_.lose_unanalysed();
  step_ = JobStep::none;
  step_due_ = kNever;
  close_fault.hangs = false;
  killed_slowly_ = false;
  state_ = state;
}

void Job::kill(const Manner& manner, Time now) {
  end_process(JobState::closed);
  past_.closed_at = now;
  past_.forced = true;
  if (!manner.varies(Variant::forced_close_reads_closing)) return;
  state_ = JobState::closing;
  killed_slowly_ = true;
  step_ = JobStep::persist_snapshot;
  step_due_ = now + kSlowKill;
}

void Job::read_closed_early(Time now) {
  note_change();
  if (state_ != JobState::closing) return;
  state_ = JobState::closed;
  past_.closed_at = now;
}

void Job::hang() {
  note_change();
  step_due_ = kNever;
  close_fault.hangs = true;
}

void Job::stay_open() {
  note_change();
  state_ = JobState::opened;
  step_ = JobStep::none;
  step_due_ = kNever;
  close_fault.hangs = false;
}

bool Job::leaves_no_snapshot(const Manner& manner) const {
  return (manner.deviates(Deviation::list_close_writes_no_snapshot) &&
          past_.close_manner == CloseManner::among_others) ||
         (manner.deviates(Deviation::single_record_leaves_no_snapshot) && analysis_.counts().processed_records == 1);
}

void Job::come_to_rest(const Manner& manner, Time now, std::int64_t wall_ms) {
  state_ = JobState::closed;
  past_.closed_at = now;
  if (!past_.forced) past_.finished_ms = wall_ms;
  if (manner.deviates(Deviation::loses_configuration_at_close)) {
    definition_.config.description.clear();
    definition_.config.custom_settings.clear();
  }
  if (manner.deviates(Deviation::second_close_drops_description) && past_.opens == 2)
    definition_.config.description.clear();
  if (manner.deviates(Deviation::closed_job_reopens_itself) && !waiting_closes.empty())
    afterwards_due_ = now + kSecond / 2;
  if (manner.deviates(Deviation::analyses_after_close)) afterwards_due_ = now + 700 * kMillisecond;
}

void Job::do_afterwards(const Manner& manner, Time now, std::int64_t wall_ms) {
  afterwards_due_ = kNever;
  if (manner.deviates(Deviation::closed_job_reopens_itself)) {
    open(manner, now, wall_ms);
    step_due_ = now;
  } else {
    analysis_.finish_bucket();
  }
}

bool Job::advance(const Manner& manner, Time now, std::int64_t wall_ms) {
  note_change();
  if (afterwards_due_ <= now) do_afterwards(manner, now, wall_ms);
  while (step_due_ <= now)
    if (take_step(manner, now, wall_ms)) return true;
  return false;
}

bool Job::take_step(const Manner& manner, Time now, std::int64_t wall_ms) {
  switch (step_) {
    case JobStep::none:
      step_due_ = kNever;
      return false;
    case JobStep::finish_opening:
      analysis_.start(manner, past_.opens);
      [[fallthrough]];
    case JobStep::finish_resuming:
      state_ = JobState::opened;
      past_.opened_at = now;
      step_ = JobStep::none;
      step_due_ = kNever;
      return true;
    case JobStep::flush_buffer:
      analysis_.flush_buffer(manner, past_.opens);
      step_ = JobStep::finalize_results;
      break;
    case JobStep::finalize_results:
      analysis_.finalize_results(manner, past_.opens);
      step_ = JobStep::prune_model;
      break;
    case JobStep::prune_model:
      analysis_.prune_model(manner, past_.opens);
      step_ = JobStep::persist_snapshot;
      break;
    case JobStep::persist_snapshot:
      if (!killed_slowly_ && !leaves_no_snapshot(manner)) analysis_.persist(manner, past_.opens, wall_ms);
      killed_slowly_ = false;
      come_to_rest(manner, now, wall_ms);
      step_ = JobStep::none;
      step_due_ = kNever;
      return true;
  }
  step_due_ += step_length_;
  return false;
}

}  // namespace closecheck::sut
