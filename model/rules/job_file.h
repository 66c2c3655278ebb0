// What the judge knows of one job: its oracle, what its results must show, how it came to be in its state, and what was
// read of it. Plain data; the rules are in rules/.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/job_expression.h"
#include "model/oracle.h"
#include "rules/exchange.h"
#include "rules/observed_rows.h"
#include "rules/record_times.h"
#include "rules/result_expectations.h"

namespace closecheck::model {

/// Something that a close promised and that was not there; it may only be late.
struct UnmetPromise {
  std::size_t number = 0;  // the reading that lacked it
  std::shared_ptr<const Request> request;
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
struct OpenPeriod {
  std::size_t opened_by = 0;
  std::size_t opened_event = 0;  // of the answer
  bool follows_force = false;    // what was accepted before it may have been lost
  std::size_t amid_close = 0;    // a close that overlapped the open: either may have come first
  std::size_t normal_close = 0;  // accepted
  std::size_t timed_out_close = 0;
  std::size_t lost_close = 0;  // its answer was lost or could not be read
  std::size_t forced = 0;      // accepted or lost, of a job that was not surely closed
  bool forced_from_failed = false;
  bool forced_unresponsive = false;
  std::size_t feed_with_end = 0;   // a start with an end, accepted
  bool feed_stopped = false;       // somebody asked it to stop
  bool feed_seen_running = false;  // as its statistics said last
  std::size_t queued_post = 0;     // accepted, or perhaps, while the job was perhaps closing: it may count later
  bool count_learned = false;      // what it counts now is its own word: it fits whatever it is
  bool failed_fault = false;
  bool ended = false;         // the job surely closed since
  bool perhaps_over = false;  // ... and was perhaps opened again, by an open that was not answered or gave up

  /// Whether nobody asked the job to close, and its datafeed has an end.
  bool closed_by_feed() const {
    const bool asked = normal_close != 0 || timed_out_close != 0 || lost_close != 0 || forced != 0;
    return feed_with_end != 0 && !asked && !failed_fault;
  }
};

/// What was read of a job that is closed, in this closed period.
struct ClosedReadings {
  ObservedRows<Bucket> buckets;
  ObservedRows<AnomalyRecord> records;
  std::optional<IdleReading> idle;
  std::vector<std::string> snapshots;  // ids
  std::size_t snapshots_read = 0;      // number of the request
  bool closed_stats = false;           // the statistics read `closed`
  bool counts_fitted = false;          // exact counts were read
  bool buckets_fitted = false;         // complete buckets were read, with data since the last open

  void clear();
};

/// What was read of the job at rest before it was closed, or opened again, and stays: final anomaly records, and
/// counts, of which none becomes less.
struct EarlierReadings {
  std::vector<AnomalyRecord> records;
  std::size_t records_number = 0;  // of the request that read them; 0: none
  DataCounts counts;
  std::size_t counts_number = 0;  // likewise

  void forget() { *this = {}; }
};

/// The job's configuration as read last, and what may have changed it since.
struct MetadataReading {
  std::vector<std::pair<std::string, std::string>> members;
  std::size_t number = 0;          // of the request; 0: none
  std::size_t refused_update = 0;  // since then
  std::size_t closed_by = 0;       // the last close that was accepted
  bool read_closed = false;

  void forget() {
    members.clear();
    number = 0;
  }
};

/// What the last update that was accepted made of the description.
struct DescriptionUpdate {
  std::optional<std::string> text;  // as JSON; empty: nobody can say
  std::size_t number = 0;           // of the request; 0: none
  std::size_t answer_event = 0;
  Time answered = 0;
  bool met_close = false;
  bool one_was_read = false;  // what an update of this job changed was read later: updates take effect here
};

/// The size of the job's model.
struct ModelReading {
  std::int64_t bytes_open = 0;  // last read while opened and at rest
  std::size_t number = 0;       // of that request; 0: none
  bool vanished = false;        // a closed job's statistics said that nothing is left of it
};

/// Faults that make the time of housekeeping known.
struct Housekeeping {
  bool slow = false;
  bool hangs = false;
  Duration slow_for = 0;
  std::optional<Time> since;

  bool is_known() const { return slow || hangs; }
};

/// A close of the opened job that was answered with a success of other words than the page's.
struct UnclaimedClose {
  std::size_t number = 0;  // 0: none
  std::string expected;
  std::string observed;
};

struct JobFile {
  explicit JobFile(const JudgeOptions& options) : oracle(options.profile, options.budget, options.brute_force) {}

  /// Another job from here on; keeps its memory.
  void clear(Profile profile);
  /// Whether it is surely gone, nothing may still come of any request, and nobody waits for anything.
  bool is_over() const;
  /// The job was created anew or is gone: what was known of it means nothing any more.
  void forget();
  /// Nobody can follow what its datafeed brings.
  void lose_track_of_data();
  /// Nobody can say what became of the job: everything is open until it is surely closed again.
  void lose_track(std::string why);
  /// What is known for certain of the job is that it is where the oracle says: what became of its data is not.
  void start_anew();
  /// What was read of all its records is still to be there when it is closed the next time.
  void keep_records(std::span<const AnomalyRecord> read, std::size_t number);
  void keep_counts(const DataCounts& read, std::size_t number) {
    earlier.counts = read;
    earlier.counts_number = number;
  }
  /// It is opened again: keeps the records that were read while it was closed, and nothing that a close may have lost.
  void keep_earlier();

  std::string name;
  std::uint32_t index = 0;
  bool adopted = false;         // the history may have begun when the job was already there
  bool results_served = false;  // its results were read at least once
  JobOracle oracle;

  // Certain, as of the last answer.
  JobState now = JobState::absent;
  std::optional<std::int64_t> records_now;
  std::optional<bool> feed_now;
  bool has_feed = false;

  int open_requests = 0;
  int open_changes = 0;
  std::size_t last_request = 0;
  std::size_t last_change = 0;  // number of the last request that could change the job
  std::size_t last_post = 0;
  std::size_t last_refused_change = 0;
  bool settled = false;  // a `settled` event came since the last change went out

  std::vector<std::string> groups;
  bool groups_known = false;               // false: it may be in others as well
  bool is_job = false;                     // an answer told of a job of this name: it is no group's
  std::vector<std::string> coming_groups;  // of creations that are under way, or without an answer
  std::vector<std::size_t> lost_posts;     // numbers of those without an answer, which may still arrive
  std::vector<std::size_t> early_posts;    // ... and of those that were answered while it was being created
  std::vector<std::size_t> lost_closes;    // closes of several jobs without an answer that may come to name it
  /// A request that could change its state got no answer, or nobody can say what it did: until nothing of it can take
  /// effect any more, only the oracle speaks of the job.
  bool disturbed = false;
  bool update_lost = false;         // likewise for its configuration
  std::optional<TimeSource> times;  // of its records; empty: nobody can read them
  ResultExpectations results;
  OpenPeriod period;
  std::size_t created_event = 0;  // of the answer to the last creation that may have made it; 0: none was seen
  std::size_t times_opened = 0;
  std::size_t times_closed = 0;  // open periods that surely ended
  Housekeeping housekeeping;

  ClosedReadings readings;
  EarlierReadings earlier;
  MetadataReading metadata;
  DescriptionUpdate update;
  ModelReading model;
  std::vector<UnmetPromise> unmet;
  UnclaimedClose unclaimed;

  std::uint64_t to_confirm = 0;         // clauses that the next fitting statistics put to the test, one bit each
  std::size_t isolation_confirmed = 0;  // number of the last close of another job that was seen to leave this one alone

  /// Whether it can be there when a request goes out.
  bool may_exist() const { return now != JobState::absent || open_changes > 0; }
  /// Whether a datafeed may be at work: what it brings may make a post out of order, and the other way round.
  bool may_be_fed() const { return has_feed && feed_now != false; }
  void expect(Clause clause) { to_confirm |= std::uint64_t{1} << static_cast<unsigned>(clause); }
  /// Whether it surely closed since it was opened last, with its rest known.
  bool is_closed_again() const { return now == JobState::closed && times_closed > 0; }

  /// Whether one part of an expression, or any, surely takes in the job.
  bool is_meant_by(std::string_view part) const;
  bool is_meant_by_any(std::string_view expression) const;
  /// Whether the job may come to be in a group that the part names.
  bool may_join(std::string_view part) const;
  /// Whether any group may have the job, for all that is known.
  bool may_be_in_any_group() const { return may_exist() && !groups_known; }
  /// What a request or an answer tells of its groups; null: that they may be any.
  void learn_groups(const std::vector<std::string>* told);

  /// Whether the job closed without a force: then all it took is kept.
  bool closed_cleanly() const {
    return period.forced == 0 && (period.normal_close != 0 || period.timed_out_close != 0 || period.feed_with_end != 0);
  }
  /// The exchange that brought the job to closing; 0: none since it was opened.
  std::size_t closer() const;
};

}  // namespace closecheck::model
