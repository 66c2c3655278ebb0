// What a job computes: records go into buckets, finished buckets into results, and a simple online baseline says how
// unusual each was. Plain copyable values; no clock, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"

namespace closecheck::sut {

enum class Function : std::uint8_t { count, mean, min, max, sum };

/// A job's configuration, ready for use.
struct Plan {
  struct Item {
    Function function = Function::count;
    std::string name;  // of the function, as configured
    bool by_entity = false;
  };
  std::int64_t span_ms = 60'000;
  std::vector<Item> items;
};

/// What one detector has seen of one entity in the unfinished bucket.
struct Gathering {
  std::uint32_t item = 0;
  std::string entity;
  std::int64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
};

/// What is usual for one detector and entity: running mean and squared deviations of finished buckets.
struct Series {
  std::uint32_t item = 0;
  std::string entity;
  std::int64_t buckets = 0;
  double mean = 0;
  double squares = 0;
  std::int64_t last_seen_ms = 0;
};

/// One finished bucket, kept to judge the ones after it.
struct PastBucket {
  std::int64_t start_ms = 0;
  std::int64_t count = 0;
};

/// Results as they can be read. An interim bucket, if any, is the last one.
struct Results {
  std::vector<Bucket> buckets;
  std::vector<AnomalyRecord> records;
};

/// The whole state of the analysis: what a snapshot holds.
class Model {
 public:
  /// Buckets of history that judging a new one takes; anything older is dropped by `prune`.
  static constexpr std::size_t kHistoryNeeded = 16;

  /// Takes a record that is not older than the newest. Buckets that it passes go into `results`.
  void take(const Plan& plan, const Record& record, bool report_empty, Results& results);
  /// Ends the unfinished bucket as if the data had passed it.
  void finish_bucket(const Plan& plan, Results& results);
  /// Writes an interim result for the unfinished bucket.
  void write_interim(const Plan& plan, Results& results) const;

  /// Drops history that no later bucket is judged by.
  void prune(const Plan& plan);

  /// Forgets everything but the unfinished bucket and how far the data has come.
  void forget();
  /// Forgets the unfinished bucket.
  void drop_unfinished();
  /// The unfinished bucket's records are lost as soon as it gets another.
  void doubt_unfinished() { doubted_ = open_; }
  /// The unfinished bucket's records are there a second time.
  void double_unfinished();
  /// Goes on behind data that was taken by a process whose state is lost: what is before `latest_ms` stays as it is.
  void skip_to(std::optional<std::int64_t> latest_ms, const Results& results);

  std::optional<std::int64_t> latest_record_ms() const { return latest_record_ms_; }
  std::optional<std::int64_t> latest_result_ms() const { return latest_result_ms_; }
  /// Size of the model, in bytes. 0 before any data, and when everything was forgotten.
  std::int64_t bytes() const;

 private:
  double judge(const Plan& plan, std::vector<AnomalyRecord>* records, bool interim) const;
  void learn(const Plan& plan);
  Gathering& gathering(std::uint32_t item, const std::string& entity);
  const Series* find_series(const Gathering& gathering) const;
  static double value_of(Function function, const Gathering& gathering);

  std::optional<std::int64_t> latest_record_ms_;
  std::optional<std::int64_t> latest_result_ms_;
  bool forgotten_ = false;
  bool doubted_ = false;
  bool open_ = false;
  std::int64_t open_start_ms_ = 0;
  std::int64_t open_count_ = 0;
  std::vector<Gathering> gatherings_;
  std::vector<Series> series_;
  std::vector<PastBucket> history_;
};

/// Removes interim results from the end.
void drop_interim(Results& results);

}  // namespace closecheck::sut
