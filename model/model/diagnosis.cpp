#include "model/diagnosis.h"

#include <algorithm>
#include <numeric>

namespace closecheck::model {
namespace {

// How near a miss is: it was under way; only a count is off; the promise of the state itself is denied; anything else.
constexpr int kUnderWay = 8;
constexpr int kCountOff = 6;
constexpr int kDenied = 4;
constexpr int kOther = 2;

/// One wrong answer, and all that its name may depend on.
struct Case {
  const CellTable& table;
  const JobValue& job;
  const LogEntry& entry;
  const HistorySummary& past;

  std::uint64_t shown() const {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(entry.answer.processed.value_or(0), 0));
  }
  std::uint64_t missing() const { return job.lo - std::min<std::uint64_t>(job.lo, shown()); }
};

Claims claims_of(const Case& it) {
  const Answer& answer = it.entry.answer;
  if (it.entry.question.kind != RequestKind::stats || answer.outcome != RequestOutcome::accepted ||
      it.job.life == Life::absent)
    return answer_bit(answer.outcome);
  if (!it.table.reads_as(it.job.life, answer.state)) return kOtherState;
  if (!answer.processed) return 0;
  if (*answer.processed < it.job.lo) return kTooFew;
  const bool is_bounded = it.job.most() < kNoBound;
  return is_bounded && it.shown() > it.job.most() ? kTooMany : Claims{0};
}

bool excess_was_refused(const Case& it) {
  const std::uint64_t excess = it.shown() - it.job.most();
  const auto& refused = it.past.refused_posts;
  const std::uint64_t all = std::accumulate(refused.begin(), refused.end(), std::uint64_t{0});
  return !refused.empty() && (excess == all || std::ranges::find(refused, excess) != refused.end());
}

bool holds_of_request(Condition condition, const Case& it) {
  switch (condition) {
    case Condition::feed_runs:
      return it.job.feed == Feed::started;
    case Condition::close_hangs:
      return it.job.has(JobValue::kHangs);
    case Condition::close_hangs_or_will:
      return it.job.has(JobValue::kHangs | JobValue::kWillHang);
    case Condition::overlaps:
      return it.past.overlaps;
    case Condition::late:
      return it.entry.answer.late;
    case Condition::reads_closed:
      return it.entry.answer.state == JobState::closed;
    case Condition::reads_closing:
      return it.entry.answer.state == JobState::closing;
    case Condition::reads_failed:
      return it.entry.answer.state == JobState::failed;
    case Condition::reads_started:
      return it.entry.answer.feed_started == true;
    default:
      return false;
  }
}

bool holds_of_ending(Condition condition, const HistorySummary& past) {
  switch (condition) {
    case Condition::never_closed:
      return past.ending == Ending::none;
    case Condition::closed_normally:
      return past.ending == Ending::normal;
    case Condition::closed_late:
      return past.ending_late;
    case Condition::closed_by_one_of_several:
      return past.ending_overlapped;
    case Condition::close_timed_out:
      return past.ending == Ending::timed_out;
    case Condition::closed_by_force:
      return past.ending == Ending::forced;
    case Condition::forced_after_failure:
      return past.ending == Ending::forced && past.died;
    case Condition::forced_after_hanging:
      return past.ending == Ending::forced && past.hung;
    case Condition::closed_by_feed:
      return past.ending == Ending::by_feed;
    default:
      return false;
  }
}

bool holds_of_past(Condition condition, const Case& it) {
  const HistorySummary& past = it.past;
  switch (condition) {
    case Condition::seen_closed:
      return past.seen_closed;
    case Condition::open_refused:
      return past.refused_open;
    case Condition::close_refused:
      return past.refused_close;
    case Condition::feed_barred_close:
      // Where a close stops the datafeed first, a refused one may have come so far.
      return past.feed_barred_close && !it.table.dialect->close_may_stop_feed;
    case Condition::removed:
      return past.removed;
    case Condition::reopened:
      return past.opens > 1;
    case Condition::never_failed:
      return !past.ever_died;
    case Condition::enough_was_seen:
      return past.closed_count >= static_cast<std::int64_t>(it.job.lo);
    case Condition::rest_was_queued:
      return past.queued > 0 && it.missing() <= past.queued;
    case Condition::rest_is_recent:
      return it.missing() <= past.period;
    case Condition::only_recent_shown:
      return it.shown() == past.period;
    case Condition::excess_was_refused:
      return excess_was_refused(it);
    case Condition::count_grew:
      return past.closed_count >= 0 && static_cast<std::uint64_t>(past.closed_count) < it.shown();
    default:
      return false;
  }
}

bool holds(Condition condition, const Case& it) {
  if (condition == Condition::always) return true;
  if (condition < Condition::never_closed) return holds_of_request(condition, it);
  if (condition < Condition::seen_closed) return holds_of_ending(condition, it.past);
  return holds_of_past(condition, it);
}

bool applies(const Departure& departure, Claims claims, const Case& it) {
  return (departure.requests >> index_of(it.entry.question.kind) & 1U) != 0 &&
         (departure.lives >> static_cast<unsigned>(it.job.life) & 1U) != 0 && (departure.claims & claims) != 0 &&
         std::ranges::all_of(departure.conditions, [&](Condition condition) { return holds(condition, it); });
}

const Departure* departure_of(Claims claims, const Case& it) {
  const std::span<const Departure> all = departures();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (applies(all[i], claims, it) && !it.table.unlisted[i]) return &all[i];
  return nullptr;
}

int rank_of(const Diagnosis& diagnosis, Claims claims, bool is_far) {
  if (is_far || !diagnosis.clause || *diagnosis.clause == Clause::wire_status_codes) return kOther;
  return (claims & kCounts) != 0 ? kCountOff : kDenied;
}

Diagnosis diagnosis_of(const Case& it) {
  Diagnosis diagnosis;
  const Claims claims = claims_of(it);
  const Cell& cell = it.table.at(index_of(it.entry.question.kind), it.job);
  const Departure* const departure = departure_of(claims, it);
  if (departure != nullptr) {
    diagnosis.clause = departure->clause;
    diagnosis.also = departure->also;
    diagnosis.why = departure->why;
  } else if (claims != 0 && cell.row >= 0) {
    diagnosis.clause = rows()[static_cast<std::size_t>(cell.row)].clause;
  }
  diagnosis.rank = rank_of(diagnosis, claims, departure != nullptr && departure->is_far);
  diagnosis.count_too_low = claims == kTooFew && it.entry.answer.state == JobState::closed;
  return diagnosis;
}

}  // namespace

Diagnosis diagnose(const CellTable& table, const JobValue& job, const LogEntry& entry, const HistorySummary& past) {
  return diagnosis_of({.table = table, .job = job, .entry = entry, .past = past});
}

Diagnosis diagnose_waiting(const CellTable& table, const LogEntry& entry, const HistorySummary& past) {
  const JobValue job{.life = entry.question.kind == RequestKind::open ? Life::opening : Life::closing};
  Diagnosis diagnosis = diagnosis_of({.table = table, .job = job, .entry = entry, .past = past});
  diagnosis.rank = kUnderWay;
  return diagnosis;
}

}  // namespace closecheck::model
