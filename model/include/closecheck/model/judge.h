// The judge of one history: the oracle over lifecycle and counts, the ledger of results, snapshots and metadata, the
// clock checks, authorization and the dialect, behind one interface. Deterministic; no clock, no I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "closecheck/vocabulary/finding.h"
#include "closecheck/vocabulary/history.h"

namespace closecheck::model {

struct JudgeOptions {
  Profile profile{};
  /// Whether principals count on this target; off: everybody may do everything and authorization is not judged.
  bool secured = true;
  /// Tolerance of every clock check: an answer this much beyond a bound is no finding. In process 1 ms.
  Duration margin = kMillisecond;
  /// How long after the answer to a forced close the job may still finish what it had begun, though it is settled and
  /// reads closed: the page lets force return before that work is done.
  Duration forced_rest = 10 * kSecond;
  /// Configurations in one closure before the judge gives up on the history.
  std::size_t budget = 100'000;
  bool brute_force = false;  // reserved for tests of the oracle: no reductions
  /// The history comes from the implementation in process. Nothing stands between it and its callers: an answer that
  /// never comes is its own doing, and a 401 or 403 is its word. And its statistics tell the size of the model as it
  /// is: a close of a job with much history must make it smaller, and never empty. Off: nobody is accused for what was
  /// lost on the way, nor of refusing a caller whom it let in before and then refuses everything; and a change of size
  /// is evidence, no more.
  bool in_process = false;
  /// The target let every configured caller in before the history began, as the preflight of a live run sees.
  bool callers_are_known = false;
  /// Off for a recording: the target may have jobs and groups that the history does not show, and jobs may be older
  /// than it. What a request for several jobs is told then says nothing against the jobs that are known.
  bool knows_every_job = true;
};

/// What the judge makes of the history so far.
enum class Judgement : std::uint8_t {
  fits,     ///< a conforming server could have done all this
  missing,  ///< the last answer lacks something that may only be late: read the same again after a while
  /// the last answer refuses a caller who was let in before: only what the same caller is told next decides
  caller_in_doubt,
  violated,
  inconclusive,  ///< cannot be told any more, see `why`
};

class Judge {
 public:
  explicit Judge(const JudgeOptions& options);
  ~Judge();
  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;

  /// Forgets everything; keeps its memory for the next history.
  void reset();

  /// Takes the next event. With requests pending a verdict may lag behind until they are answered.
  Judgement observe(const Event& event);

  /// No more events: decides what was left open (pending requests count as lost, a miss never read again as never).
  Judgement finish();

  /// The violation, most specific first; empty while there is none. Dialect findings may stand beside fitting ones.
  const std::vector<Finding>& findings() const;
  const Evidence& evidence() const;
  const std::string& why() const;  // of `inconclusive`

  /// How many requests are in memory. What can no longer matter is forgotten: of long histories that are judged as they
  /// come, all but the newest ten thousand and what some job still needs.
  std::size_t requests_kept() const;

  /// Visits per model state and per transition row, in a fixed order, for coverage.
  const std::vector<std::uint64_t>& state_visits() const;
  const std::vector<std::uint64_t>& transition_visits() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Judges a whole history.
struct Judged {
  Judgement judgement;
  std::vector<Finding> findings;
  Evidence evidence;
  std::string why;
};
Judged judge(const History& history, const JudgeOptions& options);

}  // namespace closecheck::model
