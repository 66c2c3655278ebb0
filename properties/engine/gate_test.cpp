#include "closecheck/properties/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <sstream>

#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

/// Everything of a record that a report prints, as text.
std::string text_of(const RunRecord& record) {
  std::ostringstream out;
  out << verdict_line(record) << record.exchanges << ' ' << record.sequences << ' ' << record.checks << '\n';
  for (const ClauseRecord& clause : record.clauses) {
    out << id_of(clause.clause) << name(clause.verdict) << clause.checks << ' ' << clause.exchanges << clause.why
        << '\n';
    for (const auto& [figure, value] : clause.figures) out << figure << '=' << value << '\n';
  }
  for (const ViolationRecord& violation : record.violations) {
    out << violation.check << violation.seed << violation.finding.expected << violation.finding.observed << '\n';
    for (const std::string& line : violation.history_lines) out << line << '\n';
  }
  for (const auto& [state, visits] : record.state_coverage) out << state << visits << '\n';
  for (const auto& [row, visits] : record.transition_coverage) out << row << visits << '\n';
  return out.str();
}

TEST(Gate, TellsTheSameForAnyNumberOfWorkers) {
  GateOptions options = everything(Profile::xpack_5_4);
  const std::string alone = text_of(run_in_process(options));
  options.jobs = 4;

  EXPECT_EQ(text_of(run_in_process(options)), alone);
}

TEST(Gate, TellsTheSameOfAViolationForAnyNumberOfWorkers) {
  GateOptions options = everything(Profile::xpack_5_4);
  const auto deviation = *sut::deviation_named("accepts-data-after-close");
  const std::string alone = text_of(run_in_process(options, deviation));
  options.jobs = 3;

  EXPECT_EQ(text_of(run_in_process(options, deviation)), alone);
}

TEST(Gate, DrawsOtherProgramsForAnotherSeed) {
  GateOptions options = everything(Profile::xpack_6_3);
  const RunRecord one = run_in_process(options);
  options.seed = 8;

  EXPECT_NE(run_in_process(options).exchanges, one.exchanges);
}

TEST(Gate, RunsOnlyTheChecksOfSelectedClauses) {
  GateOptions options = everything(Profile::xpack_5_4);
  options.selected = {Clause::timeout_defaults_to_30m};

  const RunRecord record = run_in_process(options);

  ASSERT_EQ(record.clauses.size(), 1U);
  EXPECT_EQ(record.clauses[0].verdict, ClauseVerdict::holds);
  EXPECT_LT(record.exchanges, 1'000);
}

TEST(Gate, LeavesClausesThatNeedPrincipalsNotExercisedWithoutThem) {
  GateOptions options = everything(Profile::xpack_5_4);
  options.principals.clear();
  options.selected = {Clause::close_requires_privilege, Clause::manage_may_close};

  const RunRecord record = run_in_process(options);

  for (const ClauseRecord& clause : record.clauses) {
    EXPECT_EQ(clause.verdict, ClauseVerdict::not_exercised);
    EXPECT_EQ(clause.why, "no principals are configured");
    EXPECT_EQ(clause.kind, Untold::cannot);
  }
  EXPECT_EQ(record.verdict, RunVerdict::inconclusive);
}

TEST(Gate, StopsEarlyWhenItIsCancelled) {
  const auto factory = sut::make_in_process_factory({});
  const std::atomic<bool> cancelled{true};

  const RunRecord record = run_gate(everything(Profile::xpack_5_4), *factory, *factory, {}, cancelled);

  EXPECT_EQ(record.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(record.exchanges, 0);
}

TEST(Gate, PlansWithoutRunningAnything) {
  GateOptions options = everything(Profile::xpack_6_3);
  options.live = true;
  options.faults.clear();

  const std::string plan = describe_plan(options);

  EXPECT_NE(plan.find("closed-jobs-refuse-data"), std::string::npos);
  EXPECT_NE(plan.find("no hook fail_job is configured"), std::string::npos);
}

TEST(Gate, ThrowsWhatComesOutOfAWorkersThread) {
  struct Failing : sut::SystemFactory {
    std::unique_ptr<sut::System> make(std::uint64_t seed) override {
      if (made++ > 20) throw std::bad_alloc();
      return inner->make(seed);
    }
    std::unique_ptr<sut::SystemFactory> inner = sut::make_in_process_factory({});
    std::atomic<int> made = 0;
  } factory;
  GateOptions options = everything(Profile::xpack_5_4);
  const std::atomic<bool> cancelled = false;
  for (const int jobs : {1, 4}) {
    options.jobs = jobs;
    EXPECT_THROW(run_gate(options, factory, factory, {}, cancelled), std::bad_alloc);
  }
}

}  // namespace
}  // namespace closecheck::properties
