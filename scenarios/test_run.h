// One run of one test of a scenario against a system.
#pragma once

#include <atomic>
#include <string_view>

#include "closecheck/scenarios/scenario.h"
#include "script.h"

namespace closecheck::scenarios {

struct TestRunResult {
  TestReplay replay;
  bool rests_on_clock = false;  // `still failing`, and nothing but clocks says so
};

/// Runs set-up, test and tear-down, judges along where the file has a header, and removes what is left. The test must
/// not be one to be left out. Once `cancelled` (null: never) it stops and cannot tell. Throws ScenarioError for a call
/// that cannot be made.
TestRunResult run_test(const Script& script, const Test& test, sut::System& system,
                       const sut::ExecutorOptions& executor, const model::JudgeOptions& judge, std::string_view prefix,
                       const Standing& standing, const std::atomic<bool>* cancelled);

}  // namespace closecheck::scenarios
