// `closecheck judge`: recorded histories, offline.
#include <fmt/format.h>

#include "closecheck/model/judge.h"
#include "closecheck/model/unknown_notes.h"
#include "closecheck/reports/replay_report.h"
#include "closecheck/sut/history_lines.h"
#include "commands.h"
#include "configuration.h"
#include "files.h"
#include "recordings.h"
#include "secrets.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

constexpr std::string_view kConforms = "conforms";
constexpr std::string_view kViolates = "violates";
constexpr std::string_view kInconclusive = "inconclusive";

reports::JudgedHistory judge_one(Recording recording, bool secured) {
  reports::JudgedHistory judged;
  judged.title = std::move(recording.title);
  judged.notes = std::move(recording.notes);
  judged.history = std::move(recording.history);
  model::JudgeOptions options;
  options.profile = judged.history.profile;
  options.secured = secured;
  // Clocks of a capture are those of the client: only what is far out counts.
  options.margin = kSecond;
  options.knows_every_job = false;
  const model::Judged result = model::judge(judged.history, options);
  model::UnknownNotes unknown;
  for (const Event& event : judged.history.events) unknown.observe(event);
  for (std::string& note : unknown.notes()) judged.notes.push_back(std::move(note));
  judged.findings = result.findings;
  judged.evidence = result.evidence;
  judged.why = result.why;
  bool any = false;
  for (const ClauseText& clause : clauses()) any = any || result.evidence.of(clause.clause) > 0;
  if (!result.findings.empty()) {
    judged.verdict = kViolates;
  } else if (result.judgement == model::Judgement::inconclusive || !any) {
    judged.verdict = kInconclusive;
    if (judged.why.empty()) judged.why = "it puts no clause to the test";
  } else {
    judged.verdict = kConforms;
  }
  return judged;
}

/// Violates over inconclusive over conforms: a recording that tells nothing does not take away what another tells.
std::string_view merged(const std::vector<reports::JudgedHistory>& judged) {
  std::string_view verdict = kInconclusive;
  for (const reports::JudgedHistory& history : judged) {
    if (history.verdict == kViolates) return kViolates;
    if (history.verdict == kConforms) verdict = kConforms;
  }
  return verdict;
}

}  // namespace

ExitCode judge_command(const JudgeCommandOptions& options) {
  std::optional<Profile> profile;
  if (!options.profile.empty()) profile = require_profile(options.profile);
  OutputFile json(options.json);
  std::vector<Recording> recordings = read_recordings(options.files, profile);
  std::vector<reports::JudgedHistory> judged;
  for (Recording& recording : recordings) {
    const bool secured = is_secured(recording.history);
    leave_out_what_is_unknown(recording);
    leave_out_what_is_older(recording);
    judged.push_back(judge_one(std::move(recording), secured));
    // Nobody knows the secrets of a recording; headers that carry them are known by their names.
    redact(judged.back(), Redactor());
  }
  std::string text;
  // Of many histories those that conform are only counted.
  for (const reports::JudgedHistory& history : judged)
    if (judged.size() == 1 || history.verdict == kViolates) text += reports::write_judged(history);
  const std::string_view verdict = merged(judged);
  std::size_t violating = 0;
  for (const reports::JudgedHistory& history : judged) violating += history.verdict == kViolates ? 1U : 0U;
  text += fmt::format("{}: {} of {} histories violate a clause\n", verdict, violating, judged.size());
  print(text);
  json.write(reports::write_judged_json(judged, verdict));
  json.commit();
  if (verdict == kViolates) return ExitCode::violates;
  return verdict == kConforms ? ExitCode::conforms : ExitCode::inconclusive;
}

}  // namespace closecheck::cli
