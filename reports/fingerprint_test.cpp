#include "closecheck/reports/fingerprint.h"

#include <gtest/gtest.h>

#include "sample_record_for_test.h"

namespace closecheck::reports {
namespace {

ViolationRecord sample_violation() {
  ViolationRecord violation = sample_record().violations[0];
  violation.program.steps = {call(CreateJob{"closecheck-a", {}}), wait_step(kSecond),
                             call(CloseJob{"closecheck-a", {}, "10s", {}, {}}), call(PostData{"closecheck-a", {}})};
  return violation;
}

TEST(Fingerprint, IsTheSameWhateverIdsTimesTextsAndSeedAre) {
  const std::string fingerprint = fingerprint_of(sample_violation());
  EXPECT_TRUE(is_fingerprint(fingerprint)) << fingerprint;

  ViolationRecord other = sample_violation();
  other.program = with_prefix(other.program, "closecheck-", "closecheck-k3j2-");
  other.program.steps[1].duration = 3 * kSecond;
  other.finding.expected = "a refusal, since request 9 closed the job";
  other.finding.observed = "202: something else";
  other.seed = 99;
  other.reproduced = "1 of 10";
  other.scenario = "elsewhere.yml";
  EXPECT_EQ(fingerprint_of(other), fingerprint);
}

TEST(Fingerprint, IsAnotherForAnotherClauseCheckOperationOrOutcome) {
  const std::string fingerprint = fingerprint_of(sample_violation());
  const auto changed = [](auto change) {
    ViolationRecord violation = sample_violation();
    change(violation);
    return fingerprint_of(violation);
  };

  EXPECT_NE(changed([](auto& it) { it.finding.clause = Clause::accepted_data_is_kept; }), fingerprint);
  EXPECT_NE(changed([](auto& it) { it.check = "another"; }), fingerprint);
  EXPECT_NE(changed([](auto& it) { it.program.steps.pop_back(); }), fingerprint);
  EXPECT_NE(changed([](auto& it) {
              it.program.steps[2] = call(CloseJob{"closecheck-a", "true", "10s", {}, {}});
            }),
            fingerprint);
  EXPECT_NE(changed([](auto& it) { it.program.steps[3].detached = true; }), fingerprint);
  EXPECT_NE(changed([](auto& it) { it.finding.event = 6; }), fingerprint);
  EXPECT_NE(changed([](auto& it) { it.finding.expected = "accepted"; }), fingerprint);
}

// Whoever keeps a waiver keeps this number.
TEST(Fingerprint, StaysFromVersionToVersion) {
  EXPECT_EQ(fingerprint_of(sample_violation()), "d2100f59820980d0");
}

TEST(Fingerprint, IsSixteenHexadecimalDigits) {
  EXPECT_TRUE(is_fingerprint("0123456789abcdef"));
  EXPECT_FALSE(is_fingerprint("0123456789ABCDEF"));
  EXPECT_FALSE(is_fingerprint("123"));
  EXPECT_FALSE(is_fingerprint(""));
}

}  // namespace
}  // namespace closecheck::reports
