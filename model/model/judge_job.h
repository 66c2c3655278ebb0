// What the judge knows of one job: its oracle, its ledger, how it came to be in its state, and what was read of it.
// Plain data; the rules are in judge_*.cpp.
#pragma once

#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/vocabulary/finding.h"
#include "model/judge_exchange.h"
#include "model/ledger.h"
#include "model/ledger_picture.h"
#include "model/oracle.h"

namespace closecheck::model {

/// What the oracle of a job was told, so that it can be told again with one answer changed.
struct Telling {
  enum class Kind : std::uint8_t { invoke, respond, lose, fault, settled };
  Kind kind = Kind::invoke;
  Fault fault = Fault::fail_job;
  int id = 0;
  std::size_t at = 0;  // index of the event
  std::size_t number = 0;
  Question question;
  Answer answer;
};

/// Something that a close promised and that was not there; it may only be late.
struct Miss {
  std::size_t number = 0;  // the reading that lacked it
  Time time = 0;
  std::size_t readings = 1;
  Finding finding;                     // what it is if it never comes
  std::string lacked;                  // for the text of a late one
  std::int64_t bucket_ms = INT64_MIN;  // the bucket that was not all there; INT64_MIN: something else
  std::int64_t bucket_records = 0;     // ... and what it has to count
};

/// A reading of the statistics of a closed job, to hold later ones against.
struct IdleReading {
  std::size_t number = 0;
  DataCounts counts;
  bool counts_told = false;
  std::int64_t model_bytes = 0;
  std::optional<std::int64_t> open_time;  // nanoseconds, where it can be read
};

/// How a job came to where it is since it was opened last; numbers of requests, 0: none.
struct Course {
  std::size_t opened_by = 0;
  std::size_t normal_close = 0;  // accepted
  std::size_t timed_out_close = 0;
  std::size_t lost_close = 0;  // its answer was lost or could not be read
  std::size_t forced = 0;      // accepted or lost, of a job that was not surely closed
  bool forced_from_failed = false;
  bool forced_unresponsive = false;
  std::size_t feed_with_end = 0;   // a start with an end, accepted
  bool feed_stopped = false;       // somebody asked it to stop
  bool feed_seen_running = false;  // as its statistics said last
  std::size_t queued_post = 0;     // accepted while the job was perhaps closing
  bool failed_fault = false;
  bool period_ended = false;  // the ledger knows that the open period is over
};

struct JobFile {
  explicit JobFile(const JudgeOptions& options) : oracle(options.profile, options.budget, options.brute_force) {}

  /// Another job from here on; keeps its memory.
  void clear(Profile profile);
  /// The job was created anew or is gone: what was known of it means nothing any more.
  void forget();
  void forget_readings();

  std::string name;
  std::uint32_t index = 0;
  bool adopted = false;         // the history may have begun when the job was already there
  bool judged = true;           // false: the oracle gave up
  bool results_served = false;  // its results were read at least once
  JobOracle oracle;
  std::vector<Telling> marks;  // faults and settlings
  std::vector<Telling> log;    // what the oracle heard, once something had to be explained
  bool keeps_log = false;      // the log is not what the exchanges say: an answer was changed or taken back

  // Certain, as of the last answer.
  JobState now = JobState::absent;
  std::optional<std::int64_t> records_now;
  std::optional<bool> feed_now;
  bool has_feed = false;

  int open_requests = 0;
  int open_changes = 0;
  std::size_t last_change = 0;  // number of the last request that could change the job
  std::size_t last_post = 0;
  std::size_t last_refused_change = 0;
  std::size_t settled_event = 0;  // index + 1 of the last `settled` event since then; 0: none

  std::vector<std::string> groups;
  bool groups_known = false;             // false: it may be in others as well
  bool is_job = false;                   // an answer told of a job of this name: it is no group's
  std::vector<std::string> lost_groups;  // of creations without an answer, which may still arrive
  std::vector<std::size_t> lost_posts;   // numbers of those without an answer, likewise
  /// A request that could change its state got no answer and may take effect at any time: from then on only the oracle
  /// speaks of the job.
  bool blurred = false;
  bool update_lost = false;  // likewise for its configuration
  Ledger ledger;
  Course course;
  std::size_t times_opened = 0;
  std::size_t times_closed = 0;  // open periods that surely ended

  // Faults that make housekeeping's time known.
  bool slow = false;
  bool hangs = false;
  Duration slow_for = 0;
  std::optional<Time> housekeeping_since;

  // What was read.
  Picture<Bucket> buckets;
  Picture<AnomalyRecord> records;
  std::optional<IdleReading> idle;
  std::vector<std::string> snapshots;  // ids read in this closed period
  std::size_t snapshots_read = 0;
  bool closed_stats_read = false;                             // the statistics read `closed` in this period
  bool counts_fitted = false;                                 // exact counts were read in this closed period
  bool buckets_fitted = false;                                // ... and complete buckets, with data since the last open
  std::vector<std::pair<std::string, std::string>> metadata;  // configured members as read last
  std::size_t metadata_number = 0;
  std::size_t refused_update = 0;  // since `metadata_number`
  std::size_t close_since_metadata = 0;
  std::int64_t model_bytes_open = 0;  // last read while opened and at rest
  std::size_t model_bytes_number = 0;
  bool model_vanished = false;  // a closed job's statistics said that nothing is left of it
  std::vector<Miss> misses;

  std::uint64_t to_confirm = 0;  // clauses that the next fitting statistics put to the test, one bit each

  /// Whether it can be there when a request goes out.
  bool may_exist() const { return now != JobState::absent || open_changes > 0; }
  void expect(Clause clause) { to_confirm |= std::uint64_t{1} << static_cast<unsigned>(clause); }
  bool is_settled() const { return settled_event != 0; }

  /// Whether one part of an expression, or any, surely takes in the job.
  bool is_meant_by(std::string_view part) const;
  bool is_meant_by_any(std::string_view expression) const;
  /// Whether any group may have the job, for all that is known.
  bool may_be_in_any_group() const { return may_exist() && !groups_known; }
  /// What a request or an answer tells of its groups; empty: that they may be any.
  void learn_groups(const std::vector<std::string>* told) {
    groups_known = told != nullptr;
    groups = told != nullptr ? *told : std::vector<std::string>();
  }

  /// Whether the job closed without a force: then all it took is kept.
  bool closed_cleanly() const {
    return course.forced == 0 && (course.normal_close != 0 || course.timed_out_close != 0 || course.feed_with_end != 0);
  }
  /// The exchange that brought the job to closing; 0: none since it was opened.
  std::size_t closer() const {
    if (course.forced != 0) return course.forced;
    if (course.normal_close != 0) return course.normal_close;
    return course.timed_out_close != 0 ? course.timed_out_close : course.feed_with_end;
  }
};

}  // namespace closecheck::model
