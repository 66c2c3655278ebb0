// A comparison as JSON.
#include <nlohmann/json.hpp>

#include "closecheck/reports/comparison.h"
#include "comparison_text.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json side_entry(const ComparedSide& side) {
  const RunRecord& record = side.record;
  return Json{{"name", side.name},
              {"kind", !side.file.empty() ? "report"
                       : record.http      ? "http"
                                          : "in-process"},
              {"report", or_null(side.file)},
              {"url", or_null(record.url)},
              {"deviation", or_null(record.deviation)},
              {"profile", name(record.profile)},
              {"product_version", or_null(product_version_of(record.profile))},
              {"version", record.version},
              {"verdict", name(record.verdict)},
              {"broken_off", or_null(record.broken_off)}};
}

Json told(const ClauseRecord* entry) {
  if (entry == nullptr) return nullptr;
  return Json{{"verdict", name(entry->verdict)},
              {"kind", entry->kind ? Json(name(*entry->kind)) : Json(nullptr)},
              {"why", entry->why}};
}

Json difference_entry(const Comparison& comparison, const Difference& difference) {
  const ViolationRecord& violation = difference.violation;
  Json requests = Json::array();
  for (const Event& event : violation.history.events)
    if (event.type == EventType::invoke && event.request) requests.push_back(describe(*event.request));
  return Json{{"clause", id_of(violation.finding.clause)},
              {"shows_on", comparison.sides[difference.shows_on].name},
              {"not_on", comparison.sides[difference.not_on].name},
              {"also", clause_ids(violation.finding.also)},
              {"expected", violation.finding.expected},
              {"observed", violation.finding.observed},
              {"requests", std::move(requests)},
              {"why", or_null(difference.why)},
              {"scenario", or_null(violation.scenario)},
              {"replay", or_null(violation.replay)},
              {"replay_on_other", or_null(difference.replay_on_other)},
              {"replayed", or_null(difference.replayed)},
              {"replayed_on_other", or_null(difference.replayed_on_other)}};
}

}  // namespace

std::string write_comparison_json(const Comparison& comparison) {
  Json sides = Json::array();
  for (const ComparedSide& side : comparison.sides) sides.push_back(side_entry(side));
  Json clause_list = Json::array();
  for (const Clause clause : compared_clauses(comparison)) {
    Json verdicts = Json::array();
    for (const ComparedSide& side : comparison.sides) verdicts.push_back(told(entry_of(side.record, clause)));
    clause_list.push_back(
        Json{{"id", id_of(clause)}, {"level", name(level_of(clause))}, {"sides", std::move(verdicts)}});
  }
  Json changed = Json::array();
  for (const ChangedClause& change : changes(comparison))
    changed.push_back(Json{{"clause", id_of(change.clause)},
                           {"side", comparison.sides[change.side].name},
                           {"from", change.before == nullptr ? Json(nullptr) : Json(name(change.before->verdict))},
                           {"to", change.after == nullptr ? Json(nullptr) : Json(name(change.after->verdict))},
                           {"regression", change.is_regression()}});
  Json differences = Json::array();
  for (const Difference& difference : comparison.differences)
    differences.push_back(difference_entry(comparison, difference));
  return to_text(Json{{"schema", "closecheck-comparison/1"},
                      {"version", comparison.version},
                      {"seed", comparison.effort.empty() ? Json(nullptr) : Json(comparison.seed)},
                      {"effort", or_null(comparison.effort)},
                      {"verdict", name(verdict_of(comparison))},
                      {"sides", std::move(sides)},
                      {"clauses", std::move(clause_list)},
                      {"changes", std::move(changed)},
                      {"differences", std::move(differences)}});
}

}  // namespace closecheck::reports
