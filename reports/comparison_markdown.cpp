// A comparison as Markdown: a table of what is not alike everywhere, and what tells two apart.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/comparison.h"
#include "closecheck/vocabulary/printable.h"
#include "comparison_text.h"
#include "history_text.h"

namespace closecheck::reports {
namespace {

/// Text of others, as it is and on one line, whatever it holds.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (std::string_view("\\`*_{}[]<>()#+!|~&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// A block of code that ends where it should.
std::string block(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fmt::format("{}\n{}{}\n", fence, text, fence);
}

std::string row(const Comparison& comparison, Clause clause) {
  std::string text = fmt::format("| {} | {} |", id_of(clause), name(level_of(clause)));
  for (const ComparedSide& side : comparison.sides) {
    const ClauseRecord* entry = entry_of(side.record, clause);
    const bool is_violated = entry != nullptr && entry->verdict == ClauseVerdict::violated;
    const std::string_view mark = is_violated ? "**" : "";
    text += fmt::format(" {}{}{} |", mark, word_of(entry), mark);
  }
  return text + '\n';
}

std::string table(const Comparison& comparison) {
  const std::vector<ChangedClause> changed = changes(comparison);
  std::string rows;
  std::size_t alike = 0;
  for (const Clause clause : compared_clauses(comparison)) {
    if (std::ranges::any_of(changed, [&](const ChangedClause& it) { return it.clause == clause; }))
      rows += row(comparison, clause);
    else
      ++alike;
  }
  std::string note = fmt::format("{} clauses are told alike.\n\n", alike);
  if (rows.empty()) return note;
  std::string head = "| clause | level |";
  std::string line = "| --- | --- |";
  for (std::size_t i = 0; i < comparison.sides.size(); ++i) {
    head += fmt::format(" {} |", letter_of(i));
    line += " --- |";
  }
  return fmt::format("{}\n{}\n{}\n{}", head, line, rows, note);
}

std::string difference_text(const Comparison& comparison, const Difference& difference) {
  const Finding& finding = difference.violation.finding;
  const auto side = [&](std::size_t at) {
    return fmt::format("{} ({})", letter_of(at), plain(comparison.sides[at].name));
  };
  std::string text = fmt::format("### {}: shows on {} and not on {}\n\n{}\n\n- expected: {}\n- observed: {}\n",
                                 id_of(finding.clause), side(difference.shows_on), side(difference.not_on),
                                 text_of(finding.clause).says, plain(finding.expected), plain(finding.observed));
  if (!difference.why.empty()) text += fmt::format("- {}\n", plain(difference.why));
  text += '\n';
  if (!difference.violation.history.events.empty())
    text += fmt::format("On {}:\n\n{}\n", side(difference.shows_on),
                        block(write_history(difference.violation.history, finding.event, "")));
  if (difference.other)
    text += fmt::format("On {}:\n\n{}\n", side(difference.not_on),
                        block(write_history(*difference.other, std::nullopt, "")));
  std::string commands;
  for (const std::string& command : {difference.violation.replay, difference.replay_on_other})
    if (!command.empty()) commands += one_line(command) + '\n';
  return commands.empty() ? text : text + block(commands) + '\n';
}

}  // namespace

std::string write_comparison_markdown(const Comparison& comparison) {
  std::string text = fmt::format("# closecheck: {}\n\n", plain(verdict_line(comparison)));
  for (std::size_t i = 0; i < comparison.sides.size(); ++i) {
    const ComparedSide& side = comparison.sides[i];
    text += fmt::format("- {}: {} ({}): {}\n", letter_of(i), plain(side.name), plain(describe_side(side)),
                        plain(closecheck::verdict_line(side.record)));
  }
  text += '\n' + table(comparison);
  for (const Difference& difference : comparison.differences) text += difference_text(comparison, difference);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace closecheck::reports
