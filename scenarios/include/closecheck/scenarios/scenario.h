// Scenario files: counterexamples and scripts in a superset of the YAML REST test format. Reading, writing, replaying.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/sut/executor.h"
#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/record.h"

namespace closecheck::scenarios {

/// A file that cannot be used. `what` names file, line and column, and what was expected there.
struct ScenarioError {
  std::string what;
};

struct Header {
  std::optional<Clause> clause;
  std::uint64_t seed = 0;
  std::optional<Profile> profile;
  std::string deviation;  // empty: none
  std::string target;     // empty: in process
  bool oracle = true;
};

struct Assertion;  // match, catch: see scenario.cpp
struct Test;

/// A parsed file: header and tests, each a program with the assertions that its steps carry.
class Scenario {
 public:
  /// Throws ScenarioError. Reads the file, which must be UTF-8.
  static Scenario load(const std::string& path);
  static Scenario parse(const std::string& text, const std::string& path_for_messages);
  ~Scenario();
  Scenario(Scenario&&) noexcept;
  Scenario& operator=(Scenario&&) noexcept;

  const Header& header() const;
  std::vector<std::string> titles() const;
  /// The steps of one test (set-up included) as a program for `profile`.
  Program program(std::size_t test, Profile profile) const;

 private:
  Scenario();
  struct Impl;
  std::unique_ptr<Impl> impl_;
  friend struct Replayer;
};

enum class ReplayVerdict : std::uint8_t { fixed, still_failing, cannot_tell };
std::string_view name(ReplayVerdict verdict);  // "fixed", "still failing", "cannot tell"

struct Replay {
  ReplayVerdict verdict = ReplayVerdict::cannot_tell;
  std::string why;
  std::vector<Finding> findings;
  History history;
};

/// Runs every test of the scenario against a system and judges along. `prefix`: see `with_prefix`.
Replay replay(const Scenario& scenario, sut::SystemFactory& factory, const sut::ExecutorOptions& executor,
              const model::JudgeOptions& judge, std::string_view prefix);

/// Writes a violation's program as a counterexample file that `load` reads back to the same program.
std::string write_counterexample(const ViolationRecord& violation, Profile profile, const std::string& deviation);

}  // namespace closecheck::scenarios
