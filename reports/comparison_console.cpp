// A comparison for people: what is compared, the table of clauses, what tells two apart, the verdict last.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/comparison.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "comparison_text.h"
#include "history_text.h"
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
    const char* code = verdict == ComparisonVerdict::unchanged   ? "1;32"
                       : verdict == ComparisonVerdict::regressed ? "1;31"
                                                                 : "1;33";
    add(painted(one_line(verdict_line(comparison_)), code) + '\n');
    return std::move(text_);
  }

 private:
  std::string painted(std::string_view words, const char* code) const {
    return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
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
    if (entry->verdict == ClauseVerdict::holds) return painted(word, "32");
    return entry->verdict == ClauseVerdict::violated ? painted(word, "1;31") : std::string(word);
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

  void write_table() {
    const std::vector<ChangedClause> changed = changes(comparison_);
    std::size_t width = 6;
    for (const Clause clause : compared_clauses(comparison_)) width = std::max(width, id_of(clause).size());
    width += 2;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < comparison_.sides.size(); ++i) words.push_back(letter_of(i));
    text_ += row("  clause", width, words);
    std::size_t alike = 0;
    for (const Clause clause : compared_clauses(comparison_)) {
      const bool is_changed = std::ranges::any_of(changed, [&](const auto& it) { return it.clause == clause; });
      if (!is_changed && style_.quiet) {
        ++alike;
        continue;
      }
      words.clear();
      for (const ComparedSide& side : comparison_.sides) words.push_back(painted_word(entry_of(side.record, clause)));
      text_ += row(fmt::format("{} {}", is_changed ? '*' : ' ', id_of(clause)), width, words);
    }
    if (alike > 0) text_ += fmt::format("  {} more are told alike\n", alike);
    text_ += changed.empty() ? "\n" : fmt::format("* not as on {}\n\n", letter_of(0));
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

  /// Whether it is the one before it, on another side.
  static bool goes_on(const Difference& before, const Difference& difference) {
    const auto text = [](const Difference& it) {
      return write_history(it.violation.history, it.violation.finding.event, "");
    };
    return before.shows_on == difference.shows_on &&
           before.violation.finding.clause == difference.violation.finding.clause && text(before) == text(difference);
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
    add(fmt::format("{} shows on {} ({})\n  {}\n", painted(id_of(finding.clause), "1"), letter_of(difference.shows_on),
                    one_line(name_of(difference.shows_on)), text_of(finding.clause).says));
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

std::string write_comparison(const Comparison& comparison, const ConsoleStyle& style) {
  return ComparisonConsole(comparison, style).write();
}

}  // namespace closecheck::reports
