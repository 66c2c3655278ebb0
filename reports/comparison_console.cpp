// A comparison for people: what is compared, the table of clauses, what tells two apart, the verdict last.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "closecheck/reports/comparison.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "comparison_text.h"
#include "history_text.h"
#include "painting.h"
#include "wrapping.h"

namespace closecheck::reports {
namespace {

constexpr std::size_t kWordWidth = 8;

class ComparisonConsole {
 public:
  ComparisonConsole(const Comparison& comparison, const ConsoleStyle& style) : comparison_(comparison), style_(style) {}

  std::string write() {
    write_sides();
    write_table();
    write_differences();
    const ComparisonVerdict verdict = verdict_of(comparison_);
    const char* code = verdict == ComparisonVerdict::unchanged   ? kAllGood
                       : verdict == ComparisonVerdict::regressed ? kBad
                                                                 : kAllUnsure;
    add(painted(one_line(verdict_line(comparison_)), code) + '\n');
    return std::move(text_);
  }

 private:
  std::string painted(std::string_view words, const char* code) const {
    return reports::painted(words, code, style_.colour);
  }

  void add(const std::string& lines) { text_ += wrapped(lines, style_.width); }

  const std::string& name_of(std::size_t side) const { return comparison_.sides[side].name; }

  void write_sides() {
    if (!comparison_.effort.empty()) text_ += fmt::format("seed {}, effort {}\n", comparison_.seed, comparison_.effort);
    for (std::size_t i = 0; i < comparison_.sides.size(); ++i) {
      const ComparedSide& side = comparison_.sides[i];
      add(fmt::format("{}  {} ({})\n     {}\n", letter_of(i), one_line(side.name), describe_side(side),
                      one_line(closecheck::verdict_line(side.record))));
    }
    text_ += '\n';
  }

  std::string painted_word(const ClauseRecord* entry) const {
    const std::string_view word = word_of(entry);
    if (entry == nullptr) return std::string(word);
    if (entry->verdict == ClauseVerdict::holds) return painted(word, kGood);
    return entry->verdict == ClauseVerdict::violated ? painted(word, kBad) : std::string(word);
  }

  /// The words in columns, the first as wide as said.
  static std::string row(std::string line, std::size_t width, const std::vector<std::string>& words) {
    std::size_t end = width;
    for (const std::string& word : words) {
      line += std::string(end + 2 - std::min(end, columns_of(line)), ' ') + word;
      end += 2 + kWordWidth;
    }
    return line + '\n';
  }

  /// What no longer holds comes first, then what else is not as on the first side.
  void write_table() {
    const std::vector<ChangedClause> changed = changes(comparison_);
    std::set<Clause> differing;
    std::set<Clause> regressed;
    for (const ChangedClause& change : changed) {
      differing.insert(change.clause);
      if (change.is_regression()) regressed.insert(change.clause);
    }
    std::vector<Clause> rows = compared_clauses(comparison_);
    std::ranges::stable_sort(rows, {}, [&](Clause clause) {
      return regressed.contains(clause) ? 0 : differing.contains(clause) ? 1 : 2;
    });
    const std::size_t changed_rows = differing.size();
    std::size_t width = 6;
    for (const Clause clause : rows) width = std::max(width, id_of(clause).size());
    width += 2;
    std::vector<std::string> letters;
    for (std::size_t i = 0; i < comparison_.sides.size(); ++i) letters.push_back(letter_of(i));
    const bool is_narrow = style_.width != 0 && width + letters.size() * (2 + kWordWidth) > style_.width;
    text_ += is_narrow ? "  clause\n" : row("  clause", width, letters);
    const std::size_t shown = style_.quiet ? changed_rows : rows.size();
    for (std::size_t i = 0; i < shown; ++i)
      if (i < changed_rows || !is_narrow) write_row(rows[i], i < changed_rows, width, is_narrow);
    if (is_narrow && !style_.quiet) write_alike({rows.begin() + static_cast<std::ptrdiff_t>(changed_rows), rows.end()});
    if (shown < rows.size()) text_ += fmt::format("  {} more are told alike\n", rows.size() - shown);
    text_ += changed.empty() ? "\n" : fmt::format("* not as on {}\n\n", letter_of(0));
  }

  void write_row(Clause clause, bool is_changed, std::size_t width, bool is_narrow) {
    const std::string subject = fmt::format("{} {}", is_changed ? '*' : ' ', id_of(clause));
    std::vector<std::string> words;
    for (std::size_t i = 0; i < comparison_.sides.size(); ++i) {
      const std::string word = painted_word(entry_of(comparison_.sides[i].record, clause));
      words.push_back(is_narrow ? fmt::format("{} {}", letter_of(i), word) : word);
    }
    if (is_narrow)
      text_ += subject + '\n' + wrapped("    " + joined(words), style_.width, 0) + '\n';
    else
      text_ += row(subject, width, words);
  }

  /// Where there is no room for columns: what is told alike on all sides, by what is told.
  void write_alike(const std::vector<Clause>& alike) {
    std::vector<std::pair<std::string, std::vector<std::string_view>>> groups;
    for (const Clause clause : alike) {
      const std::string word = painted_word(entry_of(comparison_.sides.front().record, clause));
      auto group = std::ranges::find(groups, word, [](const auto& it) { return it.first; });
      if (group == groups.end()) group = groups.insert(groups.end(), {word, {}});
      group->second.push_back(id_of(clause));
    }
    for (const auto& [word, ids] : groups)
      text_ += wrapped(fmt::format("  {} on all: {}\n", word, joined(ids)), style_.width, 2);
  }

  void write_side_history(const History& history, std::optional<std::size_t> marked) {
    if (!style_.quiet && !history.events.empty())
      text_ += wrapped_at(write_history(history, marked, "  "), style_.width, kHistoryColumn);
  }

  void write_replay(std::size_t side, const std::string& command, const std::string& verdict) {
    if (command.empty()) return;
    const std::string label =
        fmt::format("  replay on {}{}: ", letter_of(side), verdict.empty() ? "" : fmt::format(" ({})", verdict));
    text_ += wrapped_command(label, one_line(command), style_.width);
  }

  void write_differences() {
    const std::vector<Difference>& all = comparison_.differences;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool is_new = i == 0 || !goes_on(all[i - 1], all[i]);
      if (is_new) write_violation(all[i]);
      write_other(all[i]);
      if (i + 1 == all.size() || !goes_on(all[i], all[i + 1])) text_ += '\n';
    }
  }

  void write_violation(const Difference& difference) {
    const Finding& finding = difference.violation.finding;
    add(fmt::format("{} shows on {} ({})\n  {}\n", painted(id_of(finding.clause), kStrong),
                    letter_of(difference.shows_on), one_line(name_of(difference.shows_on)),
                    text_of(finding.clause).says));
    write_side_history(difference.violation.history, finding.event);
    add(fmt::format("  expected: {}\n  observed: {}\n", one_line(finding.expected), one_line(finding.observed)));
    write_replay(difference.shows_on, difference.violation.replay, difference.replayed);
  }

  void write_other(const Difference& difference) {
    add(fmt::format("  and not on {} ({})\n", letter_of(difference.not_on), one_line(name_of(difference.not_on))));
    if (difference.other) write_side_history(*difference.other, std::nullopt);
    if (!difference.why.empty()) add(fmt::format("    {}\n", one_line(difference.why)));
    write_replay(difference.not_on, difference.replay_on_other, difference.replayed_on_other);
  }

  const Comparison& comparison_;
  const ConsoleStyle& style_;
  std::string text_;
};

}  // namespace

std::string letter_of(std::size_t side) {
  return std::string(1, static_cast<char>('A' + side));
}

std::string_view word_of(const ClauseRecord* entry) {
  if (entry == nullptr) return "-";
  if (entry->kind && entry->verdict != ClauseVerdict::measured) return name(*entry->kind);
  return name(entry->verdict);
}

std::string describe_side(const ComparedSide& side) {
  const RunRecord& record = side.record;
  std::string what = record.http ? one_line(record.url) : "in process";
  if (!record.deviation.empty()) what += fmt::format(", deviation {}", record.deviation);
  what += ", " + describe(record.profile);
  if (!side.file.empty())
    what += fmt::format(", report of {} by closecheck {}", one_line(record.started), one_line(record.version));
  return what;
}

bool goes_on(const Difference& before, const Difference& difference) {
  const auto text = [](const Difference& it) {
    return write_history(it.violation.history, it.violation.finding.event, "");
  };
  return before.shows_on == difference.shows_on &&
         before.violation.finding.clause == difference.violation.finding.clause && text(before) == text(difference);
}

std::string write_comparison(const Comparison& comparison, const ConsoleStyle& style) {
  return ComparisonConsole(comparison, style).write();
}

}  // namespace closecheck::reports
