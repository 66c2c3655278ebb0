// The oracle of one job: the set of configurations (lifecycle, datafeed, record counts, progress of pending requests)
// that the events so far allow. An empty set is a violation. Deterministic; no clock, no I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/model/job_model.h"
#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::model {

/// An answer as one job's oracle sees it.
enum class RequestOutcome : std::uint8_t {
  accepted,
  refused,    ///< by state, existence, privilege or form
  timed_out,  ///< a close or open that gave up waiting (by its text, or because its timeout was up)
  failed,     ///< a 5xx that is no time-out
  busy,       ///< nothing was done, and nothing is decided: 429, or it was never sent
  unknown,    ///< unreadable, 503, or lost, or still open at the end: anything may have happened
};

/// Whether a request concerns the job at all; one that names jobs by an expression may pass it over, and any answer
/// fits then.
enum class Concerns : std::uint8_t { surely, if_it_exists, perhaps };

struct Question {
  RequestKind kind = RequestKind::stats;
  std::int64_t records = 0;          // post: records that are surely processed; start_feed: documents that are found
  std::int64_t records_perhaps = 0;  // further ones that may or may not be; `kNoBound`: nobody knows how many
  bool has_timeout = false;          // close: may answer `timed_out`
  bool may_be_refused = false;  // the caller may lack the privilege, or the profile leaves it open: refusal is fine too
  Concerns concerns = Concerns::surely;
};

struct Answer {
  RequestOutcome outcome = RequestOutcome::unknown;
  JobState state = JobState::unknown;       // stats
  std::optional<std::int64_t> processed{};  // stats: processed records
  std::optional<bool> feed_started{};       // feed_stats
  bool late = false;                        // close: it came when its timeout was up (helps to name the clause)
};

/// A request taken otherwise than the history has it.
struct Supposition {
  int id = 0;
  std::optional<Question> question{};  // unset: as it was asked
  std::optional<Answer> answer{};      // unset: as it was answered; `unknown`: left open
  // Of a request that was sent to another job, and is taken as if it had named this one: its events.
  std::size_t invoked = 0;
  std::size_t answered = 0;
};

enum class OracleVerdict : std::uint8_t { fits, violated, inconclusive };

/// Why the set is empty, in the terms of a vendor's engineer.
struct OracleFinding {
  Clause clause;
  std::vector<Clause> also;
  std::string expected;  // `the job was closed with 5 records (since close #4): 409; ...`
  std::string observed;
  int id = 0;                  // of the request that is blamed; 0: none, the job was to have come to rest
  std::size_t event = 0;       // of its answer, or of the point at which the job was to have come to rest
  bool count_too_low = false;  // a read after a close showed fewer records than accepted: it may only be late
};

/// What all configurations agree on while nothing is pending.
struct Certain {
  JobState state = JobState::unknown;   // unknown: they differ
  std::optional<std::int64_t> records;  // set: exactly so many
  std::optional<bool> feed_started;     // empty: unknown or no feed
};

/// After `inconclusive`, which is said once, it follows the job again from the first point at which no request is open:
/// from any state and any counts, and with every lost request that may still take effect.
class JobOracle {
 public:
  JobOracle(Profile profile, std::size_t budget, bool brute_force = false);
  ~JobOracle();
  JobOracle(JobOracle&&) noexcept;
  JobOracle& operator=(JobOracle&&) noexcept;
  void reset(Profile profile);
  /// The history does not begin with the job's creation (a capture): it may be in any state, with any counts. Call it
  /// after `reset` or construction, before the first event.
  void start_anywhere();

  /// A request goes out. `id` is its number, unique in the history and not 0; `event` is the event's index in the
  /// history, which only grows.
  void invoke(int id, const Question& question, std::size_t event);
  /// Its answer comes. An event is consumed once every earlier request is answered or lost, so the verdict may lag.
  OracleVerdict respond(int id, const Answer& answer, std::size_t event);
  /// None will come: it may or may not have taken effect, now or later.
  OracleVerdict lose(int id);
  /// A fault that can change nothing where the job is changes nothing.
  OracleVerdict fault(Fault fault, std::size_t event);
  OracleVerdict settled(std::size_t event);
  /// No more events: requests still open are judged as lost.
  OracleVerdict finish();

  const OracleFinding& finding() const;  // after `violated`
  const std::string& why() const;        // after `inconclusive`
  Certain certain() const;
  bool pending() const;
  /// Whether some request without an answer may still change the job.
  bool has_outstanding() const;

  /// After `violated` by a response with `count_too_low`: takes that response back, and judges on.
  OracleVerdict forgive();
  /// The oracle of the same history with one request taken otherwise, if everything fits then. Empty too where that
  /// costs too much: long logs, or more than 20,000 configurations at once.
  std::optional<JobOracle> suppose(const Supposition& supposition) const;
  /// A request that is open asks this instead, as its end tells. Right before `respond` or `lose`.
  void amend(int id, const Question& question);
  /// The job, surely closed and at rest with nothing outstanding and nothing queued, counts so many records. Said where
  /// any of this does not hold, it would accuse conforming histories.
  void learn_count(std::int64_t records);
  /// Nobody can follow what the job takes: from here on it may count anything.
  void forget_counts();
  /// Something happened that cannot be followed: as after `inconclusive`.
  void give_up(std::string why);

  /// Numbers of the requests that it keeps, in the order in which they went out.
  std::vector<int> requests() const;
  /// Numbers of those that it has forgotten since this was asked last: what came before an open of a job that was
  /// surely closed, once the log is long, and before it followed the job again.
  std::vector<int> take_forgotten();
  bool has_forgotten() const;

  /// Visits since construction, in the order of `state_names()` and `transition_names()`.
  const std::vector<std::uint64_t>& state_visits() const;
  const std::vector<std::uint64_t>& transition_visits() const;

 private:
  struct Impl;
  explicit JobOracle(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace closecheck::model
