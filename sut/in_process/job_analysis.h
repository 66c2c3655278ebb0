// What a job has taken and made of it: counts, records that still wait, the model, results and snapshots. A plain
// copyable value that knows nothing of the job's state.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/analysis.h"
#include "in_process/manner.h"
#include "in_process/stored_snapshots.h"
#include "wire/service_answer.h"

namespace closecheck::sut {

/// The counts of one upload.
struct UploadCounts {
  DataCounts counts;
  MoreCounts more;
};

class JobAnalysis {
 public:
  explicit JobAnalysis(Plan plan) : plan_(std::move(plan)) {}

  const Plan& plan() const { return plan_; }
  void change_prune_window(std::int64_t window_ms) { plan_.prune_window_ms = window_ms; }
  const DataCounts& counts() const { return counts_; }
  const MoreCounts& more_counts() const { return more_counts_; }
  const Model& model() const { return model_; }
  const Results& results() const { return results_; }
  const StoredSnapshots& snapshots() const { return snapshots_; }
  StoredSnapshots& snapshots() { return snapshots_; }
  /// Of the model and of what waits for it, in bytes.
  std::int64_t model_bytes(bool while_closed) const;

  /// Goes on from the current snapshot, and takes what was queued. `opens`: how often the job was opened so far.
  void start(const Manner& manner, int opens);
  /// Counts the upload and puts what can be processed into the buffer. Returns the counts of this upload.
  DataCounts post(const Manner& manner, const std::vector<Record>& records);
  /// The same for records as a client sent them. `reset`: the unfinished bucket, where it lies in that range, is
  /// emptied first, and records of it are taken again.
  UploadCounts post(const Manner& manner, const PostedData& data, std::int64_t wall_ms);
  /// The same for what a datafeed found.
  void post(const Manner& manner, std::vector<ReadRecord> records, std::int64_t wall_ms);
  /// Takes records that are analysed when the job is open again. Returns the counts of this upload.
  DataCounts post_queued(const std::vector<Record>& records);
  /// Counts an upload that is neither buffered nor analysed.
  DataCounts post_unseen(const std::vector<Record>& records);
  void flush(const Manner& manner, bool calc_interim, const FlushOptions& options);
  /// What was taken and not analysed is lost.
  void lose_unanalysed();
  void revert_to(const StoredSnapshot& snapshot, bool delete_intervening_results);
  void lower_event_counts();

  /// Takes what somebody else made of the job's data, as if it were its own.
  void take_over(const ResultBucket& bucket);
  void take_over(ResultRecord record);
  void take_over(const UploadCounts& counts);
  /// Drops the snapshots, but for the one that it goes on from, and the results that are older than so much before the
  /// newest of their kind.
  void drop_old(std::optional<std::int64_t> snapshot_age_ms, std::optional<std::int64_t> result_age_ms);

  // The housekeeping of a close, in the order in which it happens. `cycle`: the how manieth close it is.
  void begin_housekeeping();
  void flush_buffer(const Manner& manner, int cycle);
  void finalize_results(const Manner& manner, int cycle);
  void prune_model(const Manner& manner, int cycle);
  void persist(const Manner& manner, int cycle, std::int64_t wall_ms);

  /// Ends the unfinished bucket as if the data had passed it.
  void finish_bucket() { model_.finish_bucket(plan_, results_); }

  /// What somebody else said of the model since data came last; empty: nobody did.
  std::optional<ModelSize> told_size;

 private:
  friend struct StateAccess;
  UploadCounts take(std::vector<ReadRecord>& records, std::optional<std::int64_t> latest, std::int64_t wall_ms);
  void drain(const Manner& manner, Results& results);

  Plan plan_;
  bool took_data_ = false;
  DataCounts counts_;
  DataCounts analysed_counts_;
  MoreCounts more_counts_;
  MoreCounts analysed_more_counts_;
  std::vector<ReadRecord> buffer_;
  std::vector<Record> queue_;
  Model model_;
  std::int64_t early_latest_ms_ = 0;  // when closing began; before the first record if there was none
  Results results_;
  StoredSnapshots snapshots_;
};

/// End of the newest bucket with a final result; of data that has passed none, where its first bucket begins; 0 before
/// any.
inline std::int64_t last_finalized_bucket_end_ms(const JobAnalysis& analysis) {
  const Model& model = analysis.model();
  const std::optional<std::int64_t> latest = model.latest_result_ms();
  return latest ? *latest + analysis.plan().span_ms : model.unfinished_ms().value_or(0);
}

}  // namespace closecheck::sut
