// One request and what came of it, as the judge keeps it: what it asks, by whom, in what form, and its outcome.
// Plain data.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "closecheck/model/grammar.h"
#include "closecheck/vocabulary/history.h"
#include "model/oracle.h"
#include "rules/unknowns.h"

namespace closecheck::model {

/// Whether a request of this kind only reads.
constexpr bool is_read(RequestKind kind) {
  return kind == RequestKind::get || kind == RequestKind::stats || kind == RequestKind::read_results ||
         kind == RequestKind::feed_stats;
}

/// Whether a request that was told so may have taken effect.
constexpr bool may_have_worked(RequestOutcome outcome) {
  return outcome == RequestOutcome::accepted || outcome == RequestOutcome::unknown || outcome == RequestOutcome::failed;
}

struct Exchange {
  enum class Stage : std::uint8_t { open, answered, lost };

  std::shared_ptr<const Request> request;
  std::size_t number = 0;  // `#n` of every text
  std::size_t invoke_event = 0;
  std::size_t answer_event = 0;
  Time invoked = 0;
  Time answered = 0;
  int process = 0;
  Stage stage = Stage::open;

  Question question;
  RequestKind meant = RequestKind::stats;  // what it would do if it were honoured
  bool asks_job = false;                   // whether any job's oracle hears of it

  bool unprivileged = false;     // a caller whom the page gives no right to close
  bool unauthenticated = false;  // a caller without valid credentials
  bool barred = false;           // unprivileged, where that counts

  bool is_in_other_name = false;  // in that of a user whom the caller has made: nobody knows what he may do, but ...
  bool is_revoked = false;        // ... he has lost the privilege to close, and that for a while
  bool met_revocation = false;    // users or roles were changed meanwhile
  std::size_t user_changes = 0;   // that had ended when it went out
  bool was_seen_closing = false;  // the job read `closing` while this close of it was open

  Unknowns unknown;         // what of it must stay unjudged
  bool unfollowed = false;  // nobody can say what it does to its job: it cannot be read, or says more than is known

  // A close, in whatever form.
  bool is_close = false;
  bool bad_timeout = false;        // a `timeout` that is no time value
  bool unknown_parameter = false;  // one that the API of the profile does not have
  bool odd_force = false;          // `force` in another spelling than `true`
  bool wrong_method = false;
  bool without_id = false;
  bool expression = false;         // names jobs by a list, a wildcard, a group or `_all`
  bool names_unknown_job = false;  // an expression with a plain id that is no job
  bool lists_oddly = false;        // a list with `_all` in it, or, where it may not name none, with a part that does
  std::uint32_t jobs_there = 0;    // of an expression: jobs that were surely there when it was answered
  BooleanReading force = BooleanReading::absent;
  TimeValue timeout;

  // How things stood for its job when it went out; only for requests that name one job.
  bool quiet = true;        // no other request that could change the job was open at any time meanwhile
  bool met_loss = false;    // a forced close, a deletion, a revert or a failure was under way: data may be gone again
  bool met_mover = false;   // an open, a creation or a deletion was open meanwhile
  bool overlapped = false;  // itself able to change the job, it overlapped another such request
  bool met_close = false;   // ... one that closes
  JobState before = JobState::unknown;
  std::optional<bool> feed_before;
  std::int64_t newest_sure_ms = INT64_MIN;      // a post: newest record that the job surely had before
  std::int64_t newest_possible_ms = INT64_MIN;  // ... that it may have had before, or got meanwhile
  std::size_t contrary = 0;  // of an open or a deletion: one of the other kind that was accepted meanwhile; 0: none

  RequestOutcome outcome = RequestOutcome::unknown;
  /// No answer came that tells anything: it may take effect at once, at any later time, or never.
  bool unanswered = false;
  /// It was refused to a caller who was let in before: the answer after it decides whether that is a word about it.
  bool caller_in_doubt = false;
  /// A success of a close that does not say what the page says.
  bool unclaimed = false;
  Refusal refusal = Refusal::none;
  int status = 0;

  boost::container::small_vector<std::uint32_t, 2> targets;  // jobs that it concerns, by index
  std::uint32_t holders = 1;                                 // who still needs it: jobs, lists, and while it is open

  /// Whether its form is one that only a dialect clause speaks of.
  bool is_odd() const { return unknown_parameter || odd_force || wrong_method || expression; }
  /// Whether a close may force or not, for all that can be read of it.
  bool may_force_or_not() const { return odd_force || unknown.has(Reach::closing); }
  /// Whether it was refused, and for nothing that nobody follows.
  bool was_refused_as_it_is() const { return outcome == RequestOutcome::refused && !unknown.has(Reach::refusal); }
  bool is_refused_to_caller() const { return refusal == Refusal::unauthenticated || refusal == Refusal::forbidden; }
  /// Whether the job was surely closed all the time.
  bool found_job_closed() const { return before == JobState::closed && !met_mover; }
  /// Whether nothing could have been waited for: the job was surely at rest when the request went out.
  bool found_job_at_rest() const {
    return found_job_closed() || (quiet && (before == JobState::failed || before == JobState::absent));
  }
};

}  // namespace closecheck::model
