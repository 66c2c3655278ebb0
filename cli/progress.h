// Progress on a terminal: one line on standard error that is written over again and again.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "closecheck/properties/gate.h"

namespace closecheck::cli {

/// How long something goes on.
struct TimeLeft {
  Duration span = 0;
  bool is_bound = false;  // it surely ends then; else it is guessed by what was done so far
};

/// `12 of 230, 2 findings so far, at most 3 min left: closed-job-refuses-data`, in at most so many columns: what is at
/// hand stands last and is cut first.
std::string progress_text(const properties::Progress& progress, const std::optional<TimeLeft>& left,
                          std::size_t columns);

/// Shows nothing where standard error is no terminal, or one that cannot take a line back. Not thread-safe.
class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;
  /// `end`: what is told of has surely ended then.
  explicit ProgressLine(bool wanted, std::optional<Clock::time_point> end = std::nullopt);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Now and then: a line that nobody could read is left out.
  void show(const properties::Progress& progress);
  void clear();

 private:
  std::optional<TimeLeft> left(const properties::Progress& progress, Clock::time_point now) const;

  const bool wanted_;
  const std::optional<Clock::time_point> end_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_at_;
  bool shown_ = false;
};

}  // namespace closecheck::cli
