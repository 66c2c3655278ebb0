// For tests and benchmarks: what a simulation of a service is made of, its jobs, what was asked and told, and what may
// be wrong with it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "closecheck/vocabulary/history.h"
#include "model/oracle.h"

namespace closecheck::model {

enum class Corruption : std::uint8_t {
  none,
  // What the service does is not what it says.
  accepted_post_not_counted,
  refused_post_counted,
  effect_dropped,
  effect_doubled,
  // What it says is not what it did.
  state_misread,
  count_too_low,
  count_too_high,
  close_answer_changed,
  open_answer_changed,
  post_answer_changed,
  answers_swapped,
};
inline constexpr std::size_t kCorruptionCount = 12;

struct SimulationShape {
  Profile profile = Profile::xpack_5_4;
  int clients = 1;
  int requests = 20;
  int lost_max = 0;  // answers that never come
  int jobs = 1;
  bool forces = true;    // forced closes among the requests
  bool faults = true;    // jobs that fail or hang
  bool removes = true;   // jobs that are deleted
  bool settles = true;   // moments at which the patience is over
  bool in_order = true;  // no record is older than one that the job may have processed before
};

struct SimulatedRequest {
  enum class End : std::uint8_t { open, answered, unavailable, lost };

  std::size_t job = 0;
  int process = 0;
  Question question;
  std::vector<Record> records{};
  std::vector<Bucket> buckets{};  // of the answer
  End end = End::open;
  Answer answer{};
  int status = 0;
  Time invoked = 0;
  Time answered = 0;
};

struct SimulatedEvent {
  enum class Type : std::uint8_t { invoke, end, fault, settled } type = Type::invoke;
  std::size_t request = 0;  // invoke, end
  std::size_t job = 0;      // fault, settled
  Fault fault = Fault::fail_job;
  Time time = 0;
};

struct SimulatedHistory {
  Profile profile = Profile::xpack_5_4;
  bool in_order = true;
  bool is_corrupted = false;
  std::size_t jobs = 1;
  std::vector<SimulatedRequest> requests;
  std::vector<SimulatedEvent> events;
};

/// Throws the dice of a simulation, the same for the same seed everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  bool chance(std::size_t percent) { return below(100) < percent; }
  RequestOutcome one_of(std::initializer_list<RequestOutcome> outcomes) {
    return *(outcomes.begin() + below(outcomes.size()));
  }

 private:
  std::mt19937_64 random_;
};

inline constexpr std::int64_t kSimulatedSpanMs = 60'000;
inline std::int64_t start_of_bucket(std::int64_t time_ms) {
  return time_ms - time_ms % kSimulatedSpanMs;
}

/// A job of the service. What was accepted is counted at once or later, at the latest when a normal close is done.
struct SimulatedJob {
  enum class State : std::uint8_t { absent, closed, opening, opened, closing, forced, failed };

  State state = State::absent;
  std::int64_t counted = 0;
  std::map<std::int64_t, std::int64_t> buckets{};  // records that were counted, by start
  std::vector<Record> buffered{};
  std::vector<Record> queued{};  // accepted while closing
  std::int64_t newest_ms = INT64_MIN;
  std::int64_t newest_kept_ms = INT64_MIN;  // as of the last normal close
  bool shows_interim = false;               // results of a bucket that is not finished
  bool will_hang = false;
  bool hangs = false;
  bool closes_once_more = false;  // corrupted: a close, or an open, that takes effect again
  bool opens_once_more = false;

  void take(const std::vector<Record>& records) {
    for (const Record& record : records) {
      if (record.time_ms < newest_ms) continue;
      newest_ms = record.time_ms;
      buffered.push_back(record);
    }
  }
  /// Counts so many of the records that were taken, the oldest first.
  void count(std::size_t some) {
    for (std::size_t i = 0; i < some; ++i) ++buckets[start_of_bucket(buffered[i].time_ms)];
    counted += static_cast<std::int64_t>(some);
    buffered.erase(buffered.begin(), buffered.begin() + static_cast<std::ptrdiff_t>(some));
  }
  void count_all() { count(buffered.size()); }
  void end_cleanly() {
    count_all();
    newest_kept_ms = newest_ms;
  }
  /// A forced close or a failure: what was not counted yet may be lost.
  void perhaps_lose(Dice& dice) {
    if (dice.chance(50)) {
      take(std::exchange(queued, {}));
      count_all();
    } else {
      queued.clear();
      buffered.clear();
      newest_ms = newest_kept_ms;
    }
  }
  /// A state that its statistics may show.
  JobState shown(Dice& dice, bool opening_is_hidden) const {
    using S = JobState;
    const auto one_of = [&](std::initializer_list<S> states) { return *(states.begin() + dice.below(states.size())); };
    switch (state) {
      case State::opening:
        return opening_is_hidden ? one_of({S::closed, S::opening, S::opened}) : S::opening;
      case State::opened:
        return S::opened;
      case State::closing:
        return one_of({S::closing, S::opened});
      case State::forced:
        return one_of({S::closed, S::closed, S::closing, S::opening, S::opened, S::failed});
      case State::failed:
        return S::failed;
      default:
        return S::closed;
    }
  }
  /// Results of the buckets that the data has passed, perhaps those without any data, and perhaps what there is so far
  /// of the last one.
  std::vector<Bucket> results(bool shows_empty) const {
    std::vector<Bucket> shown;
    if (buckets.empty()) return shown;
    const std::int64_t last = buckets.rbegin()->first;
    for (std::int64_t start = buckets.begin()->first; start <= last; start += kSimulatedSpanMs) {
      const auto found = buckets.find(start);
      const bool is_shown = start == last ? shows_interim : found != buckets.end() || shows_empty;
      if (is_shown) shown.push_back({start, found == buckets.end() ? 0 : found->second, start == last, 0});
    }
    return shown;
  }
};

}  // namespace closecheck::model
