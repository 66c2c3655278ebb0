// What the engine can do, shown by a small table.
#include <gtest/gtest.h>

#include "model/job_machine_engine.h"

namespace closecheck::model {
namespace {

using enum Life;
using K = RequestKind;
constexpr Clause kClause = Clause::close_ends_open_job;

template <auto kState>
using Hangs = Move<kState, FromHistory::hang_close, kState, Effect::arm_hang, kAlways, Allowed{}, kClause>;
template <Feed kState>
using Stops = Move<kState, K::stop_feed, kState, Effect::none, kAlways, Allowed{}, kClause>;

/// A dialect may let a close stop the datafeed first: one request with a row in each region.
struct SmallModel {
  using Rows = boost::mp11::mp_list<
      Hangs<absent>, Hangs<closed>, Hangs<opening>, Hangs<closing>, Hangs<forced>, Hangs<failed>, Stops<Feed::none>,
      Stops<Feed::stopped>,
      Wait<opened, K::close, closing, Effect::begin_close, only_if(Guard::feed_lets_close), Allowed{}, kClause>,
      Move<Feed::started, K::close, Feed::stopped, Effect::feed_erase, only_if(Guard::close_stops_feed), Allowed{},
           kClause>>;
};
constexpr std::int16_t kCloseRow = 8;

constexpr Dialect kStopsFeeds{.close_may_stop_feed = true};

constexpr JobValue kFed{.life = opened, .feed = Feed::started, .hi = 4, .feeding = 3};

bool closes(MachineEngine<SmallModel>& machine, const JobValue& value, JobValue& moved) {
  return (machine.step(value, moved, index_of(K::close), 0, 0) & boost::msm::back::HANDLED_TRUE) != 0;
}

TEST(JobMachine, AsksTheDialectWhereAGuardDoes) {
  MachineEngine<SmallModel> machine;
  JobValue moved = kFed;
  EXPECT_FALSE(closes(machine, kFed, moved));
  EXPECT_EQ(moved, kFed);
  machine.speak(kStopsFeeds);
  EXPECT_TRUE(closes(machine, kFed, moved));
}

TEST(JobMachine, MovesBothRegionsByOneRequest) {
  MachineEngine<SmallModel> machine;
  machine.speak(kStopsFeeds);
  JobValue moved;
  ASSERT_TRUE(closes(machine, kFed, moved));
  EXPECT_EQ(moved.life, closing);
  EXPECT_EQ(moved.feed, Feed::stopped);
  EXPECT_EQ(moved.most(), kFed.most());
  EXPECT_EQ(moved.feeding, 0U);
  EXPECT_EQ(machine.row(), kCloseRow);
  EXPECT_EQ(machine.moves(), 1U);
}

TEST(JobMachine, MovesTheDatafeedAlongOnlyWithTheJob) {
  MachineEngine<SmallModel> machine;
  machine.speak(kStopsFeeds);
  JobValue moved = kFed;
  for (const Life life : {closed, failed}) {
    JobValue value = kFed;
    value.life = life;
    EXPECT_FALSE(closes(machine, value, moved));
  }
  JobValue idle = kFed;
  idle.feed = Feed::stopped;
  ASSERT_TRUE(closes(machine, idle, moved));
  EXPECT_EQ(moved.life, closing);
  EXPECT_EQ(moved.feed, Feed::stopped);
}

}  // namespace
}  // namespace closecheck::model
