// Clocks, callers, parameters, failed and hanging jobs, overlaps and datafeeds.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;
constexpr JobState kFailed = JobState::failed;

JudgedHistory opened_job(JudgeOptions options = {}) {
  JudgedHistory story(options);
  story.created().opened();
  return story;
}

/// Nothing stands between the service and its callers.
JudgeOptions in_process() {
  return {.in_process = true};
}

// timeout-bounds-wait
TEST(JudgeForms, AccusesACloseThatWaitsBeyondItsTimeout) {
  JudgedHistory story = opened_job();
  story.closes({}, "2s", ok(), 3 * kSecond);

  expect_violates(story, Clause::timeout_bounds_wait);
  EXPECT_TRUE(story.findings().front().timing);
}

// timeout-bounds-wait
TEST(JudgeForms, AccusesACloseThatGivesUpEarly) {
  JudgedHistory story = opened_job();
  story.closes({}, "2s", gave_up(), kSecond);

  expect_violates(story, Clause::timeout_bounds_wait);
}

// timeout-bounds-wait, timed-out-close-goes-on, timed-out-close-is-no-success
TEST(JudgeForms, TakesACloseThatGivesUpInTimeAndGoesOnAsEvidence) {
  JudgedHistory story = opened_job();
  story.posted(records_in(0, 3)).fault(Fault::slow_close, 5 * kSecond);
  story.closes({}, "2s", gave_up(), 2 * kSecond).reads(JobState::closing, 3);
  EXPECT_EQ(story.evidence(Clause::timed_out_close_goes_on), 0U);
  story.waits(4 * kSecond).settles().reads(kClosed, 3);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::timeout_bounds_wait), 1U);
  EXPECT_EQ(story.evidence(Clause::timeout_takes_time_units), 1U);
  EXPECT_EQ(story.evidence(Clause::timed_out_close_goes_on), 1U);
  EXPECT_EQ(story.evidence(Clause::timed_out_close_is_no_success), 1U);
  EXPECT_EQ(story.evidence(Clause::timeout_defaults_to_30m), 0U);
}

// timeout-bounds-wait: any refusal that comes when the time is up counts as giving up.
TEST(JudgeForms, AllowsAnyRefusalWhenTheTimeIsUp) {
  JudgedHistory story = opened_job();
  story.closes({}, "2s", refusal(409), 2 * kSecond).settles().reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::timeout_bounds_wait), 1U);
}

// timeout-bounds-wait
TEST(JudgeForms, AccusesACloseThatIsNeverAnsweredInItsTimeout) {
  JudgedHistory story = opened_job(in_process());
  story.asks(1, CloseJob{kJob, {}, "2s", {}, {}}).waits(kMinute).reads(kOpened, 0);

  expect_violates(story, Clause::timeout_bounds_wait);
}

// timeout-takes-time-units
TEST(JudgeForms, NamesAUnitThatWasTakenForAnother) {
  JudgedHistory as_seconds = opened_job();
  as_seconds.closes({}, "1h", gave_up(), kSecond);
  expect_violates(as_seconds, Clause::timeout_takes_time_units);
  JudgedHistory as_milliseconds = opened_job();
  as_milliseconds.closes({}, "40s", gave_up(), 40 * kMillisecond);
  expect_violates(as_milliseconds, Clause::timeout_takes_time_units);
  JudgedHistory ignored = opened_job();
  ignored.closes({}, "30s", gave_up(), 30 * kMinute);
  expect_violates(ignored, Clause::timeout_bounds_wait);
}

// timeout-bounds-wait: a wait beyond the tolerance is near a second by any reading, where the tolerance is one.
TEST(JudgeForms, NamesNoOtherUnitForAWaitThatIsTooLongAnyway) {
  JudgeOptions options;
  options.margin = kSecond;
  JudgedHistory story = opened_job(options);
  story.closes({}, "1ms", gave_up(), 1'680 * kMillisecond);
  expect_violates(story, Clause::timeout_bounds_wait);
}

// timeout-takes-time-units
TEST(JudgeForms, AccusesTheRefusalOfAUnit) {
  for (const char* timeout : {"5000micros", "10nanos", "1d"}) {
    JudgedHistory story = opened_job();
    story.closes({}, timeout, refusal(400));
    expect_violates(story, Clause::timeout_takes_time_units);
  }
}

// timeout-takes-time-units: `0` and `-1` without a unit are neither required nor forbidden.
TEST(JudgeForms, AllowsABareNoughtEitherWay) {
  for (const char* timeout : {"0", "00", "-1"}) {
    JudgedHistory refused = opened_job();
    refused.closes({}, timeout, refusal(400)).settles().reads(kOpened, 0);
    expect_fits(refused);
    JudgedHistory given_up = opened_job();
    given_up.closes({}, timeout, gave_up()).settles().reads(kClosed, 0);
    expect_fits(given_up);
    JudgedHistory taken = opened_job();
    taken.closes({}, timeout, ok()).reads(kClosed, 0);
    expect_fits(taken);
  }
}

// bad-parameters-refused: any other number is no time value without its unit.
TEST(JudgeForms, AccusesACloseThatTakesANumberWithoutAUnit) {
  JudgedHistory refused = opened_job();
  refused.closes({}, "5", refusal(400)).settles().reads(kOpened, 0);
  expect_fits(refused);
  JudgedHistory taken = opened_job();
  taken.closes({}, "5", ok());
  expect_violates(taken, Clause::bad_parameters_refused);
}

// timeout-defaults-to-30m
TEST(JudgeForms, HoldsACloseWithoutATimeoutTo30Minutes) {
  JudgedHistory early = opened_job();
  early.closes({}, {}, gave_up(), 30 * kSecond);
  expect_violates(early, Clause::timeout_defaults_to_30m);
  JudgedHistory late = opened_job();
  late.fault(Fault::hang_close).closes({}, {}, gave_up(), 31 * kMinute);
  expect_violates(late, Clause::timeout_defaults_to_30m);
  JudgedHistory lost = opened_job(in_process());
  lost.fault(Fault::hang_close).asks(1, CloseJob{kJob, {}, {}, {}, {}}).loses(1, 40 * kMinute);
  expect_violates(lost, Clause::timeout_defaults_to_30m);
  JudgedHistory right = opened_job();
  right.fault(Fault::hang_close).closes({}, {}, gave_up(), 30 * kMinute);
  expect_fits(right);
  EXPECT_EQ(right.evidence(Clause::timeout_defaults_to_30m), 1U);
  EXPECT_EQ(right.evidence(Clause::timeout_bounds_wait), 0U);
}

// timed-out-close-is-no-success
TEST(JudgeForms, AccusesASuccessThatOnlyTheTimeoutBrought) {
  JudgedHistory story = opened_job();
  story.fault(Fault::slow_close, 5 * kSecond).closes({}, "2s", ok(), 2 * kSecond).reads(JobState::closing, 0);

  expect_violates(story, Clause::timed_out_close_is_no_success);
}

// timed-out-close-goes-on: with nothing lost
TEST(JudgeForms, AccusesCountsThatATimedOutCloseLost) {
  JudgedHistory story = opened_job();
  story.posted(records_in(0, 3)).fault(Fault::slow_close, 5 * kSecond).closes({}, "2s", gave_up(), 2 * kSecond);
  story.waits(kMinute).settles().reads(kClosed, 1).waits(kMinute).reads(kClosed, 1);

  expect_violates(story, Clause::timed_out_close_goes_on);
}

// timed-out-close-is-no-success: the job that was said to be closed cannot be opened.
TEST(JudgeForms, AccusesASuccessAtTheTimeoutWhenTheJobCannotBeOpened) {
  JudgedHistory story = opened_job();
  story.closes({}, "2s", ok(), 2 * kSecond).does(OpenJob{kJob}, refusal(409));

  expect_violates(story, Clause::timed_out_close_is_no_success);
}

// timed-out-close-goes-on
TEST(JudgeForms, AccusesAJobThatIsOpenAgainAfterTheTimeout) {
  JudgedHistory story = opened_job();
  story.fault(Fault::slow_close, 5 * kSecond).closes({}, "2s", gave_up(), 2 * kSecond).waits(kMinute);
  story.settles().reads(kOpened, 0);

  expect_violates(story, Clause::timed_out_close_goes_on);
}

// bad-parameters-refused
TEST(JudgeForms, AccusesATimeoutThatIsNoneAndTaken) {
  JudgedHistory story = opened_job();
  story.closes({}, "abc", ok());

  expect_violates(story, Clause::bad_parameters_refused);
}

// bad-parameters-refused
TEST(JudgeForms, TakesARefusedTimeoutAsEvidenceOnceTheJobReadsOpen) {
  JudgedHistory story = opened_job();
  story.closes({}, "abc", refusal(400));
  EXPECT_EQ(story.evidence(Clause::bad_parameters_refused), 0U);
  story.reads(kOpened, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::bad_parameters_refused), 1U);
}

// refused-request-changes-nothing
TEST(JudgeForms, AccusesARefusedTimeoutThatClosesAllTheSame) {
  JudgedHistory story = opened_job();
  story.closes({}, "abc", refusal(400)).reads(kClosed, 0);

  expect_violates(story, Clause::refused_request_changes_nothing);
}

// close-requires-privilege, anonymous-refused
TEST(JudgeForms, AccusesACloseByACallerWithoutTheRight) {
  for (const Principal who : {Principal::monitor_ml, Principal::none, Principal::anonymous, Principal::wrong_password,
                              Principal::empty_password, Principal::unknown_user, Principal::unknown_token}) {
    const Clause clause = is_nobody(who) ? Clause::anonymous_refused : Clause::close_requires_privilege;
    JudgedHistory accepted = opened_job();
    accepted.as(who, CloseJob{kJob, {}, {}, {}, {}}, ok());
    expect_violates(accepted, clause);

    JudgedHistory worked = opened_job();
    const int status = clause == Clause::anonymous_refused ? 401 : 403;
    worked.as(who, CloseJob{kJob, {}, {}, {}, {}}, refusal(status)).reads(kClosed, 0);
    expect_violates(worked, clause);

    JudgedHistory refused = opened_job();
    refused.as(who, CloseJob{kJob, {}, {}, {}, {}}, refusal(status)).reads(kOpened, 0);
    expect_fits(refused);
    EXPECT_EQ(refused.evidence(clause), 1U);
  }
}

// close-requires-privilege: without security everybody may do everything.
TEST(JudgeForms, JudgesNoCallersOnAnUnsecuredTarget) {
  JudgeOptions options;
  options.secured = false;
  JudgedHistory story = opened_job(options);
  story.as(Principal::anonymous, CloseJob{kJob, {}, {}, {}, {}}, ok()).reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::anonymous_refused), 0U);
  EXPECT_EQ(story.evidence(Clause::manage_ml_may_close), 0U);
}

// manage-may-close, manage-ml-may-close
TEST(JudgeForms, AccusesTheRefusalOfACallerWithTheRight) {
  const std::pair<Principal, Clause> cases[] = {{Principal::manage_ml, Clause::manage_ml_may_close},
                                                {Principal::manage, Clause::manage_may_close}};
  for (const auto& [who, clause] : cases) {
    JudgedHistory refused = opened_job(in_process());
    refused.as(who, CloseJob{kJob, {}, {}, {}, {}}, refusal(403));
    expect_violates(refused, clause);
    JudgedHistory accepted = opened_job();
    accepted.as(who, CloseJob{kJob, {}, {}, {}, {}}, ok()).reads(kClosed, 0);
    expect_fits(accepted);
    EXPECT_EQ(accepted.evidence(clause), 1U);
  }
}

// Other requests by callers without privileges may be answered either way.
TEST(JudgeForms, AccusesNobodyOverThePrivilegesOfOtherRequests) {
  JudgedHistory story = opened_job();
  story.as(Principal::monitor_ml, PostData{kJob, records_in(0), false}, refusal(403));
  story.as(Principal::none, JobStats{kJob}, statistics(kOpened, 0));
  story.as(Principal::none, JobStats{kJob}, refusal(403));
  story.as(Principal::manage, OpenJob{kJob}, refusal(403));

  expect_fits(story);
}

// failed-job-needs-force
TEST(JudgeForms, AccusesANormalCloseOfAFailedJobThatIsTaken) {
  JudgedHistory story = opened_job();
  story.fault(Fault::fail_job).reads(kFailed, 0).closes({}, {}, ok());

  expect_violates(story, Clause::failed_job_needs_force);
}

// failed-job-needs-force, force-closes-failed-job
TEST(JudgeForms, TakesTheWayOutOfAFailureAsEvidence) {
  JudgedHistory story = opened_job();
  story.fault(Fault::fail_job).reads(kFailed, 0).closes({}, {}, refusal(409)).reads(kFailed, 0);
  EXPECT_EQ(story.evidence(Clause::failed_job_needs_force), 1U);
  story.forced().reads(JobState::closing, 0);
  EXPECT_EQ(story.evidence(Clause::force_closes_failed_job), 0U);
  story.settles().reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::force_closes_failed_job), 1U);
}

// force-closes-failed-job
TEST(JudgeForms, AccusesAFailedJobThatForceDoesNotClose) {
  JudgedHistory refused = opened_job();
  refused.fault(Fault::fail_job).closes("true", {}, refusal(409));
  expect_violates(refused, Clause::force_closes_failed_job);
  JudgedHistory stays = opened_job();
  stays.fault(Fault::fail_job).forced().settles().reads(kFailed, 0);
  expect_violates(stays, Clause::force_closes_failed_job);
}

// force-closes-unresponsive-job, force-returns-early
TEST(JudgeForms, TakesAForcedCloseOfAHangingJobAsEvidence) {
  JudgedHistory story = opened_job();
  story.fault(Fault::hang_close).closes({}, "1s", gave_up(), kSecond).forced().settles().reads(kClosed, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::force_closes_unresponsive_job), 1U);
  EXPECT_EQ(story.evidence(Clause::force_returns_early), 1U);
}

// force-closes-unresponsive-job
TEST(JudgeForms, AccusesAHangingJobThatForceDoesNotClose) {
  JudgedHistory story = opened_job();
  story.fault(Fault::hang_close).closes({}, "1s", gave_up(), kSecond).forced().settles().reads(JobState::closing, 0);

  expect_violates(story, Clause::force_closes_unresponsive_job);
}

// force-returns-early
TEST(JudgeForms, AccusesAForceThatWaitsForTheHousekeeping) {
  JudgedHistory story = opened_job();
  story.fault(Fault::slow_close, 3 * kSecond).closes("true", {}, ok(), 3 * kSecond);

  expect_violates(story, Clause::force_returns_early);
  EXPECT_TRUE(story.findings().front().timing);
}

// force-returns-early: whichever of the two answers is read first. A close that force has brought to its end is none
// that it waited for, nor is one that was over before it.
TEST(JudgeForms, AccusesAForceThatWaitsForTheCloseBeforeIt) {
  const CloseJob forced{kJob, "true", {}, {}, {}};
  const auto behind_a_close = [&](Duration begun, Duration normal_takes) {
    JudgedHistory story = opened_job();
    story.fault(Fault::slow_close, 3 * kSecond).asks(1, CloseJob{kJob, {}, {}, {}, {}});
    if (begun > normal_takes) story.hears(1, ok(), normal_takes);
    story.waits(begun > normal_takes ? begun - normal_takes : begun).asks(2, forced);
    return story;
  };
  for (const int first : {1, 2}) {
    JudgedHistory late = behind_a_close(kSecond, 3 * kSecond);
    late.hears(first, ok(), 2 * kSecond).hears(3 - first, ok());
    expect_violates(late, Clause::force_returns_early);
    JudgedHistory early = behind_a_close(kSecond, 3 * kSecond);
    early.hears(first, ok(), 100 * kMillisecond).hears(3 - first, ok());
    expect_fits(early);
  }
  JudgedHistory over = behind_a_close(4 * kSecond, 3 * kSecond);
  over.hears(2, ok(), 3 * kSecond);
  expect_fits(over);
}

// force-returns-early: where the time of the housekeeping is not known, a slow force is only slow.
TEST(JudgeForms, AccusesNoSlowForceWithoutAKnownTime) {
  JudgedHistory slow = opened_job();
  slow.closes("true", {}, ok(), 3 * kSecond);
  expect_fits(slow);
  JudgedHistory quick = opened_job();
  quick.fault(Fault::slow_close, 3 * kSecond).closes("true", {}, ok(), kSecond);
  expect_fits(quick);
  EXPECT_EQ(quick.evidence(Clause::force_returns_early), 1U);
}

// concurrent-requests-linearize
TEST(JudgeForms, AccusesOneOfTwoOverlappingCloses) {
  JudgedHistory story = opened_job();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).asks(2, CloseJob{kJob, {}, {}, {}, {}});
  story.hears(2, refusal(500)).hears(1, ok());

  expect_violates(story, Clause::concurrent_requests_linearize);
}

// concurrent-requests-linearize
TEST(JudgeForms, AccusesASecondCloseThatClaimsSuccessTooEarly) {
  JudgedHistory story = opened_job();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).asks(2, CloseJob{kJob, {}, {}, {}, {}}).hears(2, ok());
  story.reads(JobState::closing, 0).hears(1, ok());

  expect_violates(story, Clause::concurrent_requests_linearize);
}

// concurrent-requests-linearize
TEST(JudgeForms, TakesOverlappingClosesThatFitAsEvidence) {
  JudgedHistory story = opened_job();
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).asks(2, CloseJob{kJob, {}, {}, {}, {}});
  story.hears(2, ok()).hears(1, ok()).reads(kClosed, 0);

  expect_fits(story);
  EXPECT_GE(story.evidence(Clause::concurrent_requests_linearize), 1U);
}

JudgedHistory with_feed(std::optional<std::int64_t> end_ms) {
  JudgedHistory story = opened_job();
  story.does(CreateIndex{"closecheck-i"}, ok());
  story.does(IndexDocuments{"closecheck-i", records_in(0, 4), true}, ok());
  story.does(CreateDatafeed{"closecheck-f", kJob, "closecheck-i"}, ok());
  story.does(StartDatafeed{"closecheck-f", kDataStart, end_ms}, ok());
  return story;
}

// datafeed-end-closes-job
TEST(JudgeForms, TakesAJobThatItsDatafeedClosedAsEvidence) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.reads(kOpened, 2).waits(kMinute).settles().reads(kClosed, 4);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::datafeed_end_closes_job), 1U);
}

// datafeed-end-closes-job
TEST(JudgeForms, AccusesADatafeedThatLeavesItsJobOpen) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.does(DatafeedStats{"closecheck-f"}, ok(DatafeedStatisticsList{1, {{"closecheck-f", "stopped"}}}));
  story.waits(kMinute).settles().reads(kOpened, 4);

  expect_violates(story, Clause::datafeed_end_closes_job);
}

// datafeed-end-closes-job: nobody has to look at the feed for that.
TEST(JudgeForms, AccusesAJobThatStaysOpenLongAfterTheEndOfItsDatafeed) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.waits(kMinute).settles().reads(kOpened, 4);

  expect_violates(story, Clause::datafeed_end_closes_job);
}

// datafeed-end-closes-job: an end in the future is none yet.
TEST(JudgeForms, AllowsAJobToStayOpenWhileTheEndOfItsDatafeedIsToCome) {
  JudgedHistory story = with_feed(4'102'444'800'000);
  story.waits(kMinute).settles().reads(kOpened, 2);

  expect_fits(story);
}

// datafeed-end-closes-job: a feed that nobody saw stop may still run.
TEST(JudgeForms, AllowsAJobToStayOpenWhileItsDatafeedMayRun) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.does(DatafeedStats{"closecheck-f"}, ok(DatafeedStatisticsList{1, {{"closecheck-f", "started"}}}));
  story.waits(kMinute).settles().reads(kOpened, 2);

  expect_fits(story);
}

// datafeed-end-closes-job
TEST(JudgeForms, AccusesADatafeedWhoseDataIsNotIn) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.waits(kMinute).settles().reads(kClosed, 3).waits(kMinute).reads(kClosed, 3);

  expect_violates(story, Clause::datafeed_end_closes_job);
}

// running-datafeed-blocks-close: a stop of all datafeeds may have stopped this one, however it is named.
TEST(JudgeForms, TakesACloseBehindAStopOfSeveralDatafeeds) {
  for (const char* feeds : {"_all", "*", "closecheck-*", "closecheck-f,closecheck-g"}) {
    JudgedHistory story = with_feed(std::nullopt);
    story.does(StopDatafeed{feeds, {}}, ok()).does(CloseJob{kJob, {}, {}, {}, {}}, ok());
    expect_fits(story);
  }
  JudgedHistory other = with_feed(std::nullopt);
  other.does(StopDatafeed{"else-*", {}}, ok()).does(CloseJob{kJob, {}, {}, {}, {}}, ok());
  expect_departs(other, Clause::running_datafeed_blocks_close);
}

// closed-job-refuses-analysis: a forecast is analysis, and whoever has none refuses it; to delete one is none.
TEST(JudgeForms, AccusesAForecastOfAClosedJobAlone) {
  const RawRequest forecast{"POST", "/_xpack/ml/anomaly_detectors/" + kJob + "/_forecast", {}, "", ""};
  JudgedHistory story = opened_job();
  story.does(forecast, ok()).does(forecast, refusal(400)).does(CloseJob{kJob, {}, {}, {}, {}}, ok());
  for (const int status : {400, 404, 405, 409}) story.does(forecast, refusal(status));
  story.does(RawRequest{"DELETE", forecast.path, {}, "", ""}, ok()).reads(kClosed, 0);
  expect_fits(story);
  story.does(forecast, ok());
  expect_violates(story, Clause::closed_job_refuses_analysis);
}

// datafeed-end-closes-job
TEST(JudgeForms, AccusesADatafeedThatWasStoppedAndLeavesItsJobOpen) {
  JudgedHistory story = with_feed(kDataStart + 60'000);
  story.does(StopDatafeed{"closecheck-f", {}}, ok()).waits(kMinute).settles().reads(kOpened, 4);

  expect_violates(story, Clause::datafeed_end_closes_job);
}

// A lost answer may stand for anything.
TEST(JudgeForms, AllowsALostCloseToHaveWorkedOrNot) {
  JudgedHistory worked = opened_job();
  worked.asks(1, CloseJob{kJob, {}, {}, {}, {}}).loses(1).reads(kClosed, 0);
  expect_fits(worked);
  JudgedHistory did_not = opened_job();
  did_not.asks(1, CloseJob{kJob, {}, {}, {}, {}}).loses(1).reads(kOpened, 0);
  expect_fits(did_not);
}

TEST(JudgeForms, CannotTellOnceAJobFailsUnprovoked) {
  JudgedHistory story = opened_job();
  story.reads(kFailed, 0).ends();

  EXPECT_EQ(story.last(), Judgement::inconclusive);
  EXPECT_NE(story.why(), "");
}

}  // namespace
}  // namespace closecheck::model
