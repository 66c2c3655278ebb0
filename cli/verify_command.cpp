// `closecheck verify`: whether the verdicts of a report follow from the histories that it keeps.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "closecheck/properties/gate.h"
#include "closecheck/properties/rejudging.h"
#include "closecheck/reports/evidenced_report.h"
#include "closecheck/reports/report_reader.h"
#include "closecheck/reports/verification.h"
#include "closecheck/sut/history_lines.h"
#include "closecheck/vocabulary/printable.h"
#include "closecheck/vocabulary/text.h"
#include "commands.h"
#include "files.h"
#include "signatures.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

bool names(const std::vector<Finding>& findings, Clause clause) {
  return std::ranges::any_of(findings, [&](const Finding& finding) {
    return finding.clause == clause || std::ranges::find(finding.also, clause) != finding.also.end();
  });
}

/// Judges everything again that the report keeps, and says what does not follow.
class Verifier {
 public:
  explicit Verifier(const reports::EvidencedReport& report) : record_(report.record), evidence_(report.evidence) {
    if (report.digest != report.digest_now) say("its digest is not that of what stands in it");
    check_clauses();
    check_violations();
    check_counts();
    if (verdict_of(record_) != record_.verdict)
      say(fmt::format("the run is told to be {}, and its clauses make it {}", name(record_.verdict),
                      name(verdict_of(record_))));
  }

  const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  void say(std::string what) { contradictions_.push_back(std::move(what)); }

  std::optional<model::Judged> judge(const std::vector<std::string>& lines, const std::string& what) {
    try {
      return properties::judge_again(lines, record_.profile, evidence_.rules);
    } catch (const sut::HistoryError& error) {
      say(fmt::format("the history of {} cannot be read: {}", what, error.what));
      return std::nullopt;
    }
  }

  void check_clauses() {
    std::map<Clause, const DecidingHistory*> kept;
    for (const DecidingHistory& history : evidence_.histories)
      if (!kept.emplace(history.clause, &history).second)
        say(fmt::format("{}: two histories are kept for it", id_of(history.clause)));
    for (const ClauseRecord& entry : record_.clauses) {
      const auto history = kept.find(entry.clause);
      const bool holds = entry.verdict == ClauseVerdict::holds;
      if (holds && history == kept.end())
        say(fmt::format("{}: it is told to hold, and no history is kept that tells it", id_of(entry.clause)));
      else if (!holds && history != kept.end())
        say(fmt::format("{}: it is told to be {}, and a history is kept in which it stood", id_of(entry.clause),
                        name(entry.verdict)));
      else if (holds)
        check_deciding(*history->second);
      check_kind(entry);
      kept.erase(entry.clause);
    }
    for (const auto& [clause, history] : kept)
      say(fmt::format("{}: a history is kept for it, and no verdict", id_of(clause)));
  }

  void check_deciding(const DecidingHistory& kept) {
    const auto judged = judge(kept.lines, std::string(id_of(kept.clause)));
    if (!judged) return;
    if (names(judged->findings, kept.clause))
      say(fmt::format("{}: it is told to hold, and the history that is kept for it violates it", id_of(kept.clause)));
    const std::uint32_t times = judged->evidence.of(kept.clause);
    if (times != kept.times)
      say(fmt::format("{}: its history is told to put it to the test {} times, and does so {}", id_of(kept.clause),
                      kept.times, times));
  }

  void check_kind(const ClauseRecord& entry) {
    const bool is_untold = entry.verdict == ClauseVerdict::inconclusive ||
                           entry.verdict == ClauseVerdict::not_exercised || entry.verdict == ClauseVerdict::measured;
    if (is_untold != entry.kind.has_value())
      say(fmt::format("{}: it is told to be {}, and {} kind of why", id_of(entry.clause), name(entry.verdict),
                      is_untold ? "has no" : "has a"));
  }

  void check_violations() {
    std::set<Clause> violated;
    for (const ViolationRecord& violation : record_.violations) {
      const Clause clause = violation.finding.clause;
      if (!violated.insert(clause).second) say(fmt::format("{}: it is told twice how it is violated", id_of(clause)));
      const auto judged = judge(violation.history_lines, std::string(id_of(clause)));
      if (judged && !names(judged->findings, clause))
        say(fmt::format("{}: it is told to be violated, and its history does not violate it", id_of(clause)));
    }
    for (const ClauseRecord& entry : record_.clauses) {
      const bool is_violated = entry.verdict == ClauseVerdict::violated;
      const bool is_waived = std::ranges::any_of(
          record_.waived, [&](const WaivedRecord& waived) { return waived.clause == entry.clause; });
      if (is_violated && !violated.contains(entry.clause))
        say(fmt::format("{}: it is told to be violated, and no history is kept that shows it", id_of(entry.clause)));
      if (!is_violated && !is_waived && violated.contains(entry.clause))
        say(fmt::format("{}: it is told to be {}, and a violation of it", id_of(entry.clause), name(entry.verdict)));
      if (is_waived ? !is_violated && entry.verdict != ClauseVerdict::waived : entry.verdict == ClauseVerdict::waived)
        say(fmt::format("{}: it is told to be {}, and {} waiver", id_of(entry.clause), name(entry.verdict),
                        is_waived ? "has a" : "has no"));
    }
  }

  void check_count(const std::string& what, std::int64_t told, std::int64_t counted) {
    if (told != counted) say(fmt::format("{}: {} are told, and its checks make {}", what, told, counted));
  }

  void check_counts() {
    std::map<std::string, const CheckTally*> tallies;
    std::int64_t sequences = evidence_.proving.sequences;
    std::int64_t exchanges = evidence_.proving.exchanges;
    for (const CheckTally& tally : evidence_.tallies) {
      if (!tallies.emplace(tally.check, &tally).second) say(fmt::format("the check {} is counted twice", tally.check));
      sequences += tally.sequences;
      exchanges += tally.exchanges;
    }
    check_count("checks in all", record_.checks, static_cast<std::int64_t>(tallies.size()));
    check_count("sequences in all", record_.sequences, sequences);
    check_count("exchanges in all", record_.exchanges, exchanges);
    for (const ClauseRecord& entry : record_.clauses) {
      std::int64_t checks = 0;
      std::int64_t made = 0;
      for (const std::string& check : properties::checks_of(entry.clause)) {
        const auto tally = tallies.find(check);
        if (tally == tallies.end()) continue;
        ++checks;
        made += tally->second->exchanges;
      }
      check_count(fmt::format("checks of {}", id_of(entry.clause)), entry.checks, checks);
      check_count(fmt::format("exchanges of {}", id_of(entry.clause)), entry.exchanges, made);
    }
  }

  const RunRecord& record_;
  const KeptEvidence& evidence_;
  std::vector<std::string> contradictions_;
};

reports::EvidencedReport read(const std::string& path) {
  try {
    reports::EvidencedReport report = reports::read_evidenced_report(read_file(path, kReportBytesMax), sha256);
    if (report.record.version != CLOSECHECK_VERSION)
      throw UsageError(fmt::format("{}: it was written by closecheck {}, and is to be verified by that one; this is {}",
                                   one_line(path), one_line(report.record.version), CLOSECHECK_VERSION));
    return report;
  } catch (const reports::ReportError& error) {
    throw UsageError(fmt::format("{}: {}", one_line(path), one_line(error.what)));
  }
}

}  // namespace

ExitCode verify_command(const VerifyOptions& options) {
  const bool colour = wants_colour(options.colour);
  OutputFile json(options.json);
  const reports::EvidencedReport report = read(options.report);
  reports::Verification verification;
  verification.version = CLOSECHECK_VERSION;
  verification.report = options.report;
  verification.verdict = report.record.verdict;
  verification.profile = report.record.profile;
  verification.rules = report.evidence.rules;
  verification.holding = report.evidence.histories.size();
  verification.violated = report.record.violations.size();
  verification.contradictions = Verifier(report).contradictions();
  if (!options.check_signature.empty()) {
    if (is_signed(options.check_signature, options.report))
      verification.signed_with = options.check_signature;
    else
      verification.contradictions.push_back(fmt::format("its signature is not by {}", options.check_signature));
  }
  Deliveries deliveries;
  deliveries.attempt(
      [&] { print(reports::write_verification(verification, {.colour = colour, .width = output_width()})); });
  deliveries.attempt([&] {
    if (!json.wanted()) return;
    json.write(reports::write_verification_json(verification));
    json.commit();
  });
  deliveries.finish();
  return verification.follows() ? ExitCode::conforms : ExitCode::violates;
}

}  // namespace closecheck::cli
