// Isolation: a close touches the job that it names, and no other.
#include <fmt/format.h>

#include "rules/naming.h"
#include "rules/rules.h"

namespace closecheck::model::isolation {
namespace {

// Explaining must not cost more than judging: only so many closes are tried, the newest first.
constexpr std::size_t kCandidatesMax = 32;

/// Whether all would fit if the close, which names another job, had closed this one as well, at once or by and by.
bool would_explain(const JobFile& job, const Exchange& other) {
  for (const RequestOutcome outcome : {RequestOutcome::accepted, RequestOutcome::timed_out}) {
    Supposition supposition;
    supposition.id = static_cast<int>(other.number);
    supposition.question = Question{.kind = other.meant, .has_timeout = true};
    supposition.answer = Answer{.outcome = outcome};
    supposition.invoked = other.invoke_event;
    supposition.answered = other.answer_event;
    if (job.oracle.suppose(supposition)) return true;
  }
  return false;
}

/// The clause that a close breaks which closes a job that it does not name.
Clause clause_of(const Exchange& other) {
  const bool was_refused = other.outcome == RequestOutcome::refused;
  if (other.without_id || (was_refused && other.before == JobState::absent)) return Clause::unknown_job_refused;
  return was_refused ? Clause::refused_request_changes_nothing : Clause::close_touches_one_job;
}

}  // namespace

bool touched_by_other_close(const JobFile& job, std::size_t since, const RuleContext& context) {
  if (job.last_change > since) return false;
  for (std::size_t number = context.log.newest(); number > since; --number) {
    const Exchange* const other = context.log.find(number);
    if (other != nullptr && other->is_close && !ExchangeLog::concerns(*other, job.index)) return true;
  }
  return false;
}

bool other_close_explains(const JobFile& job, Finding& finding, const RuleContext& context) {
  std::size_t tried = 0;
  for (std::size_t number = context.log.newest(); number > 0 && tried < kCandidatesMax; --number) {
    const Exchange* const found = context.log.find(number);
    if (found == nullptr) continue;
    const Exchange& other = *found;
    if (!other.is_close || other.stage != Exchange::Stage::answered || other.outcome == RequestOutcome::busy) continue;
    if (ExchangeLog::concerns(other, job.index)) continue;
    ++tried;
    if (!would_explain(job, other)) continue;
    name_also(finding, clause_of(other));
    if (other.outcome == RequestOutcome::refused) stand_beside(finding, Clause::close_touches_one_job);
    finding.expected += fmt::format("; {} names another job", context.log.cite(other.number));
    if (other.without_id)
      finding.expected += fmt::format("; {} names no job and closes none", context.log.cite(other.number));
    finding.observed += ", as if that close had closed this job too";
    return true;
  }
  return false;
}

}  // namespace closecheck::model::isolation
