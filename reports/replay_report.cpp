#include "closecheck/reports/replay_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>

#include "history_text.h"
#include "printable.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFixed = "fixed";
constexpr std::string_view kStillFailing = "still failing";
constexpr std::string_view kCannotTell = "cannot tell";

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

std::string write_finding(const Finding& finding) {
  std::string text =
      fmt::format("  violated: {} ({})\n    expected: {}\n    observed: {}\n", id_of(finding.clause),
                  name(level_of(finding.clause)), printable(finding.expected), printable(finding.observed));
  if (finding.also.empty()) return text;
  text += "    also breaks:";
  const char* separator = " ";
  for (const Clause also : finding.also) {
    text += fmt::format("{}{}", separator, id_of(also));
    separator = ", ";
  }
  return text + "\n";
}

std::string write_findings(const std::vector<Finding>& findings, const History& history, bool quiet) {
  std::string text;
  for (const Finding& finding : findings) text += write_finding(finding);
  if (!quiet && !findings.empty() && !history.events.empty())
    text += "  history:\n" + write_history(history, findings.front().event, "  ");
  return text;
}

}  // namespace

std::size_t count(const std::vector<ReplayedFile>& files, std::string_view verdict) {
  return static_cast<std::size_t>(std::count_if(
      files.begin(), files.end(), [verdict](const ReplayedFile& file) { return file.verdict == verdict; }));
}

std::string write_replayed(const ReplayedFile& file, bool quiet) {
  std::string text = fmt::format("{}: {}{}{}\n", file.verdict, file.file, file.why.empty() ? "" : ": ", file.why);
  return text + write_findings(file.findings, file.history, quiet);
}

std::string write_replay_summary(const std::vector<ReplayedFile>& files) {
  return fmt::format("{} fixed, {} still failing, {} cannot tell", count(files, kFixed), count(files, kStillFailing),
                     count(files, kCannotTell));
}

std::string write_replay_json(const std::vector<ReplayedFile>& files) {
  Json list = Json::array();
  for (const ReplayedFile& file : files)
    list.push_back(Json{
        {"file", file.file}, {"verdict", file.verdict}, {"why", file.why}, {"findings", finding_list(file.findings)}});
  return to_text(Json{{"schema", "closecheck-replay/1"},
                      {"files", std::move(list)},
                      {"summary", Json{{"fixed", count(files, kFixed)},
                                       {"still_failing", count(files, kStillFailing)},
                                       {"cannot_tell", count(files, kCannotTell)}}}});
}

std::string write_replay_junit(const std::vector<ReplayedFile>& files) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node suite = document.append_child("testsuites").append_child("testsuite");
  suite.append_attribute("name") = "closecheck replay";
  suite.append_attribute("tests") = static_cast<unsigned long long>(files.size());
  suite.append_attribute("failures") = static_cast<unsigned long long>(count(files, kStillFailing));
  suite.append_attribute("errors") = 0;
  suite.append_attribute("skipped") = static_cast<unsigned long long>(count(files, kCannotTell));
  for (const ReplayedFile& file : files) {
    pugi::xml_node node = suite.append_child("testcase");
    node.append_attribute("classname") = "closecheck.replay";
    node.append_attribute("name") = printable(file.file).c_str();
    if (file.verdict == kStillFailing) {
      pugi::xml_node failure = node.append_child("failure");
      failure.append_attribute("message") = printable(file.why).c_str();
      failure.text() = printable(write_findings(file.findings, file.history, false)).c_str();
    } else if (file.verdict != kFixed) {
      node.append_child("skipped").append_attribute("message") = printable(file.why).c_str();
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

std::string write_judged(const JudgedHistory& judged) {
  std::string text =
      fmt::format("{}: {}{}{}\n", judged.verdict, judged.title, judged.why.empty() ? "" : ": ", judged.why);
  for (const std::string& note : judged.notes) text += fmt::format("  note: {}\n", note);
  text += write_findings(judged.findings, judged.history, false);
  std::string stood;
  for (const ClauseText& clause : clauses())
    if (judged.evidence.of(clause.clause) > 0)
      stood += fmt::format("{}{} ({})", stood.empty() ? "" : ", ", clause.id, judged.evidence.of(clause.clause));
  if (!stood.empty()) text += fmt::format("  put to the test and stood: {}\n", stood);
  return text;
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
                        {"requests", request_count(history.history)},
                        {"findings", finding_list(history.findings)},
                        {"evidence", std::move(evidence)}});
  }
  return to_text(Json{{"schema", "closecheck-judgement/1"}, {"verdict", verdict}, {"histories", std::move(list)}});
}

}  // namespace closecheck::reports
