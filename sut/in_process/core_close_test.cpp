// Closing as a client sees it: states, timeouts, force, several jobs, who may, in both dialects.
#include "in_process/service_for_test.h"

namespace closecheck::sut {
namespace {

const std::string kA = "closecheck-a";
const std::string kB = "closecheck-b";

InProcessOptions options_for(Profile profile, Variant variant = Variant::usual) {
  InProcessOptions options;
  options.profile = profile;
  options.variant = variant;
  return options;
}

class CloseTest : public ::testing::TestWithParam<Profile> {
 protected:
  void open_job(const std::string& job = kA) {
    service_.create(job);
    service_.open(job);
  }
  ServiceForTest service_{options_for(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Each, CloseTest, ::testing::ValuesIn(kProfiles),
                         [](const auto& instance) { return word_of(instance.param); });

// unknown-job-refused
TEST_P(CloseTest, RefusesAJobThatDoesNotExist) {
  const Response normal = service_.close(kA);
  EXPECT_TRUE(is_refused(normal, 404));
  EXPECT_EQ(normal.reason, GetParam()->has_expressions ? "No known job with id 'closecheck-a'"
                                                       : "cannot close job, because job [closecheck-a] does not exist");
  EXPECT_TRUE(is_refused(service_.force_close(kA), GetParam()->force_of_unknown_may_conflict ? 409 : 404));
}

// closing-closed-job
TEST_P(CloseTest, AnswersForAClosedJobByTheDialect) {
  service_.create(kA);
  for (const Response& response : {service_.close(kA), service_.force_close(kA)})
    EXPECT_TRUE(GetParam()->close_of_closed_may_be_refused ? is_refused(response, 409) : is_accepted(response));
}

// failed-job-needs-force, failed-job-answer, force-closes-failed-job
TEST_P(CloseTest, ClosesAFailedJobOnlyByForce) {
  open_job();
  service_.fault(Fault::fail_job, kA);
  EXPECT_EQ(service_.state(kA), JobState::failed);
  const Response normal = service_.close(kA);
  EXPECT_TRUE(is_refused(normal, 409));
  EXPECT_EQ(normal.reason, GetParam()->closes_opening_job
                               ? "cannot close job [closecheck-a] because it failed, use force close"
                               : "Cannot perform requested action because job [closecheck-a] is not open");
  EXPECT_TRUE(is_accepted(service_.force_close(kA)));
  service_.wait(kMinute);

  EXPECT_EQ(service_.state(kA), JobState::closed);
}

// timeout-bounds-wait, timed-out-close-is-no-success, timed-out-close-goes-on
TEST_P(CloseTest, GivesUpWhenItsTimeoutIsUpAndGoesOnClosing) {
  open_job();
  service_.post(kA, {0});
  service_.fault(Fault::slow_close, kA, 10 * kSecond);
  const Time asked = service_.now();
  const Response response = service_.close(kA, "1s");

  EXPECT_TRUE(is_refused(response, 500));
  EXPECT_EQ(response.refusal, Refusal::timed_out);
  EXPECT_EQ(response.error_type, "illegal_state_exception");
  EXPECT_EQ(response.reason, std::string(GetParam()->timed_out_words) + " after 1s");
  EXPECT_EQ(service_.answered_at() - asked, kSecond);
  EXPECT_EQ(service_.state(kA), JobState::closing);
  EXPECT_TRUE(is_accepted(service_.close(kA)));
  EXPECT_EQ(service_.answered_at() - asked, 10 * kSecond);
  EXPECT_EQ(service_.processed(kA), 1);
}

TEST_P(CloseTest, GivesUpAtOnceWithoutTimeToWait) {
  open_job();
  for (const char* timeout : {"0", "-1", "-5s", "0ms"})
    EXPECT_TRUE(is_refused(service_.close(kA, timeout), 500)) << timeout;
  service_.wait(kMinute);

  EXPECT_EQ(service_.state(kA), JobState::closed);
}

// timeout-defaults-to-30m
TEST_P(CloseTest, WaitsHalfAnHourWhenNotToldHowLong) {
  open_job();
  service_.fault(Fault::hang_close, kA);
  const Time asked = service_.now();

  EXPECT_EQ(service_.close(kA).refusal, Refusal::timed_out);
  EXPECT_EQ(service_.answered_at() - asked, 30 * kMinute);
}

// A slowed or hanging close is one close, not all that follow.
TEST_P(CloseTest, IsSlowOnlyOnce) {
  open_job();
  service_.fault(Fault::slow_close, kA, kMinute);
  service_.close(kA);
  service_.open(kA);
  const Time asked = service_.now();
  service_.close(kA);

  EXPECT_LT(service_.answered_at() - asked, kSecond);
}

// bad-parameters-refused, unknown-parameter-refused
TEST_P(CloseTest, RefusesBadParametersBeforeAnythingElse) {
  open_job();
  const Response bad_time = service_.close(kA, "abc", Principal::none);
  EXPECT_TRUE(is_refused(bad_time, 400));
  EXPECT_EQ(bad_time.error_type, GetParam()->bad_time_type);
  const Response unknown = service_.ask(CloseJob{kA, {}, {}, {}, {{"foo", "1"}, {"bar", ""}, {"pretty", ""}}});
  EXPECT_EQ(unknown.reason,
            "request [" + std::string(GetParam()->jobs.path) +
                "/anomaly_detectors/closecheck-a/_close] contains unrecognized parameters: [bar], [foo]");
  EXPECT_TRUE(is_refused(unknown, 400));
  EXPECT_EQ(is_refused(service_.ask(CloseJob{kA, {}, {}, "maybe", {}}), 400), true);
  EXPECT_EQ(service_.state(kA), JobState::opened);
}

TEST_P(CloseTest, KnowsItsParametersWhereverTheyStand) {
  open_job();
  service_.fault(Fault::slow_close, kA, 10 * kSecond);
  EXPECT_EQ(service_.ask(CloseJob{kA, {}, {}, {}, {{"timeout", "1s"}, {"force", "false"}}}).refusal,
            Refusal::timed_out);
  EXPECT_EQ(is_refused(service_.ask(CloseJob{kA, {}, {}, {}, {{"allow_no_jobs", "true"}}}), 400),
            !GetParam()->has_expressions || !GetParam()->allow_none.knows("allow_no_jobs"));
}

// force-boolean-grammar
TEST_P(CloseTest, ReadsForceByTheDialect) {
  open_job();
  EXPECT_EQ(is_refused(service_.force_close(kA, "maybe"), 400), GetParam()->strict_booleans);
  if (GetParam()->strict_booleans) {
    EXPECT_TRUE(is_accepted(service_.force_close(kA, "")));
  }
  service_.wait(kMinute);
  service_.open(kA);
  const Time asked = service_.now();
  service_.force_close(kA, "false");

  EXPECT_GT(service_.answered_at(), asked) << "force=false is a normal close";
}

// force-returns-early
TEST_P(CloseTest, ReturnsAtOnceWhenForced) {
  open_job();
  service_.post(kA, {0, kSpanMs});
  service_.fault(Fault::slow_close, kA, kMinute);
  const Time asked = service_.now();
  EXPECT_TRUE(is_accepted(service_.force_close(kA)));

  const bool in_background = GetParam()->force_closes_in_background;
  EXPECT_EQ(service_.answered_at(), asked);
  EXPECT_EQ(service_.state(kA), in_background ? JobState::closing : JobState::closed);
  service_.wait(kMinute);
  EXPECT_EQ(service_.state(kA), JobState::closed);
  EXPECT_EQ(service_.buckets(kA).size(), in_background ? 1U : 0U) << "else the process is killed";
  EXPECT_EQ(service_.snapshots(kA).size(), in_background ? 1U : 0U);
  EXPECT_EQ(service_.processed(kA), in_background ? 2 : 0);
}

// force-closes-unresponsive-job
TEST_P(CloseTest, EndsAHangingCloseWhenForced) {
  open_job();
  service_.fault(Fault::hang_close, kA);
  service_.send(1, CloseJob{kA, {}, {}, {}, {}});
  service_.wait(kMinute);
  EXPECT_FALSE(service_.answered(1));
  EXPECT_TRUE(is_accepted(service_.force_close(kA)));
  const Response first = service_.await(1);

  EXPECT_TRUE(GetParam()->force_closes_in_background ? is_accepted(first) : is_refused(first, 409));
  EXPECT_EQ(service_.state(kA), JobState::closed);
}

// concurrent-requests-linearize
TEST_P(CloseTest, LetsASecondCloseWaitForTheFirst) {
  open_job();
  service_.send(1, CloseJob{kA, {}, {}, {}, {}});
  service_.wait(50 * kMillisecond);
  EXPECT_TRUE(is_accepted(service_.close(kA)));

  EXPECT_TRUE(is_accepted(service_.await(1)));
  EXPECT_EQ(service_.state(kA), JobState::closed);
}

TEST_P(CloseTest, TakesNothingWhileItCloses) {
  open_job();
  service_.send(1, CloseJob{kA, {}, {}, {}, {}});
  service_.wait(50 * kMillisecond);

  EXPECT_TRUE(is_refused(service_.post(kA, {0}), GetParam()->post_to_closing_may_break ? 500 : 409));
  EXPECT_TRUE(is_refused(service_.ask(FlushJob{kA, {}}), GetParam()->flush_of_closing_is_bad_request ? 400 : 409));
  EXPECT_TRUE(is_refused(service_.open(kA), 409));
  EXPECT_TRUE(is_refused(service_.ask(DeleteJob{kA, {}}), 409));
  service_.await(1);
  EXPECT_EQ(service_.processed(kA), 0);
}

TEST_P(CloseTest, MeetsAJobThatIsStillOpening) {
  service_.create(kA);
  service_.send(1, OpenJob{kA});
  service_.wait(10 * kMillisecond);
  EXPECT_EQ(service_.state(kA), JobState::opening);
  const Response closed = service_.close(kA);

  EXPECT_TRUE(GetParam()->closes_opening_job ? is_accepted(closed) : is_refused(closed, 409));
  EXPECT_TRUE(GetParam()->closes_opening_job ? is_refused(service_.await(1), 409) : is_accepted(service_.await(1)));
}

TEST_P(CloseTest, FailsWithTheJob) {
  open_job();
  service_.fault(Fault::hang_close, kA);
  service_.send(1, CloseJob{kA, {}, {}, {}, {}});
  service_.wait(kSecond);
  service_.fault(Fault::fail_job, kA);

  EXPECT_TRUE(is_refused(service_.await(1), 409));
  EXPECT_EQ(service_.state(kA), JobState::failed);
  EXPECT_THROW(service_.fault(Fault::fail_job, kB), FaultFailed);
}

// close-requires-privilege, manage-ml-may-close, manage-may-close, anonymous-refused
TEST_P(CloseTest, IsForThosePrivileged) {
  open_job();
  for (const Principal who : {Principal::monitor_ml, Principal::none}) {
    const Response response = service_.close(kA, {}, who);
    EXPECT_TRUE(is_refused(response, 403));
    EXPECT_TRUE(response.reason.starts_with("action [cluster:admin/xpack/ml/job/close] is unauthorized for user ["));
    EXPECT_TRUE(is_refused(service_.close(kB, {}, who), 403)) << "existence is no secret that leaks";
  }
  for (const Principal who : {Principal::anonymous, Principal::wrong_password})
    EXPECT_TRUE(is_refused(service_.close(kA, "abc", who), 401));
  EXPECT_EQ(service_.state(kA), JobState::opened);
  for (const Principal who : {Principal::manage, Principal::manage_ml, Principal::setup}) {
    EXPECT_TRUE(is_accepted(service_.close(kA, {}, who)));
    service_.open(kA);
  }
}

TEST_P(CloseTest, IsForEverybodyWithoutSecurity) {
  InProcessOptions options = options_for(GetParam());
  options.security = false;
  ServiceForTest open_to_all(options);
  open_to_all.create(kA);
  open_to_all.open(kA);

  EXPECT_TRUE(is_accepted(open_to_all.close(kA, {}, Principal::anonymous)));
}

// close-touches-one-job
TEST_P(CloseTest, LeavesOtherJobsAlone) {
  open_job();
  open_job(kA + "b");
  service_.close(kA);

  EXPECT_EQ(service_.state(kA + "b"), JobState::opened);
}

// close-many
TEST(CloseMany, TakesListsWildcardsGroupsAndAll) {
  for (const std::string expression : {"closecheck-a,closecheck-b", "closecheck-*", "closecheck-g", "_all", "*,_all"}) {
    ServiceForTest service(options_for(Profile::xpack_6_3));
    JobConfig config;
    config.groups = {"closecheck-g"};
    service.create(kA, config);
    service.create(kB, config);
    service.open(kA);
    service.open(kB);
    service.fault(Fault::slow_close, kB, 3 * kSecond);
    const Time asked = service.now();
    EXPECT_TRUE(is_accepted(service.close(expression))) << expression;

    EXPECT_EQ(service.answered_at() - asked, 3 * kSecond) << "the slowest counts";
    EXPECT_EQ(service.state(kA), JobState::closed);
    EXPECT_EQ(service.state(kB), JobState::closed);
  }
}

TEST(CloseMany, IsAllOrNothing) {
  ServiceForTest service(options_for(Profile::xpack_6_3));
  for (const std::string& job : {kA, kB}) {
    service.create(job);
    service.open(job);
  }
  EXPECT_TRUE(is_refused(service.close(kA + ",closecheck-c"), 404));
  service.fault(Fault::fail_job, kB);
  EXPECT_EQ(service.close("_all").reason, "one or more jobs have state failed, use force close");
  service.wait(kMinute);
  EXPECT_EQ(service.state(kA), JobState::opened);

  EXPECT_TRUE(is_accepted(service.force_close("_all")));
  EXPECT_EQ(service.state(kA), JobState::closed);
  EXPECT_EQ(service.state(kB), JobState::closed);
}

TEST(CloseMany, NeedsAMatchOnlyWhenToldSo) {
  ServiceForTest service(options_for(Profile::xpack_6_3));
  EXPECT_TRUE(is_accepted(service.close("closecheck-*")));
  EXPECT_TRUE(is_accepted(service.close("_all")));
  EXPECT_TRUE(is_refused(service.ask(CloseJob{"closecheck-*", {}, {}, "false", {}}), 404));
}

TEST(CloseMany, IsUnknownToTheOlderDialect) {
  ServiceForTest service(options_for(Profile::xpack_5_4));
  service.create(kA);
  service.open(kA);

  for (const std::string expression : {"closecheck-*", "_all", "closecheck-a,closecheck-a"})
    EXPECT_TRUE(is_refused(service.close(expression), 404)) << expression;
  EXPECT_TRUE(is_refused(service.ask(CloseJob{kA, {}, {}, "true", {}}), 400));
}

}  // namespace
}  // namespace closecheck::sut
