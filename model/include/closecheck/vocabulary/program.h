// A program: the steps that drive a system under test, as plain data. Checks, generated sequences, counterexamples
// and scenarios are all programs, so that each can be run, shrunk, saved and replayed in the same way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "closecheck/vocabulary/history.h"

namespace closecheck {

/// Every name that a program creates starts so; `with_prefix` gives it a run of its own on a shared target.
inline constexpr std::string_view kNamePrefix = "closecheck-";

enum class StepType : std::uint8_t {
  call,    ///< one request
  wait,    ///< let `duration` pass
  join,    ///< wait until every detached client has its answers
  settle,  ///< join, then poll `job` until it is neither opening nor closing and stays quiet, at most `duration`;
           ///< then tell the history that the job is settled. The history shows the first poll, those
           ///< that read something new, and the last
  fault,   ///< put `job` into another state
};

/// One step. Steps run in order; the main line waits for the answer of each call that is not detached.
struct Step {
  StepType type = StepType::call;
  /// Client (connection) that sends the call. 0 is the main line's own.
  int client = 0;
  /// Detached calls queue on their client: the main line goes on at once, and the client sends its next queued call
  /// when the one before is answered. Not for client 0.
  bool detached = false;
  /// A call on a connection that has never been used (live; no meaning in simulation).
  bool fresh_connection = false;
  Request request;        // call
  Duration duration = 0;  // wait, settle, fault slow_close
  std::string job;        // settle, fault
  Fault fault = Fault::fail_job;
};

struct Program {
  std::vector<Step> steps;
};

Step call(Operation operation, Principal who = Principal::manage_ml);
/// A call of client `client` that the main line does not wait for.
Step detached_call(int client, Operation operation, Principal who = Principal::manage_ml);
Step wait_step(Duration duration);
Step join_step();
Step settle_step(std::string job, Duration at_most);
Step fault_step(Fault fault, std::string job, Duration duration = 0);

/// The same program with `to` wherever a name has `from`, in jobs, groups, indices, feeds, raw paths and their bodies.
/// `from` is not empty.
Program with_prefix(Program program, std::string_view from, std::string_view to);

/// Requests in the program.
std::size_t request_count(const Program& program);

/// Jobs that may be open at the same time while the program runs, at least 1.
std::size_t open_jobs_of(const Program& program);

}  // namespace closecheck
