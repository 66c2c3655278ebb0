// Recordings: jobs and groups that the history does not show, and bodies that nobody kept. What is unknown accuses
// nobody.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

JudgeOptions recording(Profile profile = Profile::xpack_6_3) {
  JudgeOptions options;
  options.profile = profile;
  options.secured = false;
  options.knows_every_job = false;
  return options;
}

CloseJob close_of(std::string job) {
  return {std::move(job), {}, {}, {}, {}};
}

JobConfig in_groups(std::vector<std::string> groups) {
  JobConfig config;
  config.groups = std::move(groups);
  return config;
}

Request without_body(Operation operation, std::string method, std::string path) {
  RawRequest sent{std::move(method), std::move(path), {}, "", ""};
  sent.body_known = false;
  return {Principal::manage_ml, std::move(operation), std::make_shared<const RawRequest>(std::move(sent))};
}

/// A request off a recording that says more than its operation.
Request saying(Operation operation, std::vector<std::string> not_carried) {
  Request request{Principal::manage_ml, std::move(operation),
                  std::make_shared<const RawRequest>(RawRequest{"POST", "/", {}, "", ""})};
  request.not_carried = std::move(not_carried);
  return request;
}

Response without_body(Response response) {
  WireAnswer wire;
  wire.status = response.status;
  wire.body_known = false;
  response.wire = std::make_shared<const WireAnswer>(std::move(wire));
  return response;
}

Response description(const std::string& job, std::vector<std::string> groups) {
  JobDescription one;
  one.job = job;
  one.groups = std::move(groups);
  return ok(JobDescriptionList{1, {one}});
}

/// Job `a`, whose create was recorded without its body: it may be in any group.
JudgedHistory of_unknown_groups() {
  JudgedHistory story(recording());
  story.asks_exactly(without_body(CreateJob{"a", {}}, "PUT", "/_xpack/ml/anomaly_detectors/a"), ok());
  return std::move(story.opened("a"));
}

// close-many: a group's name closes all its jobs.
TEST(JudgeOfRecordings, KnowsAGroupFromTheCreateOfItsJobs) {
  JudgedHistory story(recording());
  story.created("a", in_groups({"g"})).created("b", in_groups({"h", "g"})).opened("a").opened("b");
  story.does(close_of("g"), ok()).reads(kClosed, 0, "a").reads(kClosed, 0, "b");

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::close_many), 2U);
}

// close-many
TEST(JudgeOfRecordings, KnowsAGroupFromAnswers) {
  JudgedHistory story = of_unknown_groups();
  story.does(GetJob{"a"}, description("a", {"g"}));
  story.does(close_of("other"), ok()).reads(kOpened, 0, "a");
  story.does(close_of("g"), ok()).reads(kOpened, 0, "a");

  expect_departs(story, Clause::close_many);
}

// close-many: an update moves a job from one group to another.
TEST(JudgeOfRecordings, KnowsAGroupFromAnUpdate) {
  JudgedHistory story(recording());
  story.created("a", in_groups({"g"})).created("b", in_groups({"g"})).opened("a").opened("b");
  story.does(UpdateJob{"a", {}, {}, std::vector<std::string>{"h"}}, ok());
  story.does(close_of("g"), ok()).reads(kOpened, 0, "a").reads(kClosed, 0, "b");

  expect_fits(story);
}

// unknown-job-refused, job-reopens: the name may be a group's, so the job is closed by it, or it is not.
TEST(JudgeOfRecordings, TakesANameThatIsNoJobsForAGroupsWhereGroupsAreUnknown) {
  for (const JobState state : {kClosed, kOpened}) {
    JudgedHistory story = of_unknown_groups();
    story.does(JobStats{"g"}, statistics(kOpened, 0, "a"));
    story.does(close_of("g"), ok()).reads(state, 0, "a");
    expect_fits(story);
  }
}

// unknown-job-refused
TEST(JudgeOfRecordings, TakesNoNameForAnUnknownJobsThatMayBeAGroupOfOthers) {
  JudgedHistory story(recording());
  story.created("a").opened("a");
  story.does(close_of("closecheck-g"), ok()).does(JobStats{"closecheck-g"}, statistics(kClosed, 0, "closecheck-b"));

  expect_fits(story);
}

// job-reopens: where the name is a job's, the close closes that job alone.
TEST(JudgeOfRecordings, StillAccusesAJobThatIsClosedByTheCloseOfAnother) {
  JudgedHistory story = of_unknown_groups();
  story.created("b").opened("b").does(close_of("b"), ok()).reads(kClosed, 0, "a");

  expect_violates(story, Clause::close_touches_one_job);
}

// close-many: jobs that nobody sees may be why.
TEST(JudgeOfRecordings, LeavesOpenWhatARequestForSeveralJobsIsTold) {
  for (const int status : {404, 409, 500}) {
    JudgedHistory story(recording());
    story.created("a").opened("a").does(close_of("_all"), refusal(status)).reads(kOpened, 0, "a");
    expect_fits(story);
  }
  JudgedHistory story(recording());
  story.does(GetJob{"x"}, refusal(404)).created("a").opened("a");
  story.does(close_of("_all"), ok()).does(close_of("a,x"), ok()).reads(kClosed, 0, "a");
  expect_fits(story);
}

// closed-job-keeps-results: no id looks so.
TEST(JudgeOfRecordings, TakesNoListOrWildcardForAJobWhereOneIdIsExpected) {
  JudgedHistory story(recording());
  story.created("a");
  for (const char* several : {"_all", "*", "a,b"}) {
    story.does(GetBuckets{several, {}, {}}, refusal(400)).does(OpenJob{several}, refusal(400));
    story.does(PostData{several, records_in(0), false}, refusal(400));
  }

  expect_fits(story);
}

// accepted-data-is-kept: nobody knows how much was posted.
TEST(JudgeOfRecordings, CountsNothingBehindAPostWithoutItsBody) {
  JudgedHistory story(recording());
  story.created("a").opened("a").asks_exactly(without_body(PostData{"a", {}, false}, "POST", "/"),
                                              ok(DataCounts{}, 202));
  story.posted(records_in(0, 2), "a").does(close_of("a"), ok()).reads(kClosed, 7, "a");
  story.does(GetBuckets{"a", {}, {}}, bucket_page({bucket(0, 7)}));

  expect_fits(story);
}

// closed-job-refuses-data: what was refused may have had no record in it.
TEST(JudgeOfRecordings, TakesNoRefusedPostWithoutItsBodyAsEvidence) {
  JudgedHistory story(recording());
  story.created("a").opened("a").does(close_of("a"), ok());
  story.asks_exactly(without_body(PostData{"a", {}, false}, "POST", "/"), refusal(409));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_refuses_data), 0U);
}

// accepted-data-is-kept: the time field and its format stand in the body.
TEST(JudgeOfRecordings, CountsNothingOfAJobOfUnknownConfiguration) {
  JudgedHistory story = of_unknown_groups();
  story.posted(records_in(0, 2), "a").does(close_of("a"), ok()).reads(kClosed, 0, "a");

  expect_fits(story);
}

// closed-job-keeps-results: which page was asked for stands in the body, or in a parameter that nobody follows.
TEST(JudgeOfRecordings, JudgesNoReadingOfPartOfTheResults) {
  for (const bool by_body : {false, true}) {
    JudgedHistory story(recording());
    story.created("a").opened("a").posted(records_in(0), "a").posted(records_in(1), "a").posted(records_in(2), "a");
    story.does(close_of("a"), ok());
    const GetBuckets read{"a", {}, {}};
    story.asks_exactly(by_body ? without_body(read, "GET", "/") : saying(read, {"anomaly_score"}),
                       bucket_page({bucket(1, 1)}));
    expect_fits(story);
  }
}

// closed-job-keeps-results: one result by its name need not be there.
TEST(JudgeOfRecordings, LetsOneResultBeMissing) {
  JudgedHistory story(recording());
  story.created("a").opened("a").does(close_of("a"), ok()).does(GetBuckets{"a", {}, {}}, bucket_page({}));
  story.does(GetBuckets{"a", {}, {}, {kDataStart, {}, {}, {}, {}}}, refusal(404));

  expect_fits(story);
}

// closed-job-keeps-results: the product's searches end there.
TEST(JudgeOfRecordings, LetsAPageBeyondTenThousandBeRefused) {
  JudgedHistory story(recording());
  story.created("a").opened("a").does(close_of("a"), ok());
  story.does(GetBuckets{"a", 9000, 2000}, refusal(500)).does(GetRecords{"a", 10'000, 1}, refusal(400));

  expect_fits(story);
}

// job-reopens: a parameter, or a body, that the service may refuse.
TEST(JudgeOfRecordings, LetsAnOpenWithMoreThanItsNameBeRefused) {
  JudgedHistory story(recording());
  story.created("a").asks_exactly(saying(OpenJob{"a"}, {"timeout"}), refusal(400));
  story.opened("a").reads(kOpened, 0, "a");

  expect_fits(story);
}

// timed-out-close-goes-on, close-flushes-buffers: a body may make a close a forced one, or not.
TEST(JudgeOfRecordings, TakesACloseWithABodyForAForcedOneOrForANormalOne) {
  JudgedHistory normal(recording());
  normal.created("a").opened("a").fault(Fault::hang_close, 0, "a");
  normal.asks_exactly(saying(close_of("a"), {"timeout"}), gave_up());
  normal.does(JobStats{"a"}, statistics(JobState::closing, 0, "a")).does(OpenJob{"a"}, refusal(409));
  expect_fits(normal);

  JudgedHistory forced(recording());
  forced.created("a").opened("a").posted(records_in(0, 2), "a").fault(Fault::fail_job, 0, "a");
  forced.asks_exactly(saying(close_of("a"), {"force"}), ok()).reads(kClosed, 1, "a");
  expect_fits(forced);
  EXPECT_EQ(forced.evidence(Clause::force_closes_failed_job), 0U);

  JudgedHistory neither(recording());
  neither.created("a").opened("a").asks_exactly(saying(close_of("a"), {"force"}), ok());
  neither.settles("a").reads(kOpened, 0, "a");
  expect_violates(neither, Clause::closed_means_closed);
}

// unknown-job-refused: the path's last part is a snapshot's.
TEST(JudgeOfRecordings, KnowsTheRemovalOfASnapshotFromThatOfItsJob) {
  JudgedHistory story(recording());
  story.created("a").opened("a").does(close_of("a"), ok());
  story.does(RawRequest{"DELETE", "/_xpack/ml/anomaly_detectors/a/model_snapshots/1", {}, "", ""}, ok());
  story.reads(kClosed, 0, "a");

  expect_fits(story);
}

// wire-path-and-method: the same job in other letters.
TEST(JudgeOfRecordings, ReadsANameInAPathAsTheServerDoes) {
  JudgedHistory story(recording());
  story.created("my-job").opened("my-job");
  story.does(RawRequest{"POST", "/_xpack/ml/anomaly_detectors/my%2Djob/_close", {}, "x", "text/plain"}, ok());
  story.reads(kClosed, 0, "my-job");

  expect_fits(story);
}

// accepted-data-is-kept: documents that no typed request wrote.
TEST(JudgeOfRecordings, CountsNothingThatADatafeedBringsFromDocumentsUnseen) {
  for (const char* path : {"/i/_doc/1", "/_bulk", "/i/_delete_by_query"})
    for (const bool seen : {false, true}) {
      JudgedHistory story(recording());
      story.does(CreateIndex{"i"}, ok());
      if (seen) story.does(IndexDocuments{"i", records_in(0, 2), true}, ok());
      story.does(RawRequest{"POST", path, {}, R"({"time":1500000000000})", "application/json"}, ok());
      story.created("a").does(CreateDatafeed{"f", "a", "i"}, ok()).opened("a");
      story.does(StartDatafeed{"f", kDataStart, kDataStart + 60'000}, ok()).settles("a").reads(kClosed, 3, "a");
      expect_fits(story);
    }
}

// accepted-data-is-kept: a query, or several indices, decide what it brings.
TEST(JudgeOfRecordings, SaysNothingOfAJobWhoseDatafeedReadsNobodyKnowsWhat) {
  JudgedHistory story(recording());
  story.does(CreateIndex{"i"}, ok()).does(IndexDocuments{"i", records_in(0, 2), true}, ok());
  story.created("a").does(CreateDatafeed{"f", "a", "i", false}, ok()).opened("a");
  story.does(StartDatafeed{"f", kDataStart, kDataStart + 60'000}, ok()).settles("a").reads(kClosed, 1, "a").ends();

  EXPECT_EQ(story.last(), Judgement::inconclusive) << describe(story);
  EXPECT_TRUE(story.findings().empty());
}

// datafeed-end-closes-job: the end may be said by the clock.
TEST(JudgeOfRecordings, SaysNothingOfAJobWhoseDatafeedEndsByTheClock) {
  JudgedHistory story(recording());
  story.created("a").does(CreateDatafeed{"f", "a", "i"}, ok()).opened("a");
  story.asks_exactly(saying(StartDatafeed{"f", kDataStart, {}}, {"end"}), ok());
  story.reads(kClosed, 0, "a").ends();

  EXPECT_EQ(story.last(), Judgement::inconclusive) << describe(story);
  EXPECT_TRUE(story.findings().empty());
}

// datafeed-end-closes-job: its end may stand in the body.
TEST(JudgeOfRecordings, SaysNothingOfAJobWhoseDatafeedWasStartedInAWayThatNobodyKnows) {
  JudgedHistory story(recording());
  story.created("a").does(CreateDatafeed{"f", "a", "i"}, ok()).opened("a");
  story.asks_exactly(without_body(StartDatafeed{"f", {}, {}}, "POST", "/"), ok()).reads(kClosed, 3, "a").ends();

  EXPECT_EQ(story.last(), Judgement::inconclusive) << describe(story);
  EXPECT_TRUE(story.findings().empty());
  EXPECT_NE(story.why().find("#4"), std::string::npos) << story.why();
  story.does(GetSnapshots{"b"}, refusal(404)).ends();
  EXPECT_NE(story.why().find("#4"), std::string::npos) << "the first cause stays: " << story.why();
}

// wire-error-envelope
TEST(JudgeOfRecordings, TakesNoRefusalWithoutItsBodyAsEvidenceOfItsForm) {
  JudgedHistory story(recording());
  story.created("a").does(OpenJob{"b"}, without_body(refusal(404)));

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::wire_error_envelope), 0U);
}

}  // namespace
}  // namespace closecheck::model
