#include "closecheck/reports/report_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report_part.h"

namespace closecheck::reports {
namespace {

// Histories keep the order of their members.
using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "closecheck-report/1";

constexpr std::array kVerdicts{ClauseVerdict::holds,        ClauseVerdict::violated,      ClauseVerdict::waived,
                               ClauseVerdict::inconclusive, ClauseVerdict::not_exercised, ClauseVerdict::measured};
constexpr std::array kRunVerdicts{RunVerdict::conforms, RunVerdict::violates, RunVerdict::inconclusive};
constexpr std::array kUntold{Untold::cannot, Untold::did_not};

ClauseRecord clause_record(const ReportPart& part) {
  ClauseRecord entry;
  entry.clause = part.clause("id");
  if (part.text("level") != name(level_of(entry.clause)))
    fail_report(fmt::format("the clause {} is {}, not {}", id_of(entry.clause), name(level_of(entry.clause)),
                            part.text("level")));
  entry.verdict = part.named("verdict", kVerdicts);
  entry.checks = part.count("checks");
  entry.exchanges = part.count("exchanges");
  entry.why = part.text("why");
  if (!part.text_if_any("kind").empty()) entry.kind = part.named("kind", kUntold);
  for (const auto& [figure, value] : part.object("figures").json().items()) {
    if (!value.is_number()) fail_report(fmt::format("the figure '{}' of {} is no number", figure, id_of(entry.clause)));
    entry.figures[figure] = value.get<double>();
  }
  return entry;
}

ViolationRecord violation_record(const ReportPart& part) {
  ViolationRecord violation;
  violation.finding.clause = part.clause("clause");
  for (const std::string& id : part.texts_if_any("also")) violation.finding.also.push_back(part.clause_of(id));
  violation.finding.expected = part.text("expected");
  violation.finding.observed = part.text("observed");
  if (part.json().contains("event")) violation.finding.event = static_cast<std::size_t>(part.count("event"));
  violation.check = part.text("check");
  violation.scenario = part.text_if_any("scenario");
  violation.seed = part.seed("seed");
  violation.replay = part.text("replay");
  violation.reproduced = part.text_if_any("reproduced");
  violation.curl = part.texts_if_any("curl");
  for (const Json& event : part.list("history")) violation.history_lines.push_back(event.dump());
  return violation;
}

Profile profile_of(const ReportPart& report) {
  const std::string written = report.text("profile");
  const auto line = profile_named(written);
  if (!line) fail_report(fmt::format("'{}' is no profile of this version of closecheck", written));
  const std::string version = report.object("target").text_if_any("product_version");
  if (version.empty()) return *line;
  const auto profile = with_product_version(*line, version);
  if (!profile) fail_report(fmt::format("{} is no version of the profile {}", version, written));
  return *profile;
}

void take_clauses(const ReportPart& report, RunRecord& record) {
  std::set<Clause> seen;
  for (const Json& entry : report.list("clauses")) {
    record.clauses.push_back(clause_record(ReportPart(entry, "an entry of 'clauses'")));
    if (!seen.insert(record.clauses.back().clause).second)
      fail_report(fmt::format("the clause {} stands twice in 'clauses'", id_of(record.clauses.back().clause)));
  }
  if (record.clauses.empty()) fail_report("'clauses' is empty");
}

void take_visits(const ReportPart& visits, std::map<std::string, std::int64_t>& into) {
  for (const auto& [what, count] : visits.json().items()) into[what] = visits.count(what.c_str());
}

RunRecord record_of(const ReportPart& report) {
  RunRecord record;
  record.version = report.text("version");
  const ReportPart target = report.object("target");
  const std::string kind = target.text("kind");
  if (kind != "http" && kind != "in-process")
    fail_report(fmt::format("the target is of kind '{}', which is none", kind));
  record.http = kind == "http";
  record.url = target.text_if_any("url");
  record.profile = profile_of(report);
  record.deviation = report.text_if_any("deviation");
  record.seed = report.seed("seed");
  record.effort = report.text_if_any("effort");
  record.started = report.text("started");
  record.elapsed_ms = report.count("elapsed_ms");
  record.verdict = report.named("verdict", kRunVerdicts);
  record.require = report.named("require", kRequires);
  const ReportPart totals = report.object("totals");
  record.exchanges = totals.count("exchanges");
  record.sequences = totals.count("sequences");
  record.checks = totals.count("checks");
  take_clauses(report, record);
  for (const Json& entry : report.list("violations"))
    record.violations.push_back(violation_record(ReportPart(entry, "an entry of 'violations'")));
  for (const Json& entry : report.list("waived")) {
    const ReportPart part(entry, "an entry of 'waived'");
    record.waived.push_back(
        {part.clause("clause"), part.text("reason"), part.text_if_any("owner"), part.text_if_any("expires")});
  }
  record.notes = report.texts_if_any("notes");
  take_visits(report.object("coverage").object("states"), record.state_coverage);
  take_visits(report.object("coverage").object("transitions"), record.transition_coverage);
  return record;
}

}  // namespace

RunRecord read_report(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const bool is_cut = error.byte > text.size();
    fail_report(is_cut ? "it is no whole report: its JSON ends before its end"
                       : fmt::format("it is no JSON (byte {})", error.byte));
  }
  if (!json.is_object() || !json.contains("schema") || !json["schema"].is_string())
    fail_report(fmt::format("it is no report of closecheck: it does not begin with \"schema\": \"{}\"", kSchema));
  const std::string schema = json["schema"].get<std::string>();
  if (schema != kSchema) fail_report(fmt::format("its schema is '{}', and reports of '{}' are read", schema, kSchema));
  try {
    return record_of(ReportPart(json, "the report"));
  } catch (const Json::exception&) {
    fail_report("it holds a number that is too large");
  }
}

}  // namespace closecheck::reports
