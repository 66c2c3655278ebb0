// The report for people: seed and settings first, a line per clause or cause, those first that do not hold, every
// violation with its proof, the verdict last.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "github_text.h"
#include "history_text.h"
#include "painting.h"
#include "waiver_text.h"
#include "wrapping.h"

namespace closecheck::reports {
namespace {

class Console {
 public:
  Console(const RunReport& report, const ConsoleStyle& style)
      : report_(report), record_(report.record), style_(style) {}

  std::string write() {
    if (style_.quiet) {
      write_settings_line();
    } else {
      write_settings();
      write_clauses();
    }
    for (const ViolationRecord& violation : record_.violations) write_violation(violation);
    write_faults();
    write_verdict();
    return style_.annotates ? without_commands(std::move(text_)) : std::move(text_);
  }

 private:
  std::string painted(std::string_view words, const char* code) const {
    return reports::painted(words, code, style_.colour);
  }

  std::string painted(std::string_view words, ClauseVerdict verdict) const {
    switch (verdict) {
      case ClauseVerdict::holds:
        return painted(words, kGood);
      case ClauseVerdict::violated:
        return painted(words, kBad);
      case ClauseVerdict::waived:
      case ClauseVerdict::inconclusive:
        return painted(words, kUnsure);
      case ClauseVerdict::not_exercised:
      case ClauseVerdict::measured:
        break;
    }
    return std::string(words);
  }

  std::string target() const {
    std::string target = record_.http ? one_line(record_.url) : "in process";
    if (!record_.deviation.empty()) target += fmt::format(", deviation {}", record_.deviation);
    return target;
  }

  void add(const std::string& lines) { text_ += wrapped(lines, style_.width); }

  void write_settings_line() {
    add(fmt::format("seed {}, {}, {}, effort {}, require {}\n", record_.seed, target(), describe(record_.profile),
                    record_.effort, name(record_.require)));
  }

  void write_settings() {
    text_ += fmt::format("seed     {}\ntarget   {}\nprofile  {}\neffort   {}\nrequire  {}\nversion  {}\n", record_.seed,
                         target(), describe(record_.profile), record_.effort, name(record_.require), record_.version);
    for (const std::string& note : record_.notes)
      text_ += wrapped("note     " + one_line(note), style_.width, 9) + '\n';
    text_ += '\n';
  }

  /// What does not hold comes first.
  static int rank(const ClauseRecord& entry) {
    switch (entry.verdict) {
      case ClauseVerdict::violated:
        return 0;
      case ClauseVerdict::waived:
        return 1;
      case ClauseVerdict::inconclusive:
        return 2;
      case ClauseVerdict::not_exercised:
        return 3;
      case ClauseVerdict::holds:
        return 4;
      case ClauseVerdict::measured:
        break;
    }
    return 5;
  }

  static bool is_untold(const ClauseRecord& entry) {
    return entry.verdict == ClauseVerdict::inconclusive || entry.verdict == ClauseVerdict::not_exercised;
  }

  /// A line of the table: one clause, or several that were not told for one cause.
  using Row = std::vector<const ClauseRecord*>;
  std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (const ClauseRecord& entry : record_.clauses) {
      const auto same = std::ranges::find_if(rows, [&](const Row& row) {
        const ClauseRecord& other = *row.front();
        return is_untold(entry) && !entry.why.empty() && other.verdict == entry.verdict && other.kind == entry.kind &&
               other.why == entry.why;
      });
      if (same == rows.end())
        rows.push_back({&entry});
      else
        same->push_back(&entry);
    }
    std::ranges::stable_sort(rows, {}, [](const Row& row) { return rank(*row.front()); });
    return rows;
  }

  std::string remark_of(const Row& row) const {
    const ClauseRecord& entry = *row.front();
    std::string remark = one_line(entry.why);
    if (entry.kind && entry.verdict != ClauseVerdict::measured)
      remark = fmt::format("{}: {}", name(*entry.kind), remark);
    for (const auto& [figure, value] : entry.figures) {
      if (!remark.empty()) remark += ", ";
      remark += fmt::format("{} {:.6g}", figure, value);
    }
    if (row.size() > 1 && row.size() < record_.clauses.size())
      remark += ": " + joined(row, ", ", [](const ClauseRecord* it) { return id_of(it->clause); });
    return remark;
  }

  /// Whether every clause is untold for what broke the run off, which the verdict says.
  bool is_cause_alone() const {
    return !record_.broken_off.empty() && std::ranges::all_of(record_.clauses, [&](const ClauseRecord& entry) {
      return is_untold(entry) && entry.why == record_.broken_off;
    });
  }

  void write_clauses() {
    if (is_cause_alone()) return;
    constexpr std::size_t kOtherColumns = 60;
    constexpr std::size_t kVerdictWidth = 13;
    std::size_t width = 6;
    for (const ClauseRecord& entry : record_.clauses) width = std::max(width, id_of(entry.clause).size());
    // Where there is no room for figures and a short reason, what was told goes before how often.
    const bool is_narrow = style_.width != 0 && width + kOtherColumns > style_.width;
    text_ += is_narrow ? fmt::format("{:<{}}  {}\n", "clause", width, "verdict")
                       : fmt::format("{:<{}}  {:<8}  {:<13}  {:>6}  {:>9}\n", "clause", width, "level", "verdict",
                                     "checks", "exchanges");
    for (const Row& row : rows()) {
      const ClauseRecord& entry = *row.front();
      const std::string subject =
          row.size() == 1 ? std::string(id_of(entry.clause)) : fmt::format("{} clauses", row.size());
      const std::string_view level = row.size() == 1 ? name(level_of(entry.clause)) : "";
      const std::string verdict = painted(name(entry.verdict), entry.verdict);
      const std::string padding(kVerdictWidth - name(entry.verdict).size(), ' ');
      std::string line = fmt::format("{:<{}}", subject, width);
      if (is_narrow) {
        line += "  " + verdict;
      } else {
        std::int64_t checks = 0;
        std::int64_t exchanges = 0;
        for (const ClauseRecord* one : row) {
          checks += one->checks;
          exchanges += one->exchanges;
        }
        line += fmt::format("  {:<8}  {}{}  {:>6}  {:>9}", level, verdict, padding, checks, exchanges);
      }
      const std::string remark = remark_of(row);
      const std::string beside = (is_narrow ? padding : std::string()) + "  " + remark;
      if (remark.empty())
        text_ += line + '\n';
      else if (style_.width == 0 || columns_of(line) + columns_of(beside) <= style_.width)
        text_ += line + beside + '\n';
      else
        text_ += line + '\n' + wrapped("    " + remark, style_.width, 0) + '\n';
    }
    text_ += fmt::format("\n{} exchanges in {} sequences of {} checks", record_.exchanges, record_.sequences,
                         record_.checks);
    if (record_.elapsed_ms > 0) text_ += fmt::format(", {}", describe_duration(record_.elapsed_ms * kMillisecond));
    text_ += ".\n\n";
  }

  void write_heading(const ClauseText& clause, const WaivedRecord* waiver) {
    add(fmt::format("{} {} ({}{}{})\n", waiver == nullptr ? painted("violated:", kBad) : painted("waived:", kUnsure),
                    clause.id, name(clause.level), clause.section.empty() ? "" : ", ", clause.section));
    add(fmt::format("  {}\n", clause.says));
    if (waiver == nullptr) return;
    std::string line = "  waived:   " + one_line(waiver->reason);
    if (!waiver->owner.empty()) line += fmt::format(" ({})", one_line(waiver->owner));
    if (!waiver->expires.empty()) line += fmt::format(", until {}", waiver->expires);
    add(line + '\n');
  }

  void write_violation(const ViolationRecord& violation) {
    const Finding& finding = violation.finding;
    const WaivedRecord* waiver = waiver_of(record_, violation);
    if (style_.annotates) text_ += annotation_of(record_, violation);
    if (style_.quiet && waiver != nullptr) return;
    write_heading(text_of(finding.clause), waiver);
    if (!style_.quiet && !violation.history.events.empty()) {
      text_ += "  history:\n";
      // What goes on stands below what was asked, behind the time.
      text_ += wrapped_at(write_history(violation.history, finding.event, "  "), style_.width, kHistoryColumn);
    }
    add(fmt::format("  expected: {}\n  observed: {}\n", one_line(finding.expected), one_line(finding.observed)));
    if (!finding.also.empty()) add("  also breaks: " + joined(finding.also, ", ", id_of) + "\n");
    if (!style_.quiet && !violation.curl.empty()) {
      text_ += "  by hand:\n";
      for (const std::string& line : violation.curl) text_ += wrapped_command("    ", one_line(line), style_.width);
    }
    if (!violation.check.empty()) add(fmt::format("  check:    {}\n", violation.check));
    if (!violation.reproduced.empty()) add(fmt::format("  reproduced: {}\n", violation.reproduced));
    if (waiver == nullptr) add(fmt::format("  waiver:   {}\n", waiver_line(record_, violation)));
    if (!violation.replay.empty()) text_ += wrapped_command("  replay:   ", one_line(violation.replay), style_.width);
    if (const std::string script = hand_script_of(violation); !script.empty())
      text_ += wrapped_command("  script:   ", one_line("bash " + shell_word(script)), style_.width);
    text_ += '\n';
  }

  /// What keeps a run from passing, besides violations.
  void write_faults() {
    for (const std::string& fault : report_.waiver_faults) {
      if (style_.annotates) text_ += annotation("error", "closecheck: waivers", fault);
      add(fmt::format("{} {}\n", painted("--strict-waivers:", kBad), one_line(fault)));
    }
    if (!report_.waiver_faults.empty()) text_ += '\n';
    if (style_.annotates && record_.verdict == RunVerdict::inconclusive)
      text_ += annotation("warning", "closecheck: inconclusive", verdict_line(record_));
  }

  void write_verdict() {
    const std::string line = one_line(verdict_line(record_));
    const char* code = record_.verdict == RunVerdict::conforms   ? kAllGood
                       : record_.verdict == RunVerdict::violates ? kBad
                                                                 : kAllUnsure;
    add(painted(line, code) + '\n');
  }

  const RunReport& report_;
  const RunRecord& record_;
  const ConsoleStyle& style_;
  std::string text_;
};

}  // namespace

std::string write_console(const RunReport& report, const ConsoleStyle& style) {
  return Console(report, style).write();
}

}  // namespace closecheck::reports
