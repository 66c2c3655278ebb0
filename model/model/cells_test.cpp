#include "model/cells.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "closecheck/model/reference_model.h"
#include "model/job_table.h"

namespace closecheck::model {
namespace {

constexpr std::array kBoth{Profile::xpack_5_4, Profile::xpack_6_3};

TEST(Cells, StandForEveryStateAndStep) {
  for (const Profile profile : kBoth)
    for (std::size_t step = 0; step < kStepCount; ++step) {
      if (goes_to_feed(step)) {
        for (const auto& state : cells(profile).feed) EXPECT_GE(state.at(step).row, 0) << name_of_step(step);
        for (const auto& state : cells(profile).job) EXPECT_LT(state.at(step).row, 0) << name_of_step(step);
      } else {
        for (const auto& state : cells(profile).job) EXPECT_GE(state.at(step).row, 0) << name_of_step(step);
        for (const auto& state : cells(profile).feed) EXPECT_LT(state.at(step).row, 0) << name_of_step(step);
      }
    }
}

template <class Entry>
struct CompetesWith {
  template <class Other>
  using fn = boost::mp11::mp_bool<same_cell<Entry, Other>()>;
};

TEST(Cells, AreNotClaimedByTwoRows) {
  namespace mp = boost::mp11;
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, table::Table>>([](auto identity) {
    using Entry = typename decltype(identity)::type;
    static_assert(mp::mp_count_if_q<table::Table, CompetesWith<Entry>>::value == 1, "two rows compete");
  });
  std::size_t places = 0;
  for (const Spontaneous& happening : cells(Profile::xpack_5_4).happenings) places += happening.enabled ? 1 : 0;
  EXPECT_EQ(rows().size(), kLifeCount * (kStepCount - 6) + kFeedCount * 6 + places);
}

TEST(Cells, AllowSomeAnswerInEveryState) {
  for (const RowText& row : rows()) {
    if (row.spontaneous || row.step == "settled") continue;
    for (std::size_t profile = 0; profile < 2; ++profile)
      EXPECT_TRUE(row.changes || row.allowed.at(profile) != 0) << row.source << " " << row.step;
  }
}

JobValue random_value(std::mt19937_64& random) {
  JobValue value;
  value.life = static_cast<Life>(random() % kLifeCount);
  value.feed = static_cast<Feed>(random() % kFeedCount);
  value.flags = static_cast<std::uint8_t>(random() % 16);
  value.lo = static_cast<std::uint32_t>(random() % 5);
  value.hi = value.lo + static_cast<std::uint32_t>(random() % 5);
  value.since = static_cast<std::uint32_t>(random() % 5);
  value.queued = static_cast<std::uint32_t>(random() % 5);
  value.feeding = static_cast<std::uint32_t>(random() % 5);
  return value;
}

void expect_same(const JobValue& before, const JobValue& flat, std::int16_t row, bool moves, bool barred,
                 const MachineStep& machine) {
  const std::string where = std::string(name(before.life)) + ", " + std::string(name(before.feed)) + ", row " +
                            rows()[static_cast<std::size_t>(row)].step;
  const auto expected = moves    ? MachineStep::Result::done
                        : barred ? MachineStep::Result::barred
                                 : MachineStep::Result::no_row;
  ASSERT_EQ(machine.result, expected) << where;
  EXPECT_EQ(machine.value, flat) << where;
  EXPECT_EQ(machine.row, moves ? row : -1) << where;
}

TEST(Cells, AgreeWithTheMachineInEveryCell) {
  std::mt19937_64 random(7);
  const CellTable& table = cells(Profile::xpack_5_4);
  for (int round = 0; round < 20'000; ++round) {
    const JobValue before = random_value(random);
    const auto records = static_cast<std::uint32_t>(random() % 4);
    for (std::size_t step = 0; step < kStepCount; ++step) {
      const Cell& cell = table.at(step, before);
      const bool fits = !cell.only_if || holds(cell.guard, before);
      JobValue flat = before;
      if (cell.changes && fits) {
        apply(cell.effect, flat, records);
        if (goes_to_feed(step))
          flat.feed = static_cast<Feed>(cell.target);
        else
          flat.life = static_cast<Life>(cell.target);
      }
      expect_same(before, flat, cell.row, cell.changes && fits, cell.changes && !fits,
                  step_machine(before, step, records));
    }
    for (std::size_t i = 0; i < kHappeningCount; ++i) {
      const Spontaneous& happening = table.happenings.at(i);
      const auto here =
          happening.of_feed ? static_cast<std::uint8_t>(before.feed) : static_cast<std::uint8_t>(before.life);
      const bool at_home = here == happening.source;
      const bool moves = at_home && holds(happening.guard, before);
      JobValue flat = before;
      if (moves) {
        apply(happening.effect, flat, 0);
        if (happening.of_feed)
          flat.feed = static_cast<Feed>(happening.target);
        else
          flat.life = static_cast<Life>(happening.target);
      }
      expect_same(before, flat, happening.row, moves, at_home && !moves,
                  step_machine(before, static_cast<Happening>(i)));
    }
    if (HasFatalFailure()) return;
  }
}

TEST(ReferenceModel, PrintsEveryRowInTheTable) {
  const std::string text = print_model(TableFormat::table);
  for (const RowText& row : rows()) {
    EXPECT_NE(text.find(row.step), std::string::npos) << row.step;
    EXPECT_NE(text.find(std::string(id_of(row.clause))), std::string::npos);
  }
  EXPECT_NE(text.find("closed            post                                     refused "), std::string::npos)
      << text;
}

TEST(ReferenceModel, DrawsTheMovesAndOnlyThose) {
  const std::string mermaid = print_model(TableFormat::mermaid);
  EXPECT_EQ(mermaid.substr(0, 15), "stateDiagram-v2");
  EXPECT_NE(mermaid.find("    opened --> closing: close [no datafeed runs] / begin housekeeping\n"), std::string::npos);
  EXPECT_EQ(mermaid.find("statistics"), std::string::npos);
  const std::string dot = print_model(TableFormat::dot);
  EXPECT_NE(dot.find("    \"opening\" -> \"opened\" [label=\"opened / take up what was queued\", style=dashed];\n"),
            std::string::npos);
}

TEST(ReferenceModel, NamesEveryStateAndTransitionOnce) {
  EXPECT_EQ(state_names().size(), kLifeCount + kFeedCount);
  std::vector<std::string> names = transition_names();
  EXPECT_EQ(names.size(), rows().size());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace closecheck::model
