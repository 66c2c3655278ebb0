#include "model/blame.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace closecheck::model {
namespace {

using C = Clause;

// How near a miss is: only a count is off; the promise of the state itself is denied; anything else.
constexpr int kCountOff = 6;
constexpr int kDenied = 4;
constexpr int kOther = 2;
constexpr int kKilled = 8;

constexpr Vote vote(Clause clause, int rank, std::optional<Clause> also = {}, std::optional<Clause> more = {}) {
  return {.clause = clause, .rank = rank, .also = {also, more}, .count_too_low = false, .why = nullptr};
}
constexpr Vote untold(const char* why = nullptr) {
  return {.clause = {}, .rank = kOther, .also = {}, .count_too_low = false, .why = why};
}

bool moves_job(RequestKind kind) {
  return kind == RequestKind::open || kind == RequestKind::post || kind == RequestKind::flush ||
         kind == RequestKind::close || kind == RequestKind::force_close || kind == RequestKind::remove ||
         kind == RequestKind::force_remove;
}
bool closes(RequestKind kind) {
  return kind == RequestKind::close || kind == RequestKind::force_close;
}

bool overlap(const LogEntry& a, const LogEntry& b) {
  return a.item < b.answer_item && b.item < a.answer_item;
}

/// The job never came to be closed, or it was and did not stay so.
Vote reopened_by_itself(const Narrative& story, Clause never_closed) {
  return story.seen_closed ? vote(C::closed_means_closed, kDenied, never_closed) : vote(never_closed, kDenied);
}

/// The job is closed, and its statistics say that it is something else.
Vote not_closed(const LogEntry& entry, const Narrative& story) {
  if (story.refused_open) return vote(C::refused_request_changes_nothing, kDenied + 1, C::closed_means_closed);
  switch (story.ending) {
    case Ending::normal:
      if (story.seen_closed) return vote(C::closed_means_closed, kDenied);
      if (story.ending_late) return vote(C::timed_out_close_is_no_success, kDenied, C::close_waits_for_housekeeping);
      if (story.ending_overlapped)
        return vote(C::concurrent_requests_linearize, kDenied, C::close_waits_for_housekeeping, C::closed_means_closed);
      if (entry.answer.state == JobState::closing)
        return vote(C::close_waits_for_housekeeping, kDenied, C::closed_means_closed);
      // It was never seen closed, so it never came to be.
      return vote(C::close_ends_open_job, kDenied, C::closed_means_closed, C::close_waits_for_housekeeping);
    case Ending::timed_out:
      return reopened_by_itself(story, C::timed_out_close_goes_on);
    case Ending::forced:
      if (story.died) return reopened_by_itself(story, C::force_closes_failed_job);
      if (story.hung) return reopened_by_itself(story, C::force_closes_unresponsive_job);
      return vote(C::closed_means_closed, kDenied, C::force_closes_unresponsive_job);
    case Ending::by_feed:
      return reopened_by_itself(story, C::datafeed_end_closes_job);
    case Ending::none:
      break;
  }
  return untold();
}

Vote count_off(const JobValue& job, const LogEntry& entry, const Narrative& story) {
  const auto shown = static_cast<std::uint64_t>(std::max<std::int64_t>(*entry.answer.processed, 0));
  const bool closed = job.life == Life::closed;
  if (shown < job.lo) {
    Vote told = vote(C::accepted_data_is_kept, kCountOff);
    told.count_too_low = entry.answer.state == JobState::closed;
    const std::uint64_t missing = job.lo - shown;
    if (!closed) {
      if (story.opens > 1 && job.life != Life::failed) told.clause = C::reopen_continues_analysis;
    } else if (story.closed_count >= static_cast<std::int64_t>(job.lo)) {
      told.also = {C::closed_job_keeps_results, {}};
      return told;
    } else if (story.queued > 0 && missing <= story.queued) {
      told.also = {C::close_flushes_buffers, {}};
      return told;
    } else if (missing <= story.period) {
      told.clause = C::close_flushes_buffers;
    } else if (story.opens > 1 && shown == story.period) {
      told.clause = C::reopen_continues_analysis;
    }
    if (told.clause != C::accepted_data_is_kept) told.also = {C::accepted_data_is_kept, {}};
    return told;
  }
  const std::uint64_t excess = shown - job.most();
  const auto& refused = story.refused_posts;
  const std::uint64_t all = std::accumulate(refused.begin(), refused.end(), std::uint64_t{0});
  if (!refused.empty() && (excess == all || std::find(refused.begin(), refused.end(), excess) != refused.end()))
    return vote(C::refused_request_changes_nothing, kCountOff, C::accepted_data_is_kept);
  if (closed && story.closed_count >= 0 && static_cast<std::uint64_t>(story.closed_count) < shown)
    return vote(C::closed_job_refuses_analysis, kCountOff, C::accepted_data_is_kept);
  return vote(C::accepted_data_is_kept, kCountOff);
}

bool count_fits(const JobValue& job, const LogEntry& entry) {
  if (!entry.answer.processed) return true;
  return *entry.answer.processed >= job.lo &&
         (*entry.answer.processed <= std::int64_t{job.most()} || job.most() >= kNoBound);
}

Vote blame_stats(const JobValue& job, const LogEntry& entry, const Narrative& story) {
  const Answer& answer = entry.answer;
  if (answer.outcome != RequestOutcome::accepted) {
    if (answer.outcome == RequestOutcome::refused && job.life == Life::closed && story.ending != Ending::none)
      return vote(C::closed_job_keeps_metadata, kDenied);
    return untold();
  }
  if (job.life == Life::absent) return story.removed ? untold() : vote(C::unknown_job_refused, kDenied);
  if (answer.state == JobState::failed && !story.ever_died)
    return untold("the job reads `failed`, though nothing in the history made it fail");
  switch (job.life) {
    case Life::closed:
      if (answer.state != JobState::closed && answer.state != JobState::unknown) return not_closed(entry, story);
      break;
    case Life::opened:
      if (answer.state != JobState::opened && answer.state != JobState::unknown) {
        if (answer.state == JobState::failed) return untold("the job reads `failed` once more");
        if (story.refused_close) return vote(C::refused_request_changes_nothing, kDenied, C::job_reopens);
        return vote(C::job_reopens, kDenied);
      }
      break;
    case Life::opening:
      if (count_fits(job, entry)) return vote(C::job_reopens, kOther);
      break;
    case Life::closing:
      if (job.has(JobValue::kHangs) && answer.state == JobState::closed)
        return untold("the job closed, though its close was to hang");
      if (answer.state != JobState::closing && (answer.state != JobState::opened || count_fits(job, entry))) {
        if (story.ending == Ending::timed_out) return vote(C::timed_out_close_goes_on, kOther);
        if (story.ending == Ending::by_feed) return vote(C::datafeed_end_closes_job, kOther);
        return vote(C::close_ends_open_job, kOther);
      }
      break;
    case Life::failed:
      if (answer.state != JobState::failed && answer.state != JobState::unknown) {
        if (story.refused_close && answer.state == JobState::closed)
          return vote(C::refused_request_changes_nothing, kDenied, C::failed_job_needs_force);
        return untold("the job does not read `failed` after the fault that was to fail it");
      }
      break;
    case Life::absent:
    case Life::forced:
      break;
  }
  if (!count_fits(job, entry)) return count_off(job, entry, story);
  return untold();
}

Vote blame_close(const JobValue& job, const LogEntry& entry, const Narrative& story) {
  const bool accepted = entry.answer.outcome == RequestOutcome::accepted;
  const bool broke = entry.answer.outcome == RequestOutcome::failed;
  switch (job.life) {
    case Life::absent:
      return accepted ? vote(C::unknown_job_refused, kDenied) : vote(C::wire_status_codes, kOther);
    case Life::closed:
      if (entry.answer.outcome == RequestOutcome::timed_out)
        return vote(C::timeout_bounds_wait, kDenied, C::closing_closed_job);
      if (story.overlaps) return vote(C::concurrent_requests_linearize, kDenied, C::closing_closed_job);
      return vote(C::closing_closed_job, kDenied);
    case Life::opening:
    case Life::opened:
    case Life::closing:
    case Life::forced:
      if (job.life == Life::opened && job.feed == Feed::started &&
          (accepted || entry.answer.outcome == RequestOutcome::timed_out))
        return vote(C::running_datafeed_blocks_close, kDenied);
      if (accepted && job.has(JobValue::kHangs | JobValue::kWillHang))
        return entry.answer.late ? vote(C::timed_out_close_is_no_success, kDenied, C::close_waits_for_housekeeping)
                                 : untold("the job closed, though its close was to hang");
      if (job.life == Life::opened && job.feed == Feed::started && broke) return vote(C::wire_status_codes, kOther);
      if (story.overlaps) return vote(C::concurrent_requests_linearize, kDenied, C::close_ends_open_job);
      return vote(C::close_ends_open_job, kDenied);
    case Life::failed:
      return accepted ? vote(C::failed_job_needs_force, kDenied) : vote(C::failed_job_answer, kDenied);
  }
  return untold();
}

Vote blame_force(const JobValue& job, const LogEntry& entry) {
  const bool accepted = entry.answer.outcome == RequestOutcome::accepted;
  switch (job.life) {
    case Life::absent:
      return accepted ? vote(C::unknown_job_refused, kDenied) : vote(C::wire_status_codes, kOther);
    case Life::closed:
      return vote(C::closing_closed_job, kDenied);
    case Life::failed:
      return vote(C::force_closes_failed_job, kDenied);
    case Life::opening:
    case Life::opened:
    case Life::closing:
    case Life::forced:
      break;
  }
  return vote(C::force_closes_unresponsive_job, kDenied);
}

Vote blame_open(const JobValue& job, const LogEntry& entry, const Narrative& story) {
  if (job.life == Life::absent)
    return entry.answer.outcome == RequestOutcome::accepted ? vote(C::unknown_job_refused, kOther)
                                                            : vote(C::wire_status_codes, kOther);
  if (job.life == Life::closed || (job.life == Life::opening && entry.answer.outcome != RequestOutcome::accepted))
    return vote(C::job_reopens, kDenied);
  if (story.overlaps) return vote(C::concurrent_requests_linearize, kDenied, C::wire_status_codes);
  return vote(C::wire_status_codes, kOther);
}

/// Post and flush: `in_closed` is what a closed job must not do.
Vote blame_work(const JobValue& job, const LogEntry& entry, Clause in_closed) {
  const bool accepted = entry.answer.outcome == RequestOutcome::accepted;
  switch (job.life) {
    case Life::absent:
      return accepted ? vote(C::unknown_job_refused, kOther) : vote(C::wire_status_codes, kOther);
    case Life::closed:
      return accepted ? vote(in_closed, kDenied) : vote(C::wire_status_codes, kOther);
    case Life::opened:
      return vote(C::job_reopens, kDenied);
    case Life::opening:
    case Life::closing:
    case Life::forced:
    case Life::failed:
      break;
  }
  return vote(C::wire_status_codes, kOther);
}

}  // namespace

Vote blame(const CellTable&, const JobValue& job, const LogEntry& entry, const Narrative& story) {
  const bool accepted = entry.answer.outcome == RequestOutcome::accepted;
  switch (entry.question.kind) {
    case RequestKind::close:
      return blame_close(job, entry, story);
    case RequestKind::force_close:
      return blame_force(job, entry);
    case RequestKind::open:
      return blame_open(job, entry, story);
    case RequestKind::post:
      return blame_work(job, entry, C::closed_job_refuses_data);
    case RequestKind::flush:
      return blame_work(job, entry, C::closed_job_refuses_analysis);
    case RequestKind::stats:
      return blame_stats(job, entry, story);
    case RequestKind::invalid:
      return vote(C::bad_parameters_refused, kDenied);
    case RequestKind::read_results:
      if (!accepted && job.life == Life::closed && story.ending != Ending::none)
        return vote(C::closed_job_keeps_results, kDenied);
      break;
    case RequestKind::get:
      if (!accepted && job.life == Life::closed && story.ending != Ending::none)
        return vote(C::closed_job_keeps_metadata, kDenied);
      break;
    case RequestKind::create:
    case RequestKind::update:
    case RequestKind::remove:
    case RequestKind::force_remove:
    case RequestKind::revert:
    case RequestKind::create_feed:
    case RequestKind::start_feed:
    case RequestKind::start_endless_feed:
    case RequestKind::stop_feed:
    case RequestKind::remove_feed:
    case RequestKind::feed_stats:
      break;
  }
  return untold();
}

Vote blame_waiting(const LogEntry& entry, const Narrative& story) {
  if (entry.question.kind == RequestKind::open) return vote(C::job_reopens, kKilled);
  if (story.overlaps) return vote(C::concurrent_requests_linearize, kKilled, C::close_ends_open_job);
  return vote(C::close_ends_open_job, kKilled);
}

Narrative narrate(const Log& log, std::size_t item, std::uint32_t blamed) {
  Narrative story;
  int closing_now = 0;
  bool feed_with_end = false;
  bool settled_since_ending = false;
  for (std::size_t i = 0; i < item; ++i) {
    const LogItem& what = log.items[i];
    if (what.type == ItemType::fault) {
      if (what.fault == Fault::fail_job) story.died = story.ever_died = true, story.refused_close = false;
      if (what.fault == Fault::hang_close) story.hung = true;
      continue;
    }
    if (what.type == ItemType::settled) {
      settled_since_ending = true;
      continue;
    }
    const LogEntry& entry = log.entries[what.entry];
    if (what.entry == blamed) continue;
    const RequestKind kind = entry.question.kind;
    if (what.type == ItemType::invoke) {
      if (closes(kind)) ++closing_now;
      continue;
    }
    if (closes(kind)) --closing_now;
    const bool accepted = entry.told(RequestOutcome::accepted);
    if (entry.told_refusal()) {
      if (kind == RequestKind::open && story.ending != Ending::none) story.refused_open = true;
      if (closes(kind) || kind == RequestKind::remove || kind == RequestKind::force_remove ||
          kind == RequestKind::invalid)
        story.refused_close = true;
      if (kind == RequestKind::post && entry.question.records > 0)
        story.refused_posts.push_back(static_cast<std::uint64_t>(entry.question.records));
    }
    if (kind == RequestKind::close && (accepted || entry.told(RequestOutcome::timed_out))) {
      if (story.ending == Ending::forced) continue;
      if (!accepted) story.hung = true;
      if (!accepted && story.ending == Ending::normal) continue;
      story.ending = accepted ? Ending::normal : Ending::timed_out;
      story.ending_entry = what.entry;
      story.refused_open = false;
      story.closed_count = -1;
      story.seen_closed = settled_since_ending = false;
      story.ending_late = accepted && entry.answer.late;
      story.ending_overlapped = false;
      for (const LogEntry& other : log.entries)
        if (&other != &entry && closes(other.question.kind) && overlap(entry, other)) story.ending_overlapped = true;
    } else if (kind == RequestKind::force_close && accepted) {
      if (story.ending == Ending::normal) continue;
      story.ending = Ending::forced;
      story.ending_entry = what.entry;
      story.refused_open = false;
      story.closed_count = -1;
      story.seen_closed = settled_since_ending = false;
    } else if (kind == RequestKind::open && accepted) {
      ++story.opens;
      story.ending = Ending::none;
      story.period = 0;
      story.died = story.hung = story.refused_open = story.refused_close = false;
      story.closed_count = -1;
      story.seen_closed = settled_since_ending = false;
      feed_with_end = false;
    } else if (kind == RequestKind::post && accepted) {
      const auto records = static_cast<std::uint64_t>(entry.question.records);
      story.period += records;
      if (closing_now > 0 || story.ending != Ending::none) story.queued += records;
    } else if ((kind == RequestKind::remove || kind == RequestKind::force_remove) && accepted) {
      story = Narrative{};
      story.removed = true;
    } else if (kind == RequestKind::start_feed && accepted) {
      feed_with_end = true;
      story.period += static_cast<std::uint64_t>(entry.question.records);
    } else if (kind == RequestKind::stats && accepted && entry.answer.state == JobState::closed) {
      // Until it has settled, a job that was closed by force may read as anything.
      story.seen_closed = story.ending != Ending::forced || settled_since_ending;
      if (entry.answer.processed) story.closed_count = *entry.answer.processed;
    }
    if (feed_with_end && story.ending == Ending::none) {
      story.ending = Ending::by_feed;
      story.ending_entry = what.entry;
    }
  }
  const LogEntry& entry = log.entries[blamed];
  for (const LogEntry& other : log.entries)
    if (&other != &entry && moves_job(other.question.kind) && overlap(entry, other)) story.overlaps = true;
  return story;
}

}  // namespace closecheck::model
