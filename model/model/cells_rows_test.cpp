// Each entry of the table matters: with it switched off, some example turns red.
#include <gtest/gtest.h>

#include <sstream>

#include "model/cells.h"
#include "model/history_script.h"
#include "model/oracle_corpus.h"

namespace closecheck::model {
namespace {

CellTable without_row(Profile profile, std::size_t row) {
  CellTable table = cells(profile);
  const auto drop = [&](Cell& cell) {
    if (cell.row == static_cast<std::int16_t>(row)) cell = Cell{};
  };
  for (auto& state : table.job)
    for (Cell& cell : state) drop(cell);
  for (auto& state : table.feed)
    for (Cell& cell : state) drop(cell);
  for (Spontaneous& happening : table.happenings)
    if (happening.row == static_cast<std::int16_t>(row)) happening.enabled = false;
  table.derive();
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
        const std::size_t slash = column.find('/');
        if (slash != std::string::npos)
          column = profile == Profile::xpack_5_4 ? column.substr(0, slash) : column.substr(slash + 1);
        for (const auto& [letter, answer] : {std::pair{'A', "ok"}, std::pair{'R', "no"}, std::pair{'X', "5xx"}})
          if (column.find(letter) != std::string::npos)
            all.push_back(std::string(pin.reach) + "; " + std::string(line.request) + " " + answer + "; " +
                          std::string(pin.still));
      }
    }
  };
  add_matrix(answer_matrix(), state_pins());
  add_matrix(feed_answer_matrix(), feed_state_pins());
  return all;
}

TEST(CellRows, EachMattersToSomeExample) {
  std::vector<bool> matters(rows().size(), false);
  for (const Profile profile : {Profile::xpack_5_4, Profile::xpack_6_3}) {
    std::vector<Log> logs;
    for (const std::string& script : allowed_histories(profile)) {
      logs.push_back(log_of(parse_script(script)));
      ASSERT_TRUE(fits(cells(profile), logs.back())) << script;
    }
    for (std::size_t row = 0; row < rows().size(); ++row) {
      if (matters[row]) continue;
      const CellTable table = without_row(profile, row);
      for (const Log& log : logs)
        if (!fits(table, log)) {
          matters[row] = true;
          break;
        }
    }
  }
  for (std::size_t row = 0; row < rows().size(); ++row) {
    const RowText& text = rows()[row];
    // A job that opens or closes by force comes to rest before it is settled: these entries allow nothing.
    if (!text.changes && text.allowed[0] == kNothing && text.allowed[1] == kNothing && !text.spontaneous) continue;
    EXPECT_TRUE(matters[row]) << text.source << " - " << text.step;
  }
}

}  // namespace
}  // namespace closecheck::model
