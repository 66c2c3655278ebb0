// The dialect: how the profile puts things on the wire. A departure says nothing of a stated clause, and judging goes
// on behind it.
#include <fmt/format.h>

#include "rules/dialect_form.h"
#include "rules/rules.h"

namespace closecheck::model::dialect {
namespace {

// Explaining must not cost more than judging: only so many requests are tried, the newest first.
constexpr std::size_t kCandidatesMax = 32;

/// The dialect clause that speaks of an odd form.
Clause clause_of_form(const Exchange& exchange) {
  if (exchange.wrong_method) return Clause::wire_path_and_method;
  if (exchange.unknown_parameter) return Clause::unknown_parameter_refused;
  if (exchange.odd_force) return Clause::force_boolean_grammar;
  return Clause::close_many;
}

/// As if the request had asked this and been told that.
Supposition suppose_of(const Exchange& exchange, RequestKind kind, std::optional<RequestOutcome> outcome) {
  Supposition supposition;
  supposition.id = static_cast<int>(exchange.number);
  supposition.question = exchange.question;
  supposition.question->kind = kind;
  if (outcome)
    supposition.answer = Answer{.outcome = *outcome};
  else
    supposition.question->may_be_refused = true;
  return supposition;
}

/// Judges on from what the supposition leads to. False: the history does not fit with it.
bool judge_on(JobFile& job, const Supposition& supposition) {
  std::optional<JobOracle> fitting = job.oracle.suppose(supposition);
  if (!fitting) return false;
  job.oracle = *std::move(fitting);
  // Of what it did then nobody knows when.
  const bool is_open = supposition.answer && supposition.answer->outcome == RequestOutcome::unknown;
  job.disturbed = job.disturbed || is_open;
  return true;
}

/// Whether the answer to the request is explained by its odd form. `is_direct`: it is the one that does not fit.
bool is_read_otherwise(JobFile& job, const Exchange& odd, bool is_direct) {
  if (odd.odd_force) {
    // `false` read as `true` shows on a failed job; behind that, what a close loses is its own matter.
    if (!is_direct && odd.question.kind == RequestKind::close) return false;
    if (odd.outcome == RequestOutcome::refused && !is_direct) return false;
    for (const RequestKind kind : {RequestKind::force_close, RequestKind::close})
      if (judge_on(job, suppose_of(odd, kind, std::nullopt))) return true;
  }
  const bool says_nothing = odd.expression || (odd.wrong_method && !is_direct);
  return says_nothing && judge_on(job, suppose_of(odd, odd.question.kind, RequestOutcome::unknown));
}

/// A departure of the dialect itself. A job that is closed under its datafeed ends like one closed by force; what else
/// should have been refused is taken to have done nothing, or anything.
bool goes_on_behind(JobFile& job, const Exchange& blamed, Clause clause) {
  const bool closes =
      clause == Clause::running_datafeed_blocks_close && blamed.is_close && blamed.outcome == RequestOutcome::accepted;
  if (closes && judge_on(job, suppose_of(blamed, RequestKind::force_close, RequestOutcome::accepted))) return true;
  for (const RequestOutcome outcome : {RequestOutcome::busy, RequestOutcome::unknown})
    if (judge_on(job, suppose_of(blamed, blamed.question.kind, outcome))) return true;
  return false;
}

}  // namespace

void judge_form(const Exchange& exchange, const Response& response, const ManyJobs& many, RuleContext& context) {
  Rulings& rulings = context.rulings;
  bool form_departs = false;
  for (const DialectNote& note : response.notes) {
    if (level_of(note.clause) != Level::dialect) continue;
    form_departs = form_departs || note.clause == Clause::wire_error_envelope;
    rulings.depart(note.clause, note.expected, fmt::format("{}: {}", context.log.cite(exchange.number), note.observed),
                   exchange.answer_event);
  }
  const bool in_envelope =
      response.outcome == Outcome::refused && !response.error_type.empty() && is_body_known(response);
  if (in_envelope && response.wire != nullptr && !form_departs) rulings.prove(Clause::wire_error_envelope);

  // Without an id no job hears of it.
  if (exchange.is_close && exchange.without_id && exchange.outcome == RequestOutcome::refused)
    rulings.prove(Clause::unknown_job_refused);

  auto ruling = ruling_on_form(exchange, response, context.options.profile, many);
  if (!ruling) return;
  if (ruling->departs)
    rulings.depart(ruling->clause, std::move(ruling->expected), std::move(ruling->observed), exchange.answer_event);
  else
    rulings.prove(ruling->clause);
}

bool account_for(JobFile& job, const OracleFinding& found, RuleContext& context) {
  if (found.id <= 0) return false;
  const Exchange& blamed = context.log.of(static_cast<std::size_t>(found.id));
  const auto depart = [&](Clause clause, std::string expected) {
    context.rulings.depart(clause, std::move(expected),
                           fmt::format("{}: {}", context.log.cite(blamed.number), found.observed), blamed.answer_event);
    return true;
  };
  if (level_of(found.clause) == Level::dialect)
    return goes_on_behind(job, blamed, found.clause) && depart(found.clause, found.expected);
  // A request in an odd form that was read in another way: that shows in its own answer, or in a state that only it can
  // have brought about.
  std::size_t tried = 0;
  bool was_read_since = false;
  for (const Exchange* const candidate : newest_first(job, context.log)) {
    if (tried == kCandidatesMax) break;
    const Exchange& odd = *candidate;
    const bool is_direct = odd.number == blamed.number;
    // What had not worked when the job was read is taken not to have worked.
    if (odd.meant == RequestKind::stats && odd.outcome == RequestOutcome::accepted && !is_direct) was_read_since = true;
    if (odd.wrong_method && was_read_since) continue;
    if (!odd.is_odd() || is_read(odd.meant) || odd.stage != Exchange::Stage::answered) continue;
    if (!is_direct && blamed.meant != RequestKind::stats) continue;
    // Closed is what the job was to be, and what it lost it would have lost alone.
    if (found.count_too_low && odd.expression && !odd.odd_force && !is_direct) continue;
    ++tried;
    if (!is_read_otherwise(job, odd, is_direct)) continue;
    const Clause clause = odd.odd_force ? Clause::force_boolean_grammar : clause_of_form(odd);
    return depart(clause,
                  fmt::format("{} does what the profile says; then {}", context.log.cite(odd.number), found.expected));
  }
  return false;
}

}  // namespace closecheck::model::dialect
