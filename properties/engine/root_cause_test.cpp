// One entry for each thing that is wrong: what only follows from another violation stands beside it.
#include "engine/root_cause.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "engine/gate_for_test.h"

namespace closecheck::properties {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

RunRecord run_deviating(sut::Deviation one, sut::Deviation other = {}) {
  const GateOptions options = everything(Profile::xpack_5_4);
  sut::InProcessOptions service;
  service.profile = options.profile;
  service.deviation = one;
  service.second_deviation = other;
  sut::InProcessOptions through_codec = service;
  through_codec.through_codec = true;
  const auto factory = sut::make_in_process_factory(service);
  const auto codec_factory = sut::make_in_process_factory(through_codec);
  const std::atomic<bool> cancelled{false};
  return run_gate(options, *factory, *codec_factory, {}, cancelled);
}

std::vector<std::string> entries(const RunRecord& record) {
  std::vector<std::string> clauses;
  clauses.reserve(record.violations.size());
  for (const ViolationRecord& violation : record.violations) clauses.emplace_back(id_of(violation.finding.clause));
  return clauses;
}

sut::Deviation named(std::string_view name) {
  return *sut::deviation_named(name);
}

// closed-means-closed: what such a job takes or refuses afterwards is no word of force.
TEST(RootCauses, OfOneThingThatIsWrongGiveOneEntry) {
  EXPECT_THAT(entries(run_deviating(named("closed-job-reopens-itself"))), ElementsAre("closed-means-closed"));
  EXPECT_THAT(entries(run_deviating(named("drops-buffered-records"))), ElementsAre("close-flushes-buffers"));
}

TEST(RootCauses, OfTwoThingsThatAreWrongGiveTwoEntries) {
  EXPECT_THAT(entries(run_deviating(named("drops-buffered-records"), named("closed-job-keeps-node"))),
              UnorderedElementsAre("close-flushes-buffers", "closed-job-is-idle"));
  EXPECT_THAT(entries(run_deviating(named("forbidden-close-closes"), named("reopen-starts-from-scratch"))),
              UnorderedElementsAre("close-requires-privilege", "reopen-continues-analysis"));
}

// What random programs show in passing is no root of what a program was aimed at.
TEST(RootCauses, AreWhatChecksWereAimedAt) {
  EXPECT_THAT(entries(run_deviating(named("second-page-repeats-first"), named("claims-closed-at-timeout"))),
              UnorderedElementsAre("closed-job-keeps-results", "timed-out-close-is-no-success"));
  EXPECT_THAT(entries(run_deviating(named("prunes-nothing"), named("refused-post-counts"))),
              UnorderedElementsAre("close-prunes-model", "refused-request-changes-nothing"));
}

// closed-means-closed: what a random program showed of the close, and what a written one showed of the job that read
// opened later, each made smaller show the other.
TEST(RootCauses, AreWhatChecksWereAimedAtWhereTwoLeadToEachOther) {
  GateOptions options = everything(Profile::es_8);
  options.seed = 12;
  EXPECT_EQ(entries(run_in_process(options, named("refused-post-wakes-job"))).at(0), "closed-means-closed");
}

}  // namespace
}  // namespace closecheck::properties
