#include "run/settling.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace closecheck::sut {
namespace {

constexpr const char* kJob = "closecheck-a";

std::shared_ptr<const Response> answer(Outcome outcome, Refusal refusal = Refusal::none, Content content = {}) {
  Response response;
  response.outcome = outcome;
  response.refusal = refusal;
  response.content = std::move(content);
  return std::make_shared<const Response>(std::move(response));
}

/// A history that is written one exchange at a time.
class Told {
 public:
  Told& accepted(Operation operation) { return add(std::move(operation), answer(Outcome::accepted)); }
  Told& refused(Operation operation, Refusal refusal) {
    return add(std::move(operation), answer(Outcome::refused, refusal));
  }
  Told& lost(Operation operation) { return add(std::move(operation), nullptr); }
  Told& never_sent(Operation operation) {
    add(std::move(operation), nullptr);
    history_.events.back().never_sent = true;
    return *this;
  }
  bool asked_to_close() { return asked() != Asked::no; }
  Asked asked() {
    closing_.read_on(history_);
    return closing_.asked_to_close(kJob);
  }

 private:
  Told& add(Operation operation, std::shared_ptr<const Response> response) {
    Event event;
    event.type = response ? EventType::ok : EventType::info;
    event.request = std::make_shared<const Request>(Request{Principal::manage_ml, std::move(operation), nullptr});
    event.response = std::move(response);
    history_.events.push_back(std::move(event));
    return *this;
  }
  History history_;
  ClosingJobs closing_;
};

Operation close_of(std::string job) {
  return CloseJob{std::move(job), {}, {}, {}, {}};
}
Operation open_of(std::string job) {
  return OpenJob{std::move(job)};
}

TEST(Settling, TakesACloseThatMayHaveWorkedForOneThatGoesOn) {
  EXPECT_FALSE(Told().asked_to_close());
  EXPECT_TRUE(Told().accepted(close_of(kJob)).asked_to_close());
  EXPECT_TRUE(Told().lost(close_of(kJob)).asked_to_close());
  EXPECT_FALSE(Told().never_sent(close_of(kJob)).asked_to_close()) << "it had no effect";
  EXPECT_TRUE(Told().refused(close_of(kJob), Refusal::timed_out).asked_to_close());
  EXPECT_FALSE(Told().refused(close_of(kJob), Refusal::conflict).asked_to_close());
  EXPECT_FALSE(Told().accepted(close_of("closecheck-b")).asked_to_close());
}

TEST(Settling, ForgetsACloseOnceTheJobIsOpenedAgain) {
  EXPECT_FALSE(Told().accepted(close_of(kJob)).accepted(open_of(kJob)).asked_to_close());
  EXPECT_TRUE(Told().accepted(close_of(kJob)).refused(open_of(kJob), Refusal::conflict).asked_to_close());
  EXPECT_TRUE(Told().accepted(close_of(kJob)).lost(open_of(kJob)).asked_to_close());
  EXPECT_TRUE(Told().accepted(close_of(kJob)).accepted(open_of("closecheck-b")).asked_to_close());
}

// close-many: lists, wildcards, groups.
TEST(Settling, KnowsAJobInAnExpression) {
  JobConfig grouped;
  grouped.groups = {"closecheck-g"};
  for (const char* expression : {"_all", "closecheck-*", "closecheck-b,closecheck-a", "closecheck-g"})
    EXPECT_TRUE(Told().accepted(CreateJob{kJob, grouped}).accepted(close_of(expression)).asked_to_close())
        << expression;
  for (const char* expression : {"closecheck-b,closecheck-c", "closecheck-b*", "closecheck-?", "closecheck-h", ""})
    EXPECT_FALSE(Told().accepted(CreateJob{kJob, grouped}).accepted(close_of(expression)).asked_to_close())
        << expression;
}

// datafeed-end-closes-job
TEST(Settling, KnowsThatAFeedWithAnEndWillCloseItsJob) {
  const CreateDatafeed feed{"closecheck-f", kJob, "closecheck-i"};
  EXPECT_TRUE(Told().accepted(feed).accepted(StartDatafeed{"closecheck-f", {}, kDataStart}).asked_to_close());
  EXPECT_FALSE(Told().accepted(feed).accepted(StartDatafeed{"closecheck-f", {}, {}}).asked_to_close());
  EXPECT_FALSE(Told().accepted(feed).accepted(StartDatafeed{"closecheck-e", {}, kDataStart}).asked_to_close());
}

TEST(Settling, ReadsOnFromWhereItStopped) {
  Told told;
  EXPECT_FALSE(told.asked_to_close());
  EXPECT_TRUE(told.accepted(close_of(kJob)).asked_to_close());
  EXPECT_TRUE(told.asked_to_close());
  EXPECT_FALSE(told.accepted(open_of(kJob)).asked_to_close());
}

// close-many: what is closed with all others need not have been heard of before.
TEST(Settling, RemembersClosesOfSeveralJobsForOneThatWasNotHeardOf) {
  Told told;
  EXPECT_TRUE(told.accepted(close_of("_all")).asked_to_close());
  EXPECT_TRUE(told.accepted(CreateJob{kJob, {}}).asked_to_close());
  EXPECT_FALSE(told.accepted(open_of(kJob)).asked_to_close());
  EXPECT_TRUE(told.accepted(close_of("closecheck-*")).asked_to_close());
}

TEST(Settling, ReadsTheStatisticsOfTheOneJob) {
  JobStatistics other;
  other.job = "closecheck-b";
  other.state = JobState::opened;
  JobStatistics mine;
  mine.job = kJob;
  mine.state = JobState::closing;
  mine.counts.processed_records = 7;
  const auto both = answer(Outcome::accepted, Refusal::none, JobStatisticsList{2, {other, mine}});
  const auto none = answer(Outcome::accepted, Refusal::none, JobStatisticsList{0, {}});
  const auto stranger = answer(Outcome::accepted, Refusal::none, JobStatisticsList{1, {other}});

  ASSERT_TRUE(read_statistics(both.get(), kJob));
  EXPECT_EQ(read_statistics(both.get(), kJob)->state, JobState::closing);
  EXPECT_EQ(read_statistics(both.get(), kJob)->counts.processed_records, 7);
  EXPECT_EQ(read_statistics(none.get(), kJob)->state, JobState::absent);
  EXPECT_EQ(read_statistics(answer(Outcome::refused, Refusal::not_found).get(), kJob)->state, JobState::absent);
  EXPECT_FALSE(read_statistics(stranger.get(), kJob));
  EXPECT_FALSE(read_statistics(answer(Outcome::refused, Refusal::busy).get(), kJob));
  EXPECT_FALSE(read_statistics(answer(Outcome::unreadable).get(), kJob));
  EXPECT_FALSE(read_statistics(nullptr, kJob));
}

// force-returns-early: of a failed job too.
TEST(Settling, TellsAForcedCloseFromANormalOne) {
  const Operation forced = CloseJob{kJob, "true", {}, {}, {}};
  EXPECT_EQ(Told().accepted(close_of(kJob)).asked(), Asked::normally);
  EXPECT_EQ(Told().accepted(forced).asked(), Asked::by_force);
  EXPECT_EQ(Told().accepted(forced).accepted(close_of(kJob)).asked(), Asked::by_force);
  EXPECT_EQ(Told().accepted(CloseJob{"closecheck-*", "true", {}, {}, {}}).asked(), Asked::by_force);
  EXPECT_EQ(Told().accepted(CloseJob{kJob, "false", {}, {}, {}}).asked(), Asked::normally);
  EXPECT_EQ(Told().accepted(forced).accepted(open_of(kJob)).asked(), Asked::no);
}

TEST(Settling, TakesEveryStateThatStaysForRest) {
  for (const Asked asked : {Asked::no, Asked::normally, Asked::by_force}) {
    EXPECT_TRUE(is_at_rest(JobState::absent, asked) && is_at_rest(JobState::closed, asked));
    for (const JobState state : {JobState::opening, JobState::closing, JobState::unknown})
      EXPECT_FALSE(is_at_rest(state, asked)) << name(state);
    EXPECT_EQ(is_at_rest(JobState::opened, asked), asked == Asked::no);
    EXPECT_EQ(is_at_rest(JobState::failed, asked), asked != Asked::by_force);
  }
}

}  // namespace
}  // namespace closecheck::sut
