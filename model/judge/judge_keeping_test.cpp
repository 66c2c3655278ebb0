// What a closed job keeps of its configuration and what it costs: metadata, idleness, the size of the model.
#include "judge/judged_history_for_test.h"

namespace closecheck::model {
namespace {

constexpr JobState kClosed = JobState::closed;
constexpr JobState kOpened = JobState::opened;

/// Buckets 0 and 1 are passed, with 2 and 3 records; bucket 2 has one and is unfinished.
JudgedHistory three_buckets_closed() {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(1, 3)).posted(records_in(2)).closed();
  return story;
}

// closed-job-keeps-metadata
TEST(JudgeKeeping, AccusesACloseThatForgetsTheConfiguration) {
  JudgedHistory story;
  const auto describes = [&](std::vector<std::pair<std::string, std::string>> members) {
    story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, std::move(members), ""}}}));
  };
  story.created().opened();
  describes({{"description", "\"rates\""}, {"create_time", "1"}});
  story.closed();
  describes({{"finished_time", "2"}});

  expect_violates(story, Clause::closed_job_keeps_metadata);
}

// closed-job-keeps-metadata
TEST(JudgeKeeping, AllowsTheServerMembersOfItsOwn) {
  JudgedHistory story;
  const auto describes = [&](std::vector<std::pair<std::string, std::string>> members) {
    story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, std::move(members), ""}}}));
  };
  story.created().opened();
  describes({{"create_time", "1"}, {"description", "\"rates\""}});
  story.closed();
  describes({{"create_time", "2"}, {"description", "\"rates\""}, {"finished_time", "2"}, {"groups", "[]"}});

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_keeps_metadata), 1U);
}

/// A job is updated while it closes, after an earlier update was read or not, and read after so long as what is told.
JudgedHistory updated_beside_a_close(bool read_before, const std::string& text, Duration later) {
  JudgedHistory story;
  const auto describes = [&](const std::string& told) {
    story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, {{"description", told}}, ""}}}));
  };
  story.created().opened().does(UpdateJob{kJob, "a", {}}, ok());
  if (read_before) describes("\"a\"");
  story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).does(UpdateJob{kJob, "b", {}}, ok()).hears(1, ok()).waits(later);
  describes(text);
  return story;
}

// closed-job-keeps-metadata: what was configured while the job was closing is kept, where updates take effect at all.
TEST(JudgeKeeping, AccusesACloseThatUndoesAnUpdateBesideIt) {
  JudgedHistory undone = updated_beside_a_close(true, "\"a\"", kMinute);
  expect_violates(undone, Clause::closed_job_keeps_metadata);

  JudgedHistory kept = updated_beside_a_close(true, "\"b\"", kMinute);
  expect_fits(kept);
  JudgedHistory without_effect = updated_beside_a_close(false, "\"\"", kMinute);
  expect_fits(without_effect);
  JudgedHistory cached = updated_beside_a_close(true, "\"a\"", kMillisecond);
  expect_fits(cached);
}

// closed-job-keeps-metadata: also what was changed after the close.
TEST(JudgeKeeping, AccusesAClosedJobWhoseConfigurationChangesByItself) {
  JudgedHistory story;
  const auto describes = [&](const std::string& told) {
    story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, {{"description", told}}, ""}}}));
  };
  story.created();
  describes("\"\"");
  describes("\"by itself\"");
  story.opened().closed().does(UpdateJob{kJob, "new", {}}, ok());
  describes("\"new\"");
  expect_fits(story);
  describes("\"by itself\"");

  expect_violates(story, Clause::closed_job_keeps_metadata);
}

// closed-job-keeps-metadata: of two updates that overlap either may come last.
TEST(JudgeKeeping, AllowsEitherOfTwoUpdatesBesideAClose) {
  for (const char* last : {"\"b\"", "\"c\""}) {
    JudgedHistory story;
    const auto describes = [&](const std::string& told) {
      story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, {{"description", told}}, ""}}}));
    };
    story.created().opened().does(UpdateJob{kJob, "a", {}}, ok());
    describes("\"a\"");
    story.asks(1, CloseJob{kJob, {}, {}, {}, {}}).asks(2, UpdateJob{kJob, "b", {}}).asks(3, UpdateJob{kJob, "c", {}});
    story.hears(2, ok()).hears(3, ok()).hears(1, ok()).waits(kMinute);
    describes(last);
    expect_fits(story);
  }
}

// refused-request-changes-nothing
TEST(JudgeKeeping, AccusesARefusedUpdateThatChanges) {
  JudgedHistory story;
  const auto describes = [&](std::string text) {
    story.does(GetJob{kJob}, ok(JobDescriptionList{1, {{kJob, {{"description", std::move(text)}}, ""}}}));
  };
  story.created();
  describes("\"a\"");
  story.does(UpdateJob{kJob, "b", {}}, refusal(400));
  describes("\"b\"");

  expect_violates(story, Clause::refused_request_changes_nothing);
}

/// Statistics with so many invalid dates.
Response counted(JobState state, std::int64_t invalid_dates) {
  Response response = statistics(state, 0);
  DataCounts& counts = std::get<JobStatisticsList>(response.content).jobs[0].counts;
  counts.input_records = counts.invalid_dates = invalid_dates;
  return response;
}

// accepted-data-is-kept: whatever was counted; it may be counted late, and a forced close may lose it.
TEST(JudgeKeeping, AccusesACloseThatForgetsWhatWasCounted) {
  JudgedHistory lost;
  lost.created().opened().does(JobStats{kJob}, counted(JobState::opened, 2)).closed();
  lost.does(JobStats{kJob}, counted(kClosed, 1)).waits(kMinute).does(JobStats{kJob}, counted(kClosed, 1));
  expect_violates(lost, Clause::accepted_data_is_kept);

  JudgedHistory lost_later;
  lost_later.created().opened().closed().does(JobStats{kJob}, counted(kClosed, 2)).opened().closed();
  lost_later.does(JobStats{kJob}, counted(kClosed, 0)).waits(kMinute).does(JobStats{kJob}, counted(kClosed, 0));
  expect_violates(lost_later, Clause::accepted_data_is_kept);

  JudgedHistory forced;
  forced.created().opened().does(JobStats{kJob}, counted(JobState::opened, 2)).forced().settles();
  forced.does(JobStats{kJob}, counted(kClosed, 0)).opened().closed();
  forced.does(JobStats{kJob}, counted(kClosed, 0)).waits(kMinute).does(JobStats{kJob}, counted(kClosed, 0));
  expect_fits(forced);
}

// closed-job-keeps-metadata: a span in another unit is the same.
TEST(JudgeKeeping, TakesASpanInAnotherUnitForTheSame) {
  const auto told_after = [](std::string span) {
    JudgedHistory story;
    const auto describes = [&](std::string told) {
      story.does(GetJob{kJob},
                 ok(JobDescriptionList{1, {{kJob, {{"analysis_config.bucket_span", std::move(told)}}, ""}}}));
    };
    story.created().opened();
    describes("\"60s\"");
    story.closed();
    describes(std::move(span));
    return story;
  };
  JudgedHistory same = told_after("\"1m\"");
  expect_fits(same);
  JudgedHistory other = told_after("\"2m\"");
  expect_violates(other, Clause::closed_job_keeps_metadata);
}

// closed-job-is-idle
TEST(JudgeKeeping, AccusesAClosedJobThatNamesItsNode) {
  JudgedHistory story = three_buckets_closed();
  Response response = statistics(kClosed, 6);
  std::get<JobStatisticsList>(response.content).jobs[0].node = "node-1";
  story.does(JobStats{kJob}, response);

  expect_violates(story, Clause::closed_job_is_idle);
}

// closed-job-is-idle
TEST(JudgeKeeping, AccusesAClosedJobWhoseOpenTimeGrows) {
  JudgedHistory story = three_buckets_closed();
  for (const char* time : {"37s", "38s"}) {
    Response response = statistics(kClosed, 6);
    std::get<JobStatisticsList>(response.content).jobs[0].open_time = time;
    story.does(JobStats{kJob}, response).waits(kSecond);
  }

  expect_violates(story, Clause::closed_job_is_idle);
}

// closed-job-is-idle
TEST(JudgeKeeping, AllowsAnOpenTimeThatStandsStill) {
  JudgedHistory story = three_buckets_closed();
  for (int i = 0; i < 2; ++i) {
    Response response = statistics(kClosed, 6);
    std::get<JobStatisticsList>(response.content).jobs[0].open_time = "0s";
    story.does(JobStats{kJob}, response).waits(kSecond);
  }

  expect_fits(story);
  EXPECT_EQ(story.evidence(Clause::closed_job_is_idle), 1U);
}

JudgedHistory with_model(std::int64_t before, std::int64_t after, bool told) {
  JudgeOptions options;
  options.in_process = told;
  JudgedHistory story(options);
  const auto read = [&](JobState state, std::int64_t bytes) {
    Response response = statistics(state, 60);
    std::get<JobStatisticsList>(response.content).jobs[0].model_bytes = bytes;
    story.does(JobStats{kJob}, response);
  };
  story.created().opened();
  std::vector<Record> records;
  records.reserve(60);
  for (int i = 0; i < 60; ++i) records.push_back(records_in(i).front());
  story.posted(records);
  read(kOpened, before);
  story.closed();
  read(kClosed, after);
  return story;
}

// close-prunes-model
TEST(JudgeKeeping, JudgesTheSizeOfTheModelOnlyWhereItIsTold) {
  JudgedHistory grows = with_model(5000, 5000, true);
  expect_violates(grows, Clause::close_prunes_model);
  JudgedHistory vanishes = with_model(5000, 0, true);
  expect_violates(vanishes, Clause::close_prunes_model);
  JudgedHistory unknown = with_model(5000, 5000, false);
  expect_fits(unknown);
  EXPECT_EQ(unknown.evidence(Clause::close_prunes_model), 0U);
  JudgedHistory shrinks = with_model(5000, 2000, false);
  expect_fits(shrinks);
  EXPECT_EQ(shrinks.evidence(Clause::close_prunes_model), 1U);
}

// close-flushes-buffers: the re-open had left them there.
TEST(JudgeKeeping, AccusesTheCloseOfEarlierResultsThatWereThereAfterTheReopen) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(1, 3)).posted(records_in(2)).closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).opened().shows({bucket(0, 2), bucket(1, 3)}).closed();
  story.shows({bucket(0, 1), bucket(1, 3)});

  expect_violates(story, Clause::close_flushes_buffers);
}

// reopen-continues-analysis: nobody has looked since the last re-open.
TEST(JudgeKeeping, AccusesTheReopenOfEarlierResultsThatWereThereAfterTheOneBefore) {
  JudgedHistory story;
  story.created().opened().posted(records_in(0, 2)).posted(records_in(1, 3)).posted(records_in(2)).closed();
  story.shows({bucket(0, 2), bucket(1, 3)}).opened().shows({bucket(0, 2), bucket(1, 3)}).closed().opened().closed();
  story.shows({bucket(0, 1), bucket(1, 3)});

  expect_violates(story, Clause::reopen_continues_analysis);
}

}  // namespace
}  // namespace closecheck::model
