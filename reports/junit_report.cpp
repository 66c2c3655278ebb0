// The report as JUnit XML, for the test pages of CI systems: one case per clause.
#include <fmt/format.h>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "history_text.h"
#include "junit_suite.h"

namespace closecheck::reports {
namespace {

const ViolationRecord* violation_of(const RunRecord& record, Clause clause) {
  for (const ViolationRecord& violation : record.violations)
    if (violation.finding.clause == clause) return &violation;
  return nullptr;
}

std::string failure_text(const ViolationRecord& violation) {
  std::string text =
      fmt::format("{}\n\nexpected: {}\nobserved: {}\ncheck: {}\n", text_of(violation.finding.clause).says,
                  one_line(violation.finding.expected), one_line(violation.finding.observed), violation.check);
  if (!violation.finding.also.empty()) {
    text += "also breaks:";
    for (const Clause also : violation.finding.also) text += fmt::format(" {}", id_of(also));
    text += '\n';
  }
  if (!violation.reproduced.empty()) text += fmt::format("reproduced: {}\n", violation.reproduced);
  text += fmt::format("fingerprint: {}\n", fingerprint_of(violation));
  if (!violation.replay.empty()) text += fmt::format("replay: {}\n", violation.replay);
  if (!violation.history.events.empty())
    text += "\nhistory:\n" + write_history(violation.history, violation.finding.event, "");
  if (!violation.curl.empty()) text += "\nby hand:\n";
  for (const std::string& line : violation.curl) text += fmt::format("  {}\n", one_line(line));
  return text;
}

std::string reason_of(const ClauseRecord& entry) {
  std::string text(name(entry.verdict));
  if (entry.kind) text += fmt::format(" ({})", name(*entry.kind));
  return entry.why.empty() ? text : text + ": " + entry.why;
}

/// Programs serve many clauses at once, so that none has a time of its own: each has its share of the run's, by the
/// exchanges that were made for it.
double seconds_of(const RunRecord& record, const ClauseRecord& entry) {
  std::int64_t all = 0;
  for (const ClauseRecord& each : record.clauses) all += each.exchanges;
  if (all == 0) return 0;
  return static_cast<double>(record.elapsed_ms) / 1000.0 * static_cast<double>(entry.exchanges) /
         static_cast<double>(all);
}

JunitCase case_of(const RunRecord& record, const ClauseRecord& entry) {
  JunitCase made;
  made.seconds = seconds_of(record, entry);
  made.class_name = fmt::format("closecheck.{}", name(level_of(entry.clause)));
  made.title = id_of(entry.clause);
  switch (entry.verdict) {
    case ClauseVerdict::violated: {
      const ViolationRecord* violation = violation_of(record, entry.clause);
      made.outcome = JunitOutcome::failed;
      made.type = name(level_of(entry.clause));
      made.message = violation != nullptr ? violation->finding.observed : entry.why;
      made.text = violation != nullptr ? failure_text(*violation) : one_line(entry.why);
      break;
    }
    case ClauseVerdict::inconclusive:
    case ClauseVerdict::not_exercised:
      // Whatever keeps the run from conforming must not look like a pass.
      made.outcome = is_required(record, entry) ? JunitOutcome::error : JunitOutcome::skipped;
      made.type = name(entry.verdict);
      made.message = reason_of(entry);
      break;
    case ClauseVerdict::waived:
      made.outcome = JunitOutcome::skipped;
      made.message = reason_of(entry);
      break;
    case ClauseVerdict::holds:
    case ClauseVerdict::measured:
      break;
  }
  for (const auto& [figure, value] : entry.figures) made.output += fmt::format("{} = {}\n", figure, value);
  return made;
}

}  // namespace

std::string write_junit(const RunReport& report) {
  const RunRecord& record = report.record;
  JunitSuite suite("closecheck");
  suite.add_property("version", record.version);
  suite.add_property("target", record.http ? record.url : "in-process");
  suite.add_property("profile", name(record.profile));
  if (const std::string version = product_version_of(record.profile); !version.empty())
    suite.add_property("product_version", version);
  if (!record.deviation.empty()) suite.add_property("deviation", record.deviation);
  suite.add_property("seed", fmt::format("{}", record.seed));
  suite.add_property("started", record.started);
  suite.add_property("effort", record.effort);
  suite.add_property("exchanges", fmt::format("{}", record.exchanges));
  suite.add_property("require", name(record.require));
  suite.add_property("verdict", name(record.verdict));
  for (const ClauseRecord& entry : record.clauses) suite.add(case_of(record, entry));
  // A run can be inconclusive as a whole, with no required clause to show it at.
  if (record.verdict == RunVerdict::inconclusive && (!record.broken_off.empty() || !suite.has(JunitOutcome::error)))
    suite.add({.class_name = "closecheck.run",
               .title = "verdict",
               .outcome = JunitOutcome::error,
               .message = verdict_line(record),
               .type = std::string(name(record.verdict)),
               .text = {},
               .output = {}});
  for (const std::string& fault : report.waiver_faults)
    suite.add({.class_name = "closecheck.waivers",
               .title = fault,
               .outcome = JunitOutcome::failed,
               .message = fault,
               .type = "waiver",
               .text = {},
               .output = {}});
  return suite.write(static_cast<double>(record.elapsed_ms) / 1000.0);
}

}  // namespace closecheck::reports
