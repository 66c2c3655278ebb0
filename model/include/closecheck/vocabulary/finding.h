// What a judge says of a history: violations as values, and the evidence behind a `holds`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "closecheck/vocabulary/clause.h"

namespace closecheck {

/// One broken clause. Texts are for a vendor's engineer: no jargon of the harness.
struct Finding {
  Clause clause = Clause::close_ends_open_job;
  std::vector<Clause> also;  // other clauses that the same exchange breaks
  std::string expected;      // what would have been accepted, and which earlier exchange settles it
  std::string observed;
  std::size_t event = 0;  // index in the history of the event that cannot be explained
  bool timing = false;    // rests on a clock: needs three of three repetitions
};

/// Times that a clause was truly put to the test and stood, by clause.
struct Evidence {
  std::array<std::uint32_t, kClauseCount> count{};
  void add(Clause clause) { ++count[static_cast<std::size_t>(clause)]; }
  std::uint32_t of(Clause clause) const { return count[static_cast<std::size_t>(clause)]; }
  Evidence& operator+=(const Evidence& other) {
    for (std::size_t i = 0; i < kClauseCount; ++i) count[i] += other.count[i];
    return *this;
  }
};

}  // namespace closecheck
