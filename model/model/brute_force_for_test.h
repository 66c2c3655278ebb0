// For tests of the oracle: the same question answered without any cleverness. All orders are tried, answers are
// predicted and compared when they come, and the job is moved by the Boost.MSM machine. Shares the table and nothing of
// the search.
#pragma once

#include <cstdint>
#include <vector>

#include "model/history_script_for_test.h"

namespace closecheck::model::brute {

/// How far a request is, and what it may be told.
struct Pending {
  int id = 0;
  Question question;
  bool lost = false;
  enum class Stage : std::uint8_t { not_yet, waits, done } stage = Stage::not_yet;
  Answers may_be_told = kNothing;
  JobValue saw;  // what a read saw
};

/// One point in some order of things.
struct World {
  JobValue job;
  std::vector<Pending> pending;
};

/// Everything that may happen next to one request that has not happened yet.
std::vector<World> steps(const CellTable& table, const World& world, std::size_t which);
/// Everything that may happen by itself.
std::vector<World> happenings(const CellTable& table, const World& world);
/// An event of the history, if it is possible here.
std::vector<World> history_event(const CellTable& table, const World& world, std::size_t step);
/// Whether a request that is this far may be told this.
bool may_answer(const CellTable& table, const Pending& pending, const Answer& answer);

/// Whether some order explains the whole script.
bool explains(const CellTable& table, const Script& script);

}  // namespace closecheck::model::brute
