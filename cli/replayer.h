// Replays scenario files against their targets.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closecheck/reports/replay_report.h"
#include "closecheck/scenarios/scenario.h"
#include "commands.h"
#include "interrupts.h"
#include "target.h"

namespace closecheck::cli {

/// One file to replay.
struct Wanted {
  std::string file;  // as the user knows it
  scenarios::Scenario scenario;
  scenarios::TitleFilter titles;  // empty: every test
  bool ships = false;             // a script of the library
};

/// Replays of one command. Each live target is asked once, whatever the number of files, in the constructor's thread;
/// after that `replay` may be called by any thread. Options, files and interrupts must outlive it. The constructor
/// throws UsageError.
class Replayer {
 public:
  Replayer(const ReplayOptions& options, const std::vector<Wanted>& files, Interrupts& interrupts);

  /// What the flags and the header of one of the files make of the target.
  const Target& target_of(const Wanted& wanted) const;
  /// Whether nothing else may use the target of the file meanwhile: its tests count everything that is there.
  bool needs_target_alone(const Wanted& wanted) const;
  reports::ReplayedFile replay(const Wanted& wanted);
  /// Whether some test had a call that cannot be made.
  bool met_bad_tests() const { return met_bad_tests_; }
  /// Removes what is left on the targets, and says what could not be removed.
  void clean_up();

 private:
  struct Reached {
    Target target;
    Knowledge knowledge;
    std::string journal;
    scenarios::Standing standing;
    std::unique_ptr<sut::SystemFactory> factory;  // for as long as anybody replays: it holds what all share
  };

  void reach(const Target& target, bool has_foreign_files, const scenarios::ApiTable& apis);
  scenarios::Circumstances circumstances_of(const Reached& reached) const;

  const ReplayOptions& options_;
  Interrupts& interrupts_;
  std::map<const Wanted*, Target> targets_;
  std::string run_id_;
  std::atomic<int> count_ = 0;
  std::atomic<bool> met_bad_tests_ = false;
  std::map<std::string, Reached> reached_;  // by URL; in process by no URL
};

/// Why a script that ships is left out: it is about another dialect than the user chose. Empty: it is not.
std::string other_dialect_of(const ReplayOptions& options, const Wanted& wanted);

}  // namespace closecheck::cli
