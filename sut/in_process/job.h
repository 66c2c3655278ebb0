// One job: its configuration, its analysis while it is open, its stored counts, results and snapshots, and the steps
// of its housekeeping. A plain copyable value; the core tells it the time and answers the requests.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/request.h"
#include "closecheck/vocabulary/response.h"
#include "in_process/analysis.h"
#include "in_process/details.h"
#include "in_process/manner.h"

namespace closecheck::sut {

/// Names a request that waits for its answer.
using Token = std::uint64_t;

inline constexpr Time kNever = std::numeric_limits<Time>::max();

/// What a job does next by itself. The steps of a close are in the order in which they happen.
enum class JobStep : std::uint8_t {
  none,
  finish_opening,
  finish_resuming,
  flush_buffer,
  finalize_results,
  prune_model,
  persist_snapshot
};

struct StoredSnapshot {
  Snapshot listed;
  Model model;
  std::uint32_t number = 0;  // of all that the job ever had
  std::string description = "State persisted";
  bool retain = false;  // never dropped to make room for newer ones
};

/// Counts that the vocabulary does not know.
struct MoreCounts {
  std::int64_t processed_fields = 0;
  std::int64_t input_fields = 0;
  std::int64_t input_bytes = 0;
  std::int64_t empty_buckets = 0;
  std::optional<std::int64_t> last_data_ms;
};
/// The counts of one upload.
struct UploadCounts {
  DataCounts counts;
  MoreCounts more;
};

class Job {
 public:
  Job(std::string id, JobConfig config, Plan plan, std::int64_t wall_ms);
  Job(std::string id, JobConfig config, JobOptions options, Plan plan, std::int64_t wall_ms);

  const std::string& id() const { return id_; }
  const JobConfig& config() const { return config_; }
  JobState state() const { return state_; }
  const JobOptions& options() const { return options_; }
  const Plan& plan() const { return plan_; }
  const DataCounts& counts() const { return counts_; }
  const MoreCounts& more_counts() const { return more_counts_; }
  const Model& model() const { return model_; }
  const Results& results() const { return results_; }
  const std::vector<StoredSnapshot>& snapshots() const { return snapshots_; }
  const std::string& snapshot_id() const { return snapshot_id_; }
  /// Of the model and of what waits for it, in bytes.
  std::int64_t model_bytes() const;
  /// End of the newest bucket with a final result; of data that has passed none, where its first bucket begins; 0
  /// before any.
  std::int64_t last_finalized_bucket_end_ms() const {
    return model_.latest_result_ms() ? *model_.latest_result_ms() + plan_.span_ms : model_.unfinished_ms().value_or(0);
  }
  std::int64_t created_ms() const { return created_ms_; }
  std::optional<std::int64_t> finished_ms() const { return finished_ms_; }
  Time opened_at() const { return opened_at_; }
  Time closed_at() const { return closed_at_; }
  bool was_opened() const { return opens_ > 0; }
  bool forced() const { return forced_; }
  JobStep step() const { return step_; }
  /// When `advance` has something to do; `kNever`: nothing.
  Time due() const { return step_due_ < afterwards_due_ ? step_due_ : afterwards_due_; }

  void update(const UpdateJob& change);
  void update(const JobUpdate& change);

  void open(const Manner& manner, Time now, std::int64_t wall_ms);
  /// Counts the upload and puts what can be processed into the buffer. Returns the counts of this upload.
  DataCounts post(const Manner& manner, const std::vector<Record>& records);
  /// The same for records as a client sent them. `reset`: the unfinished bucket, where it lies in that range, is
  /// emptied first, and records of it are taken again.
  UploadCounts post(const Manner& manner, const PostedData& data, std::int64_t wall_ms);
  /// The same for what a datafeed found.
  void post_events(const Manner& manner, std::vector<Event> events, std::int64_t wall_ms);
  /// Takes records that are analysed when the job is open again. Returns the counts of this upload.
  DataCounts post_queued(const std::vector<Record>& records);
  /// Counts an upload that is neither buffered nor analysed.
  DataCounts post_unseen(const std::vector<Record>& records);
  void flush(const Manner& manner, bool calc_interim, const FlushOptions& options);
  void flush(const Manner& manner, bool calc_interim) { flush(manner, calc_interim, {}); }
  /// Begins a normal close of an opened or opening job.
  void close(const Manner& manner, Time now);
  /// Begins a forced close that finishes its work in the background.
  void close_in_background(const Manner& manner, Time now);
  /// Ends the process without flushing, finalizing or persisting anything.
  void kill(Time now);
  /// Reads closing for a while; then closed, as after `kill`.
  void kill_slowly(Time now);
  void fail();
  /// Reads closed although its housekeeping has only begun.
  void read_closed_early(Time now);
  /// Gives the closing up: the job is open again.
  void stay_open();
  void revert_to(const StoredSnapshot& snapshot, bool delete_intervening_results);
  StoredSnapshot* find_snapshot(std::string_view snapshot);
  void delete_snapshot(std::string_view snapshot);
  void lower_event_counts();

  void slow_next_close(Duration duration) { slow_close_ = duration; }
  void hang_next_close() { hang_close_ = true; }
  bool hangs() const { return hang_close_; }

  /// Goes on after a restart: a job that was open opens again with all that it had taken; a close goes on.
  void resume(const Manner& manner, Time now);

  /// How the job differs from what was stored of it last.
  enum class Difference : std::uint8_t { all, some, none };
  /// Says that something of the job may have changed.
  void note_change() {
    if (difference_ == Difference::none) difference_ = Difference::some;
  }

  /// Does what is due. True when the job came to rest: opened, or closed.
  bool advance(const Manner& manner, Time now, std::int64_t wall_ms);

  /// Requests that wait until the job is opened, and until it is closed.
  std::vector<Token> waiting_opens;
  std::vector<Token> waiting_closes;

 private:
  friend struct StateAccess;
  std::optional<std::int64_t> taken_up_to() const;
  DataCounts classify(const std::vector<Record>& records, std::optional<std::int64_t>& latest,
                      std::vector<Event>* kept) const;
  UploadCounts take(std::vector<Event>& events, std::optional<std::int64_t> latest, std::int64_t wall_ms);
  void count(const DataCounts& upload);
  void drain(const Manner& manner, Results& results);
  void restore(const Manner& manner);
  void begin_closing(Time now, Duration whole);
  Duration housekeeping(const Manner& manner) const;
  Duration opening(const Manner& manner) const;
  void persist(const Manner& manner, std::int64_t wall_ms);
  void come_to_rest(const Manner& manner, Time now, std::int64_t wall_ms);
  void happen_afterwards(const Manner& manner, Time now, std::int64_t wall_ms);
  void die();

  std::string id_;
  JobConfig config_;
  JobOptions options_;
  Plan plan_;
  std::int64_t created_ms_ = 0;
  std::optional<std::int64_t> finished_ms_;

  JobState state_ = JobState::closed;
  int opens_ = 0;
  Time opened_at_ = 0;
  Time closed_at_ = 0;
  bool forced_ = false;
  bool took_data_ = false;

  JobStep step_ = JobStep::none;
  Time step_due_ = kNever;
  Duration step_length_ = 0;
  Time afterwards_due_ = kNever;
  bool killed_slowly_ = false;
  Duration slow_close_ = 0;
  bool hang_close_ = false;

  DataCounts counts_;
  DataCounts analysed_counts_;
  MoreCounts more_counts_;
  MoreCounts analysed_more_counts_;
  std::vector<Event> buffer_;
  std::vector<Record> queue_;
  Model model_;
  std::int64_t early_latest_ms_ = 0;  // when closing began; before the first record if there was none
  Results results_;
  std::vector<StoredSnapshot> snapshots_;
  std::uint32_t last_snapshot_number_ = 0;
  std::string snapshot_id_;

  Difference difference_ = Difference::all;
};

}  // namespace closecheck::sut
