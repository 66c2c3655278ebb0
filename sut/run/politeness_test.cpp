#include "run/politeness.h"

#include <gtest/gtest.h>

namespace closecheck::sut {
namespace {

Response refused(Refusal refusal) {
  Response response;
  response.outcome = Outcome::refused;
  response.refusal = refusal;
  return response;
}

TEST(Politeness, WaitsAsLongAsABusyTargetSaysWithinBounds) {
  WireAnswer answer{429, {}, ""};
  EXPECT_TRUE(is_busy(answer));
  EXPECT_EQ(polite_wait(nullptr, 1), 100 * kMillisecond);
  EXPECT_EQ(polite_wait(&answer, 3), 400 * kMillisecond);
  EXPECT_EQ(polite_wait(&answer, 30), 2 * kSecond);
  answer.headers = {{"retry-after", "1"}};
  EXPECT_EQ(polite_wait(&answer, 1), kSecond);
  answer.headers = {{"retry-after", "3600"}};
  EXPECT_EQ(polite_wait(&answer, 1), 2 * kSecond);
  answer.headers = {{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}};
  EXPECT_EQ(polite_wait(&answer, 1), 100 * kMillisecond);
  answer.status = 500;
  EXPECT_FALSE(is_busy(answer));
}

TEST(Politeness, RepeatsAfterA429WhateverDidNothing) {
  for (const Operation& operation :
       {Operation(OpenJob{"closecheck-a"}), Operation(PostData{"closecheck-a", {}, false}),
        Operation(CloseJob{"closecheck-a", {}, {}, {}, {}}), Operation(JobStats{"closecheck-a"})})
    EXPECT_TRUE(may_be_repeated(operation, refused(Refusal::busy))) << operation.index();
  EXPECT_FALSE(may_be_repeated(OpenJob{"closecheck-a"}, refused(Refusal::conflict)));
  EXPECT_FALSE(may_be_repeated(OpenJob{"closecheck-a"}, Response{}));
}

// accepted-data-is-kept, job-reopens: a 503 may have done the work.
TEST(Politeness, RepeatsOnlyReadsAfterA503) {
  EXPECT_FALSE(may_be_repeated(OpenJob{"closecheck-a"}, refused(Refusal::unavailable)));
  EXPECT_FALSE(may_be_repeated(PostData{"closecheck-a", {}, false}, refused(Refusal::unavailable)));
  EXPECT_FALSE(may_be_repeated(RawRequest{"DELETE", "/x", {}, "", ""}, refused(Refusal::unavailable)));
  EXPECT_TRUE(may_be_repeated(GetBuckets{"closecheck-a", {}, {}}, refused(Refusal::unavailable)));
  EXPECT_TRUE(may_be_repeated(RawRequest{"GET", "/x", {}, "", ""}, refused(Refusal::unavailable)));
}

// timeout-bounds-wait, force-returns-early: a wait of our own would be taken for the target's.
TEST(Politeness, NeverRepeatsACloseWhoseTimeIsJudged) {
  EXPECT_FALSE(may_be_repeated(CloseJob{"closecheck-a", {}, "2s", {}, {}}, refused(Refusal::busy)));
  EXPECT_FALSE(may_be_repeated(CloseJob{"closecheck-a", "true", {}, {}, {}}, refused(Refusal::busy)));
  RawRequest once{"GET", "/x", {}, "", ""};
  once.once = true;
  EXPECT_FALSE(may_be_repeated(once, refused(Refusal::busy)));
}

}  // namespace
}  // namespace closecheck::sut
