// What a job's results must show: the records that it surely or possibly took, by bucket. Bounds where something is
// uncertain (overlapping or lost posts, a forced close, a failure), exact numbers where nothing is.
// Deterministic; no clock, no I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::model {

/// Records of one bucket. `lo..hi` is what a finished result may count.
struct BucketExpectation {
  std::int64_t start_ms = 0;
  std::int64_t lo = 0;
  std::int64_t hi = 0;
  std::int64_t persisted = 0;  // of `lo`, behind a normal close
  std::int64_t refused = 0;    // records of refused posts
  std::int64_t early = 0;      // of `lo`, taken before the re-open that `period` counts
  std::uint32_t period = 0;
  bool cut = false;            // it was unfinished when the job closed, and goes on after the re-open
  bool seen = false;           // read complete from a closed job once
  std::uint32_t outlived = 0;  // the last re-open after which an earlier result was read again while the job was open
};

/// What becomes of a post's records.
enum class Fate : std::uint8_t {
  taken,    ///< accepted by an opened job
  queued,   ///< accepted while closing: counted at the latest after the next re-open
  fed,      ///< what a datafeed may bring
  perhaps,  ///< may have been taken, or may be lost
  refused,
};

/// How much can be followed of what a job does with its data.
enum class Followed : std::uint8_t { nothing, counts, results };

/// How many records of a post a job processes, if it takes them: out of order or unreadable ones are dropped.
struct ProcessedRange {
  std::int64_t surely = 0;
  std::int64_t at_most = 0;
};

/// Times of the newest record of a job; INT64_MIN: none.
struct NewestRecord {
  std::int64_t sure_ms = INT64_MIN;       // that was surely processed
  std::int64_t possible_ms = INT64_MIN;   // ... or may have been
  std::int64_t persisted_ms = INT64_MIN;  // ... surely, and is behind a normal close
  /// What is accepted from now on surely has to be as new as this: of an accepted post either the newest record was
  /// processed, or a newer one before it, and what was queued is taken up before anything else.
  std::int64_t accepted_ms = INT64_MIN;
};

class ResultExpectations {
 public:
  /// A new job. Null: of unknown configuration, of which nothing can be followed: its results are not judged, and of
  /// what is posted any part may count.
  void create(const JobConfig* config, Followed followed = Followed::results);
  /// From here on no more than that can be followed of the job.
  void follow_only(Followed followed);
  /// Whether a job of this configuration would be followed in the same way.
  bool would_follow(const JobConfig* config, Followed followed) const;

  /// `newest_sure_ms`: newest record that the job surely had when the post went out; `newest_possible_ms`: that it may
  /// have had, or got from others meanwhile.
  ProcessedRange processed_of(std::span<const Record> records, std::int64_t newest_sure_ms,
                              std::int64_t newest_possible_ms) const;
  void book(std::span<const Record> records, Fate fate, std::int64_t newest_sure_ms, std::int64_t newest_possible_ms);
  /// Something was taken, or may have been, and nobody can say what: there are no upper bounds until a reading of the
  /// closed job gives new ones.
  void book_unknown();

  void reopen();
  void take_queued();  // what was queued is surely taken
  void drop_queued();  // ... or may never be
  void end_cleanly();  // a normal close is done: what was taken is kept
  void lose();         // a forced close or a failure: what was taken since the re-open may be lost
  void forget();       // a revert, or a deletion that may have worked: all that was there may be gone, or come again

  /// What a job that is closed and at rest tells of its counts, and of all its buckets, stands in for what is not
  /// known.
  void rebase(const DataCounts& counts);
  void rebase(std::span<const Bucket> buckets);

  /// Whether results can be judged at all, and whether they have upper bounds.
  bool is_readable() const { return span_ms_ > 0; }
  bool is_bounded() const { return bounded_; }
  bool took_data_since_open() const { return since_open_ > 0; }

  std::span<BucketExpectation> buckets() { return buckets_; }
  BucketExpectation* find(std::int64_t start_ms);
  /// Of the bucket's sure records, those from before the last re-open.
  std::int64_t early_of(const BucketExpectation& bucket) const {
    return bucket.period == period_ ? bucket.early : bucket.lo;
  }
  /// Whether the data that was surely processed has passed the bucket.
  bool has_passed(std::int64_t start_ms) const;
  /// Buckets with sure records from after the last re-open that the data has passed.
  std::size_t passed_since_open() const;
  /// Number of the last re-open.
  std::uint32_t period() const { return period_; }
  const NewestRecord& newest() const { return newest_; }

 private:
  BucketExpectation& at(std::int64_t time_ms);
  void count_surely(const Record& record);

  std::int64_t span_ms_ = 0;
  bool counts_followed_ = false;
  bool bounded_ = false;
  std::vector<BucketExpectation> buckets_;  // by start
  std::vector<Record> queued_;
  std::uint32_t period_ = 0;                  // number of the last re-open
  std::int64_t touched_from_ms_ = INT64_MAX;  // first bucket whose `lo` is not all persisted
  std::int64_t since_open_ = 0;
  NewestRecord newest_;
};

}  // namespace closecheck::model
