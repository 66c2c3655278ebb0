// Runs the tests of a scenario against a system and says what became of the whole.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "closecheck/scenarios/scenario.h"
#include "script.h"
#include "test_run.h"

namespace closecheck::scenarios {
namespace {

constexpr int kRepetitions = 3;

/// The callers on whose privileges the outcome of a test rests.
std::set<Principal> callers_of(const Script& script, const Test& test) {
  std::set<Principal> callers;
  const auto take = [&](const DoStep& call) {
    if (call.says_who && call.who != Principal::setup && call.who != Principal::manage_ml) callers.insert(call.who);
  };
  each_call(script.setup.steps, take);
  each_call(test.section.steps, take);
  if (script.header.clause == Clause::manage_ml_may_close) callers.insert(Principal::manage_ml);
  return callers;
}

bool is_about_callers(const Script& script, const std::set<Principal>& callers) {
  // A caller with `manage` does what others do, unless the clause is about it.
  const bool is_told_by_clause =
      script.header.clause == Clause::manage_ml_may_close || script.header.clause == Clause::manage_may_close;
  return is_told_by_clause ||
         std::any_of(callers.begin(), callers.end(), [](Principal who) { return who != Principal::manage; });
}

/// Takes the places of the jobs that a test may have open.
std::shared_ptr<void> reserve_jobs(const Script& script, const Test& test, Profile profile,
                                   sut::SystemFactory& factory) {
  // What a file of the format opens cannot be read off its requests.
  if (script.is_foreign()) return factory.reserve_jobs(SIZE_MAX);
  std::vector<ScriptStep> steps = script.setup.steps;
  steps.insert(steps.end(), test.section.steps.begin(), test.section.steps.end());
  return factory.reserve_jobs(open_jobs_of(make_program(script, steps, profile, false)));
}

/// Why the test tells nothing of this target; empty: it does. `skipped` becomes whether that is as it should be.
std::string why_not_told(const Script& script, const Test& test, const model::JudgeOptions& options,
                         const Server& server, const Circumstances& circumstances, bool& skipped) {
  if (const auto reason = reason_to_skip(script, test, options.profile, server)) {
    skipped = true;
    return *reason;
  }
  if (script.is_foreign()) return "";
  const std::set<Principal> callers = callers_of(script, test);
  if (!options.secured) {
    if (!is_about_callers(script, callers)) return "";
    skipped = !circumstances.lets_everybody_in;
    return skipped ? "security is off on the target: nobody is refused"
                   : "principals are configured, and the target lets everybody in";
  }
  for (const Principal who : callers)
    if (circumstances.principals.count(who) == 0)
      return fmt::format("it needs the principal {} with the privileges of that name and no others",
                         closecheck::name(who));
  return "";
}

TestReplay replay_test(const Script& script, const Test& test, sut::SystemFactory& factory,
                       const sut::ExecutorOptions& executor, const model::JudgeOptions& options,
                       std::string_view prefix, const Standing& standing, const Circumstances& circumstances) {
  TestReplay result;
  result.title = test.title;
  result.why = why_not_told(script, test, options, standing.server, circumstances, result.skipped);
  if (!result.why.empty()) return result;
  try {
    check_calls(script, test);
  } catch (const ScenarioError& error) {
    if (!script.is_foreign()) throw;
    result.is_bad = true;
    const std::size_t line_end = std::min(error.what.find('\n'), error.what.size());
    result.why = error.what.substr(0, line_end);
    result.details = error.what.substr(std::min(line_end + 1, error.what.size()));
    return result;
  }
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    const std::shared_ptr<void> held = reserve_jobs(script, test, options.profile, factory);
    const auto system = factory.make(script.header.seed);
    // Each repetition has names of its own, so that what one leaves behind cannot disturb the next.
    std::string names(prefix);
    if (repetition > 0 && prefix != kNamePrefix) names += fmt::format("r{}-", repetition);
    TestRunResult run = run_test(script, test, *system, executor, options, names, standing, circumstances.cancelled);
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
              const Standing& standing, const Circumstances& circumstances) {
  const Script& script = scenario.script();
  model::JudgeOptions options = judge;
  options.forced_rest = script.header.rest_after_force.value_or(judge.forced_rest);
  Replay all;
  for (const Test& test : script.tests)
    if (!wanted || wanted(test.title))
      all.tests.push_back(replay_test(script, test, factory, executor, options, prefix, standing, circumstances));
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

void Scenario::tell_secrets(Redactor& redactor) const {
  const auto take = [&](const DoStep& call) {
    for (const auto& [header, value] : call.headers)
      if (is_secret_name(header)) redactor.add_authorization(value);
  };
  each_call(script_->setup.steps, take);
  each_call(script_->teardown.steps, take);
  for (const Test& test : script_->tests) each_call(test.section.steps, take);
}

}  // namespace closecheck::scenarios
