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

Response feed_reads(std::string state) {
  Response response = ok();
  response.content = DatafeedStatisticsList{1, {{"closecheck-f", std::move(state)}}};
  return response;
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

// running-datafeed-blocks-close: who tells its version is held to what that one does.
TEST(JudgeLaterVersions, HoldEachVersionToItsOwnWayWithARunningDatafeed) {
  const Profile before = Profile::es_7.at({7, 13, 4});
  const Profile after = Profile::es_7.at({7, 14, 0});
  for (const Profile profile : {before, after, Profile::es_7, Profile::es_8, Profile::es_9}) {
    JudgedHistory barred = running_feed(profile);
    barred.does(close_of(kJob), refusal(409)).reads(kOpened, 0);
    if (profile->running_feed_may_bar_close) {
      expect_fits(barred);
      EXPECT_EQ(barred.evidence(Clause::running_datafeed_blocks_close), 1U) << describe(profile);
    } else {
      expect_departs(barred, Clause::running_datafeed_blocks_close);
    }
    JudgedHistory stopped = running_feed(profile);
    stopped.does(close_of(kJob), ok());
    if (profile->close_may_stop_feed) {
      stopped.reads(kClosed, 0).does(DatafeedStats{"closecheck-f"}, feed_reads("stopped"));
      expect_fits(stopped);
      EXPECT_EQ(stopped.evidence(Clause::running_datafeed_blocks_close), 1U) << describe(profile);
    } else {
      expect_departs(stopped, Clause::running_datafeed_blocks_close);
    }
  }
  EXPECT_FALSE(before->close_may_stop_feed || after->running_feed_may_bar_close) << "each has one way";
}

// running-datafeed-blocks-close: whoever hides the version may be any that speaks below `/_ml`.
TEST(JudgeLaterVersions, TakeAHiddenVersionEitherWay) {
  JudgedHistory barred = running_feed(Profile::hidden_version);
  barred.does(close_of(kJob), refusal(409)).reads(kOpened, 0);
  expect_fits(barred);
  JudgedHistory stopped = running_feed(Profile::hidden_version);
  stopped.does(close_of(kJob), ok()).reads(kClosed, 0).does(DatafeedStats{"closecheck-f"}, feed_reads("stopped"));
  expect_fits(stopped);
  for (const char* parameter : {"allow_no_match", "allow_no_jobs"}) {
    const CloseJob close{"closecheck-nobody*", {}, {}, {}, {{parameter, "false"}}};
    for (const Response& answer : {ok(), refusal(400), refusal(404)}) {
      JudgedHistory story(under(Profile::hidden_version));
      story.does(close, answer);
      expect_fits(story);
    }
  }
}

TEST(JudgeLaterVersions, ExcuseARefusalWhereTheDatafeedCouldNotBeStopped) {
  Response told = refusal(409);
  told.reason = "failed to close jobs as one or more had started datafeeds that could not be stopped: [f]";
  JudgedHistory story = running_feed(Profile::es_8);
  story.does(close_of(kJob), told).reads(kOpened, 0);
  expect_fits(story);
}

TEST(JudgeLaterVersions, AccuseADatafeedThatRunsOnBehindTheCloseOfItsJob) {
  for (const Profile profile : {Profile::es_7, Profile::es_7.at({7, 17, 0}), Profile::es_8, Profile::es_9}) {
    JudgedHistory story = running_feed(profile);
    story.does(close_of(kJob), ok()).reads(kClosed, 0).does(DatafeedStats{"closecheck-f"}, feed_reads("started"));
    expect_departs(story, Clause::running_datafeed_blocks_close);
  }
}

// wire-status-codes: from 7.15 on a datafeed goes with its job.
TEST(JudgeLaterVersions, LetADeletionTakeTheDatafeedAlong) {
  for (const Profile profile : {Profile::es_7, Profile::es_8}) {
    for (const bool takes : {false, true}) {
      JudgedHistory story(under(profile));
      story.created();
      story.does(CreateIndex{"closecheck-i"}, ok()).does(CreateDatafeed{"closecheck-f", kJob, "closecheck-i"}, ok());
      story.does(DeleteJob{kJob, {}}, takes ? ok() : refusal(409));
      if (takes) story.created().does(CreateDatafeed{"closecheck-f", kJob, "closecheck-i"}, ok());
      expect_fits(story);
    }
  }
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
