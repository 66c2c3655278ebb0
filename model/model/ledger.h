// What a job's results must show: the records that it surely or possibly took, by bucket. Bounds where something is
// uncertain (overlapping or lost posts, a forced close, a failure), exact numbers where nothing is.
// Deterministic; no clock, no I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "closecheck/vocabulary/request.h"

namespace closecheck::model {

/// Records of one bucket. `lo..hi` is what a finished result may count.
struct Expectation {
  std::int64_t start_ms = 0;
  std::int64_t lo = 0;
  std::int64_t hi = 0;
  std::int64_t early = 0;      // of `lo`, taken before the last re-open
  std::int64_t persisted = 0;  // of `lo`, behind a normal close
  std::int64_t refused = 0;    // records of refused posts
  bool cut = false;            // it was unfinished when the job closed, and goes on after the re-open
  bool seen = false;           // read complete from a closed job once
};

/// What becomes of a post's records.
enum class Fate : std::uint8_t {
  taken,    ///< accepted by an opened job
  queued,   ///< accepted while closing: counted at the latest after the next re-open; or what a datafeed may bring
  perhaps,  ///< may have been taken, or may be lost
  refused,
};

class Ledger {
 public:
  /// A new job; `config` null: of unknown configuration, so that neither results nor counts are judged.
  void create(const JobConfig* config);

  /// Records that the job would process if it took them now, as far as that is certain.
  std::int64_t processed_of(std::span<const Record> records) const;
  /// Books a post. `others_newest_ms`: the newest record of posts that overlapped it; `newest_before_ms`: what was
  /// surely processed before it went out.
  void book(std::span<const Record> records, Fate fate, std::int64_t others_newest_ms = INT64_MIN,
            std::int64_t newest_before_ms = INT64_MIN);

  void reopen();
  void take_queued();  // what was queued is surely taken
  void drop_queued();  // ... or may never be
  void end_cleanly();  // a normal close is done: what was taken is kept
  void lose();         // a forced close or a failure: what was taken since the re-open may be lost
  void give_up();      // a revert: nothing is expected any more

  /// Whether results can be judged at all, and whether record counts are exact enough for the oracle.
  bool is_readable() const { return span_ms_ > 0; }
  bool has_exact_counts() const { return exact_counts_; }
  /// Overlapping posts may have been taken in an order that drops records of one of them.
  void blur_counts() { exact_counts_ = false; }
  bool took_data_since_open() const { return since_open_ > 0; }

  std::span<Expectation> buckets() { return {buckets_.data(), buckets_.size()}; }
  Expectation* find(std::int64_t start_ms);
  /// Whether the data that was surely processed has passed the bucket.
  bool has_passed(std::int64_t start_ms) const;
  std::int64_t span_ms() const { return span_ms_; }
  std::int64_t total_lo() const { return total_lo_; }
  std::int64_t total_hi() const { return total_hi_; }
  /// The newest record that was surely processed; INT64_MIN: none.
  std::int64_t newest_lo_ms() const { return newest_lo_ms_; }
  std::int64_t newest_hi_ms() const { return newest_hi_ms_; }

 private:
  Expectation& at(std::int64_t time_ms);

  std::int64_t span_ms_ = 0;
  bool exact_counts_ = true;
  std::vector<Expectation> buckets_;  // by start
  std::vector<Record> queued_;
  std::int64_t touched_from_ms_ = INT64_MAX;  // first bucket whose `lo` is not all persisted
  std::int64_t total_lo_ = 0;
  std::int64_t total_hi_ = 0;
  std::int64_t since_open_ = 0;
  std::int64_t newest_lo_ms_ = INT64_MIN;
  std::int64_t newest_hi_ms_ = INT64_MIN;
  std::int64_t newest_persisted_ms_ = INT64_MIN;
};

}  // namespace closecheck::model
