// Where a job is by the reference model, and what a request would do to it: the door for whoever writes programs. A job
// is a plain value; the machine that the oracle steps moves it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "closecheck/vocabulary/history.h"

namespace closecheck::model {

/// A request as one job sees it.
enum class RequestKind : std::uint8_t {
  create,
  get,
  update,
  remove,
  force_remove,
  open,
  post,
  flush,
  close,
  force_close,
  stats,
  read_results,
  revert,
  create_feed,
  start_feed,
  start_endless_feed,
  stop_feed,
  remove_feed,
  feed_stats,
  invalid,  ///< malformed in itself (bad parameter, wrong method, not allowed for the caller): may only be refused
};
inline constexpr std::size_t kRequestKindCount = 20;

/// Lifecycle of a job. `forced` is closing after a forced close: it may read as anything until it settles.
enum class Life : std::uint8_t { absent, closed, opening, opened, closing, forced, failed };
inline constexpr std::size_t kLifeCount = 7;
std::string_view name(Life life);

enum class Feed : std::uint8_t { none, stopped, started };
inline constexpr std::size_t kFeedCount = 3;
std::string_view name(Feed feed);

/// Counts saturate here, so that "no bound is known" stays a number.
inline constexpr std::uint32_t kNoBound = 1'000'000'000;
inline constexpr std::uint32_t saturated(std::uint64_t count) {
  return count < kNoBound ? static_cast<std::uint32_t>(count) : kNoBound;
}

/// One job: its lifecycle, its datafeed and what can be counted. A closed job may show any count in `lo..hi + queued`,
/// any other `lo..hi + since + queued + feeding`.
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

/// What comes of a request.
enum class Reaction : std::uint8_t {
  refused,   ///< only a refusal fits, and nothing changes
  answered,  ///< it may be accepted, and nothing changes
  moves,     ///< it is accepted, and has changed the job by then
  waits,     ///< it changes the job, and is accepted once what it began has ended (`settled`)
};

/// A request on its way: what comes of it, and the job right after it was sent.
struct Sent {
  Reaction reaction = Reaction::refused;
  JobValue job;
};

/// Asks the reference model's machine. Keeps nothing of one job for the next. One thread at a time uses a model.
class JobModel {
 public:
  explicit JobModel(Profile profile);
  ~JobModel();
  JobModel(JobModel&&) noexcept;
  JobModel& operator=(JobModel&&) noexcept;

  /// `records`: what a post brings, or what a datafeed will find.
  Sent send(RequestKind request, const JobValue& job, std::uint32_t records = 0);
  JobValue after(Fault fault, const JobValue& job);
  /// Whether statistics may show the job so.
  bool reads_as(const JobValue& job, JobState shown) const;
  /// Once everything has ended that goes on by itself. A close that hangs goes on for ever.
  JobValue settled(JobValue job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace closecheck::model
