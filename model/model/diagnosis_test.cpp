// The list of departures: each entry decides how some wrong answer of the corpus is called.
#include "model/diagnosis.h"

#include <gtest/gtest.h>

#include <string>

#include "model/attribution.h"
#include "model/history_script_for_test.h"
#include "model/oracle_corpus_for_test.h"

namespace closecheck::model {
namespace {

/// What the first event that does not fit is called: its clauses, or why there are none.
std::string called(const CellTable& table, const Log& log) {
  Player player(table, 100'000, {});
  Player probe(table, 100'000, {});
  player.reset(table, log);
  for (std::size_t item = 0; item < log.items.size(); ++item) {
    if (player.play(log, item) == Played::fits) continue;
    const Attribution told = explain(log, item, player, probe);
    if (!told.clause) return told.why;
    std::string text(id_of(*told.clause));
    for (const Clause also : told.finding.also) text += " " + std::string(id_of(also));
    return text;
  }
  return "fits";
}

TEST(Departures, EachDecidesHowSomeWrongAnswerIsCalled) {
  std::vector<bool> decides(departures().size(), false);
  for (const Profile profile : kProfiles) {
    CellTable table = cells(profile);
    const auto look = [&](std::string_view script) {
      const Log log = log_of(parse_script(script));
      const std::string all = called(table, log);
      for (std::size_t i = 0; i < decides.size(); ++i) {
        if (decides[i]) continue;
        table.unlisted.set(i);
        if (called(table, log) != all) decides[i] = true;
        table.unlisted.reset(i);
      }
    };
    for (const Violating& example : violating())
      if (applies(example.in, profile)) look(example.script);
    for (const Untold& example : untold())
      if (applies(example.in, profile)) look(example.script);
  }
  for (std::size_t i = 0; i < decides.size(); ++i) {
    const Departure& departure = departures()[i];
    EXPECT_TRUE(decides[i]) << i << ": " << (departure.clause ? id_of(*departure.clause) : "untold") << ", lives "
                            << int{departure.lives} << ", claims " << departure.claims << ", conditions "
                            << static_cast<int>(departure.conditions[0]) << " "
                            << static_cast<int>(departure.conditions[1]);
  }
}

}  // namespace
}  // namespace closecheck::model
