// What a command has while it drives live targets: the signals, a run id, its ends, and for each target a journal and
// what was learnt of it. In process it is the signals alone.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "interrupts.h"
#include "journals.h"
#include "target.h"

namespace closecheck::cli {

/// Longest time of a command that drives a live target, unless the user says otherwise.
inline constexpr Duration kLiveBudget = 10 * kMinute;
/// After an interrupt: how long cleaning up may take.
inline constexpr std::chrono::seconds kInterruptedCleanUp{8};

/// The span that `--budget` names; nothing where it is not given. Throws UsageError.
std::optional<Duration> budget_of(const std::string& text);

/// Divides the time of a command, from its start on: the last of it is kept for cleaning up.
Ends ends_of(std::chrono::steady_clock::time_point begin, Duration budget);

/// There is at most one at a time. Cleans up in its destructor where nobody has asked for it before.
class LiveSession {
 public:
  struct Reached {
    Target target;
    Knowledge knowledge;                    // with what earlier runs left among the notes
    std::vector<std::string> earlier_runs;  // the same alone
    std::string journal;                    // empty: in process, or out of reach
  };

  explicit LiveSession(const Ends& ends);
  ~LiveSession();
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;

  /// True from the first interrupt on.
  const std::atomic<bool>& cancelled() const { return interrupts_.cancelled(); }
  /// Whether there is no time for anything but cleaning up.
  bool is_over() const { return std::chrono::steady_clock::now() >= ends_.end_of_work; }
  std::chrono::steady_clock::time_point end_of_work() const { return ends_.end_of_work; }
  /// What every name begins with that is given to a live target.
  std::string name_prefix() const;

  /// Lets all targets of one URL share what may be taken of it, whatever their profiles.
  void bind(Target& target);

  /// What is known of a target: it is asked once for each URL, and before anything is created there, a journal is
  /// opened for it. Throws UsageError for principals that it refuses, and OutputError for a journal that cannot be
  /// written.
  const Reached& reach(const Target& target);

  /// Removes what is left on the targets, and says what could not be removed.
  void clean_up();

 private:
  void stop_soon();

  const Ends ends_;
  const std::string run_id_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<sut::Commons>> commons_;  // by URL
  std::map<std::string, Reached> reached_;                        // by URL; in process by no URL
  std::map<std::string, std::unique_ptr<JournalLock>> journals_;  // by URL
  Interrupts interrupts_;
};

}  // namespace closecheck::cli
