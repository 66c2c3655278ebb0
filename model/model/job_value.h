// The value that the reference model moves about: one job's lifecycle, its datafeed and what can be counted. Plain,
// copyable, compared by bytes. Guards and effects are shared by the Boost.MSM machine and the flat table.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "model/oracle.h"

namespace closecheck::model {

/// Lifecycle of a job. `forced` is closing after a forced close: it may read as anything until it settles.
enum class Life : std::uint8_t { absent, closed, opening, opened, closing, forced, failed };
inline constexpr std::size_t kLifeCount = 7;

enum class Feed : std::uint8_t { none, stopped, started };
inline constexpr std::size_t kFeedCount = 3;

std::string_view name(Life life);
std::string_view name(Feed feed);

/// Counts saturate, so that "no bound is known" stays a number.
inline constexpr std::uint32_t saturated(std::uint64_t count) {
  return count < kNoBound ? static_cast<std::uint32_t>(count) : kNoBound;
}

/// A closed job may show any count in `lo..hi + queued`, any other `lo..hi + since + queued + feeding`.
struct JobValue {
  Life life = Life::absent;
  Feed feed = Feed::none;
  std::uint8_t flags = 0;
  std::uint8_t unused = 0;
  std::uint32_t lo = 0;       // surely counted
  std::uint32_t hi = 0;       // possibly counted
  std::uint32_t since = 0;    // accepted since the job was opened: a normal close counts them
  std::uint32_t queued = 0;   // accepted while closing: once opened again and closed, it counts them
  std::uint32_t feeding = 0;  // what the running datafeed may still deliver

  static constexpr std::uint8_t kWillHang = 1;   // the next normal close never ends by itself
  static constexpr std::uint8_t kOwesClose = 2;  // the datafeed ended, the job has yet to close by itself
  static constexpr std::uint8_t kFeedEnds = 4;   // the running datafeed has an end
  static constexpr std::uint8_t kHangs = 8;      // nor does the one under way
  static constexpr std::uint8_t kFlagsEnd = 16;
  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  void set(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags | flag); }
  void clear(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags & ~flag); }
  /// Whether what the flags say can be at all where the job and its datafeed are.
  bool is_possible() const {
    if (life == Life::absent) return feed == Feed::none && flags == 0;
    if (has(kFeedEnds) && feed != Feed::started) return false;
    if (has(kOwesClose) && life != Life::opened) return false;
    return !has(kHangs) || life == Life::closing;
  }
  /// The largest count that a read may show.
  std::uint32_t most() const { return saturated(std::uint64_t{hi} + since + queued + feeding); }
  friend bool operator==(const JobValue& a, const JobValue& b) { return std::memcmp(&a, &b, sizeof(JobValue)) == 0; }
};
static_assert(sizeof(JobValue) == 24);

/// What a row may depend on.
enum class Guard : std::uint8_t {
  always,
  no_feed,
  feed_idle,
  job_exists,
  job_opened,
  owes_close,
  nothing_owed,
  hangs,
  does_not_hang,
  feed_can_end
};
std::string_view name(Guard guard);

inline bool holds(Guard guard, const JobValue& value) {
  switch (guard) {
    case Guard::always:
      return true;
    case Guard::no_feed:
      return value.feed == Feed::none;
    case Guard::feed_idle:
      return value.feed != Feed::started;
    case Guard::job_exists:
      return value.life != Life::absent;
    case Guard::job_opened:
      return value.life == Life::opened;
    case Guard::owes_close:
      return value.has(JobValue::kOwesClose);
    case Guard::nothing_owed:
      return !value.has(JobValue::kOwesClose);
    case Guard::hangs:
      return value.has(JobValue::kHangs);
    case Guard::does_not_hang:
      return !value.has(JobValue::kHangs);
    // A feed with an end stops at its end; any feed may stop once its job no longer takes data.
    case Guard::feed_can_end:
      return value.has(JobValue::kFeedEnds) || value.life != Life::opened;
  }
  return false;
}

/// What a row does to the value, besides its change of state.
enum class Effect : std::uint8_t {
  none,
  create,
  erase,
  reopen,
  count,
  queue,
  count_perhaps,
  begin_close,
  end_close,
  force,
  die,
  revert,
  arm_hang,
  feed_start,
  feed_start_endless,
  feed_stop,
  feed_erase,
  feed_end
};
std::string_view name(Effect effect);

/// Everything since the job was opened may be lost, and nothing can be invented.
inline void perhaps_lose(JobValue& value) {
  value.hi = value.most();
  value.since = value.queued = value.feeding = 0;
  value.clear(JobValue::kOwesClose);
}

/// Applies an effect; `records` is what the request surely brings, `perhaps` what it may bring besides. Runs before the
/// state changes.
inline void apply(Effect effect, JobValue& value, std::uint32_t records, std::uint32_t perhaps) {
  switch (effect) {
    case Effect::none:
      break;
    case Effect::create:
    case Effect::erase:
      value.lo = value.hi = value.since = value.queued = value.feeding = 0;
      value.flags = 0;
      break;
    case Effect::reopen:
      value.since = saturated(std::uint64_t{value.since} + value.queued);
      value.queued = 0;
      break;
    case Effect::count:
      value.since = saturated(std::uint64_t{value.since} + records);
      value.hi = saturated(std::uint64_t{value.hi} + perhaps);
      break;
    case Effect::queue:
      value.queued = saturated(std::uint64_t{value.queued} + records);
      value.hi = saturated(std::uint64_t{value.hi} + perhaps);
      break;
    case Effect::count_perhaps:
      value.hi = saturated(std::uint64_t{value.hi} + records + perhaps);
      break;
    case Effect::begin_close:
      value.clear(JobValue::kOwesClose);
      if (value.has(JobValue::kWillHang)) value.set(JobValue::kHangs);
      break;
    case Effect::end_close:
      value.lo = saturated(std::uint64_t{value.lo} + value.since);
      value.hi = saturated(std::uint64_t{value.hi} + value.since);
      value.since = 0;
      break;
    case Effect::force:
      perhaps_lose(value);
      value.clear(JobValue::kHangs | JobValue::kWillHang);
      break;
    case Effect::die:
      perhaps_lose(value);
      value.clear(JobValue::kHangs);
      break;
    // Nobody says what becomes of records that were still queued.
    case Effect::revert:
      value.lo = 0;
      value.hi = saturated(std::uint64_t{value.hi} + value.queued);
      value.queued = 0;
      break;
    case Effect::arm_hang:
      value.set(JobValue::kWillHang);
      break;
    case Effect::feed_start:
      value.feeding = records;
      value.hi = saturated(std::uint64_t{value.hi} + perhaps);
      value.set(JobValue::kFeedEnds);
      break;
    case Effect::feed_start_endless:
      value.hi = kNoBound;
      value.clear(JobValue::kFeedEnds);
      break;
    case Effect::feed_stop:
      value.hi = saturated(std::uint64_t{value.hi} + value.feeding);
      value.feeding = 0;
      if (value.has(JobValue::kFeedEnds) && value.life == Life::opened) value.set(JobValue::kOwesClose);
      value.clear(JobValue::kFeedEnds);
      break;
    case Effect::feed_erase:
      value.hi = saturated(std::uint64_t{value.hi} + value.feeding);
      value.feeding = 0;
      value.clear(JobValue::kFeedEnds);
      break;
    case Effect::feed_end:
      if (value.life == Life::opened) {
        value.since = saturated(std::uint64_t{value.since} + value.feeding);
        value.set(JobValue::kOwesClose);
      }
      value.feeding = 0;
      value.clear(JobValue::kFeedEnds);
      break;
  }
}

}  // namespace closecheck::model
