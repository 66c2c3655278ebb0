#include "model/cells.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "closecheck/model/reference_model.h"
#include "model/arrows.h"
#include "model/job_table.h"

namespace closecheck::model {
namespace {

TEST(Cells, StandForEveryStateAndStep) {
  for (const Profile profile : kProfiles)
    for (std::size_t step = 0; step < kStepCount; ++step) {
      if (goes_to_feed(step)) {
        for (const auto& state : cells(profile).feed) EXPECT_GE(state.at(step).row, 0) << name_of_step(step);
        for (const auto& state : cells(profile).job) EXPECT_LT(state.at(step).row, 0) << name_of_step(step);
      } else {
        for (const auto& state : cells(profile).job) EXPECT_GE(state.at(step).row, 0) << name_of_step(step);
        // What a datafeed has for a request to its job can only move along with that.
        for (const auto& state : cells(profile).feed)
          EXPECT_TRUE(state.at(step).row < 0 || state.at(step).changes) << name_of_step(step);
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
  const std::size_t moves_along = 4;  // a datafeed that a close stops, or that a deletion takes
  EXPECT_EQ(rows().size(), kLifeCount * (kStepCount - 6) + kFeedCount * 6 + kHappeningCount + moves_along);
}

TEST(Cells, AllowSomeAnswerInEveryState) {
  for (const RowText& row : rows()) {
    if (row.spontaneous || row.step == "settled") continue;
    for (std::size_t profile = 0; profile < kProfiles.size(); ++profile)
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

/// What the machine did, held against the row that the list has for that state and event.
void expect_row(const JobValue& before, bool has_row, std::int16_t row, std::size_t event, const MachineStep& stepped) {
  const std::string where =
      std::string(name(before.life)) + ", " + std::string(name(before.feed)) + ", event " + std::to_string(event);
  // A datafeed that moves along has a row where the job has none.
  const bool may_move_along = (before.feed == Feed::started && event == index_of(RequestKind::close)) ||
                              (before.feed == Feed::stopped && event == index_of(RequestKind::remove)) ||
                              (before.feed != Feed::none && event == index_of(RequestKind::force_remove));
  ASSERT_EQ(stepped.result != MachineStep::Result::no_row, has_row || may_move_along) << where;
  if (stepped.result != MachineStep::Result::done) {
    EXPECT_EQ(stepped.value, before) << where;
    return;
  }
  EXPECT_EQ(stepped.row, row) << where;
  const RowText& text = rows()[static_cast<std::size_t>(row)];
  EXPECT_EQ(text.of_feed ? name(stepped.value.feed) : name(stepped.value.life), text.target) << where;
  // One region moves at a time.
  if (text.of_feed)
    EXPECT_EQ(stepped.value.life, before.life) << where;
  else
    EXPECT_EQ(stepped.value.feed, before.feed) << where;
}

TEST(Cells, SayWhereTheMachineHasARow) {
  std::mt19937_64 random(7);
  const CellTable& table = cells(Profile::xpack_5_4);
  JobMachine machine;
  for (int round = 0; round < 20'000; ++round) {
    const JobValue before = random_value(random);
    const auto records = static_cast<std::uint32_t>(random() % 4);
    for (std::size_t step = 0; step < kStepCount; ++step) {
      const Cell& cell = table.at(step, before);
      expect_row(before, cell.changes, cell.row, step, machine.step(before, step, records));
    }
    for (std::size_t i = 0; i < kHappeningCount; ++i) {
      const bool may_happen = (table.happenings_at(before) >> i & 1U) != 0;
      expect_row(before, may_happen, table.happenings.at(i), kStepCount + i, machine.step(before, kStepCount + i, 0));
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

TEST(ReferenceModel, DrawsOneArrowBetweenTwoStatesWithItsClauses) {
  const std::string mermaid = print_model(TableFormat::mermaid);
  EXPECT_EQ(mermaid.substr(0, 15), "stateDiagram-v2");
  EXPECT_NE(mermaid.find("    opened --> closing: close<br/>(close-ends-open-job)<br/>datafeed closes the job<br/>"),
            std::string::npos)
      << mermaid;
  const std::string dot = print_model(TableFormat::dot);
  EXPECT_NE(dot.find("    \"opening\" -> \"opened\" [label=\"opened\\n(job-reopens)\", style=dashed];\n"),
            std::string::npos)
      << dot;
}

TEST(ReferenceModel, DrawsOneLoopAStateThatListsItsRequests) {
  for (const std::string& text : {print_model(TableFormat::mermaid), print_model(TableFormat::dot)})
    for (const Arrow& loop : loops()) {
      const bool is_mermaid = text.starts_with("state");
      std::string name = loop.from;
      if (is_mermaid) std::replace(name.begin(), name.end(), ' ', '_');
      const std::string arrow =
          is_mermaid ? fmt::format("{0} --> {0}: ", name) : fmt::format("\"{0}\" -> \"{0}\" ", name);
      const std::size_t at = text.find(arrow);
      ASSERT_NE(at, std::string::npos) << arrow;
      EXPECT_EQ(text.find(arrow, at + 1), std::string::npos) << arrow;
      const std::string line = text.substr(at, text.find('\n', at) - at);
      for (const ArrowStep& step : loop.steps) EXPECT_NE(line.find(step.step), std::string::npos) << line << step.step;
    }
}

TEST(ReferenceModel, NamesEveryStepInItsPictureAndPaintsWhatWasMet) {
  const std::string plain = print_model(TableFormat::svg);
  for (const RowText& row : rows()) EXPECT_NE(plain.find(row.step), std::string::npos) << row.step;
  for (const std::string& state : state_names()) EXPECT_NE(plain.find(">" + state + "</text>"), std::string::npos);
  EXPECT_EQ(plain.find(R"(class="box met")"), std::string::npos);

  const Visits visits{{{"opened", 3}}, {{"opened - close -> closing", 2}}};
  const std::string painted = print_model(TableFormat::svg, &visits);
  EXPECT_NE(painted.find(R"(<g class="box met"><title>opened: met 3 times</title>)"), std::string::npos);
  EXPECT_NE(painted.find(R"(<g class="box never"><title>closed: met 0 times</title>)"), std::string::npos);
  EXPECT_NE(painted.find(R"(<path class="line met")"), std::string::npos);
  EXPECT_NE(print_model(TableFormat::table, &visits).find("        2\n"), std::string::npos);
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
