#include "closecheck/reports/evidenced_report.h"

#include <fmt/format.h>

#include "closecheck/reports/report.h"
#include "closecheck/reports/report_reader.h"
#include "report_json.h"
#include "report_part.h"

namespace closecheck::reports {
namespace {

using Json = nlohmann::ordered_json;

/// The same for the same members and values, in whatever order and however indented.
std::string canonical_text(Json report) {
  report["evidence"].erase("digest");
  return nlohmann::json(report).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json tally_entry(const CheckTally& tally) {
  return Json{{"check", tally.check}, {"sequences", tally.sequences}, {"exchanges", tally.exchanges}};
}

CheckTally tally_of(const ReportPart& part) {
  return {part.text("check"), part.count("sequences"), part.count("exchanges")};
}

Json evidence_entry(const RunRecord& record, const KeptEvidence& evidence) {
  const JudgingRules& rules = evidence.rules;
  Json tallies = Json::array();
  for (const CheckTally& tally : evidence.tallies) tallies.push_back(tally_entry(tally));
  Json histories = Json::array();
  for (const DecidingHistory& kept : evidence.histories)
    histories.push_back(Json{{"clause", id_of(kept.clause)},
                             {"check", kept.check},
                             {"times", kept.times},
                             {"history", events_of(kept.lines)}});
  return Json{{"rules", Json{{"secured", rules.secured},
                             {"in_process", rules.in_process},
                             {"callers_are_known", rules.callers_are_known},
                             {"margin_ns", rules.margin},
                             {"forced_rest_ns", rules.forced_rest}}},
              {"broken_off", record.broken_off.empty() ? Json(nullptr) : Json(record.broken_off)},
              {"tallies", std::move(tallies)},
              {"proving", tally_entry(evidence.proving)},
              {"histories", std::move(histories)}};
}

KeptEvidence evidence_of(const ReportPart& part) {
  KeptEvidence evidence;
  const ReportPart rules = part.object("rules");
  evidence.rules = {rules.flag("secured"), rules.flag("in_process"), rules.flag("callers_are_known"),
                    rules.count("margin_ns"), rules.count("forced_rest_ns")};
  evidence.broken_off = part.text_if_any("broken_off");
  evidence.proving = tally_of(part.object("proving"));
  for (const Json& entry : part.list("tallies"))
    evidence.tallies.push_back(tally_of(ReportPart(entry, "an entry of 'tallies'")));
  for (const Json& entry : part.list("histories")) {
    const ReportPart history(entry, "an entry of 'histories'");
    DecidingHistory kept;
    kept.clause = history.clause("clause");
    kept.check = history.text("check");
    kept.times = static_cast<std::uint32_t>(history.count("times"));
    for (const Json& event : history.list("history")) kept.lines.push_back(event.dump());
    evidence.histories.push_back(std::move(kept));
  }
  return evidence;
}

}  // namespace

std::string write_evidenced_json(const RunReport& of, const KeptEvidence& evidence, const DigestOf& digest_of) {
  // As a reader will have it, with bytes replaced that are no text.
  Json report = Json::parse(write_json(of));
  report["evidence"] = evidence_entry(of.record, evidence);
  report = Json::parse(to_text(report));
  report["evidence"]["digest"] = digest_of(canonical_text(report));
  return to_text(report);
}

EvidencedReport read_evidenced_report(std::string_view text, const DigestOf& digest_of) {
  EvidencedReport read;
  read.record = read_report(text);
  const Json report = Json::parse(text);
  if (!report.contains("evidence"))
    throw ReportError{"it keeps no evidence: it was not written by `closecheck run --evidence`"};
  const ReportPart part(report["evidence"], "'evidence'");
  read.evidence = evidence_of(part);
  read.record.broken_off = read.evidence.broken_off;
  read.digest = part.text("digest");
  read.digest_now = digest_of(canonical_text(report));
  return read;
}

}  // namespace closecheck::reports
