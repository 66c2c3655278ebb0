// What a conforming server may and may not do, as small histories, written by hand from the page and the facts and not
// from the table. Tests of the oracle and of the table run them.
#pragma once

#include <span>
#include <string_view>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::model {

/// The dialects that an example is about: those that have a feature, those that lack it, or each.
struct In {
  bool Dialect::*feature = nullptr;
  bool wanted = true;
};
inline constexpr In kEach{};
constexpr In in(bool Dialect::*feature) {
  return {feature, true};
}
constexpr In not_in(bool Dialect::*feature) {
  return {feature, false};
}
inline bool applies(In in, Profile profile) {
  return in.feature == nullptr || (*profile).*in.feature == in.wanted;
}

struct Conforming {
  In in;
  std::string_view script;
};
std::span<const Conforming> conforming();

struct Violating {
  In in;
  Clause clause;  // what must be named first
  std::string_view script;
};
std::span<const Violating> violating();

struct Untold {
  In in;
  std::string_view script;  // ends inconclusive
};
std::span<const Untold> untold();

/// Answers that leave the job in the state in which it was, for each request and state: A accepted, R refused, X a
/// server error; `AR/A` differs by profile, in their order, and the last stands for all that follow. In the order of
/// `kStatePins`.
struct AnswerLine {
  std::string_view request;
  std::string_view answers;  // one column a state
};
std::span<const AnswerLine> answer_matrix();
/// What a column says of a profile.
std::string_view answers_in(std::string_view column, Profile profile);

/// How to bring a job into a state, and how to tell that it is still there.
struct StatePin {
  std::string_view name;
  std::string_view reach;
  std::string_view still;
};
std::span<const StatePin> state_pins();
std::span<const AnswerLine> feed_answer_matrix();
std::span<const StatePin> feed_state_pins();

}  // namespace closecheck::model
