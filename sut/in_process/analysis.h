// What a job computes: records go into buckets, finished buckets into results, and an online baseline for every entity
// says how unusual each was. Plain copyable values; no clock, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "wire/time_format.h"

namespace closecheck::sut {

enum class Function : std::uint8_t { count, high_count, low_count, mean, min, max, sum };

/// The function of that name in a detector; empty: there is none.
std::optional<Function> function_named(std::string_view text);
/// Whether the function counts records and needs no field.
bool counts_records(Function function);

/// A job's configuration, ready for use.
struct Plan {
  struct Item {
    Function function = Function::count;
    std::string name;  // of the function, as configured
    std::string field;
    std::string by_field;
    std::string partition_field;
    bool splits() const { return !by_field.empty() || !partition_field.empty(); }
  };
  /// An entity that was not seen for so many buckets is new when it comes again, unless the job says otherwise.
  static constexpr std::int64_t kSeriesBucketsKept = 1'000;

  std::int64_t span_ms = 60'000;
  std::vector<Item> items;
  std::string time_field = "time";
  TimeFormat time_format;
  std::int64_t prune_window_ms = kSeriesBucketsKept * 60'000;
};

/// What one detector reads in a record.
struct Reading {
  double value = 0;
  std::string by;
  std::string partition;
  bool present = false;  // false: a field that the detector needs is missing
};

/// A record on its way into the model. Without readings its one value and one entity are those of every detector.
struct ReadRecord : Record {
  std::vector<Reading> readings;  // one for each detector of the plan, or none
  std::int32_t fields = 0;        // without the time
  std::int32_t analysed_fields = 0;
  std::int32_t missing_fields = 0;
};

/// What one detector knows of one entity: a baseline of finished buckets in which older ones weigh less and less, and
/// what the unfinished bucket has gathered so far.
struct Entity {
  std::uint32_t item = 0;
  std::string by;
  std::string partition;

  std::int64_t buckets = 0;
  double weight = 0;
  double mean = 0;
  double squares = 0;  // weighted squared deviations from the mean
  std::int64_t last_seen_ms = 0;

  std::int64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
};

/// One finished bucket, kept to judge the ones after it.
struct PastBucket {
  std::int64_t start_ms = 0;
  std::int64_t count = 0;
};

struct ResultBucket : Bucket {
  double probability = 1;
};
struct ResultRecord : AnomalyRecord {
  std::uint32_t item = 0;
  std::string by;
  std::string partition;
  double probability = 1;
  double typical = 0;
  double actual = 0;
};

/// Results as they can be read. An interim bucket, if any, is the last one.
struct Results {
  std::vector<ResultBucket> buckets;
  std::vector<ResultRecord> records;

  std::int64_t final_buckets() const;
};

/// The whole state of the analysis: what a snapshot holds.
class Model {
 public:
  /// Buckets of history that judging a new one takes; anything older is dropped by `prune`.
  static constexpr std::size_t kHistoryNeeded = 16;

  /// Takes a record that is not older than the newest. Buckets that it passes go into `results`. The number of buckets
  /// without any record that it jumped.
  std::int64_t take(const Plan& plan, const ReadRecord& record, bool report_empty, Results& results);
  /// Ends the unfinished bucket as if the data had passed it.
  void finish_bucket(const Plan& plan, Results& results);
  /// Ends the unfinished bucket if it ends at or before `time_ms`. Records of what is passed come too late afterwards.
  void advance_to(const Plan& plan, std::int64_t time_ms, Results& results);
  /// Goes to the bucket of `time_ms` without a result of what lies before it, and without learning from it.
  void jump_to(const Plan& plan, std::int64_t time_ms);
  /// Writes an interim result for the unfinished bucket.
  void write_interim(const Plan& plan, Results& results) const;
  /// Where the unfinished bucket begins; empty: there is none.
  std::optional<std::int64_t> unfinished_ms() const;

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
  /// Records before it are not taken any more; empty: no such bound.
  std::optional<std::int64_t> not_before_ms() const { return not_before_ms_; }
  std::optional<std::int64_t> latest_result_ms() const { return latest_result_ms_; }
  /// Size of the model, in bytes. 0 before any data, and when everything was forgotten.
  std::int64_t bytes() const;
  /// How many entities are told apart by a `by` field, and by a partition field.
  std::int64_t by_fields() const;
  std::int64_t partition_fields() const;

 private:
  friend struct StateAccess;
  ResultBucket judge(const Plan& plan, std::vector<ResultRecord>& records, bool interim) const;
  void learn(const Plan& plan);
  void pass_empty(const Plan& plan, std::int64_t buckets);
  void gather(std::uint32_t item, std::string_view by, std::string_view partition, double value);
  Entity& entity(std::uint32_t item, std::string_view by, std::string_view partition);

  std::optional<std::int64_t> latest_record_ms_;
  std::optional<std::int64_t> latest_result_ms_;
  std::optional<std::int64_t> not_before_ms_;
  bool forgotten_ = false;
  bool doubted_ = false;
  bool open_ = false;
  std::int64_t open_start_ms_ = 0;
  std::int64_t open_count_ = 0;
  std::vector<Entity> entities_;
  std::unordered_multimap<std::size_t, std::uint32_t> index_;  // of the entities, once there are many
  std::vector<PastBucket> history_;
};

/// Removes interim results from the end.
void drop_interim(Results& results);

}  // namespace closecheck::sut
