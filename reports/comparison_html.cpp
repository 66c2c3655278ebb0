// A comparison as a page for a browser: what is compared, the table of clauses, what tells two apart
#include <fmt/format.h>

#include <algorithm>

#include "closecheck/reports/comparison.h"
#include "comparison_text.h"
#include "html_page.h"
#include "report_json.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

Json page_sides(const Comparison& comparison) {
  Json sides = Json::array();
  for (std::size_t i = 0; i < comparison.sides.size(); ++i) {
    const ComparedSide& side = comparison.sides[i];
    sides.push_back(Json{{"letter", letter_of(i)},
                         {"name", side.name},
                         {"what", describe_side(side)},
                         {"verdict", name(side.record.verdict)},
                         {"line", closecheck::verdict_line(side.record)}});
  }
  return sides;
}

/// How a clause is told on one side, and what became of it since the first.
Json page_cell(const ClauseRecord* entry, const ChangedClause* change) {
  Json cell{{"word", word_of(entry)}};
  if (entry != nullptr) {
    cell["verdict"] = name(entry->verdict);
    cell["why"] = entry->why;
  }
  if (change != nullptr)
    cell["change"] = change->is_regression() ? "no longer holds" : change->is_lost() ? "no longer told" : "changed";
  return cell;
}

Json page_clauses(const Comparison& comparison) {
  const std::vector<ChangedClause> changed = changes(comparison);
  Json list = Json::array();
  for (const Clause clause : compared_clauses(comparison)) {
    Json cells = Json::array();
    bool is_changed = false;
    for (std::size_t side = 0; side < comparison.sides.size(); ++side) {
      const auto change = std::ranges::find_if(
          changed, [&](const ChangedClause& it) { return it.clause == clause && it.side == side; });
      is_changed = is_changed || change != changed.end();
      cells.push_back(
          page_cell(entry_of(comparison.sides[side].record, clause), change == changed.end() ? nullptr : &*change));
    }
    Json entry{{"id", id_of(clause)}, {"changed", is_changed}, {"sides", std::move(cells)}};
    entry.update(clause_texts(clause));
    list.push_back(std::move(entry));
  }
  return list;
}

/// Where it does not show, and what came of the same requests there.
Json page_other(const Difference& difference) {
  Json other{{"side", difference.not_on},
             {"why", difference.why},
             {"replay", difference.replay_on_other},
             {"replayed", difference.replayed_on_other}};
  if (difference.other) other["history"] = told_events(*difference.other, difference.other_lines);
  return other;
}

Json page_differences(const Comparison& comparison) {
  Json list = Json::array();
  const Difference* before = nullptr;
  for (const Difference& difference : comparison.differences) {
    if (before == nullptr || !goes_on(*before, difference)) {
      const ViolationRecord& violation = difference.violation;
      const Finding& finding = violation.finding;
      Json entry{{"clause", id_of(finding.clause)},
                 {"side", difference.shows_on},
                 {"also", clause_ids(finding.also)},
                 {"expected", finding.expected},
                 {"observed", finding.observed},
                 {"event", finding.event},
                 {"history", told_events(violation.history, violation.history_lines)},
                 {"scenario", violation.scenario},
                 {"replay", violation.replay},
                 {"replayed", difference.replayed},
                 {"others", Json::array()}};
      entry.update(clause_texts(finding.clause));
      list.push_back(std::move(entry));
    }
    list.back()["others"].push_back(page_other(difference));
    before = &difference;
  }
  return list;
}

}  // namespace

std::string write_comparison_html(const Comparison& comparison) {
  const std::string line = verdict_line(comparison);
  Json facts = Json::array();
  if (!comparison.effort.empty()) {
    facts.push_back(Json::array({"seed", fmt::format("{}", comparison.seed)}));
    facts.push_back(Json::array({"effort", comparison.effort}));
  }
  facts.push_back(Json::array({"closecheck", comparison.version}));
  HtmlPage page;
  page.title = fmt::format("{} · closecheck compare", name(verdict_of(comparison)));
  page.summary = line;
  page.data = Json{{"kind", "comparison"},
                   {"verdict", name(verdict_of(comparison))},
                   {"line", line},
                   {"facts", std::move(facts)},
                   {"sides", page_sides(comparison)},
                   {"compared", page_clauses(comparison)},
                   {"differences", page_differences(comparison)}};
  return write_page(page);
}

}  // namespace closecheck::reports
