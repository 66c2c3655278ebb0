// The report in Markdown, as GitHub shows it on the page of a workflow.
#include <fmt/format.h>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "history_text.h"
#include "waiver_text.h"

namespace closecheck::reports {
namespace {

/// GitHub takes a megabyte from a step, and nothing of what is longer.
constexpr std::size_t kSummaryBytesMax = 500'000;

/// A text of anybody's as itself: no Markdown, no HTML, on one line.
std::string markdown(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (std::string_view("\\`*_{}[]<>()#+-.!|~@&:").find(c) != std::string_view::npos)
      escaped += fmt::format("&#{};", static_cast<int>(c));
    else
      escaped += c;
  }
  return escaped;
}

/// The same where every line counts.
std::string preformatted(std::string_view text) {
  std::string escaped = "<pre>";
  for (const char c : printable(text)) {
    if (c == '<' || c == '>' || c == '&')
      escaped += fmt::format("&#{};", static_cast<int>(c));
    else
      escaped += c;
  }
  return escaped + "</pre>\n";
}

std::string_view mark_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::conforms:
      return "✅";
    case RunVerdict::violates:
      return "❌";
    case RunVerdict::inconclusive:
      break;
  }
  return "⚠️";
}

std::string violation_section(const RunRecord& record, const ViolationRecord& violation) {
  const Finding& finding = violation.finding;
  const WaivedRecord* waiver = waiver_of(record, violation);
  std::string text =
      fmt::format("\n#### {} `{}`\n\n{}\n\n- expected: {}\n- observed: {}\n",
                  waiver != nullptr ? "Waived:" : "Violated:", id_of(finding.clause),
                  markdown(text_of(finding.clause).says), markdown(finding.expected), markdown(finding.observed));
  if (waiver != nullptr) text += fmt::format("- waived: {}\n", markdown(waiver->reason));
  if (!violation.reproduced.empty()) text += fmt::format("- reproduced: {}\n", markdown(violation.reproduced));
  std::string proof = write_history(violation.history, finding.event, "");
  if (!violation.replay.empty()) proof += "\n" + one_line(violation.replay) + "\n";
  if (waiver == nullptr) proof += "\nwaivers:\n  " + waiver_line(record, violation) + "\n";
  return text + "\n<details><summary>history, replay, waiver</summary>\n\n" + preformatted(proof) + "\n</details>\n";
}

}  // namespace

std::string write_step_summary(const RunReport& report) {
  const RunRecord& record = report.record;
  std::string text = fmt::format("### {} closecheck {}\n\n{}\n\n", mark_of(record.verdict), name(record.verdict),
                                 markdown(verdict_line(record)));
  text += fmt::format("{}, profile {}, seed {}\n", record.http ? markdown(record.url) : "in process",
                      markdown(describe(record.profile)), record.seed);
  for (const std::string& fault : report.waiver_faults) text += fmt::format("\n❌ {}\n", markdown(fault));
  for (const ViolationRecord& violation : record.violations) {
    const std::string section = violation_section(record, violation);
    if (text.size() + section.size() > kSummaryBytesMax) {
      text += "\nMore violations stand in the other reports.\n";
      break;
    }
    text += section;
  }
  text +=
      "\n<details><summary>all clauses</summary>\n\n| clause | level | verdict | why |\n| --- | --- | --- | --- |\n";
  for (const ClauseRecord& entry : record.clauses)
    text += fmt::format("| `{}` | {} | {} | {} |\n", id_of(entry.clause), name(level_of(entry.clause)),
                        name(entry.verdict), markdown(shortened(entry.why, 1'000)));
  return text + "\n</details>\n\n";
}

}  // namespace closecheck::reports
