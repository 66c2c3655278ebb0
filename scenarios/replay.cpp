// Runs the tests of a scenario against a system and says what became of the whole.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/scenarios/scenario.h"
#include "script.h"
#include "test_run.h"

namespace closecheck::scenarios {
namespace {

constexpr int kRepetitions = 3;

TestReplay replay_test(const Script& script, const Test& test, sut::SystemFactory& factory,
                       const sut::ExecutorOptions& executor, const model::JudgeOptions& options,
                       std::string_view prefix, const Standing& standing) {
  if (const auto reason = reason_to_skip(script, test, options.profile)) {
    TestReplay skipped;
    skipped.title = test.title;
    skipped.skipped = true;
    skipped.why = *reason;
    return skipped;
  }
  check_calls(script, test);
  TestReplay result;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    const auto system = factory.make(script.header.seed);
    // Each repetition has names of its own, so that what one leaves behind cannot disturb the next.
    std::string names(prefix);
    if (repetition > 0 && prefix != kNamePrefix) names += fmt::format("r{}-", repetition);
    TestRunResult run = run_test(script, test, *system, executor, options, names, standing);
    result = std::move(run.replay);
    if (result.verdict != ReplayVerdict::still_failing || !run.rests_on_clock) return result;
  }
  result.why += fmt::format(" (in {} of {} repetitions)", kRepetitions, kRepetitions);
  return result;
}

}  // namespace

std::string_view name(ReplayVerdict verdict) {
  switch (verdict) {
    case ReplayVerdict::fixed:
      return "fixed";
    case ReplayVerdict::still_failing:
      return "still failing";
    case ReplayVerdict::cannot_tell:
      return "cannot tell";
  }
  return "";
}

Replay replay(const Scenario& scenario, sut::SystemFactory& factory, const sut::ExecutorOptions& executor,
              const model::JudgeOptions& judge, std::string_view prefix, const TitleFilter& wanted,
              const Standing& standing) {
  const Script& script = scenario.script();
  Replay all;
  for (const Test& test : script.tests)
    if (!wanted || wanted(test.title))
      all.tests.push_back(replay_test(script, test, factory, executor, judge, prefix, standing));
  // The worst test decides; one that was left out says nothing.
  const auto rank = [](const TestReplay& test) {
    if (test.skipped) return 0;
    return test.verdict == ReplayVerdict::still_failing ? 3 : test.verdict == ReplayVerdict::cannot_tell ? 2 : 1;
  };
  const auto worst = std::max_element(all.tests.begin(), all.tests.end(),
                                      [&](const TestReplay& a, const TestReplay& b) { return rank(a) < rank(b); });
  if (worst == all.tests.end()) {
    all.why = "no test has a title that matches the filter";
    return all;
  }
  all.skipped = worst->skipped;
  all.verdict = worst->skipped ? ReplayVerdict::cannot_tell : worst->verdict;
  all.why = worst->skipped ? "left out: " + worst->why : worst->why;
  if (all.tests.size() > 1) all.why = fmt::format("\"{}\": {}", worst->title, all.why);
  all.history = worst->history;
  for (const TestReplay& test : all.tests)
    all.findings.insert(all.findings.end(), test.findings.begin(), test.findings.end());
  return all;
}

}  // namespace closecheck::scenarios
