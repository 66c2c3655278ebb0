// For tests of the oracle: one job's history as a line of text.
//
//     create ok; open ok; post:5 ok; a>close:t; stats closing; a<late; settled; stats closed:5
//
// `REQUEST ANSWER` is one exchange; `a>REQUEST`, `a<ANSWER` and `a!` are the ends of one that overlaps, or is lost.
// `fail`, `hang` and `settled` are events of the history. Answers: ok, no (refused), 5xx, late (gave up), late-ok
// (claims success when its timeout was up), busy, ? (unreadable); of statistics `closed:5` or `closed`; of a datafeed
// `started` or `stopped`. `post:5+2` brings five records and perhaps two more. Requests are numbered from 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/oracle.h"
#include "model/player.h"

namespace closecheck::model {

struct ScriptEvent {
  enum class Type : std::uint8_t { invoke, respond, lose, fault, settled } type = Type::invoke;
  int id = 0;
  Question question;
  Answer answer;
  Fault fault = Fault::fail_job;
};
using Script = std::vector<ScriptEvent>;

/// Aborts on a script that it cannot read: a mistake in the test.
Script parse_script(std::string_view text);
std::string write_script(const Script& script);

/// Tells the oracle the event at `index`, which is `before` further on in the history.
OracleVerdict tell(JobOracle& oracle, const Script& script, std::size_t index, std::size_t before = 0);
/// Runs it to the end, or to the first verdict that is not `fits`.
OracleVerdict run_script(JobOracle& oracle, const Script& script);
/// The same events as a log, everything unanswered lost.
Log log_of(const Script& script);
/// Whether the log fits a table of cells.
bool fits(const CellTable& table, const Log& log);

}  // namespace closecheck::model
