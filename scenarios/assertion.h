// Whether the last answer is what a step of a test expects, by the rules of the reference runner.
#pragma once

#include <optional>
#include <string>

#include "closecheck/vocabulary/profile.h"
#include "closecheck/vocabulary/response.h"
#include "path.h"
#include "script.h"

namespace closecheck::scenarios {

/// An answer as assertions see it.
struct Answer {
  int status = 0;
  Value body;             // null when it is no JSON
  bool has_body = false;  // whether `body` was parsed
  std::string text;
  std::vector<std::string> warnings;  // values of the Warning headers
  bool is_head = false;
};
/// Empty optional for an answer that never was bytes.
std::optional<Answer> read_answer(const Response& response, bool is_head);

/// Judges the outcome of a call: its `catch`, `ignore` and warnings, or success where `success_required`. Throws
/// StepFailure. `catch: request` takes any error where the runners of its time did. `takes_any_warning`: where the call
/// expects none.
void check_outcome(const DoStep& call, const Answer& answer, bool success_required, Profile profile,
                   bool takes_any_warning = false);

/// Throws StepFailure when the assertion does not hold. `expected` has been resolved.
void check_assertion(Check check, const std::string& path, const Value& expected, const Answer& answer,
                     const Stash& stash);

/// What a `set` keeps. Throws StepFailure.
Value value_to_keep(const SetStep& step, const Answer& answer, const Stash& stash);

/// A value in Java's notation, as expressions of `catch` are written for: `{type=t, reason=r}`.
std::string java_text(const Value& value);

}  // namespace closecheck::scenarios
