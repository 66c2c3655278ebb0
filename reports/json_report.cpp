// The report as JSON. Members stand in the order of the schema, so that two reports of one seed compare byte by byte.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "closecheck/reports/fingerprint.h"
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

Json violation_entry(const ViolationRecord& violation) {
  return Json{{"clause", id_of(violation.finding.clause)},
              {"also", clause_ids(violation.finding.also)},
              {"check", violation.check},
              {"expected", violation.finding.expected},
              {"observed", violation.finding.observed},
              {"history", events_of(violation.history_lines)},
              {"scenario", text_or_null(violation.scenario)},
              {"script", text_or_null(hand_script_of(violation))},
              {"seed", violation.seed},
              {"replay", violation.replay},
              {"curl", violation.curl},
              {"reproduced", violation.reproduced.empty() ? "not tried" : violation.reproduced},
              {"event", violation.finding.event},
              {"fingerprint", fingerprint_of(violation)}};
}

Json waived_entry(const RunRecord& record, const WaivedRecord& waiver) {
  Json entry{{"clause", id_of(waiver.clause)},
             {"reason", waiver.reason},
             {"owner", waiver.owner},
             {"expires", text_or_null(waiver.expires)}};
  for (const ViolationRecord& violation : record.violations)
    if (violation.finding.clause == waiver.clause) {
      entry["fingerprint"] = fingerprint_of(violation);
      entry["violation"] = violation_entry(violation);
      break;
    }
  return entry;
}

/// The value below which so many of a hundred lie. `values` are in order, and some.
double percentile(const std::vector<double>& values, std::size_t of_hundred) {
  return values[std::min(values.size() - 1, values.size() * of_hundred / 100)];
}

Json latency_list(const Latencies& latencies) {
  // As wide as can be told apart on a scale of decades.
  constexpr std::array kBoundsMs{0.1,  0.2, 0.5, 1.,  2.,  5.,  10., 20., 50., 100., 200.,
                                 500., 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5};
  Json list = Json::array();
  for (const auto& [request, times] : latencies) {
    if (times.empty()) continue;
    std::vector<double> values = times;
    std::ranges::sort(values);
    Json histogram = Json::array();
    auto from = values.begin();
    for (const double bound : kBoundsMs) {
      const auto to = std::upper_bound(from, values.end(), bound);
      if (to != from) histogram.push_back(Json{{"up_to_ms", bound}, {"count", to - from}});
      from = to;
    }
    list.push_back(Json{{"request", request},
                        {"count", values.size()},
                        {"median_ms", percentile(values, 50)},
                        {"p95_ms", percentile(values, 95)},
                        {"longest_ms", values.back()},
                        {"histogram", std::move(histogram)}});
  }
  return list;
}

}  // namespace

nlohmann::ordered_json clause_ids(const std::vector<Clause>& clauses) {
  Json ids = Json::array();
  for (const Clause clause : clauses) ids.push_back(id_of(clause));
  return ids;
}

nlohmann::ordered_json events_of(const std::vector<std::string>& lines) {
  Json events = Json::array();
  for (const std::string& line : lines) {
    Json event = Json::parse(line, nullptr, false);
    if (event.is_object() && !event.contains("schema")) events.push_back(std::move(event));
  }
  return events;
}

std::string to_text(const nlohmann::ordered_json& json) {
  // Answers of a server may hold bytes that are no UTF-8; a report is written all the same, and safe to be shown.
  return escaped_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string write_json(const RunReport& report) {
  const RunRecord& record = report.record;
  Json clause_list = Json::array();
  for (const ClauseRecord& entry : record.clauses) clause_list.push_back(clause_entry(entry));
  Json violations = Json::array();
  for (const ViolationRecord& violation : record.violations)
    if (waiver_of(record, violation) == nullptr) violations.push_back(violation_entry(violation));
  Json waived = Json::array();
  for (const WaivedRecord& waiver : record.waived) waived.push_back(waived_entry(record, waiver));
  Json states = Json::object();
  for (const auto& [state, visits] : record.state_coverage) states[state] = visits;
  Json transitions = Json::object();
  for (const auto& [transition, visits] : record.transition_coverage) transitions[transition] = visits;

  Json target{{"kind", record.http ? "http" : "in-process"}, {"url", text_or_null(record.url)}};
  if (std::string version = product_version_of(record.profile); !version.empty())
    target["product_version"] = std::move(version);
  Json all{
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
      {"notes", record.notes}};
  if (!report.waiver_faults.empty()) all["waiver_faults"] = report.waiver_faults;
  if (!report.latencies.empty()) all["latencies"] = latency_list(report.latencies);
  return to_text(all);
}

}  // namespace closecheck::reports
