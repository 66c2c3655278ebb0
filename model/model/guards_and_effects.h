// What the rows of the reference model ask of a job's value, and what they do to it.
#pragma once

#include <cstdint>
#include <string_view>

#include "closecheck/model/job_model.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::model {

/// What a row may depend on.
enum class Guard : std::uint8_t {
  always,
  no_feed,
  feed_lets_remove,
  feed_lets_force_remove,
  remove_takes_feed,
  feed_idle,
  feed_lets_close,
  close_stops_feed,
  job_exists,
  job_opened,
  owes_close,
  nothing_owed,
  hangs,
  does_not_hang,
  feed_can_end
};
std::string_view name(Guard guard);

inline bool holds(Guard guard, const JobValue& value, const Dialect& dialect) {
  switch (guard) {
    case Guard::always:
      return true;
    case Guard::no_feed:
      return value.feed == Feed::none;
    case Guard::feed_lets_remove:
      return value.feed == Feed::none || (value.feed == Feed::stopped && dialect.delete_may_take_feed);
    case Guard::feed_lets_force_remove:
      return value.feed == Feed::none || dialect.delete_may_take_feed;
    case Guard::remove_takes_feed:
      return dialect.delete_may_take_feed;
    case Guard::feed_idle:
      return value.feed != Feed::started;
    case Guard::feed_lets_close:
      return value.feed != Feed::started || dialect.close_may_stop_feed;
    case Guard::close_stops_feed:
      return dialect.close_may_stop_feed;
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

/// The effects of rows of the datafeed's region.
inline void apply_to_feed(Effect effect, JobValue& value, std::uint32_t records, std::uint32_t perhaps) {
  switch (effect) {
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
    default:
      break;
  }
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
    default:
      apply_to_feed(effect, value, records, perhaps);
      break;
  }
}

}  // namespace closecheck::model
