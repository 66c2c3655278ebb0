#include "closecheck/properties/distinction.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

/// The implementation with one thing wrong, after its gate.
struct Tried {
  explicit Tried(const std::string& deviation_name) {
    sut::InProcessOptions service;
    service.profile = options.profile;
    service.deviation = deviation_name.empty() ? sut::Deviation{} : *sut::deviation_named(deviation_name);
    record = run_in_process(options, service.deviation);
    plain = sut::make_in_process_factory(service);
    service.through_codec = true;
    codec = sut::make_in_process_factory(service);
    system.emplace(options, *plain, *codec);
  }

  const ViolationRecord& violation_of(Clause clause) const {
    const auto at =
        std::ranges::find_if(record.violations, [&](const auto& it) { return it.finding.clause == clause; });
    if (at == record.violations.end()) throw std::logic_error("the gate has not found it");
    return *at;
  }

  GateOptions options = everything(Profile::xpack_5_4);
  RunRecord record;
  std::unique_ptr<sut::SystemFactory> plain;
  std::unique_ptr<sut::SystemFactory> codec;
  std::optional<TriedSystem> system;
};

// closed-job-refuses-data
TEST(Distinction, IsTheShortestProgramThatShowsOnOneAndNotOnThePlainImplementation) {
  const Tried wrong("accepts-data-after-close");
  const Tried plain("");
  const auto apart = distinguish(*wrong.system, *plain.system, wrong.violation_of(Clause::closed_job_refuses_data), {});

  ASSERT_TRUE(apart);
  EXPECT_EQ(apart->violation.finding.clause, Clause::closed_job_refuses_data);
  EXPECT_EQ(request_count(apart->violation.program), 2U);
  EXPECT_TRUE(apart->other_fits);
  EXPECT_EQ(request_count(apart->other), 2U) << "the same requests were sent to the other";
}

TEST(Distinction, IsNoneWhereBothDoTheSame) {
  const Tried one("accepts-data-after-close");
  const Tried other("accepts-data-after-close");

  EXPECT_FALSE(distinguish(*one.system, *other.system, one.violation_of(Clause::closed_job_refuses_data), {}));
}

// Each breaks a clause that the other does not: both ways something tells them apart, and on the other nothing is
// wrong.
TEST(Distinction, GoesBothWaysBetweenTwoThatAreWrongInDifferentWays) {
  const Tried data("accepts-data-after-close");
  const Tried snapshot("writes-no-snapshot");
  for (const auto& [one, other] : {std::pair(&data, &snapshot), std::pair(&snapshot, &data)}) {
    ASSERT_FALSE(one->record.violations.empty());
    const auto apart = distinguish(*one->system, *other->system, one->record.violations.front(), {});
    ASSERT_TRUE(apart);
    EXPECT_TRUE(apart->other_fits);
    EXPECT_LE(request_count(apart->violation.program), request_count(one->record.violations.front().program) + 1);
  }
}

TEST(Distinction, IsNotLookedForOnceTheRunIsInterrupted) {
  const Tried wrong("accepts-data-after-close");
  const Tried plain("");
  const std::atomic<bool> cancelled{true};

  EXPECT_FALSE(
      distinguish(*wrong.system, *plain.system, wrong.violation_of(Clause::closed_job_refuses_data), {{}, &cancelled}));
}

}  // namespace
}  // namespace closecheck::properties
