// For tests: which deviations a quick live run tells, and which it leaves to longer runs.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "closecheck/sut/deviation.h"

namespace closecheck::sut {

/// Sub-cases that the core round passes, or tells under another clause: programs that a quick run leaves out tell them.
inline constexpr std::array<std::string_view, 27> kBeyondTheCoreRound{
    "bad-requests-answer-422",
    "close-while-opening-gets-500",
    "closed-job-fails-later",
    "drops-records-over-a-hundred",
    "force-waits-behind-a-close",
    "force-waits-where-data-is",
    "forbidden-answers-401",
    "forced-job-keeps-open-time",
    "idle-cycle-loses-a-record",
    "ignores-case-of-force",
    "job-named-twice-is-refused",
    "joining-close-claims-closed-at-timeout",
    "list-ignores-timeout",
    "list-waits-for-last-only",
    "once-run-datafeed-bars-close",
    "manage-ml-may-not-set-timeout",
    "reads-micros-as-milliseconds",
    "refused-create-resets-job",
    "refused-delete-closes-job",
    "refused-parameters-close-job",
    "refuses-timeouts-over-an-hour",
    "second-close-drops-buffer",
    "second-close-drops-records",
    "second-page-of-records-repeats-first",
    "unsorted-list-closes-first-only",
    "wildcard-bars-closed-jobs",
    "wrong-state-answers-412",
};

/// What the programs of its own clause pass and those of another one meet: told where all clauses are asked for.
inline constexpr std::array<std::string_view, 9> kToldInPassing{
    "closes-job-failed-later",  "force-false-forces",
    "group-close-closes-all",   "joining-close-times-out-at-once",
    "lists-show-node",          "refused-post-ends-waiting",
    "reopen-drops-results",     "second-reopen-starts-from-scratch",
    "underscore-ids-stay-open",
};

/// Whether a quick live run names the clause of that deviation first. What a model holds is told in process only, and
/// half a minute of waiting is not for the quick.
inline bool is_told_by_core_round(const DeviationText& text) {
  return text.clause != Clause::close_prunes_model && text.clause != Clause::timeout_defaults_to_30m &&
         std::ranges::find(kBeyondTheCoreRound, text.name) == kBeyondTheCoreRound.end();
}

/// Whether it does so when it is asked for that clause alone.
inline bool is_told_by_its_clause(const DeviationText& text) {
  return std::ranges::find(kToldInPassing, text.name) == kToldInPassing.end();
}

}  // namespace closecheck::sut
