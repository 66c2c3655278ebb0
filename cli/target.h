// What a command drives: the built-in implementation, or a live endpoint with its principals and hooks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "closecheck/sut/deviation.h"
#include "closecheck/sut/endpoint.h"
#include "closecheck/sut/system.h"
#include "closecheck/vocabulary/redactor.h"
#include "commands.h"
#include "configuration.h"

namespace closecheck::cli {

/// When a command that drives a live target has to be over: its work, and its clean-up.
struct Ends {
  std::chrono::steady_clock::time_point end_of_work = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
};

struct Target {
  bool live = false;
  std::string url;    // live
  std::string named;  // in the configuration's `targets`, as the user named it; empty: it is not of these
  Profile profile{};
  sut::Deviation deviation{};
  std::string deviation_name;  // empty: none
  Configuration configuration;
  Redactor redactor;                      // knows what is secret in it
  bool is_named_by_file = false;          // by a scenario alone
  Duration wait_for = 0;                  // live: how long it may take to answer as itself
  std::shared_ptr<sut::Commons> commons;  // what may be taken of it in all, whoever takes it
  Ends ends;                              // live
  std::string recognised_by;              // live: how the profile was told; empty: the user named it
  std::string closed;                     // live: how its job API is closed; empty: it is not, as far as is known
};

/// What a saved counterexample says of its target; it counts where neither flags nor the configuration say anything.
struct TargetHint {
  std::string target;
  std::optional<Profile> profile;
  std::string deviation;
};

/// Makes one picture of flags, configuration and hint. A live target that the hint alone names gets no credentials and
/// no hooks: whoever wrote the file must not learn or use them. A live target is asked what it is, but for a plan of a
/// named profile. Throws UsageError; UnreachableError where it must tell its profile and cannot be asked.
Target resolve_target(const TargetOptions& options, const TargetHint& hint = {}, const Ends& ends = {});

/// The target that flags or the configuration name, as Target::url has it; empty: none, or in process.
std::string named_target(const TargetOptions& options);

/// The live target at that address, as the configuration says how it is reached, and nobody was asked. Throws
/// UsageError.
Target live_target(const std::string& address, Configuration configuration);

/// The deviation of that name; `none` and nothing are none. Throws UsageError.
sut::Deviation require_deviation(const std::string& name);

/// The systems of the target: plain, and through the wire codec. Live both are the same.
struct Systems {
  std::unique_ptr<sut::SystemFactory> plain;
  std::unique_ptr<sut::SystemFactory> through_codec_in_process;
  sut::SystemFactory& through_codec() { return through_codec_in_process ? *through_codec_in_process : *plain; }
};
Systems make_systems(const Target& target, const std::string& journal);

sut::EndpointOptions endpoint_of(const Target& target, const std::string& journal);

/// What is known of the target before anything runs.
struct Knowledge {
  bool reachable = true;
  std::string error;  // when not reachable
  bool secured = true;
  std::set<Principal> principals;  // that can be asked as
  std::set<Principal> unsuitable;  // configured, but not what their name promises
  std::string datafeeds_absent;    // how the target showed that it has none; empty: it may have them
  std::string documents_absent;
  std::set<Fault> faults;
  Duration round_trip = 0;
  Duration round_trip_max = 0;
  std::vector<std::string> notes;
};

/// Asks a live target (without creating anything). Throws UsageError for principals that it refuses.
Knowledge learn(const Target& target);
/// The same without asking anybody, for a plan.
Knowledge assume(const Target& target);

/// What was learnt of a live target, for people, at the end of the preflight.
std::string describe_reach(const Target& target, const Knowledge& knowledge);

/// The options of curl, as words of a shell, for requests of a principal: who they go as, and how the target is
/// reached. Secrets stand there as variables.
std::string curl_options(const Target& target, Principal principal);

inline constexpr std::size_t kRunIdSize = 8;
/// Small letters and digits that tell this run's names on a shared target from those of others.
std::string new_run_id();

}  // namespace closecheck::cli
