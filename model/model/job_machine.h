// The reference model's one engine: a Boost.MSM machine over the rows of the list that move a job, stepped over a plain
// value. The oracle's search, the generator of programs and the tests all move jobs by it and by nothing else.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/guards_and_effects.h"

namespace closecheck::model {

/// Rows by their index in the list.
inline constexpr std::size_t kRowsMax = 256;
using RowSet = std::bitset<kRowsMax>;

struct MachineStep {
  enum class Result : std::uint8_t { no_row, barred, done } result = Result::no_row;
  JobValue value;         // after the step; as before where nothing was done
  std::int16_t row = -1;  // that moved it
};

/// One thread at a time uses a machine; it keeps nothing of one step for the next.
class JobMachine {
 public:
  JobMachine();
  ~JobMachine();
  JobMachine(JobMachine&&) noexcept;
  JobMachine& operator=(JobMachine&&) noexcept;

  /// Steps `value` by a request, an event of the history or, from `kStepCount` on, something that happens by itself.
  /// `records`: what a request surely brings; `records_perhaps`: what it may bring besides.
  MachineStep step(const JobValue& value, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps = 0);
  /// The same in place. False: it did not move, and `value` is as before.
  bool move(JobValue& value, std::size_t event, std::uint32_t records, std::uint32_t records_perhaps);

  /// What its guards may ask of the dialect.
  void speak(const Dialect& dialect);
  /// Rows that do not move, for tests.
  void switch_off(const RowSet& rows);
  /// How many rows have moved a job so far.
  std::uint64_t moves() const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace closecheck::model
