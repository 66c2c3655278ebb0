// Where the versions of one profile differ, both answers are conforming, and neither is taken for more than it says.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

JudgeOptions under(Profile profile) {
  JudgeOptions options;
  options.profile = profile;
  return options;
}

CloseJob close_of(std::string job) {
  return {std::move(job), {}, {}, {}, {}};
}

JudgedHistory running_feed(Profile profile) {
  JudgedHistory story(under(profile));
  story.created().opened();
  story.does(CreateIndex{"closecheck-i"}, ok()).does(CreateDatafeed{"closecheck-f", kJob, "closecheck-i"}, ok());
  story.does(StartDatafeed{"closecheck-f", kDataStart, {}}, ok());
  return story;
}

// running-datafeed-blocks-close: that a close was taken tells nothing yet, for the datafeed has to have stopped.
TEST(JudgeLaterVersions, LetACloseBeBarredByADatafeedOrStopIt) {
  JudgedHistory barred = running_feed(Profile::es_7);
  barred.does(close_of(kJob), refusal(409)).reads(kOpened, 0);
  expect_fits(barred);
  EXPECT_EQ(barred.evidence(Clause::running_datafeed_blocks_close), 1U);

  JudgedHistory stopped = running_feed(Profile::es_7);
  stopped.does(close_of(kJob), ok()).reads(kClosed, 0);
  expect_fits(stopped);
  EXPECT_EQ(stopped.evidence(Clause::running_datafeed_blocks_close), 0U);

  JudgedHistory broken = running_feed(Profile::es_7);
  broken.does(close_of(kJob), ok()).reads(kOpened, 0);
  EXPECT_FALSE(broken.findings().empty());
}

// close-ends-open-job: without a datafeed there is nothing that bars a close.
TEST(JudgeLaterVersions, ExcuseNoRefusedCloseWithoutADatafeed) {
  for (const Profile profile : kProfiles) {
    JudgedHistory story(under(profile));
    story.created().opened().does(close_of(kJob), refusal(409));
    story.ends();
    EXPECT_FALSE(story.findings().empty()) << name(profile);
  }
}

// wire-status-codes
TEST(JudgeLaterVersions, MayCallAnUnknownJobNotOpenWhereDataIsSent) {
  for (const Operation& operation : {Operation(PostData{kJob, records_in(0), false}), Operation(FlushJob{kJob, {}})}) {
    JudgedHistory later(under(Profile::es_7));
    later.does(operation, refusal(409));
    expect_fits(later);
    JudgedHistory before(under(Profile::xpack_6_3));
    before.does(operation, refusal(409));
    expect_departs(before, Clause::wire_status_codes);
  }
  JudgedHistory closed(under(Profile::es_7));
  closed.does(close_of(kJob), refusal(409));
  expect_departs(closed, Clause::wire_status_codes);
}

// unknown-parameter-refused: `allow_no_match` came with 7.10.
TEST(JudgeLaterVersions, MayKnowAParameterOrRefuseIt) {
  const CloseJob close{kJob, {}, {}, {}, {{"allow_no_match", "true"}}};
  JudgedHistory refused(under(Profile::es_7));
  refused.created().opened().does(close, refusal(400)).reads(kOpened, 0);
  expect_fits(refused);
  JudgedHistory taken(under(Profile::es_7));
  taken.created().opened().does(close, ok()).reads(kClosed, 0);
  expect_fits(taken);
  JudgedHistory before(under(Profile::xpack_6_3));
  before.created().opened().does(close, ok()).reads(kClosed, 0);
  expect_departs(before, Clause::unknown_parameter_refused);
}

}  // namespace
}  // namespace closecheck::model
