#include "model/describe.h"

#include <fmt/format.h>

#include <vector>

#include "closecheck/vocabulary/text.h"

namespace closecheck::model {
namespace {

std::string counted(std::uint64_t records) {
  return fmt::format("{} record{}", records, records == 1 ? "" : "s");
}

}  // namespace

std::string describe_state(const JobValue& job) {
  if (job.life == Life::absent) return "the job does not exist";
  std::string text = fmt::format("the job is {}", job.life == Life::forced ? "closing by force" : name(job.life));
  if (job.most() >= kNoBound)
    text += fmt::format(" with at least {}", counted(job.lo));
  else if (job.lo == job.most())
    text += fmt::format(" with {}", counted(job.lo));
  else
    text += fmt::format(" with {} to {}", job.lo, counted(job.most()));
  if (job.feed == Feed::started) text += " and its datafeed runs";
  return text;
}

std::string describe_allowed(const CellTable& table, const LogEntry& entry, const JobValue& job) {
  const std::size_t step = index_of(entry.question.kind);
  const Cell& cell = table.at(step, job);
  if (cell.row < 0) return "nothing";
  Answers allowed = holds(cell.guard, job, *table.dialect) ? cell.allowed : cell.allowed_otherwise;
  if (cell.changes &&
      (!rows()[static_cast<std::size_t>(cell.row)].only_if || holds(cell.moves_under, job, *table.dialect)))
    allowed |= kAccepted;
  if (entry.question.may_be_refused) allowed |= kRefused;
  const bool reads = entry.question.kind == RequestKind::stats && (allowed & kAccepted) != 0;
  if (reads) return "its statistics say so";
  std::vector<std::string_view> words;
  if ((allowed & kAccepted) != 0) words.emplace_back(cell.waits ? "accepted once it is done" : "accepted");
  if ((allowed & kRefused) != 0) words.emplace_back("refused");
  if ((allowed & kFailed) != 0) words.emplace_back("a server error");
  if (cell.waits && entry.question.has_timeout) words.emplace_back("given up when the timeout is up");
  return words.empty() ? "nothing" : joined(words, " or ");
}

std::string describe_question(const Question& question) {
  std::string text(name_of_step(index_of(question.kind)));
  if (question.kind == RequestKind::post) text += " of " + counted(static_cast<std::uint64_t>(question.records));
  return text;
}

std::string describe_answer(const Answer& answer) {
  switch (answer.outcome) {
    case RequestOutcome::accepted: {
      std::string text = answer.state == JobState::unknown ? "accepted" : std::string(name(answer.state));
      if (answer.processed) text += " with " + counted(static_cast<std::uint64_t>(*answer.processed));
      if (answer.feed_started) text = *answer.feed_started ? "started" : "stopped";
      return text;
    }
    case RequestOutcome::refused:
      return "refused";
    case RequestOutcome::timed_out:
      return "timed out";
    case RequestOutcome::failed:
      return "server error";
    case RequestOutcome::busy:
      return "busy";
    case RequestOutcome::unknown:
      return "no answer";
  }
  return {};
}

std::string since_text(const Log& log, const HistorySummary& past) {
  if (past.ending == Ending::none) return {};
  const LogEntry& entry = log.entries[past.ending_entry];
  return fmt::format(" (since #{}, {}: {})", entry.id, describe_question(entry.question),
                     describe_answer(entry.answer));
}

}  // namespace closecheck::model
