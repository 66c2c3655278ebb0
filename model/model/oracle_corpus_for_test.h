// What a conforming server may and may not do, as small histories, written by hand from the page and the facts and not
// from the table. Tests of the oracle and of the table run them.
#pragma once

#include <span>
#include <string_view>

#include "closecheck/vocabulary/clause.h"
#include "closecheck/vocabulary/profile.h"

namespace closecheck::model {

enum class In : std::uint8_t { both, only_5_4, only_6_3 };
inline bool applies(In in, Profile profile) {
  return in == In::both || (in == In::only_5_4) == (profile == Profile::xpack_5_4);
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
/// server error; `AR/A` differs by profile (5.4, then 6.3). In the order of `kStatePins`.
struct AnswerLine {
  std::string_view request;
  std::string_view answers;  // one column a state
};
std::span<const AnswerLine> answer_matrix();

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
