// Each entry of the table matters: with it switched off, some example turns red.
#include <gtest/gtest.h>

#include <sstream>

#include "model/cells.h"
#include "model/history_script_for_test.h"
#include "model/oracle_corpus_for_test.h"

namespace closecheck::model {
namespace {

/// The table whose machine does not move by the row.
CellTable without_move(Profile profile, std::size_t row) {
  CellTable table = cells(profile);
  table.off.set(row);
  return table;
}

/// The table in whose cell nothing is allowed without a move.
CellTable without_answers(Profile profile, std::size_t row) {
  CellTable table = cells(profile);
  const auto drop = [&](Cell& cell) {
    if (cell.row == static_cast<std::int16_t>(row)) cell.allowed = cell.allowed_otherwise = kNothing;
  };
  for (auto& state : table.job)
    for (Cell& cell : state) drop(cell);
  for (auto& state : table.feed)
    for (Cell& cell : state) drop(cell);
  return table;
}

/// Every history that a conforming server may produce, by hand: examples and the allowed part of the matrices.
std::vector<std::string> allowed_histories(Profile profile) {
  std::vector<std::string> all;
  for (const Conforming& example : conforming())
    if (applies(example.in, profile)) all.emplace_back(example.script);
  const auto add_matrix = [&](std::span<const AnswerLine> matrix, std::span<const StatePin> pins) {
    for (const AnswerLine& line : matrix) {
      std::istringstream columns{std::string(line.answers)};
      for (const StatePin& pin : pins) {
        std::string column;
        columns >> column;
        const std::string_view answers = answers_in(column, profile);
        for (const auto& [letter, answer] : {std::pair{'A', "ok"}, std::pair{'R', "no"}, std::pair{'X', "5xx"}})
          if (answers.find(letter) != std::string_view::npos)
            all.push_back(std::string(pin.reach) + "; " + std::string(line.request) + " " + answer + "; " +
                          std::string(pin.still));
      }
    }
  };
  add_matrix(answer_matrix(), state_pins());
  add_matrix(feed_answer_matrix(), feed_state_pins());
  return all;
}

/// For each row, whether a table without it refuses some history that a conforming server may produce.
std::vector<bool> matters_to_some_example(CellTable (*without)(Profile, std::size_t)) {
  std::vector<bool> matters(rows().size(), false);
  for (const Profile profile : kProfiles) {
    std::vector<Log> logs;
    for (const std::string& script : allowed_histories(profile)) {
      logs.push_back(log_of(parse_script(script)));
      EXPECT_TRUE(fits(cells(profile), logs.back())) << script;
    }
    for (std::size_t row = 0; row < rows().size(); ++row) {
      if (matters[row]) continue;
      const CellTable table = without(profile, row);
      for (const Log& log : logs)
        if (!fits(table, log)) {
          matters[row] = true;
          break;
        }
    }
  }
  return matters;
}

TEST(CellRows, EachMoveOfTheMachineMattersToSomeExample) {
  const std::vector<bool> matters = matters_to_some_example(without_move);
  for (std::size_t row = 0; row < rows().size(); ++row) {
    const RowText& text = rows()[row];
    EXPECT_TRUE(!text.changes || matters[row]) << text.source << " - " << text.step;
  }
}

TEST(CellRows, EachAnswerWithoutAMoveMattersToSomeExample) {
  const std::vector<bool> matters = matters_to_some_example(without_answers);
  for (std::size_t row = 0; row < rows().size(); ++row) {
    const RowText& text = rows()[row];
    const auto allows = [](Answers answers) { return answers != kNothing; };
    const bool answers =
        std::ranges::any_of(text.allowed, allows) || std::ranges::any_of(text.allowed_otherwise, allows);
    EXPECT_TRUE(!answers || text.spontaneous || matters[row]) << text.source << " - " << text.step;
  }
}

// The search moves jobs by the machine and by nothing else.
TEST(CellRows, AreCountedByTheMachineAsTheSearchMoves) {
  std::uint64_t moves = 0;
  for (const Profile profile : kProfiles)
    for (const std::string& script : allowed_histories(profile)) {
      const Log log = log_of(parse_script(script));
      Player player(cells(profile), 100'000, {});
      player.reset(cells(profile), log);
      for (std::size_t item = 0; item < log.items.size(); ++item) ASSERT_EQ(player.play(log, item), Played::fits);
      EXPECT_EQ(player.search().transitions().machine().moves(), player.search().transitions().moves()) << script;
      moves += player.search().transitions().moves();
    }
  EXPECT_GT(moves, 0U);
}

}  // namespace
}  // namespace closecheck::model
