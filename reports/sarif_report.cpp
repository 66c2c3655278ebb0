// The report as SARIF 2.1.0, for code scanning: clauses are rules, violations are results.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "closecheck/reports/fingerprint.h"
#include "closecheck/reports/report.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string_view sarif_level_of(Clause clause) {
  switch (level_of(clause)) {
    case Level::stated:
    case Level::implied:
      return "error";
    case Level::dialect:
      return "warning";
    case Level::measured:
      break;
  }
  return "note";
}

/// Texts are on one line, and the brackets in them make no links.
Json message(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (c == '[' || c == ']' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return Json{{"text", escaped}};
}

std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool is_plain = is_letter(c) || is_digit(c) || std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

/// Where a reader finds the violation: the counterexample that shows it again, or the target itself.
Json location_of(const RunRecord& record, const ViolationRecord& violation) {
  std::string uri = record.http ? one_line(record.url) : "in-process";
  if (!violation.scenario.empty()) uri = uri_of(violation.scenario);
  Json location{
      {"physicalLocation", Json{{"artifactLocation", Json{{"uri", uri}}}, {"region", Json{{"startLine", 1}}}}}};
  const auto& events = violation.history.events;
  const std::size_t at = violation.finding.event;
  if (at < events.size() && events[at].request)
    location["logicalLocations"] =
        Json::array({Json{{"fullyQualifiedName", one_line(describe(*events[at].request))}, {"kind", "function"}}});
  return location;
}

Json rule_of(const ClauseRecord& entry) {
  const ClauseText& text = text_of(entry.clause);
  return Json{{"id", text.id},
              {"shortDescription", message(text.says)},
              {"fullDescription", message(text.why)},
              {"help", message(text.how)},
              {"defaultConfiguration", Json{{"level", sarif_level_of(entry.clause)}}},
              {"properties", Json{{"tags", Json::array({name(text.level)})}, {"verdict", name(entry.verdict)}}}};
}

Json result_of(const RunRecord& record, const ViolationRecord& violation,
               const std::map<Clause, std::size_t>& rule_indices) {
  const Finding& finding = violation.finding;
  const std::string fingerprint = fingerprint_of(violation);
  std::string text =
      fmt::format("{} Expected: {}. Observed: {}.", text_of(finding.clause).says, finding.expected, finding.observed);
  if (!violation.reproduced.empty()) text += fmt::format(" Reproduced: {}.", violation.reproduced);
  if (!violation.replay.empty()) text += fmt::format(" Replay: {}", violation.replay);
  Json result{{"ruleId", id_of(finding.clause)}};
  if (const auto index = rule_indices.find(finding.clause); index != rule_indices.end())
    result["ruleIndex"] = index->second;
  result["kind"] = "fail";
  result["level"] = sarif_level_of(finding.clause);
  result["message"] = message(text);
  result["locations"] = Json::array({location_of(record, violation)});
  result["fingerprints"] = Json{{"closecheck/v1", fingerprint}};
  // The name under which code scanning knows a result again.
  result["partialFingerprints"] = Json{{"primaryLocationLineHash", fingerprint}};
  if (const WaivedRecord* waiver = waiver_of(record, violation))
    result["suppressions"] =
        Json::array({Json{{"kind", "external"}, {"status", "accepted"}, {"justification", one_line(waiver->reason)}}});
  result["properties"] = Json{{"check", violation.check},
                              {"also", clause_ids(finding.also)},
                              {"reproduced", violation.reproduced},
                              {"replay", violation.replay},
                              {"seed", violation.seed}};
  return result;
}

/// A run that told little must not look like one that found nothing.
Json invocation_of(const RunReport& report) {
  const RunRecord& record = report.record;
  Json notifications = Json::array();
  const auto notify = [&](std::string_view level, const std::string& text) {
    notifications.push_back(Json{{"level", level}, {"message", message(text)}});
  };
  if (record.verdict == RunVerdict::inconclusive) notify("error", verdict_line(record));
  for (const ClauseRecord& entry : record.clauses)
    if (entry.verdict == ClauseVerdict::inconclusive || entry.verdict == ClauseVerdict::not_exercised)
      notify(is_required(record, entry) ? "warning" : "note",
             fmt::format("{}: {}: {}", id_of(entry.clause), name(entry.verdict), entry.why));
  for (const std::string& fault : report.waiver_faults) notify("error", fault);
  Json invocation{{"executionSuccessful", record.verdict != RunVerdict::inconclusive && report.waiver_faults.empty()}};
  if (!record.started.empty()) invocation["startTimeUtc"] = record.started;
  invocation["toolExecutionNotifications"] = std::move(notifications);
  return invocation;
}

}  // namespace

std::string write_sarif(const RunReport& report) {
  const RunRecord& record = report.record;
  Json rules = Json::array();
  std::map<Clause, std::size_t> rule_indices;
  for (const ClauseRecord& entry : record.clauses) {
    rule_indices[entry.clause] = rules.size();
    rules.push_back(rule_of(entry));
  }
  Json results = Json::array();
  for (const ViolationRecord& violation : record.violations)
    results.push_back(result_of(record, violation, rule_indices));
  Json run{{"tool",
            Json{{"driver", Json{{"name", "closecheck"}, {"version", record.version}, {"rules", std::move(rules)}}}}},
           {"automationDetails", Json{{"id", fmt::format("closecheck/{}/", name(record.profile))}}},
           {"invocations", Json::array({invocation_of(report)})},
           {"results", std::move(results)},
           {"columnKind", "utf16CodeUnits"},
           {"properties", Json{{"verdict", name(record.verdict)},
                               {"target", record.http ? record.url : "in-process"},
                               {"profile", name(record.profile)},
                               {"seed", record.seed}}}};
  return to_text(Json{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::array({std::move(run)})}});
}

}  // namespace closecheck::reports
