// `closecheck judge`: recorded histories, offline.
#include <fmt/format.h>

#include <deque>

#include "closecheck/model/judge.h"
#include "closecheck/model/unknown_notes.h"
#include "closecheck/reports/replay_report.h"
#include "closecheck/sut/history_lines.h"
#include "commands.h"
#include "configuration.h"
#include "files.h"
#include "recording_survey.h"
#include "recordings.h"
#include "secrets.h"
#include "terminal.h"

namespace closecheck::cli {
namespace {

constexpr std::string_view kConforms = "conforms";
constexpr std::string_view kViolates = "violates";
constexpr std::string_view kInconclusive = "inconclusive";

/// What a reader is shown of a long history: as many events before what is wrong with it.
constexpr std::size_t kEventsShown = 1'000;

/// The last events of a history.
class Excerpt {
 public:
  void add(const Event& event) {
    events_.push_back(event);
    if (events_.size() <= kEventsShown) return;
    ++events_before_;
    requests_before_ += events_.front().type == EventType::invoke ? 1U : 0U;
    events_.pop_front();
  }
  bool is_whole() const { return events_before_ == 0; }
  void show_in(reports::JudgedHistory& judged) const {
    judged.history.events.assign(events_.begin(), events_.end());
    judged.events_before = events_before_;
    judged.requests_before = requests_before_;
  }

 private:
  std::deque<Event> events_;
  std::size_t events_before_ = 0;
  std::size_t requests_before_ = 0;
};

reports::JudgedHistory judge_one(const Recording& recording) {
  const Survey known = survey(recording);
  model::JudgeOptions options;
  options.profile = known.profile;
  options.secured = known.secured;
  // Clocks of a capture are those of the client: only what is far out counts.
  options.margin = kSecond;
  options.knows_every_job = false;
  model::Judge judge(options);
  model::Judgement judgement = model::Judgement::fits;
  Excerpt latest;
  std::optional<Excerpt> of_first_finding;
  model::UnknownNotes unknown;
  read_what_is_known(recording, known, [&](const Event& event) {
    latest.add(event);
    unknown.observe(event);
    judgement = judge.observe(event);
    if (!of_first_finding && !judge.findings().empty()) of_first_finding = latest;
    return judgement != model::Judgement::violated;
  });
  if (judgement != model::Judgement::violated) judgement = judge.finish();

  reports::JudgedHistory judged;
  judged.title = recording.title;
  judged.notes = recording.notes;
  judged.notes.insert(judged.notes.end(), known.notes.begin(), known.notes.end());
  for (std::string& note : unknown.notes()) judged.notes.push_back(std::move(note));
  judged.requests = known.requests;
  judged.history.profile = known.profile;
  judged.findings = judge.findings();
  judged.evidence = judge.evidence();
  judged.why = judge.why();
  const bool is_latest = judgement == model::Judgement::violated || latest.is_whole() || !of_first_finding;
  if (!judged.findings.empty()) (is_latest ? latest : *of_first_finding).show_in(judged);
  bool any = false;
  for (const ClauseText& clause : clauses()) any = any || judged.evidence.of(clause.clause) > 0;
  if (!judged.findings.empty()) {
    judged.verdict = kViolates;
  } else if (judgement == model::Judgement::inconclusive || !any) {
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
  const std::optional<Profile> profile = chosen_profile(options.profile, options.product_version);
  const bool colour = wants_colour(options.colour);
  OutputFile json(options.json);
  OutputFile junit(options.junit);
  OutputFile html(options.html);
  BadFiles bad;
  std::vector<reports::JudgedHistory> judged;
  for (const Recording& recording : find_recordings(options.files, profile, bad))
    bad.attempt([&] {
      judged.push_back(judge_one(recording));
      // Nobody knows the secrets of a recording; headers that carry them are known by their names.
      redact(judged.back(), Redactor());
    });
  if (judged.empty()) return ExitCode::usage;
  const reports::ConsoleStyle style{.colour = colour, .width = output_width()};
  std::string text;
  // Of many histories those that conform are only counted.
  for (const reports::JudgedHistory& history : judged)
    if (judged.size() == 1 || history.verdict == kViolates) text += reports::write_judged(history, style);
  // What could not be read might have told otherwise.
  const std::string_view verdict = bad.any() && merged(judged) == kConforms ? kInconclusive : merged(judged);
  print(text + reports::write_judged_summary(judged, verdict, style));
  json.write(reports::write_judged_json(judged, verdict));
  json.commit();
  junit.write(reports::write_judged_junit(judged));
  junit.commit();
  if (html.wanted()) {
    for (reports::JudgedHistory& history : judged) history.history_lines = sut::write_history_lines(history.history);
    html.write(reports::write_judged_html(judged, verdict));
    html.commit();
  }
  if (bad.any()) return ExitCode::usage;
  if (verdict == kViolates) return ExitCode::violates;
  return verdict == kConforms ? ExitCode::conforms : ExitCode::inconclusive;
}

}  // namespace closecheck::cli
