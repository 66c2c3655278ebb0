#include "closecheck/reports/replay_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "history_text.h"
#include "junit_suite.h"
#include "painting.h"
#include "report_json.h"
#include "wrapping.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFixed = "fixed";
constexpr std::string_view kStillFailing = "still failing";
constexpr std::string_view kCannotTell = "cannot tell";
constexpr std::string_view kSkipped = "skipped";

Json finding_list(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings)
    list.push_back(Json{{"clause", id_of(finding.clause)},
                        {"level", name(level_of(finding.clause))},
                        {"also", clause_ids(finding.also)},
                        {"expected", finding.expected},
                        {"observed", finding.observed},
                        {"event", finding.event}});
  return list;
}

/// How a verdict is painted; null: not at all.
const char* paint_of(std::string_view verdict) {
  if (verdict == kFixed || verdict == "conforms") return kGood;
  if (verdict == kStillFailing || verdict == "violates") return kBad;
  return verdict == kSkipped ? nullptr : kUnsure;
}

/// A last line, painted by what all comes to.
std::string painted_end(const std::string& line, std::string_view verdict, const ConsoleStyle& style) {
  const char* paint = paint_of(verdict);
  const char* strong = paint == kGood ? kAllGood : paint == kBad ? kBad : kAllUnsure;
  return wrapped(painted(line, strong, style.colour), style.width) + '\n';
}

std::string painted_verdict(const std::string& verdict, const ConsoleStyle& style) {
  const char* paint = paint_of(verdict);
  return painted(verdict, paint, style.colour && paint != nullptr);
}

std::string write_finding(const Finding& finding, const ConsoleStyle& style) {
  std::string text = fmt::format(
      "  {} {} ({})\n    expected: {}\n    observed: {}\n", painted("violated:", kBad, style.colour),
      id_of(finding.clause), name(level_of(finding.clause)), one_line(finding.expected), one_line(finding.observed));
  if (!finding.also.empty()) text += "    also breaks: " + joined(finding.also, ", ", id_of) + "\n";
  return wrapped(text, style.width);
}

/// What of a history is shown, behind events and requests that are not.
struct Excerpt {
  const History& history;
  std::size_t events_before = 0;
  std::size_t requests_before = 0;
};

std::string write_findings(const std::vector<Finding>& findings, const Excerpt& shown, const ConsoleStyle& style) {
  std::string text;
  for (const Finding& finding : findings) text += write_finding(finding, style);
  if (style.quiet || findings.empty() || shown.history.events.empty()) return text;
  const std::size_t event = findings.front().event;
  std::optional<std::size_t> marked;
  if (event >= shown.events_before) marked = event - shown.events_before;
  text += shown.requests_before == 0 ? "  history:\n"
                                     : fmt::format("  history, behind {} requests:\n", shown.requests_before);
  return text +
         wrapped_at(write_history(shown.history, marked, "  ", shown.requests_before), style.width, kHistoryColumn);
}

/// The lines of `text`, each behind `indentation`.
std::string indented(const std::string& text, std::string_view indentation) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += fmt::format("{}{}\n", indentation, one_line(text.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

/// `folder/file` without its extension, as suites of the format are known.
std::string suite_of(const std::string& file) {
  std::string name = file;
  const std::size_t slash = name.rfind('/');
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && (slash == std::string::npos || dot > slash)) name.resize(dot);
  if (slash == std::string::npos) return name;
  const std::size_t parent = slash == 0 ? std::string::npos : name.rfind('/', slash - 1);
  return parent == std::string::npos ? name : name.substr(parent + 1);
}

JunitOutcome outcome_of(const std::string& verdict) {
  if (verdict == kFixed) return JunitOutcome::passed;
  if (verdict == kStillFailing) return JunitOutcome::failed;
  return verdict == kSkipped ? JunitOutcome::skipped : JunitOutcome::error;
}

Json counts(const std::vector<ReplayedFile>& files,
            std::size_t (*counted)(const std::vector<ReplayedFile>& files, std::string_view verdict)) {
  return Json{{"fixed", counted(files, kFixed)},
              {"still_failing", counted(files, kStillFailing)},
              {"cannot_tell", counted(files, kCannotTell)},
              {"skipped", counted(files, kSkipped)}};
}

}  // namespace

std::size_t count(const std::vector<ReplayedFile>& files, std::string_view verdict) {
  return static_cast<std::size_t>(std::count_if(
      files.begin(), files.end(), [verdict](const ReplayedFile& file) { return file.verdict == verdict; }));
}

std::size_t count_tests(const std::vector<ReplayedFile>& files, std::string_view verdict) {
  std::size_t found = 0;
  for (const ReplayedFile& file : files)
    found += static_cast<std::size_t>(std::count_if(
        file.tests.begin(), file.tests.end(), [verdict](const ReplayedTest& test) { return test.verdict == verdict; }));
  return found;
}

std::string write_replayed(const ReplayedFile& file, const ConsoleStyle& style) {
  const bool is_suite = file.tests.size() > 1;
  std::string why = one_line(file.why);
  if (is_suite) {
    std::vector<std::string> counts;
    for (const std::string_view verdict : {kFixed, kStillFailing, kCannotTell, kSkipped})
      if (const std::size_t tests = count_tests({file}, verdict); tests > 0)
        counts.push_back(fmt::format("{} {}", tests, verdict));
    why = joined(counts);
  }
  if (!file.reproduced.empty())
    why = fmt::format("still failing in {} replays{}{}", file.reproduced, why.empty() ? "" : ": ", why);
  std::string text = fmt::format("{}: {}{}{}\n", painted_verdict(file.verdict, style), one_line(file.file),
                                 why.empty() ? "" : ": ", why);
  for (const ReplayedTest& test : file.tests) {
    if (is_suite && test.verdict != kFixed)
      text += fmt::format("  {}: \"{}\": {}\n", painted_verdict(test.verdict, style), one_line(test.title),
                          one_line(test.why));
    text += indented(test.details, is_suite ? "    " : "  ");
  }
  return wrapped(text, style.width) + write_findings(file.findings, {file.history}, style);
}

bool have_one_cause(const ReplayedFile& one, const ReplayedFile& other) {
  const auto is_cause_alone = [](const ReplayedFile& file) {
    return file.verdict == kCannotTell && !file.why.empty() && file.tests.empty() && file.findings.empty() &&
           file.reproduced.empty();
  };
  return is_cause_alone(one) && is_cause_alone(other) && one.why == other.why;
}

std::string write_replayed(std::span<const ReplayedFile> files, const ConsoleStyle& style) {
  if (files.size() == 1) return write_replayed(files.front(), style);
  const ReplayedFile& first = files.front();
  const std::string head =
      fmt::format("{}: {} files: {}\n", painted_verdict(first.verdict, style), files.size(), one_line(first.why));
  const std::string names = joined(files, ", ", [](const ReplayedFile& file) { return one_line(file.file); });
  return wrapped(head, style.width) + wrapped("  " + names, style.width, 0) + '\n';
}

std::string write_replay_summary(const std::vector<ReplayedFile>& files) {
  std::string text;
  const bool has_suite =
      std::any_of(files.begin(), files.end(), [](const ReplayedFile& file) { return file.tests.size() > 1; });
  if (has_suite)
    text =
        fmt::format("tests: {} fixed, {} still failing, {} cannot tell, {} skipped\n", count_tests(files, kFixed),
                    count_tests(files, kStillFailing), count_tests(files, kCannotTell), count_tests(files, kSkipped));
  text += fmt::format("{} fixed, {} still failing, {} cannot tell", count(files, kFixed), count(files, kStillFailing),
                      count(files, kCannotTell));
  if (const std::size_t skipped = count(files, kSkipped); skipped > 0) text += fmt::format(", {} skipped", skipped);
  return text;
}

std::string_view verdict_of(const std::vector<ReplayedFile>& files) {
  if (count(files, kStillFailing) > 0) return kStillFailing;
  return count(files, kFixed) > 0 && count(files, kCannotTell) == 0 ? kFixed : kCannotTell;
}

std::string write_replay_end(const std::vector<ReplayedFile>& files, std::string_view remark,
                             const ConsoleStyle& style) {
  const std::string line = write_replay_summary(files) + std::string(remark);
  return painted_end(line, verdict_of(files), style);
}

std::string write_replay_json(const std::vector<ReplayedFile>& files) {
  Json list = Json::array();
  for (const ReplayedFile& file : files) {
    Json tests = Json::array();
    for (const ReplayedTest& test : file.tests)
      tests.push_back(
          Json{{"title", test.title}, {"verdict", test.verdict}, {"why", test.why}, {"details", test.details}});
    list.push_back(Json{{"file", file.file},
                        {"verdict", file.verdict},
                        {"why", file.why},
                        {"tests", std::move(tests)},
                        {"findings", finding_list(file.findings)}});
    if (!file.reproduced.empty()) list.back()["reproduced"] = file.reproduced;
  }
  Json summary = counts(files, count);
  summary["tests"] = counts(files, count_tests);
  return to_text(Json{{"schema", "closecheck-replay/1"}, {"files", std::move(list)}, {"summary", std::move(summary)}});
}

std::string write_replay_junit(const std::vector<ReplayedFile>& files) {
  JunitSuite suite("closecheck replay");
  for (const ReplayedFile& file : files) {
    const auto add = [&](const std::string& class_name, const std::string& title, const std::string& verdict,
                         const std::string& why, const std::string& text) {
      const JunitOutcome outcome = outcome_of(verdict);
      suite.add({.class_name = class_name,
                 .title = title,
                 .outcome = outcome,
                 .message = why,
                 .type = verdict,
                 .text = outcome == JunitOutcome::failed ? text : std::string(),
                 .output = {}});
    };
    const std::string findings = write_findings(file.findings, {file.history}, {});
    for (const ReplayedTest& test : file.tests)
      add(suite_of(file.file), test.title, test.verdict, test.why, indented(test.details, "") + findings);
    if (file.tests.empty()) add("closecheck.replay", file.file, file.verdict, file.why, findings);
  }
  // Where everything was skipped nothing was told.
  const bool any_told = suite.has(JunitOutcome::passed) || suite.has(JunitOutcome::failed);
  if (!any_told && !suite.has(JunitOutcome::error))
    suite.add({.class_name = "closecheck.replay",
               .title = "verdict",
               .outcome = JunitOutcome::error,
               .message = "nothing was put to the test",
               .type = std::string(kCannotTell),
               .text = {},
               .output = {}});
  return suite.write(0);
}

std::string write_judged(const JudgedHistory& judged, const ConsoleStyle& style) {
  std::string text = fmt::format("{}: {}{}{}\n", painted_verdict(judged.verdict, style), one_line(judged.title),
                                 judged.why.empty() ? "" : ": ", one_line(judged.why));
  for (const std::string& note : judged.notes) text += fmt::format("  note: {}\n", one_line(note));
  text = wrapped(text, style.width) +
         write_findings(judged.findings, {judged.history, judged.events_before, judged.requests_before}, style);
  std::vector<std::string> stood;
  for (const ClauseText& clause : clauses())
    if (judged.evidence.of(clause.clause) > 0)
      stood.push_back(fmt::format("{} ({})", clause.id, judged.evidence.of(clause.clause)));
  if (!stood.empty()) text += wrapped(fmt::format("  put to the test and stood: {}\n", joined(stood)), style.width);
  return text;
}

std::string write_judged_summary(const std::vector<JudgedHistory>& judged, std::string_view verdict,
                                 const ConsoleStyle& style) {
  const auto violating = std::ranges::count_if(judged, [](const JudgedHistory& it) { return !it.findings.empty(); });
  const std::string line = fmt::format("{}: {} of {} histories violate a clause", verdict, violating, judged.size());
  return painted_end(line, verdict, style);
}

std::string write_judged_junit(const std::vector<JudgedHistory>& judged) {
  JunitSuite suite("closecheck judge");
  for (const JudgedHistory& history : judged) {
    JunitCase made;
    made.class_name = "closecheck.judge";
    made.title = history.title;
    made.type = history.verdict;
    made.message = history.findings.empty() ? history.why : history.findings.front().observed;
    if (!history.findings.empty()) {
      made.outcome = JunitOutcome::failed;
      made.text =
          write_findings(history.findings, {history.history, history.events_before, history.requests_before}, {});
    } else if (history.verdict != "conforms") {
      made.outcome = JunitOutcome::error;
      made.text = history.why;
    }
    suite.add(made);
  }
  return suite.write(0);
}

std::string write_judged_json(const std::vector<JudgedHistory>& judged, std::string_view verdict) {
  Json list = Json::array();
  for (const JudgedHistory& history : judged) {
    Json evidence = Json::object();
    for (const ClauseText& clause : clauses())
      if (history.evidence.of(clause.clause) > 0) evidence[std::string(clause.id)] = history.evidence.of(clause.clause);
    list.push_back(Json{{"title", history.title},
                        {"profile", name(history.history.profile)},
                        {"verdict", history.verdict},
                        {"why", history.why},
                        {"notes", history.notes},
                        {"requests", history.requests},
                        {"findings", finding_list(history.findings)},
                        {"evidence", std::move(evidence)}});
  }
  return to_text(Json{{"schema", "closecheck-judgement/1"}, {"verdict", verdict}, {"histories", std::move(list)}});
}

}  // namespace closecheck::reports
