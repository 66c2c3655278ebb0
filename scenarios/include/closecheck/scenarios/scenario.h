// Scenario files: counterexamples and scripts in a superset of the YAML REST test format. Reading, writing, replaying.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/model/judge.h"
#include "closecheck/scenarios/apis.h"
#include "closecheck/sut/executor.h"
#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/record.h"
#include "closecheck/vocabulary/redactor.h"

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
  /// For so long whatever a forced close leaves may still change, where the target was measured.
  std::optional<Duration> rest_after_force{};
};

struct Script;

/// Whether a test with this title is to be run; empty: every one is.
using TitleFilter = std::function<bool(std::string_view title)>;

/// A parsed file: header and tests, each a program with the assertions that its steps carry. Immutable.
class Scenario {
 public:
  /// Reads the file, which must be UTF-8. `apis`: the names that `do` may call; null: the built-in ones.
  /// Throws ScenarioError.
  static Scenario load(const std::string& path, std::shared_ptr<const ApiTable> apis = nullptr);
  static Scenario parse(const std::string& text, const std::string& path_for_messages,
                        std::shared_ptr<const ApiTable> apis = nullptr);
  ~Scenario();
  Scenario(Scenario&&) noexcept;
  Scenario& operator=(Scenario&&) noexcept;

  const Header& header() const;
  std::vector<std::string> titles() const;
  /// Whether it is a file of the format without a header of ours: then its tests are held to the rules of the format
  /// alone, and the target is cleaned after each as the reference runner does it.
  bool is_foreign() const;
  /// Throws ScenarioError for a call that cannot be made (an unknown API or parameter, a body that is missing), in any
  /// wanted test that is not left out for a server of the profile. Not for files of others: there it is the affair of
  /// its test.
  void check(Profile profile, const TitleFilter& wanted = {}) const;
  /// What was passed over when the file was read, as the reference runner would: `FILE:LINE: what`.
  std::vector<std::string> notes() const;
  /// The steps of one test (set-up included) as a program for `profile`. Values that only a run can know (`$name`)
  /// stand as they are written.
  Program program(std::size_t test, Profile profile) const;
  /// The steps of one test, set-up and tear-down included, as a reader would have them: a line each, a call with its
  /// request. Throws ScenarioError where `check` does.
  std::vector<std::string> plan(std::size_t test, Profile profile) const;
  /// Why the test is left out for a server of the profile; empty: it is not.
  std::optional<std::string> left_out(std::size_t test, Profile profile) const;

  /// The names that its calls use.
  const ApiTable& apis(Profile profile) const;
  /// Tells the credentials that its calls carry in headers of their own.
  void tell_secrets(Redactor& redactor) const;

  /// For this room only.
  const Script& script() const { return *script_; }

 private:
  Scenario();
  std::unique_ptr<Script> script_;
};

enum class ReplayVerdict : std::uint8_t { fixed, still_failing, cannot_tell };
std::string_view name(ReplayVerdict verdict);  // "fixed", "still failing", "cannot tell"

/// What became of one test of a file.
struct TestReplay {
  std::string title;
  bool skipped = false;  // left out by its own `skip` or `requires`
  bool is_bad = false;   // a call of it cannot be made; then `cannot_tell`, and `why` names the place
  ReplayVerdict verdict = ReplayVerdict::cannot_tell;
  std::string why;
  std::string details;  // of a step that failed: request and answer, a line each; of a bad call: where it stands
  std::vector<Finding> findings;
  History history;  // of the last repetition
};

/// What `skip`, `requires` and `node_selector` ask of a server. What is empty is not known.
struct Server {
  std::string version;                // as `GET /` tells it
  std::vector<std::string> systems;   // the names of its operating system, in lower case
  std::vector<std::string> features;  // of the whole cluster, by name
};

/// A target as it is before the first test.
struct Standing {
  std::set<std::string> jobs, datafeeds;
  std::set<std::string> things;  // templates, pipelines and the like, by their paths
  std::string settings;          // of the cluster, as JSON; empty: it tells none
  Server server{};
};
/// Asks the target, through the API that the table describes, each request for at most `patience`.
Standing look_around(sut::SystemFactory& factory, const ApiTable& apis, Duration patience);

/// What a replay has to reckon with.
struct Circumstances {
  /// Callers that the target tells apart, each with the privileges that its name promises and no others.
  std::set<Principal> principals{kPrincipals.begin(), kPrincipals.end()};
  /// Callers are configured, and still the target lets everybody in.
  bool lets_everybody_in = false;
  /// Once true, tests stop and cannot tell; null: never.
  const std::atomic<bool>* cancelled = nullptr;
};

struct Replay {
  bool skipped = false;  // every test was left out; then `cannot_tell`
  ReplayVerdict verdict = ReplayVerdict::cannot_tell;
  std::string why;
  std::vector<Finding> findings;
  History history;  // of the test that decided
  std::vector<TestReplay> tests;
};

/// Runs every test of the scenario against a system and judges along. `prefix`: see `with_prefix`; it keeps a live run
/// apart from left-overs. Of tests that are not `wanted` nothing is run; when none is, it is `cannot_tell`.
/// Still failing: the header's clause (without one, any stated, implied or dialect clause) is violated, or an assertion
/// fails; when that rests on a clock, in three of three repetitions. Fixed: everything was exercised and fits.
/// A test that rests on callers whom the target does not tell apart is left out where security is off, and cannot be
/// told otherwise. An assertion that fails where another clause is violated, or behind an answer that was lost, proves
/// nothing. The places of its jobs are taken from the factory (`reserve_jobs`) for each test. Assertions look at
/// `Response::wire`, so in process the systems have to go through the codec. `standing`: what the cleaning after tests
/// of foreign files leaves alone, and the server that their conditions are about. Throws ScenarioError where `check`
/// does.
Replay replay(const Scenario& scenario, sut::SystemFactory& factory, const sut::ExecutorOptions& executor,
              const model::JudgeOptions& judge, std::string_view prefix, const TitleFilter& wanted = {},
              const Standing& standing = {}, const Circumstances& circumstances = {});

/// Writes a violation's program as a counterexample file that `load` reads back to the same program.
std::string write_counterexample(const ViolationRecord& violation, Profile profile, const std::string& deviation);

}  // namespace closecheck::scenarios
