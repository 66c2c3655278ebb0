// What may be told in each state, as flat data made from the machine's own list: one cell for each state and request,
// how a state reads, and what wakes a request that waits. Where a job goes only the machine says. Immutable;
// thread-safe.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "closecheck/vocabulary/clause.h"
#include "model/job_machine.h"
#include "model/oracle.h"

namespace closecheck::model {

/// A set of `RequestOutcome`, one bit each.
using Answers = std::uint8_t;
inline constexpr Answers answer_bit(RequestOutcome told) {
  return static_cast<Answers>(1U << static_cast<unsigned>(told));
}
inline constexpr Answers kNothing = 0;
inline constexpr Answers kAccepted = answer_bit(RequestOutcome::accepted);
inline constexpr Answers kRefused = answer_bit(RequestOutcome::refused);
inline constexpr Answers kFailed = answer_bit(RequestOutcome::failed);
inline constexpr Answers kTimedOut = answer_bit(RequestOutcome::timed_out);

/// What can reach a job: the 20 requests of `RequestKind`, then three events of the history.
inline constexpr std::size_t kSettledStep = kRequestKindCount;
inline constexpr std::size_t kDieStep = kRequestKindCount + 1;
inline constexpr std::size_t kHangStep = kRequestKindCount + 2;
inline constexpr std::size_t kStepCount = kRequestKindCount + 3;
inline constexpr std::size_t index_of(RequestKind kind) {
  return static_cast<std::size_t>(kind);
}
/// Whether the request goes to the datafeed's region of the model.
inline constexpr bool goes_to_feed(std::size_t step) {
  return step >= index_of(RequestKind::create_feed) && step <= index_of(RequestKind::feed_stats);
}
std::string_view name_of_step(std::size_t step);

/// What happens by itself.
enum class Happening : std::uint8_t {
  opened_by_itself,
  housekeeping_done,
  force_settled,
  datafeed_ended,
  datafeed_closes_job
};
inline constexpr std::size_t kHappeningCount = 5;
std::string_view name(Happening happening);
/// The machine's event.
inline constexpr std::size_t event_of(Happening happening) {
  return kStepCount + static_cast<std::size_t>(happening);
}

inline constexpr std::size_t kDeparturesMax = 128;

/// One cell: what a request may be told in one state.
struct Cell {
  std::int16_t row = -1;        // index in the list; -1: the cell is switched off and nothing is allowed
  bool changes = false;         // accepted, the machine moves the job
  bool waits = false;           // two steps: the answer comes when the job leaves the state that the first one leads to
  Guard guard = Guard::always;  // decides between the answers
  Guard moves_under = Guard::always;     // where it is not always that the machine moves the job
  Answers allowed = kNothing;            // without any change, while the guard holds
  Answers allowed_otherwise = kNothing;  // without any change, while it does not
};

/// Plain data, so that a test can take a copy and switch one row off.
struct CellTable {
  const Dialect* dialect = nullptr;
  std::array<std::array<Cell, kStepCount>, kLifeCount> job{};   // requests that go to the job's region
  std::array<std::array<Cell, kStepCount>, kFeedCount> feed{};  // requests that go to the datafeed's region
  std::array<std::int16_t, kHappeningCount> happenings{};       // their rows
  std::array<Guard, kHappeningCount> happening_guards{};        // that hold where the machine moves
  std::array<std::uint8_t, kLifeCount> job_happenings{};
  std::array<std::uint8_t, kFeedCount> feed_happenings{};
  /// Answers of each request that may come with a change somewhere; anything else is a pure answer.
  std::array<Answers, kStepCount> changing{};
  std::array<bool, kStepCount> two_steps{};  // requests with a row that waits
  /// States that statistics may show of a job, one bit each of `JobState`.
  std::array<std::uint8_t, kLifeCount> readings{};
  // In the copy of a test: rows that do not move, and departures that are not listed.
  RowSet off{};
  std::bitset<kDeparturesMax> unlisted{};

  bool reads_as(Life life, JobState read) const {
    return (static_cast<unsigned>(readings[static_cast<std::size_t>(life)]) >> static_cast<unsigned>(read) & 1U) != 0;
  }
  /// What may happen by itself as far as the states say, one bit each of `Happening`.
  std::uint32_t happenings_at(const JobValue& value) const {
    return static_cast<std::uint32_t>(job_happenings[static_cast<std::size_t>(value.life)]) |
           feed_happenings[static_cast<std::size_t>(value.feed)];
  }
  const Cell& at(std::size_t step, const JobValue& value) const {
    return goes_to_feed(step) ? feed[static_cast<std::size_t>(value.feed)][step]
                              : job[static_cast<std::size_t>(value.life)][step];
  }
  /// Recomputes `changing` and `two_steps` from the cells.
  void derive();
};

const CellTable& cells(Profile profile);

/// One entry of the list, for printing and coverage.
struct RowText {
  std::string source;
  std::string step;
  std::string target;  // empty: stays
  std::string guard;   // empty: none
  std::string effect;  // empty: none
  Clause clause = Clause::close_ends_open_job;
  bool of_feed = false;
  bool spontaneous = false;
  bool changes = false;
  bool only_if = false;
  bool waits = false;
  std::array<Answers, kProfiles.size()> allowed{};            // by profile
  std::array<Answers, kProfiles.size()> allowed_otherwise{};  // by profile
};
std::span<const RowText> rows();

/// What a request that waits may be told when the job goes from `from` to `to`; nothing: it waits on.
Answers told_at_wake(RequestKind kind, Life from, Life to);

}  // namespace closecheck::model
