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
#include "live_session.h"
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
/// after that `replay` may be called by any thread. Options, files and session must outlive it. The constructor throws
/// UsageError.
class Replayer {
 public:
  Replayer(const ReplayOptions& options, const Ends& ends, const std::vector<Wanted>& files, LiveSession& session);

  /// What the flags and the header of one of the files make of the target.
  const Target& target_of(const Wanted& wanted) const;
  /// Whether nothing else may use the target of the file meanwhile: its tests count everything that is there.
  bool needs_target_alone(const Wanted& wanted) const;
  /// As often as the user wants; the worst decides.
  reports::ReplayedFile replay(const Wanted& wanted);
  /// Whether some test had a call that cannot be made.
  bool met_bad_tests() const { return met_bad_tests_; }

 private:
  reports::ReplayedFile replay_once(const Wanted& wanted);
  /// Says what the user should know before anything runs.
  void tell_of(const LiveSession::Reached& reached) const;
  /// What stands there and stays, for files of the format.
  scenarios::Standing look_around(const Target& target, const scenarios::ApiTable& apis) const;
  scenarios::Circumstances circumstances_of(const LiveSession::Reached& reached) const;

  const ReplayOptions& options_;
  LiveSession& session_;
  std::map<const Wanted*, Target> targets_;
  std::map<const Wanted*, const LiveSession::Reached*> reached_;
  std::map<std::string, scenarios::Standing> standing_;  // by URL
  std::atomic<int> count_ = 0;
  std::atomic<bool> met_bad_tests_ = false;
};

/// Why a script that ships is left out: it is about another dialect than the user chose. Empty: it is not.
std::string other_dialect_of(const ReplayOptions& options, const Wanted& wanted);

}  // namespace closecheck::cli
