// The report as JSON. Members stand in the order of the schema, so that two reports of one seed compare byte by byte.
#include <nlohmann/json.hpp>

#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json clause_entry(const ClauseRecord& entry) {
  Json figures = Json::object();
  for (const auto& [figure, value] : entry.figures) figures[figure] = value;
  return Json{{"id", id_of(entry.clause)},
              {"level", name(level_of(entry.clause))},
              {"verdict", name(entry.verdict)},
              {"checks", entry.checks},
              {"exchanges", entry.exchanges},
              {"why", entry.why},
              {"kind", entry.kind ? Json(name(*entry.kind)) : Json(nullptr)},
              {"figures", std::move(figures)}};
}

/// Lines that say what the file is (`schema`) are no events and stay out.
Json events_of(const std::vector<std::string>& lines) {
  Json events = Json::array();
  for (const std::string& line : lines) {
    Json event = Json::parse(line, nullptr, false);
    if (event.is_object() && !event.contains("schema")) events.push_back(std::move(event));
  }
  return events;
}

Json violation_entry(const ViolationRecord& violation) {
  return Json{{"clause", id_of(violation.finding.clause)},
              {"also", clause_ids(violation.finding.also)},
              {"check", violation.check},
              {"expected", violation.finding.expected},
              {"observed", violation.finding.observed},
              {"history", events_of(violation.history_lines)},
              {"scenario", text_or_null(violation.scenario)},
              {"seed", violation.seed},
              {"replay", violation.replay},
              {"curl", violation.curl},
              {"reproduced", violation.reproduced.empty() ? "not tried" : violation.reproduced}};
}

}  // namespace

nlohmann::ordered_json clause_ids(const std::vector<Clause>& clauses) {
  Json ids = Json::array();
  for (const Clause clause : clauses) ids.push_back(id_of(clause));
  return ids;
}

std::string to_text(const nlohmann::ordered_json& json) {
  // Answers of a server may hold bytes that are no UTF-8; a report is written all the same, and safe to be shown.
  return escaped_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string write_json(const RunRecord& record) {
  Json clause_list = Json::array();
  for (const ClauseRecord& entry : record.clauses) clause_list.push_back(clause_entry(entry));
  Json violations = Json::array();
  for (const ViolationRecord& violation : record.violations) violations.push_back(violation_entry(violation));
  Json waived = Json::array();
  for (const WaivedRecord& waiver : record.waived)
    waived.push_back(Json{{"clause", id_of(waiver.clause)},
                          {"reason", waiver.reason},
                          {"owner", waiver.owner},
                          {"expires", text_or_null(waiver.expires)}});
  Json states = Json::object();
  for (const auto& [state, visits] : record.state_coverage) states[state] = visits;
  Json transitions = Json::object();
  for (const auto& [transition, visits] : record.transition_coverage) transitions[transition] = visits;

  Json target{{"kind", record.http ? "http" : "in-process"}, {"url", text_or_null(record.url)}};
  if (std::string version = product_version_of(record.profile); !version.empty())
    target["product_version"] = std::move(version);
  return to_text(Json{
      {"schema", "closecheck-report/1"},
      {"version", record.version},
      {"target", std::move(target)},
      {"profile", name(record.profile)},
      {"deviation", text_or_null(record.deviation)},
      {"seed", record.seed},
      {"effort", record.effort},
      {"started", record.started},
      {"elapsed_ms", record.elapsed_ms},
      {"verdict", name(record.verdict)},
      {"require", name(record.require)},
      {"totals", Json{{"exchanges", record.exchanges}, {"sequences", record.sequences}, {"checks", record.checks}}},
      {"clauses", std::move(clause_list)},
      {"violations", std::move(violations)},
      {"waived", std::move(waived)},
      {"coverage", Json{{"states", std::move(states)}, {"transitions", std::move(transitions)}}},
      {"notes", record.notes}});
}

}  // namespace closecheck::reports
