// The report for people: seed and settings first, a line per clause, every violation with its proof, the verdict last.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "github_text.h"
#include "history_text.h"
#include "waiver_text.h"

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
    return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, words) : std::string(words);
  }

  std::string painted(std::string_view words, ClauseVerdict verdict) const {
    switch (verdict) {
      case ClauseVerdict::holds:
        return painted(words, "32");
      case ClauseVerdict::violated:
        return painted(words, "1;31");
      case ClauseVerdict::waived:
      case ClauseVerdict::inconclusive:
        return painted(words, "33");
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

  void write_settings_line() {
    text_ += fmt::format("seed {}, {}, {}, effort {}, require {}\n", record_.seed, target(), describe(record_.profile),
                         record_.effort, name(record_.require));
  }

  void write_settings() {
    text_ += fmt::format("seed     {}\ntarget   {}\nprofile  {}\neffort   {}\nrequire  {}\nversion  {}\n", record_.seed,
                         target(), describe(record_.profile), record_.effort, name(record_.require), record_.version);
    for (const std::string& note : record_.notes) text_ += fmt::format("note     {}\n", one_line(note));
    text_ += '\n';
  }

  void write_clauses() {
    std::size_t width = 6;
    for (const ClauseRecord& entry : record_.clauses) width = std::max(width, id_of(entry.clause).size());
    text_ += fmt::format("{:<{}}  {:<8}  {:<13}  {:>6}  {:>9}\n", "clause", width, "level", "verdict", "checks",
                         "exchanges");
    for (const ClauseRecord& entry : record_.clauses) {
      const std::string verdict = painted(fmt::format("{:<13}", name(entry.verdict)), entry.verdict);
      text_ += fmt::format("{:<{}}  {:<8}  {}  {:>6}  {:>9}", id_of(entry.clause), width, name(level_of(entry.clause)),
                           verdict, entry.checks, entry.exchanges);
      std::string remark = one_line(entry.why);
      if (entry.kind && entry.verdict != ClauseVerdict::measured)
        remark = fmt::format("{}: {}", name(*entry.kind), remark);
      for (const auto& [figure, value] : entry.figures) {
        if (!remark.empty()) remark += ", ";
        remark += fmt::format("{} {:.6g}", figure, value);
      }
      if (!remark.empty()) text_ += "  " + remark;
      text_ += '\n';
    }
    text_ += fmt::format("\n{} exchanges in {} sequences of {} checks", record_.exchanges, record_.sequences,
                         record_.checks);
    if (record_.elapsed_ms > 0) text_ += fmt::format(", {}", describe_duration(record_.elapsed_ms * kMillisecond));
    text_ += ".\n\n";
  }

  void write_heading(const ClauseText& clause, const WaivedRecord* waiver) {
    text_ +=
        fmt::format("{} {} ({}{}{})\n", waiver == nullptr ? painted("violated:", "1;31") : painted("waived:", "33"),
                    clause.id, name(clause.level), clause.section.empty() ? "" : ", ", clause.section);
    text_ += fmt::format("  {}\n", clause.says);
    if (waiver == nullptr) return;
    text_ += fmt::format("  waived:   {}", one_line(waiver->reason));
    if (!waiver->owner.empty()) text_ += fmt::format(" ({})", one_line(waiver->owner));
    if (!waiver->expires.empty()) text_ += fmt::format(", until {}", waiver->expires);
    text_ += '\n';
  }

  void write_violation(const ViolationRecord& violation) {
    const Finding& finding = violation.finding;
    const WaivedRecord* waiver = waiver_of(record_, violation);
    if (style_.annotates) text_ += annotation_of(record_, violation);
    if (style_.quiet && waiver != nullptr) return;
    write_heading(text_of(finding.clause), waiver);
    if (!style_.quiet && !violation.history.events.empty())
      text_ += "  history:\n" + write_history(violation.history, finding.event, "  ");
    text_ += fmt::format("  expected: {}\n  observed: {}\n", one_line(finding.expected), one_line(finding.observed));
    if (!finding.also.empty()) text_ += "  also breaks: " + joined(finding.also, ", ", id_of) + "\n";
    if (!style_.quiet && !violation.curl.empty()) {
      text_ += "  by hand:\n";
      for (const std::string& line : violation.curl) text_ += fmt::format("    {}\n", one_line(line));
    }
    if (!violation.check.empty()) text_ += fmt::format("  check:    {}\n", violation.check);
    if (!violation.reproduced.empty()) text_ += fmt::format("  reproduced: {}\n", violation.reproduced);
    if (waiver == nullptr) text_ += fmt::format("  waiver:   {}\n", waiver_line(record_, violation));
    if (!violation.replay.empty()) text_ += fmt::format("  replay:   {}\n", one_line(violation.replay));
    text_ += '\n';
  }

  /// What keeps a run from passing, besides violations.
  void write_faults() {
    for (const std::string& fault : report_.waiver_faults) {
      if (style_.annotates) text_ += annotation("error", "closecheck: waivers", fault);
      text_ += fmt::format("{} {}\n", painted("--strict-waivers:", "1;31"), one_line(fault));
    }
    if (!report_.waiver_faults.empty()) text_ += '\n';
    if (style_.annotates && record_.verdict == RunVerdict::inconclusive)
      text_ += annotation("warning", "closecheck: inconclusive", verdict_line(record_));
  }

  void write_verdict() {
    const std::string line = one_line(verdict_line(record_));
    const char* code = record_.verdict == RunVerdict::conforms   ? "1;32"
                       : record_.verdict == RunVerdict::violates ? "1;31"
                                                                 : "1;33";
    text_ += painted(line, code) + '\n';
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
