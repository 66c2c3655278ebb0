// A run, replays, and judged histories as pages for a browser.
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/replay_report.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/text.h"
#include "html_page.h"
#include "waiver_text.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

Json with_texts(Json entry, Clause clause) {
  entry.update(clause_texts(clause));
  return entry;
}

Json page_facts(const RunRecord& record) {
  Json facts = Json::array();
  const auto add = [&](std::string_view what, const std::string& value) {
    facts.push_back(Json::array({what, value}));
  };
  add("target", record.http ? record.url : "built in, in simulated time");
  if (!record.deviation.empty()) add("deviation", record.deviation);
  add("profile", describe(record.profile));
  add("seed", fmt::format("{}", record.seed));
  add("effort", record.effort);
  add("require", std::string(name(record.require)));
  add("started", record.started);
  add("took", describe_duration(record.elapsed_ms * kMillisecond));
  add("exchanges", fmt::format("{} in {} sequences of {} checks", record.exchanges, record.sequences, record.checks));
  add("closecheck", record.version);
  return facts;
}

/// As many are shown of replays and recordings; all of them stand in the other reports.
constexpr std::size_t kItemsMax = 500;
constexpr std::size_t kViolationsMax = 40;

std::string left_out(std::size_t items, std::size_t violations) {
  std::string text;
  if (items > kItemsMax) text += fmt::format("; {} more are not shown here", items - kItemsMax);
  if (violations > kViolationsMax)
    text += fmt::format("; {} more violations are not shown here", violations - kViolationsMax);
  return text;
}

void add_up_to(std::size_t most, Json& list, Json entry) {
  if (list.size() < most) list.push_back(std::move(entry));
}

/// Of what the JSON report has of it, with its history in words and a waiver for it.
Json page_violation(const RunRecord& record, const ViolationRecord& violation, Json entry) {
  entry["history"] = told_events(violation.history, violation.history_lines);
  if (const WaivedRecord* waiver = waiver_of(record, violation))
    entry["waived"] = Json{{"reason", waiver->reason}, {"owner", waiver->owner}, {"expires", waiver->expires}};
  else
    entry["waiver"] = waiver_line(record, violation);
  return with_texts(std::move(entry), violation.finding.clause);
}

Json page_model(const RunReport& report) {
  Json cells = Json::array();
  for (const ModelCell& cell : report.model.cells) {
    const auto found = report.record.transition_coverage.find(cell.name);
    cells.push_back(Json{{"state", cell.state},
                         {"step", cell.step},
                         {"next", cell.next},
                         {"answers", cell.answers},
                         {"clause", id_of(cell.clause)},
                         {"of_feed", cell.of_feed},
                         {"spontaneous", cell.spontaneous},
                         {"visits", found == report.record.transition_coverage.end() ? 0 : found->second}});
  }
  return cells;
}

Json page_finding(const Finding& finding, const History& history, const std::vector<std::string>& lines,
                  std::size_t events_before) {
  Json also = Json::array();
  for (const Clause clause : finding.also) also.push_back(id_of(clause));
  Json entry{{"clause", id_of(finding.clause)},
             {"also", std::move(also)},
             {"expected", finding.expected},
             {"observed", finding.observed},
             {"history", told_events(history, lines)}};
  if (finding.event >= events_before) entry["event"] = finding.event - events_before;
  return with_texts(std::move(entry), finding.clause);
}

}  // namespace

std::string write_html(const RunReport& report) {
  const RunRecord& record = report.record;
  Json written = Json::parse(write_json(report));
  Json clause_list = Json::array();
  for (std::size_t i = 0; i < record.clauses.size(); ++i)
    clause_list.push_back(with_texts(std::move(written["clauses"][i]), record.clauses[i].clause));
  Json violations = Json::array();
  std::size_t told = 0;
  for (const ViolationRecord& violation : record.violations) {
    Json entry = Json::object();
    if (waiver_of(record, violation) == nullptr) {
      entry = std::move(written["violations"][told++]);
    } else {
      for (Json& waived : written["waived"])
        if (waived["clause"] == id_of(violation.finding.clause) && waived.contains("violation"))
          entry = waived["violation"];
    }
    violations.push_back(page_violation(record, violation, std::move(entry)));
  }
  HtmlPage page;
  page.title = fmt::format("{} · closecheck", name(record.verdict));
  page.summary = verdict_line(record);
  page.picture = report.model.picture;
  page.data = Json{{"kind", "run"},
                   {"verdict", name(record.verdict)},
                   {"line", verdict_line(record)},
                   {"faults", report.waiver_faults},
                   {"facts", page_facts(record)},
                   {"notes", record.notes},
                   {"clauses", std::move(clause_list)},
                   {"violations", std::move(violations)},
                   {"states", report.model.states},
                   {"model", page_model(report)}};
  if (written.contains("latencies")) page.data["latencies"] = std::move(written["latencies"]);
  return write_page(page);
}

std::string write_replay_html(const std::vector<ReplayedFile>& files) {
  Json list = Json::array();
  Json violations = Json::array();
  std::size_t findings = 0;
  for (const ReplayedFile& file : files) {
    Json tests = Json::array();
    for (const ReplayedTest& test : file.tests)
      tests.push_back(
          Json{{"title", test.title}, {"verdict", test.verdict}, {"why", test.why}, {"details", test.details}});
    add_up_to(kItemsMax, list,
              Json{{"title", file.file},
                   {"verdict", file.verdict},
                   {"why", file.why},
                   {"reproduced", file.reproduced},
                   {"tests", std::move(tests)}});
    for (const Finding& finding : file.findings) {
      if (++findings > kViolationsMax) continue;
      Json entry = page_finding(finding, file.history, file.history_lines, 0);
      entry["of"] = file.file;
      if (!file.reproduced.empty()) entry["reproduced"] = file.reproduced;
      violations.push_back(std::move(entry));
    }
  }
  HtmlPage page;
  page.summary = write_replay_summary(files) + left_out(files.size(), findings);
  page.title = "replay · closecheck";
  page.data = Json{{"kind", "replay"},
                   {"verdict", verdict_of(files)},
                   {"line", page.summary},
                   {"items", std::move(list)},
                   {"violations", std::move(violations)}};
  return write_page(page);
}

std::string write_judged_html(const std::vector<JudgedHistory>& judged, std::string_view verdict) {
  Json list = Json::array();
  Json violations = Json::array();
  std::size_t violating = 0;
  std::size_t findings = 0;
  for (const JudgedHistory& history : judged) {
    Json evidence = Json::object();
    for (const ClauseText& clause : clauses())
      if (history.evidence.of(clause.clause) > 0) evidence[std::string(clause.id)] = history.evidence.of(clause.clause);
    add_up_to(kItemsMax, list,
              Json{{"title", history.title},
                   {"verdict", history.verdict},
                   {"why", history.why},
                   {"requests", history.requests},
                   {"notes", history.notes},
                   {"evidence", std::move(evidence)}});
    violating += history.findings.empty() ? 0U : 1U;
    for (const Finding& finding : history.findings) {
      if (++findings > kViolationsMax) continue;
      Json entry = page_finding(finding, history.history, history.history_lines, history.events_before);
      entry["of"] = history.title;
      entry["requests_before"] = history.requests_before;
      violations.push_back(std::move(entry));
    }
  }
  HtmlPage page;
  page.summary = fmt::format("{}: {} of {} histories violate a clause", verdict, violating, judged.size()) +
                 left_out(judged.size(), findings);
  page.title = fmt::format("{} · closecheck judge", verdict);
  page.data = Json{{"kind", "judge"},
                   {"verdict", verdict},
                   {"line", page.summary},
                   {"items", std::move(list)},
                   {"violations", std::move(violations)}};
  return write_page(page);
}

}  // namespace closecheck::reports
