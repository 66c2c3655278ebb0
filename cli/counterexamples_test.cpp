#include "counterexamples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <utility>

#include "closecheck/scenarios/scenario.h"
#include "process_for_test.h"

namespace closecheck::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RunRecord record_with(Operation operation, Principal who) {
  ViolationRecord violation;
  violation.finding.clause = Clause::close_requires_privilege;
  violation.finding.expected = "403";
  violation.finding.observed = "200";
  violation.program.steps = {call(std::move(operation), who)};
  Event event;
  event.request = std::make_shared<const Request>(violation.program.steps[0].request);
  violation.history.events = {event};
  RunRecord record;
  record.seed = 7;
  record.violations = {violation};
  return record;
}

TEST(Counterexamples, AreSavedUnderANameThatTellsWhatTheyShow) {
  const TestFolder folder;
  RunRecord record = record_with(CloseJob{"closecheck-a", {}, {}, {}, {}}, Principal::none);
  record.deviation = "writes-no-snapshot";
  save_counterexamples(record, Target{}, TargetOptions{}, folder.path(""));

  EXPECT_THAT(folder.names(), ElementsAre("close-requires-privilege-xpack-5.4-writes-no-snapshot-seed-7.sh",
                                          "close-requires-privilege-xpack-5.4-writes-no-snapshot-seed-7.yml"));
  EXPECT_THAT(record.violations[0].replay, HasSubstr(" replay " + folder.path("")));
  const scenarios::Scenario scenario = scenarios::Scenario::load(record.violations[0].scenario);
  EXPECT_EQ(scenario.header().clause, Clause::close_requires_privilege);
}

TEST(Counterexamples, OfALiveTargetNameItAndItsConfiguration) {
  const TestFolder folder;
  Target target;
  target.live = true;
  target.url = "http://127.0.0.1:9200";
  target.profile = Profile::xpack_6_3;
  target.configuration.principals[Principal::none] = {"nobody", "a secret"};
  RunRecord record = record_with(CloseJob{"closecheck-a", {}, {}, {}, {}}, Principal::none);
  record.http = true;
  record.url = target.url;
  record.profile = target.profile;
  TargetOptions options;
  options.config = "my config.yml";
  add_curl_lines(record, target);
  save_counterexamples(record, target, options, folder.path(""));

  const ViolationRecord& violation = record.violations[0];
  EXPECT_THAT(folder.names(), ElementsAre("close-requires-privilege-xpack-6.3-127.0.0.1_9200-seed-7.sh",
                                          "close-requires-privilege-xpack-6.3-127.0.0.1_9200-seed-7.yml"));
  EXPECT_THAT(violation.replay,
              HasSubstr(" --target http://127.0.0.1:9200 --profile xpack-6.3 --config 'my config.yml'"));
  ASSERT_EQ(violation.curl.size(), 1U);
  EXPECT_THAT(violation.curl[0], HasSubstr("nobody:\"$NOBODY_PASSWORD\""));
  EXPECT_THAT(violation.curl[0] + violation.replay + folder.read(folder.names()[0]) + folder.read(folder.names()[1]),
              Not(HasSubstr("a secret")));
}

}  // namespace
}  // namespace closecheck::cli
