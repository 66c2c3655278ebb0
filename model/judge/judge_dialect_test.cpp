// The dialects: a departure is a finding of its own and never one of a stated clause, and judging goes on behind it.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;
constexpr JobState kFailed = JobState::failed;

JudgeOptions under(Profile profile) {
  JudgeOptions options;
  options.profile = profile;
  return options;
}

JudgedHistory opened_job(Profile profile = Profile::xpack_5_4) {
  JudgedHistory story(under(profile));
  story.created().opened();
  return story;
}

RawRequest raw(std::string method, Parameters query = {}) {
  return {std::move(method), "/_xpack/ml/anomaly_detectors/" + kJob + "/_close", std::move(query), "", ""};
}

CloseJob close_of(std::string job, Parameter force = {}) {
  return {std::move(job), std::move(force), {}, {}, {}};
}

// wire-path-and-method
TEST(JudgeDialect, AccusesAnotherMethodThatCloses) {
  JudgedHistory story = opened_job();
  story.does(raw("GET"), ok()).reads(kClosed, 0);

  expect_departs(story, Clause::wire_path_and_method);
}

// wire-path-and-method
TEST(JudgeDialect, AccusesARefusedMethodThatClosesUnderTheDialect) {
  JudgedHistory story = opened_job();
  story.does(raw("GET"), refusal(400)).reads(kClosed, 0);

  expect_departs(story, Clause::wire_path_and_method);
}

// wire-path-and-method
TEST(JudgeDialect, TakesTheProfilesRefusalOfAnotherMethodAsEvidence) {
  JudgedHistory old_one = opened_job();
  old_one.does(raw("PUT"), refusal(400)).reads(kOpened, 0);
  expect_fits(old_one);
  EXPECT_EQ(old_one.evidence(Clause::wire_path_and_method), 1U);
  JudgedHistory new_one = opened_job(Profile::xpack_6_3);
  new_one.does(raw("PUT"), refusal(400)).reads(kOpened, 0);
  expect_departs(new_one, Clause::wire_path_and_method);
}

// wire-error-envelope
TEST(JudgeDialect, PassesOnWhatTheCodecSaw) {
  JudgedHistory story = opened_job();
  Response answer = refusal(409);
  answer.wire = std::make_shared<const WireAnswer>();
  answer.notes.push_back({Clause::wire_error_envelope, "an envelope", "a text"});
  story.does(OpenJob{kJob}, answer).reads(kOpened, 0);
  expect_departs(story, Clause::wire_error_envelope);
  EXPECT_EQ(story.evidence(Clause::wire_error_envelope), 0U);

  JudgedHistory right = opened_job();
  answer.notes.clear();
  right.does(OpenJob{kJob}, answer);
  EXPECT_EQ(right.evidence(Clause::wire_error_envelope), 1U);
}

// wire-status-codes: the outcome is right, only the code is another.
TEST(JudgeDialect, AccusesAnotherCodeUnderTheDialectOnly) {
  JudgedHistory unknown(under(Profile::xpack_5_4));
  unknown.does(JobStats{kJob}, refusal(400));
  expect_departs(unknown, Clause::wire_status_codes);
  JudgedHistory post = opened_job();
  post.closed().does(PostData{kJob, records_in(0), false}, refusal(400)).reads(kClosed, 0);
  expect_departs(post, Clause::wire_status_codes);
  EXPECT_EQ(post.evidence(Clause::closed_job_refuses_data), 1U);
  JudgedHistory taken = opened_job();
  taken.does(PostData{kJob, records_in(0), false}, ok(DataCounts{}, 200));
  expect_departs(taken, Clause::wire_status_codes);
  JudgedHistory caller = opened_job();
  caller.as(Principal::none, close_of(kJob), refusal(404)).reads(kOpened, 0);
  expect_departs(caller, Clause::wire_status_codes);
}

// wire-status-codes: sets by profile.
TEST(JudgeDialect, AllowsTheCodesOfTheProfile) {
  JudgedHistory forced(under(Profile::xpack_5_4));
  forced.does(close_of(kJob, "true"), refusal(409));
  expect_fits(forced);
  JudgedHistory newer(under(Profile::xpack_6_3));
  newer.does(close_of(kJob, "true"), refusal(409));
  expect_departs(newer, Clause::wire_status_codes);
}

// wire-status-codes: an answer that the page says nothing of is a matter of form, and judging goes on behind it.
TEST(JudgeDialect, GoesOnBehindADeparture) {
  JudgedHistory story = opened_job();
  story.does(OpenJob{kJob}, ok()).closed().posted(records_in(0));
  story.ends();

  ASSERT_EQ(story.last(), Judgement::violated) << describe(story);
  EXPECT_EQ(story.findings()[0].clause, Clause::closed_job_refuses_data) << describe(story);
  EXPECT_EQ(story.findings()[1].clause, Clause::wire_status_codes) << describe(story);
}

// unknown-parameter-refused
TEST(JudgeDialect, AccusesAnUnknownParameterThatIsIgnored) {
  JudgedHistory ignored = opened_job();
  CloseJob close = close_of(kJob);
  close.other = {{"forec", "true"}};
  ignored.does(close, ok()).reads(kClosed, 0);
  expect_departs(ignored, Clause::unknown_parameter_refused);
  JudgedHistory refused = opened_job();
  refused.does(close, refusal(400)).reads(kOpened, 0);
  expect_fits(refused);
  EXPECT_EQ(refused.evidence(Clause::unknown_parameter_refused), 1U);
}

// unknown-parameter-refused: parameters that every API takes are no mistake.
TEST(JudgeDialect, KnowsTheParametersOfEveryApi) {
  JudgedHistory story = opened_job();
  CloseJob close = close_of(kJob);
  close.other = {{"pretty", ""}, {"human", "true"}};
  story.does(close, refusal(409));

  expect_violates(story, Clause::close_ends_open_job);
}

// force-boolean-grammar
TEST(JudgeDialect, TellsSpellingsOfForceApartOnAFailedJob) {
  const auto failed = [](Profile profile, const char* force, Response answer) {
    JudgedHistory story = opened_job(profile);
    story.fault(Fault::fail_job).reads(kFailed, 0).does(close_of(kJob, force), std::move(answer));
    return story;
  };
  for (const char* spelling : {"maybe", "1", "yes", ""}) {
    JudgedHistory read = failed(Profile::xpack_5_4, spelling, ok());
    expect_fits(read);
    EXPECT_EQ(read.evidence(Clause::force_boolean_grammar), 1U);
    JudgedHistory misread = failed(Profile::xpack_5_4, spelling, refusal(400));
    expect_departs(misread, Clause::force_boolean_grammar);
  }
  for (const char* spelling : {"0", "off", "no", "false"}) {
    JudgedHistory read = failed(Profile::xpack_5_4, spelling, refusal(409));
    expect_fits(read);
    EXPECT_EQ(read.evidence(Clause::force_boolean_grammar), 1U);
    JudgedHistory misread = failed(Profile::xpack_5_4, spelling, ok());
    expect_departs(misread, Clause::force_boolean_grammar);
  }
  JudgedHistory refused = failed(Profile::xpack_6_3, "maybe", refusal(400));
  expect_fits(refused);
  JudgedHistory taken = failed(Profile::xpack_6_3, "maybe", ok());
  expect_departs(taken, Clause::force_boolean_grammar);
}

// force-boolean-grammar, unknown-job-refused, close-requires-privilege: no reading of `force` excuses these.
TEST(JudgeDialect, BlamesNoSpellingForWhatEveryReadingForbids) {
  JudgedHistory nobody;
  nobody.does(close_of(kJob, "maybe"), ok());
  expect_violates(nobody, Clause::unknown_job_refused);
  EXPECT_EQ(nobody.findings().size(), 1U) << describe(nobody);
  JudgedHistory reader = opened_job();
  reader.as(Principal::monitor_ml, close_of(kJob, "maybe"), ok());
  expect_violates(reader, Clause::close_requires_privilege);
  EXPECT_EQ(reader.findings().size(), 1U) << describe(reader);
}

// closing-closed-job
TEST(JudgeDialect, JudgesTheSecondCloseByProfile) {
  for (const int status : {409, 200}) {
    JudgedHistory story = opened_job();
    story.closed().does(close_of(kJob), status == 200 ? ok() : refusal(status)).reads(kClosed, 0);
    expect_fits(story);
    EXPECT_EQ(story.evidence(Clause::closing_closed_job), 1U);
  }
  JudgedHistory never_opened;
  never_opened.created().does(close_of(kJob), refusal(404)).reads(kClosed, 0);
  expect_departs(never_opened, Clause::closing_closed_job);
  JudgedHistory newer = opened_job(Profile::xpack_6_3);
  newer.closed().does(close_of(kJob), refusal(409)).reads(kClosed, 0);
  expect_departs(newer, Clause::closing_closed_job);
}

// closing-closed-job, timeout-takes-time-units: that a timeout is not understood says nothing of closing a closed job.
TEST(JudgeDialect, HoldsARefusedTimeoutNotAgainstTheSecondClose) {
  JudgedHistory story = opened_job(Profile::xpack_6_3);
  story.closed().does(CloseJob{kJob, {}, "5micros", {}, {}}, refusal(400)).reads(kClosed, 0);

  expect_fits(story);
}

// failed-job-answer
TEST(JudgeDialect, AccusesAnotherCodeForAFailedJob) {
  JudgedHistory story = opened_job();
  story.fault(Fault::fail_job).does(close_of(kJob), refusal(400)).reads(kFailed, 0);

  expect_departs(story, Clause::failed_job_answer);
  EXPECT_EQ(story.evidence(Clause::failed_job_needs_force), 1U);
}

JudgedHistory running_feed(Profile profile = Profile::xpack_5_4) {
  JudgedHistory story = opened_job(profile);
  story.does(CreateIndex{"closecheck-i"}, ok()).does(CreateDatafeed{"closecheck-f", kJob, "closecheck-i"}, ok());
  story.does(StartDatafeed{"closecheck-f", kDataStart, {}}, ok());
  return story;
}

// running-datafeed-blocks-close
TEST(JudgeDialect, AccusesACloseUnderARunningDatafeed) {
  JudgedHistory story = running_feed();
  story.does(close_of(kJob), ok()).reads(kClosed, 0);

  expect_departs(story, Clause::running_datafeed_blocks_close);
}

// running-datafeed-blocks-close
TEST(JudgeDialect, TakesARefusalUnderARunningDatafeedAsEvidence) {
  JudgedHistory story = running_feed();
  story.does(close_of(kJob), refusal(409)).reads(kOpened, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::running_datafeed_blocks_close), 1U);
}

// running-datafeed-blocks-close: with force both answers are known.
TEST(JudgeDialect, AllowsAForcedCloseUnderARunningDatafeedEitherWay) {
  for (const Profile profile : kProfiles) {
    JudgedHistory refused = running_feed(profile);
    refused.does(close_of(kJob, "true"), refusal(409)).reads(kOpened, 0);
    expect_fits(refused);
    JudgedHistory taken = running_feed(profile);
    taken.does(close_of(kJob, "true"), ok()).settles().reads(kClosed, 0);
    expect_fits(taken);
  }
}

JudgedHistory two_jobs(Profile profile = Profile::xpack_6_3) {
  JudgedHistory story(under(profile));
  JobConfig config;
  config.groups = {"closecheck-g"};
  story.created(kJob, config).opened().created("closecheck-b", config).opened("closecheck-b");
  return story;
}

// close-many
TEST(JudgeDialect, TakesAnExpressionThatClosesEveryJobAsEvidence) {
  for (const char* expression : {"_all", "closecheck-*", "closecheck-a,closecheck-b", "closecheck-g"}) {
    JudgedHistory story = two_jobs();
    story.does(close_of(expression), ok()).reads(kClosed, 0).reads(kClosed, 0, "closecheck-b");
    expect_fits(story);
    EXPECT_EQ(story.evidence(Clause::close_many), 2U) << expression;
  }
}

// close-many: an empty part names nothing; `_all` is an id like another in a list; what may not name none may be held
// against a part of it. So 6.3.2 and 7.6.0 take them.
TEST(JudgeDialect, AllowsWhatServersMakeOfOddLists) {
  JudgedHistory with_gaps = two_jobs();
  with_gaps.does(close_of("closecheck-a,,closecheck-b,"), ok()).reads(kClosed, 0).reads(kClosed, 0, "closecheck-b");
  expect_fits(with_gaps);
  EXPECT_EQ(with_gaps.evidence(Clause::close_many), 2U);

  for (const CloseJob& odd :
       {close_of("_all,closecheck-a"), CloseJob{"closecheck-a,closecheck-x*", {}, {}, "false", {}}}) {
    JudgedHistory story = two_jobs();
    story.does(odd, refusal(404)).reads(kOpened, 0).reads(kOpened, 0, "closecheck-b");
    expect_fits(story);
    EXPECT_EQ(story.evidence(Clause::close_many), 0U) << odd.job;
  }
}

// close-many
TEST(JudgeDialect, AccusesAnExpressionThatLeavesAJobOpen) {
  JudgedHistory story = two_jobs();
  story.does(close_of("_all"), ok()).reads(kClosed, 0).reads(kOpened, 0, "closecheck-b");

  expect_departs(story, Clause::close_many);
}

// close-many: all or nothing.
TEST(JudgeDialect, AccusesARefusedListThatClosesAJob) {
  JudgedHistory story = two_jobs();
  story.fault(Fault::fail_job, 0, "closecheck-b").reads(kFailed, 0, "closecheck-b");
  story.does(close_of("closecheck-a,closecheck-b"), refusal(409)).reads(kClosed, 0);

  expect_departs(story, Clause::close_many);
}

// close-many
TEST(JudgeDialect, TakesTheRefusalOfAListWithAFailedJobAsEvidence) {
  JudgedHistory story = two_jobs();
  story.fault(Fault::fail_job, 0, "closecheck-b").reads(kFailed, 0, "closecheck-b");
  story.does(close_of("closecheck-a,closecheck-b"), refusal(409)).reads(kOpened, 0);

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_many), 1U);
}

// close-many
TEST(JudgeDialect, AccusesTheRefusalOfAListThatNothingForbids) {
  JudgedHistory story = two_jobs();
  story.does(close_of("closecheck-a,closecheck-b"), refusal(404)).reads(kOpened, 0);

  expect_departs(story, Clause::close_many);
}

// close-many: `allow_no_jobs`
TEST(JudgeDialect, KnowsWhenNoJobIsAllowed) {
  JudgedHistory nothing(under(Profile::xpack_6_3));
  nothing.does(close_of("closecheck-*"), ok());
  expect_fits(nothing);
  EXPECT_EQ(nothing.evidence(Clause::close_many), 1U);
  JudgedHistory refused(under(Profile::xpack_6_3));
  CloseJob close = close_of("closecheck-*");
  close.allow_no_jobs = "false";
  refused.does(close, refusal(404));
  expect_fits(refused);
  EXPECT_EQ(refused.evidence(Clause::close_many), 1U);
  JudgedHistory taken(under(Profile::xpack_6_3));
  taken.does(close, ok());
  expect_departs(taken, Clause::close_many);
}

// close-many, unknown-job-refused: before 6.1 an expression is an unknown id, or something that nobody settled.
TEST(JudgeDialect, AccusesNobodyOfExpressionsBeforeTheyExisted) {
  for (const int status : {404, 409, 200}) {
    JudgedHistory story = two_jobs(Profile::xpack_5_4);
    story.does(close_of("_all"), status == 200 ? ok() : refusal(status)).reads(kOpened, 0);
    expect_fits(story);
  }
  JudgedHistory supported = two_jobs(Profile::xpack_5_4);
  supported.does(close_of("_all"), ok()).reads(kClosed, 0).reads(kClosed, 0, "closecheck-b");
  expect_fits(supported);
}

}  // namespace
}  // namespace closecheck::model
